// SPDX-License-Identifier: GPL-2.0-or-later
// Calls of lifereel into libav and the system that can be made to fail, one at a time. The linker
// leads each of them here first (--wrap); calls that libav makes itself go their usual way.
#pragma once

#include <string>
#include <vector>

namespace lifereel::faults {

enum class Kind { libav, system };

struct CallCount {
  std::string name;
  Kind kind = Kind::libav;
  bool allocates = false;  ///< fails with nullptr
  long calls = 0;
};

/// In place of an error of the system: write() takes a part, or is interrupted.
inline constexpr int short_write = -1;

/// From here on calls are counted; none fails.
void count_calls();
/// What was called since then, each function once.
std::vector<CallCount> counted();

/// From here on calls are counted, and the call number `number` (from 0) of the function `name`
/// fails with `error`: an AVERROR for libav, an errno for the system.
void fail_call(const std::string& name, long number, int error);
/// Whether it has come to that.
bool has_failed();

/// Neither counts nor fails any more.
void stop_failing();

}  // namespace lifereel::faults
