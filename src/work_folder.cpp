// SPDX-License-Identifier: GPL-2.0-or-later
#include "work_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "encoders/checksum.h"
#include "encoders/finished_file.h"
#include "pipeline.h"
#include "setting_text.h"
#include "sim/sha256.h"

namespace lifereel {
namespace {

namespace fs = std::filesystem;

static_assert(std::endian::native == std::endian::little,
              "working files are little-endian; a big-endian processor must swap here");

constexpr std::string_view chunk_header = "lifereel chunk v01\n\n";
constexpr std::size_t sha256_bytes = 64;  // as text
constexpr std::size_t preamble_bytes = chunk_header.size() + sha256_bytes + sizeof(std::uint64_t);
constexpr std::size_t block_bytes = 1 << 20;

std::string errno_text() { return std::generic_category().message(errno); }

[[noreturn]] void fail_to(const std::string& what, const std::string& path) {
  throw std::runtime_error("cannot " + what + " '" + path + "': " + errno_text());
}

std::string numbered(const char* kind, std::int64_t index) {
  std::array<char, 40> text;
  std::snprintf(text.data(), text.size(), "%s-%06lld", kind, static_cast<long long>(index));
  return text.data();
}

/// The number in "kind-000012".
std::optional<std::int64_t> number_of(std::string_view name, std::string_view kind) {
  if (!name.starts_with(kind) || name.size() < kind.size() + 7 || name[kind.size()] != '-')
    return std::nullopt;
  name.remove_prefix(kind.size() + 1);
  std::int64_t index = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
  if (error != std::errc{} || end != name.data() + name.size() || index < 0) return std::nullopt;
  return index;
}

void write_file(const std::string& path, const void* bytes, std::size_t size) {
  FinishedFile file(path, true);
  file.try_write(static_cast<const std::uint8_t*>(bytes), size);
  file.check_written();
  file.finish();
}

/// Nothing where there is no such file.
std::optional<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// "dev inode" of a file; empty where there is none.
std::string identity(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return {};
  return std::to_string(status.st_dev) + " " + std::to_string(status.st_ino) + "\n";
}

std::string preamble(const std::string& job_hash, std::int64_t index) {
  std::string text = std::string(chunk_header) + job_hash;
  const auto number = static_cast<std::uint64_t>(index);
  text.append(reinterpret_cast<const char*>(&number), sizeof number);
  return text;
}

std::map<std::string, std::string> lines_of(const std::string& job) {
  std::map<std::string, std::string> lines;
  std::istringstream text(job);
  for (std::string line; std::getline(text, line);) {
    const std::size_t at = line.find(" = ");
    if (line.starts_with('#') || at == std::string::npos) continue;
    lines[line.substr(0, at)] += line.substr(at + 3);
  }
  return lines;
}

constexpr std::string_view seal_key = "job-sha256 = ";

std::string sealed(const std::string& job) {
  return job + std::string(seal_key) + sha256_hex(job.data(), job.size()) + "\n";
}

/// A job that was damaged says nothing.
bool is_whole_job(const std::string& text) {
  const std::size_t at = text.rfind(seal_key);
  return at != std::string::npos && text == sealed(text.substr(0, at));
}

/// Not what somebody else has put there.
bool is_working_file(const std::string& name) {
  static constexpr std::array<std::string_view, 4> names{"lock", "job", "film", "film-identity"};
  const std::string_view whole = std::string_view(name).substr(0, name.find(".part-"));
  return std::find(names.begin(), names.end(), whole) != names.end() || number_of(whole, "chunk") ||
         number_of(whole, "checkpoint");
}

/// In such an order that finished() and is_job() tell the truth until the end.
void remove_working_files(const std::string& folder) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (is_working_file(name) && name != "job" && name != "film-identity")
      files.push_back(entry.path());
  }
  for (const fs::path& file : files) fs::remove(file);
  fs::remove(fs::path(folder) / "job");
  fs::remove(fs::path(folder) / "film-identity");
  std::error_code ignored;  // other files in it keep the folder
  fs::remove(folder, ignored);
}

/// The first line in which two jobs differ, as "begun with ..., now ...".
std::string difference(const std::string& begun, const std::string& now) {
  const auto a = lines_of(begun), b = lines_of(now);
  const auto text = [](const auto& lines, const std::string& key) {
    const auto found = lines.find(key);
    return found == lines.end() ? "no " + key : key + " = " + in_quotes(found->second);
  };
  for (const auto* const lines : {&a, &b})
    for (const auto& [key, value] : *lines)
      if (!a.contains(key) || !b.contains(key) || a.at(key) != b.at(key))
        return "begun with " + text(a, key) + ", now " + text(b, key);
  return "begun by another version of lifereel";
}

}  // namespace

// The lock goes with the process, however it ends.
class WorkFolder::Lock {
 public:
  explicit Lock(const std::string& folder) : path_(folder + "/lock") {
    for (int attempt = 0; attempt < 100; ++attempt) {
      if (mkdir(folder.c_str(), 0777) != 0 && errno != EEXIST) fail_to("make the folder", folder);
      fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
      if (fd_ < 0 && errno == ENOENT) continue;  // whoever finished has just removed the folder
      if (fd_ < 0) fail_to("write", path_);
      if (flock(fd_, LOCK_EX | LOCK_NB) != 0) {
        const bool busy = errno == EWOULDBLOCK;
        const std::string text = errno_text();
        close(fd_);
        if (busy)
          throw std::invalid_argument("another process is rendering this film: '" + folder +
                                      "' is in use; wait for it, or stop it");
        throw std::runtime_error("cannot lock '" + path_ + "': " + text +
                                 "; --resume off needs no working files");
      }
      // Whoever held it may have removed it meanwhile.
      struct stat locked {
      }, named{};
      if (fstat(fd_, &locked) == 0 && stat(path_.c_str(), &named) == 0 &&
          locked.st_ino == named.st_ino && locked.st_dev == named.st_dev)
        return;
      close(fd_);
    }
    throw std::runtime_error("cannot lock '" + path_ + "': it keeps disappearing");
  }
  ~Lock() { close(fd_); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  const std::string path_;
  int fd_ = -1;
};

class WorkFolder::Writer final : public ChunkWriter {
 public:
  Writer(WorkFolder& folder, std::int64_t index)
      : folder_(folder), index_(index), file_(folder.chunk_path(index), true) {
    const std::string begin = preamble(folder.job_hash_, index);
    write(reinterpret_cast<const std::uint8_t*>(begin.data()), begin.size());
  }
  void write(const std::uint8_t* bytes, std::size_t size) override {
    hash_.add(bytes, size);
    file_.try_write(bytes, size);
    file_.check_written();
  }
  void finish() override {
    const std::string checksum = hash_.hex();
    file_.try_write(reinterpret_cast<const std::uint8_t*>(checksum.data()), checksum.size());
    file_.finish();
    {
      const std::lock_guard lock(folder_.mutex_);
      folder_.chunks_.insert(index_);
    }
    folder_.drop_checkpoints();
  }

 private:
  WorkFolder& folder_;
  const std::int64_t index_;
  FinishedFile file_;
  Checksum hash_;
};

class WorkFolder::Reader final : public ChunkReader {
 public:
  /// Throws std::runtime_error where the file is not this chunk of this job.
  Reader(const std::string& path, const std::string& job_hash, std::int64_t index)
      : path_(path), file_(path, std::ios::binary) {
    const std::string expected = preamble(job_hash, index);
    std::string begin(expected.size(), '\0');
    std::error_code error;
    const std::uintmax_t size = fs::file_size(path, error);
    if (!file_ || error || size < preamble_bytes + Checksum::hex_bytes) fail();
    left_ = size - Checksum::hex_bytes;
    read(reinterpret_cast<std::uint8_t*>(begin.data()), begin.size());
    if (begin != expected) fail();
  }
  std::uint64_t left() const noexcept override { return left_; }
  void read(std::uint8_t* bytes, std::size_t size) override {
    if (size > left_ ||
        !file_.read(reinterpret_cast<char*>(bytes), static_cast<std::streamsize>(size)))
      fail();
    hash_.add(bytes, size);
    left_ -= size;
  }
  void finish() override {
    std::string checksum(Checksum::hex_bytes, '\0');
    if (left_ != 0 || !file_.read(checksum.data(), Checksum::hex_bytes) || checksum != hash_.hex())
      fail();
  }

 private:
  [[noreturn]] void fail() const {
    throw std::runtime_error("'" + path_ +
                             "' is damaged; the same command again makes that chunk again");
  }

  const std::string path_;
  std::ifstream file_;
  Checksum hash_;
  std::uint64_t left_ = 0;
};

std::string WorkFolder::path_for(const std::string& film_path) { return film_path + ".lifereel"; }

WorkFolder::WorkFolder(const std::string& film_path, const std::string& job,
                       const std::atomic<bool>* cancel)
    : path_(path_for(film_path)),
      job_hash_(sha256_hex(job.data(), job.size())),
      lock_(std::make_unique<Lock>(path_)) {
  check_job(job);
  check_chunks(cancel);
  drop_checkpoints();
}

WorkFolder::~WorkFolder() {
  if (!lock_ || !chunks_.empty() || !checkpoints_.empty()) return;
  try {
    remove();
  } catch (...) {
    // It stays, and will be of use to nobody.
  }
}

void WorkFolder::check_job(const std::string& job) {
  const std::string path = path_ + "/job";
  const std::optional<std::string> begun = read_file(path);
  const std::string text = sealed(job);
  if (begun && *begun != text) {
    // Where it was damaged, the chunks know whose they are.
    if (is_whole_job(*begun))
      throw std::invalid_argument("the working files in '" + path_ + "' are of another render: " +
                                  difference(begun->substr(0, begun->rfind(seal_key)), job) +
                                  "; give that, another output, or --resume restart");
  }
  if (begun != text) write_file(path, text.data(), text.size());
}

void WorkFolder::check_chunks(const std::atomic<bool>* cancel) {
  std::vector<std::uint8_t> block;
  std::vector<fs::path> rest;
  for (const fs::directory_entry& entry : fs::directory_iterator(path_)) {
    const std::string name = entry.path().filename().string();
    if (const auto index = number_of(name, "checkpoint")) checkpoints_.insert(*index);
    const auto index = number_of(name, "chunk");
    // What was being written when a process ended.
    if (!index && is_working_file(name) &&
        (name == "film" || name.find(".part-") != std::string::npos))
      rest.push_back(entry.path());
    if (!index) continue;
    try {
      Reader reader(entry.path().string(), job_hash_, *index);
      const std::uint64_t bytes = reader.left();
      while (reader.left() > 0) {
        if (cancel != nullptr && cancel->load(std::memory_order_relaxed)) throw Cancelled();
        block.resize(static_cast<std::size_t>(std::min<std::uint64_t>(reader.left(), block_bytes)));
        reader.read(block.data(), block.size());
      }
      reader.finish();
      chunks_.insert(*index);
      found_.bytes += bytes;
      ++found_.chunks;
    } catch (const Cancelled&) {
      throw;
    } catch (const std::runtime_error&) {
      rest.push_back(entry.path());
      ++found_.damaged;
    }
  }
  for (const fs::path& path : rest) fs::remove(path);
}

std::string WorkFolder::chunk_path(std::int64_t index) const {
  return path_ + "/" + numbered("chunk", index);
}
std::string WorkFolder::checkpoint_path(std::int64_t index) const {
  return path_ + "/" + numbered("checkpoint", index);
}

bool WorkFolder::has(std::int64_t index) const {
  const std::lock_guard lock(mutex_);
  return chunks_.contains(index);
}

std::int64_t WorkFolder::chunks_kept() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::int64_t>(chunks_.size());
}

std::unique_ptr<ChunkWriter> WorkFolder::keep(std::int64_t index) {
  return std::make_unique<Writer>(*this, index);
}

std::unique_ptr<ChunkReader> WorkFolder::open(std::int64_t index) {
  return std::make_unique<Reader>(chunk_path(index), job_hash_, index);
}

void WorkFolder::keep_checkpoint(std::int64_t index, const Checkpoint& checkpoint) {
  const std::vector<std::uint8_t> bytes = serialize_checkpoint(checkpoint);
  write_file(checkpoint_path(index), bytes.data(), bytes.size());
  {
    const std::lock_guard lock(mutex_);
    checkpoints_.insert(index);
  }
  drop_checkpoints();
}

// Kept are the last one at or before the first chunk that is missing, and all after it.
void WorkFolder::drop_checkpoints() {
  const std::lock_guard lock(mutex_);
  std::int64_t missing = 0;
  while (chunks_.contains(missing)) ++missing;
  auto needed = checkpoints_.upper_bound(missing);
  if (needed == checkpoints_.begin()) return;
  --needed;
  for (auto at = checkpoints_.begin(); at != needed; at = checkpoints_.erase(at)) {
    std::error_code ignored;
    fs::remove(checkpoint_path(*at), ignored);
  }
}

std::optional<Checkpoint> WorkFolder::checkpoint(std::int64_t after, std::int64_t index) {
  const std::lock_guard lock(mutex_);
  for (auto at = checkpoints_.upper_bound(index); at != checkpoints_.begin();) {
    --at;
    if (*at <= after) break;
    try {
      const std::string bytes = read_file(checkpoint_path(*at)).value_or("");
      return parse_checkpoint(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    } catch (const std::runtime_error&) {
      // Damaged: an earlier one does as well, it only takes longer.
      std::error_code ignored;
      fs::remove(checkpoint_path(*at), ignored);
      ++found_.damaged;
      at = checkpoints_.erase(at);
    }
  }
  return std::nullopt;
}

void WorkFolder::identify_film() {
  const std::string text = identity(film_path());
  if (!text.empty()) write_file(path_ + "/film-identity", text.data(), text.size());
}

bool WorkFolder::finished(const std::string& film_path) {
  const std::string now = identity(film_path);
  if (now.empty()) return false;
  const std::string folder = path_for(film_path);
  std::error_code no_folder;
  return read_file(folder + "/film-identity") == now || fs::is_empty(folder, no_folder);
}

bool WorkFolder::is_job(const std::string& film_path, const std::string& job) {
  return read_file(path_for(film_path) + "/job") == sealed(job);
}

void WorkFolder::remove(const std::string& film_path) {
  const std::string path = path_for(film_path);
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return;
  const Lock lock(path);
  remove_working_files(path);
}

void WorkFolder::remove() {
  const std::unique_ptr<Lock> until_the_end = std::move(lock_);
  remove_working_files(path_);
}

}  // namespace lifereel
