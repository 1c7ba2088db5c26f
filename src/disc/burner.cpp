// SPDX-License-Identifier: GPL-2.0-or-later
// burn_command() and burn_disc() of disc.h.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>

#include "encoders/libav/byte_file.h"
#include "encoders/text/errno_text.h"
#include "src/disc.h"
#include "src/disc/external_program.h"
#include "src/disc/step_progress.h"
#include "src/media/medium.h"
#include "src/pipeline/cancellation.h"
#include "src/text/format.h"
#include "src/text/setting_text.h"

namespace lifereel {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// A drive that has moved its tray takes a while until it knows what is in it; one whose tray is
/// closed by hand takes longer.
constexpr auto drive_patience = std::chrono::minutes(2);
/// A drive that is told to stop empties its buffer and closes what it has begun.
constexpr auto closing_patience = std::chrono::seconds(60);
constexpr std::size_t burnt_piece_bytes = 512 * disc_sector_bytes;

std::vector<std::string> burn_arguments(const BurnSettings& settings) {
  // It is asked here whether the disc may be written, not by growisofs, which has no terminal.
  return {"-use-the-force-luke=tty", "-dvd-compat", "-Z",
          settings.device + "=" + fs::absolute(settings.image).string()};
}

std::string quoted(const std::string& word) {
  const bool plain = std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_./=:,+@%").find(c) != std::string_view::npos;
  });
  if (plain && !word.empty()) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

/// The share in "1605632/4700372992 ( 0.0%) @0.0x, remaining ..."; below 0 where there is none.
double burnt_share(std::string_view line) {
  const std::size_t begin = line.find('('), end = line.find("%)");
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return -1;
  return told_number(trim(line.substr(begin + 1, end - begin - 1))).value_or(-100) / 100;
}

/// The disc, once the drive has it.
class BurntDisc {
 public:
  BurntDisc(const std::string& device, const JobControl& control) : device_(device) {
    const auto until = Clock::now() + drive_patience;
    std::uint8_t first = 0;
    while (true) {
      fd_ = open(device.c_str(), O_RDONLY | O_CLOEXEC);
      if (fd_ >= 0 && pread(fd_, &first, 1, 0) == 1) break;
      const std::string why = errno_text();
      if (fd_ >= 0) close(std::exchange(fd_, -1));
      if (Clock::now() > until)
        throw std::runtime_error("the disc is burnt, but cannot be read back from " + device +
                                 ": " + why);
      throw_if_cancelled(control.cancel, "the disc is burnt, but was not read back");
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
    posix_fadvise(fd_, 0, 0, POSIX_FADV_DONTNEED);  // what the kernel has of it is no disc
  }
  ~BurntDisc() {
    if (fd_ >= 0) close(fd_);
  }
  BurntDisc(const BurntDisc&) = delete;
  BurntDisc& operator=(const BurntDisc&) = delete;

  void read(std::int64_t place, std::span<std::uint8_t> to) const {
    while (!to.empty()) {
      const ssize_t taken = pread(fd_, to.data(), to.size(), static_cast<off_t>(place));
      if (taken < 0 && errno == EINTR) continue;
      if (taken <= 0)
        throw std::runtime_error(
            format("the disc in %s cannot be read from sector %lld on: ", device_.c_str(),
                   static_cast<long long>(place / disc_sector_bytes)) +
            (taken < 0 ? errno_text() : "it ends there") +
            "; burn another one, perhaps at a lower speed");
      to = to.subspan(static_cast<std::size_t>(taken));
      place += taken;
    }
  }

 private:
  const std::string device_;
  int fd_ = -1;
};

void compare_disc(const BurnSettings& settings, const JobControl& control) {
  const TellShare tell = tell_step(control, "reading the disc back");
  const ByteFile image(settings.image);
  const BurntDisc disc(settings.device, control);
  const std::int64_t size = image.size();
  std::vector<std::uint8_t> burnt(burnt_piece_bytes), wanted(burnt_piece_bytes);
  for (std::int64_t place = 0; place < size;) {
    throw_if_cancelled(control.cancel, "the disc is burnt, but was not read back to its end");
    const auto bytes = static_cast<std::size_t>(
        std::min<std::int64_t>(static_cast<std::int64_t>(burnt_piece_bytes), size - place));
    const std::span<std::uint8_t> a(burnt.data(), bytes), b(wanted.data(), bytes);
    disc.read(place, a);
    if (!image.read(place, b)) throw std::runtime_error("the image has become shorter meanwhile");
    const auto [other, ignored] = std::mismatch(a.begin(), a.end(), b.begin());
    if (other != a.end())
      throw std::runtime_error(
          format("the disc in %s differs from the image at sector %lld: it is spoilt; burn another "
                 "one, perhaps at a lower speed",
                 settings.device.c_str(),
                 static_cast<long long>((place + (other - a.begin())) / disc_sector_bytes)));
    place += static_cast<std::int64_t>(bytes);
    if (tell) tell(static_cast<double>(place) / static_cast<double>(size));
  }
}

}  // namespace

std::string burn_command(const BurnSettings& settings) {
  std::string line = "growisofs";
  for (const std::string& word : burn_arguments(settings)) line += " " + quoted(word);
  return line;
}

void check_burning(const BurnSettings& settings) {
  struct stat status {};
  if (stat(settings.device.c_str(), &status) != 0)
    throw std::invalid_argument("there is no device '" + settings.device + "': " + errno_text());
  // growisofs takes any file, and writes over what is in it.
  const bool has_content = S_ISREG(status.st_mode) && status.st_size > 0;
  if (has_content || S_ISDIR(status.st_mode) || S_ISCHR(status.st_mode) ||
      S_ISFIFO(status.st_mode) || settings.device.find('=') != std::string::npos)
    throw std::invalid_argument("'" + settings.device + "' is no drive; name one as /dev/sr0");
  static_cast<void>(ExternalProgram("growisofs", "growisofs"));
}

void burn_disc(const BurnSettings& settings, const JobControl& control) {
  check_burning(settings);
  static_cast<void>(ByteFile(settings.image));  // is there
  const ExternalProgram growisofs("growisofs", "growisofs");
  const TellShare tell = tell_step(control, "burning");
  ExternalProgram::Run run;
  run.arguments = burn_arguments(settings);
  run.patience = closing_patience;
  run.is_reason = [](std::string_view line) {
    return line.starts_with(":-(") || line.starts_with(":-[") || line.starts_with("FATAL");
  };
  run.line = [&](std::string_view line) {
    const double share = burnt_share(line);
    if (share >= 0 && tell) tell(share);
  };
  growisofs.run(run, control.cancel);
  compare_disc(settings, control);
}

}  // namespace lifereel
