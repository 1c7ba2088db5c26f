// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/scout/records.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <limits>
#include <stdexcept>
#include <system_error>

#include "encoders/finished_file.h"
#include "encoders/text/errno_text.h"
#include "sim/hash/sha256.h"
#include "src/errors.h"
#include "src/text/text_file.h"

namespace lifereel {
namespace {

constexpr std::string_view kind = "run1";  // what a line begins with, and the version of the rest
constexpr std::size_t checksum_digits = 16;

std::string checksum(std::string_view text) {
  return sha256_hex(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())
      .substr(0, checksum_digits);
}

template <class Integer>
void print(std::string& text, Integer value) {
  text += ' ' + std::to_string(value);
}

template <class Integer>
bool parse(std::string_view& text, Integer& value) {
  if (text.empty() || text.front() != ' ') return false;
  text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

template <class Measures, class Each>
bool each_measure(Measures& m, Each each) {
  return each(m.motion) && each(m.change_20) && each(m.change_200) && each(m.active_1s) &&
         each(m.active_10s) && each(m.lit) && each(m.picture_bytes) && each(m.change_bytes) &&
         each(m.structure);
}

[[noreturn]] void fail(const std::string& what, const std::string& path) {
  throw std::runtime_error("cannot " + what + " '" + path + "': " + errno_text());
}

}  // namespace

void print_measures(std::string& text, const ScoutMeasures& measures) {
  each_measure(measures, [&](std::int64_t value) {
    print(text, value);
    return true;
  });
}

bool parse_measures(std::string_view& text, ScoutMeasures& measures) {
  return each_measure(measures, [&](std::int64_t& value) { return parse(text, value); });
}

std::string print_record(const RunKey& key, const ObservedRun& run) {
  std::string line(kind);
  print(line, key.seed);
  print(line, key.frames);
  print_measures(line, run.measures);
  print(line, run.dead_from.value_or(-1));
  print(line, run.alive);
  print(line, run.course.size());
  for (const std::int32_t value : run.course) print(line, value);
  return line + ' ' + checksum(line);
}

std::optional<std::pair<RunKey, ObservedRun>> parse_record(std::string_view line) {
  if (line.size() < kind.size() + 1 + checksum_digits) return std::nullopt;
  std::string_view text = line.substr(0, line.size() - 1 - checksum_digits);
  if (!text.starts_with(kind) || line[text.size()] != ' ' ||
      line.substr(text.size() + 1) != checksum(text))
    return std::nullopt;
  text.remove_prefix(kind.size());
  RunKey key;
  ObservedRun run;
  std::int64_t dead_from = -1;
  std::size_t observations = 0;
  if (!parse(text, key.seed) || !parse(text, key.frames) || !parse_measures(text, run.measures) ||
      !parse(text, dead_from) || !parse(text, run.alive) || !parse(text, observations) ||
      observations > text.size())
    return std::nullopt;
  if (dead_from >= 0) run.dead_from = dead_from;
  run.course.resize(observations);
  for (std::int32_t& value : run.course)
    if (!parse(text, value)) return std::nullopt;
  if (!text.empty()) return std::nullopt;
  return std::pair(key, std::move(run));
}

Records::Records(const std::string& folder) {
  std::error_code missing;
  for (const auto& entry : std::filesystem::directory_iterator(folder, missing)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("records-") || !name.ends_with(".txt")) continue;
    try {
      read_text_lines(
          entry.path().string(),
          [this](std::string_view line) {
            if (const auto record = parse_record(line))
              add(record->first, record->second);
            else
              ++damaged_;
          },
          LongLines::cut);
    } catch (const std::invalid_argument& error) {
      throw std::runtime_error(error.what());
    }
  }
}

const ObservedRun* Records::find(const RunKey& key) const {
  const auto found = runs_.find(key);
  return found == runs_.end() ? nullptr : &found->second;
}

void Records::add(const RunKey& key, const ObservedRun& run) {
  const auto [there, is_new] = runs_.emplace(key, run);
  if (!is_new && print_record(key, there->second) != print_record(key, run))
    throw std::runtime_error(
        "two records of seed " + std::to_string(key.seed) + " over " + std::to_string(key.frames) +
        " frames differ, and one of the machines that made them computes wrongly: remove its file "
        "of records, and check its golden hashes");
}

RecordWriter::RecordWriter(const std::string& path) : path_(path) {
  fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd_ < 0) fail("write", path);
  try {
    if (flock(fd_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
      throw TryAgain("another scout writes '" + path +
                     "': wait for it, or stop it, or give each a share of its own");
    const off_t size = lseek(fd_, 0, SEEK_END);
    if (size < 0) fail("read", path);
    off_t end = size;
    for (char byte = 0; end > 0; --end) {
      if (pread(fd_, &byte, 1, end - 1) != 1) fail("read", path);
      if (byte == '\n') break;
    }
    if (end != size && ftruncate(fd_, end) != 0) fail("write", path);
    if (lseek(fd_, 0, SEEK_END) < 0) fail("write", path);
    flush_folder_of(path);
  } catch (...) {
    ::close(fd_);
    throw;
  }
}

RecordWriter::~RecordWriter() { ::close(fd_); }

void RecordWriter::append(const std::string& line) {
  const std::string text = line + '\n';
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t written = ::write(fd_, text.data() + at, text.size() - at);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write", path_);
    at += static_cast<std::size_t>(written);
  }
  // EINVAL: a file system that cannot.
  if (fdatasync(fd_) != 0 && errno != EINVAL && errno != ENOSYS) fail("flush", path_);
}

}  // namespace lifereel
