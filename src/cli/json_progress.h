// SPDX-License-Identifier: GPL-2.0-or-later
// Progress for programs.
#pragma once

#include <chrono>
#include <string>

#include "src/cli/arguments.h"
#include "src/job_control.h"

namespace lifereel::cli {

/// Whether --progress json is given. Throws UsageError for another word.
bool wants_json_progress(const Arguments& arguments);

/// One line of JSON a second on a descriptor. Lines that nobody reads in time are left out: they
/// never hold up a render.
class JsonProgress {
 public:
  explicit JsonProgress(int descriptor) : descriptor_(descriptor) {}

  void show(const JobProgress& progress);

 private:
  using Clock = std::chrono::steady_clock;

  int descriptor_;
  Clock::time_point shown_;
  bool shown_before_ = false;
};

/// {"frames": 100, "frames_total": 4000, "seconds": 2.5, "fps": 40.1, "eta_seconds": 97.3, "bytes":
/// 123456}; what is not known is null.
std::string to_json_line(const JobProgress& progress);

}  // namespace lifereel::cli
