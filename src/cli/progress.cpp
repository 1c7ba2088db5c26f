// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/cli/progress.h"
#include "src/cli/option_words.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>

namespace lifereel::cli {
namespace {

std::string clock_text(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0 || seconds > 1e9) return "?";
  const auto whole = static_cast<long long>(std::ceil(seconds));
  char text[48];
  std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", whole / 3600, whole / 60 % 60, whole % 60);
  return text;
}

const char* waiting_text(JobProgress::Waiting waiting) {
  switch (waiting) {
    case JobProgress::Waiting::engine:
      return ", engine waits";
    case JobProgress::Waiting::encoder:
      return ", encoder waits";
    case JobProgress::Waiting::nobody:
      break;
  }
  return "";
}

double percent(std::int64_t done, std::int64_t total) {
  return total > 0 ? 100.0 * static_cast<double>(done) / static_cast<double>(total) : 0;
}

bool rewrites_lines(std::FILE* stream) {
  const char* const term = std::getenv("TERM");
  return isatty(fileno(stream)) == 1 && (term == nullptr || std::string_view(term) != "dumb");
}

}  // namespace

std::function<void(const std::string&)> notices_to(std::FILE* stream, bool quiet) {
  if (quiet) return {};
  return [stream, told = std::set<std::string>()](const std::string& sentence) mutable {
    if (told.insert(sentence).second)
      std::fprintf(stream, "lifereel: %s\n", with_option_words(sentence).c_str());
  };
}

ProgressLine::ProgressLine(std::FILE* stream, bool quiet)
    : stream_(stream), quiet_(quiet), terminal_(rewrites_lines(stream)) {}

ProgressLine::~ProgressLine() { make_way(); }

void ProgressLine::make_way() {
  if (!line_open_ || !takes_a_line()) return;
  std::fputs("\r\x1b[K", stream_);
  std::fflush(stream_);
  line_open_ = false;
}

void ProgressLine::show_film(const JobProgress& progress) {
  if (!due()) return;
  char text[200];
  std::snprintf(text, sizeof text,
                "%lld/%lld frames, %.1f %%, %.1f fps, %.2fx real time, ETA %s, %.0f kb/s%s",
                static_cast<long long>(progress.frames_done),
                static_cast<long long>(progress.frames_total),
                percent(progress.frames_done, progress.frames_total), progress.frames_per_second,
                progress.speed, clock_text(progress.eta_seconds).c_str(),
                progress.bits_per_second / 1000, waiting_text(progress.waiting));
  print(text);
}

void ProgressLine::show_frames(const JobProgress& progress) {
  if (!due()) return;
  char text[200];
  std::snprintf(text, sizeof text, "%lld/%lld frames, %.1f %%, %.1f fps, ETA %s",
                static_cast<long long>(progress.frames_done),
                static_cast<long long>(progress.frames_total),
                percent(progress.frames_done, progress.frames_total), progress.frames_per_second,
                clock_text(progress.eta_seconds).c_str());
  print(text);
}

void ProgressLine::show_step(const JobProgress& progress) {
  if (!due()) return;
  char text[200];
  if (progress.frames_total > 0)
    std::snprintf(text, sizeof text, "%.120s, %.1f %%, ETA %s", progress.step.c_str(),
                  percent(progress.frames_done, progress.frames_total),
                  clock_text(progress.eta_seconds).c_str());
  else if (progress.share >= 0)
    std::snprintf(text, sizeof text, "%.120s, %.1f %%", progress.step.c_str(),
                  100 * progress.share);
  else
    std::snprintf(text, sizeof text, "%.120s", progress.step.c_str());
  print(text);
}

bool ProgressLine::due() {
  if (quiet_) return false;
  const auto now = Clock::now();
  if (now - printed_ < (terminal_ ? std::chrono::milliseconds(150) : std::chrono::seconds(10))) {
    return false;
  }
  printed_ = now;
  return true;
}

// A pipe says so as long as it has room for 4096 bytes, a terminal unless it is stopped (Ctrl-S).
bool ProgressLine::takes_a_line() const {
  pollfd stream{fileno(stream_), POLLOUT, 0};
  return poll(&stream, 1, 0) == 1 && (stream.revents & POLLOUT) != 0;
}

void ProgressLine::print(std::string line) {
  if (!takes_a_line()) return;
  if (!terminal_) {
    std::fprintf(stream_, "%s\n", line.c_str());
  } else {
    winsize window = {};
    if (ioctl(fileno(stream_), TIOCGWINSZ, &window) == 0 && window.ws_col > 1) {
      line.resize(std::min<std::size_t>(line.size(), window.ws_col - 1u));
    }
    std::fprintf(stream_, "\r%s\x1b[K", line.c_str());
    line_open_ = true;
  }
  if (std::fflush(stream_) != 0) quiet_ = true;
}

}  // namespace lifereel::cli
