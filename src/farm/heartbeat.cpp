// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/farm/heartbeat.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <exception>
#include <random>
#include <sstream>

#include "src/farm.h"
#include "src/render/disk_file.h"
#include "src/text/format.h"

namespace lifereel {
namespace {

constexpr std::string_view begin_of_name = "task-", run_of_name = ".run-";

std::string name_of_run(int task) {
  std::random_device source;
  return format("task-%06d.run-%08x", task, static_cast<unsigned>(source()));
}

std::string host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  std::string host = name.data();
  for (char& letter : host)
    if (letter <= ' ') letter = '_';
  return host.empty() ? "unknown" : host;
}

}  // namespace

Heartbeat::Heartbeat(const std::string& folder, int task)
    : path_(folder + "/" + name_of_run(task)), host_(host_name()) {}

Heartbeat::~Heartbeat() {
  if (written_) unlink(path_.c_str());
}

// One write of one length, in place: whoever reads meanwhile sees the one before or this one.
// Closed each time, for that is when a client of NFS sends it.
void Heartbeat::beat(double frames_per_second) noexcept {
  const auto now = Clock::now();
  if (written_ && std::chrono::duration<double>(now - *written_).count() < task_beat_seconds)
    return;
  written_ = now;
  try {
    const std::string text =
        format("%012llu %012.3f ", static_cast<unsigned long long>(++count_), frames_per_second) +
        host_ + "\n";
    const int fd = open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) return;
    if (pwrite(fd, text.data(), text.size(), 0) < 0) {
      // Nobody sees it, and that is all.
    }
    close(fd);
  } catch (const std::exception&) {
    // Likewise.
  }
}

std::optional<int> task_of_beat(std::string_view file_name) {
  if (!file_name.starts_with(begin_of_name)) return std::nullopt;
  file_name.remove_prefix(begin_of_name.size());
  int task = 0;
  const auto [end, error] =
      std::from_chars(file_name.data(), file_name.data() + file_name.size(), task);
  const auto digits = static_cast<std::size_t>(end - file_name.data());
  if (error != std::errc{} || task < 0 || !file_name.substr(digits).starts_with(run_of_name))
    return std::nullopt;
  return task;
}

std::optional<Beat> read_beat(const std::string& path) {
  try {
    const std::optional<std::string> text = read_file(path);
    if (!text || !text->ends_with('\n')) return std::nullopt;
    std::istringstream fields(*text);
    Beat beat;
    if (!(fields >> beat.count >> beat.frames_per_second >> beat.host)) return std::nullopt;
    return beat;
  } catch (const FileError&) {
    return std::nullopt;
  }
}

}  // namespace lifereel
