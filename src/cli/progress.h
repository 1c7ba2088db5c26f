// SPDX-License-Identifier: GPL-2.0-or-later
// One line that tells where the work stands.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

#include "src/render.h"

namespace lifereel::cli {

/// On a terminal one line, rewritten a few times a second; elsewhere a line every ten seconds.
class ProgressLine {
 public:
  /// A quiet one prints nothing. `stream` must outlive it.
  ProgressLine(std::FILE* stream, bool quiet);
  ~ProgressLine();  ///< leaves an empty line on a terminal
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(const RenderProgress& progress);
  /// Frames done without an encoder.
  void show(std::int64_t done, std::int64_t total);

 private:
  using Clock = std::chrono::steady_clock;

  bool due();
  void print(std::string line);

  std::FILE* stream_;
  bool quiet_;
  bool terminal_;
  bool line_open_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point printed_ = start_;
};

}  // namespace lifereel::cli
