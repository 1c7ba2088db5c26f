// SPDX-License-Identifier: GPL-2.0-or-later
// What libav warns of while a film is made. Internal to encoders/.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "encoders/libav/log_capture.h"

namespace lifereel {

/// FilmStatistics::warnings as they come. Any thread.
class FilmWarnings {
 public:
  explicit FilmWarnings(std::vector<std::string> notices) : all_(std::move(notices)) {}

  /// What is new in a log of the calling thread.
  void add(const LogCapture& log);
  std::vector<std::string> all() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> all_;
};

}  // namespace lifereel
