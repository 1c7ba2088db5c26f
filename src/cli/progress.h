// SPDX-License-Identifier: GPL-2.0-or-later
// One line that shows the progress of a job.
#pragma once

#include <chrono>
#include <cstdio>
#include <functional>
#include <string>

#include "src/job_control.h"

namespace lifereel::cli {

/// For JobControl::notice: prints each sentence once. A quiet one prints nothing.
std::function<void(const std::string&)> notices_to(std::FILE* stream, bool quiet);

/// On a terminal one line, rewritten a few times a second; elsewhere, and on a terminal that cannot
/// do that (TERM=dumb), a line every ten seconds. What cannot be printed at once is left out, so
/// that no job waits for a reader; once printing fails, all of it.
class ProgressLine {
 public:
  /// A quiet one prints nothing. `stream` must outlive it.
  ProgressLine(std::FILE* stream, bool quiet);
  ~ProgressLine();  ///< leaves an empty line on a terminal
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// Before something else is printed there: empties the line.
  void make_way();
  /// Of a render.
  void show_film(const JobProgress& progress);
  /// Of a job in steps, of which some count frames.
  void show_step(const JobProgress& progress);
  /// Of a job that encodes nothing.
  void show_frames(const JobProgress& progress);

 private:
  using Clock = std::chrono::steady_clock;

  bool due();
  bool takes_a_line() const;
  void print(std::string line);

  std::FILE* stream_;
  bool quiet_;
  bool terminal_;
  bool line_open_ = false;
  Clock::time_point printed_ = Clock::now();
};

}  // namespace lifereel::cli
