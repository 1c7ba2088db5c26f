// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/cli/json_progress.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace lifereel::cli {
namespace {

/// With a point whatever the locale; null where there is no such number.
std::string number(double value) {
  if (!std::isfinite(value) || value < 0 || value > 1e15) return "null";
  std::array<char, 64> text;
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, 2);
  return {text.data(), end.ptr};
}

std::string count_or_null(std::int64_t value) { return value > 0 ? std::to_string(value) : "null"; }

}  // namespace

bool wants_json_progress(const Arguments& arguments) {
  const std::string form = arguments.value("progress");
  if (arguments.has("progress") && form != "json")
    throw UsageError("--progress: '" + form + "' is not known; write json");
  return arguments.has("progress");
}

std::string to_json_line(const JobProgress& progress) {
  return "{\"frames\": " + std::to_string(progress.frames_done) +
         ", \"frames_total\": " + count_or_null(progress.frames_total) +
         ", \"seconds\": " + number(progress.seconds) +
         ", \"fps\": " + number(progress.frames_per_second) + ", \"eta_seconds\": " +
         (progress.frames_per_second > 0 ? number(progress.eta_seconds) : "null") +
         ", \"bytes\": " + std::to_string(progress.bytes) + "}\n";
}

void JsonProgress::show(const JobProgress& progress) {
  const auto now = Clock::now();
  if (shown_before_ && now - shown_ < std::chrono::seconds(1)) return;
  // A line is shorter than what a pipe that is ready takes at once.
  pollfd ready{descriptor_, POLLOUT, 0};
  if (poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0) return;
  const std::string line = to_json_line(progress);
  if (write(descriptor_, line.data(), line.size()) < 0) return;  // nobody reads: no harm
  shown_ = now;
  shown_before_ = true;
}

}  // namespace lifereel::cli
