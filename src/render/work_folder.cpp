// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/render/work_folder.h"

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
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "encoders/finished_file.h"
#include "encoders/libav/checksum.h"
#include "sim/hash/sha256.h"
#include "src/errors.h"
#include "src/text/setting_text.h"

namespace lifereel {
namespace {

namespace fs = std::filesystem;

static_assert(std::endian::native == std::endian::little,
              "working files are little-endian; a big-endian processor must swap here");

constexpr std::string_view chunk_header = "lifereel chunk v02\n\n";
constexpr std::string_view checkpoint_header = "lifereel start v01\n\n";
constexpr std::size_t sha256_bytes = 64;  // as text
constexpr std::size_t preamble_bytes = chunk_header.size() + sha256_bytes + sizeof(std::uint64_t);
constexpr std::size_t seal_bytes = sizeof(std::uint64_t) + Checksum::hex_bytes;
constexpr std::size_t block_bytes = 1 << 20;

/// A file that is not what was written.
struct Damaged final : std::runtime_error {
  using std::runtime_error::runtime_error;
};

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

/// Throws std::runtime_error where a file is, but cannot be read: that says nothing about it.
class FileReader {
 public:
  explicit FileReader(const std::string& path)
      : path_(path), file_(std::fopen(path.c_str(), "rbe")) {
    if (file_ == nullptr && errno != ENOENT && errno != ENOTDIR) fail_to("read", path);
  }
  ~FileReader() {
    if (file_ != nullptr) std::fclose(file_);
  }
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;

  bool is_there() const noexcept { return file_ != nullptr; }
  /// Of a file that is there.
  std::uint64_t size() const {
    struct stat status {};
    if (fstat(fileno(file_), &status) != 0) fail_to("read", path_);
    return static_cast<std::uint64_t>(status.st_size);
  }
  /// How much there was of it.
  std::size_t read(void* bytes, std::size_t size) {
    errno = 0;
    const std::size_t got = std::fread(bytes, 1, size, file_);
    if (got < size && std::ferror(file_) != 0) fail_to("read", path_);
    return got;
  }

 private:
  const std::string path_;
  std::FILE* const file_;
};

/// Nothing where there is no such file.
std::optional<std::string> read_file(const std::string& path) {
  FileReader file(path);
  if (!file.is_there()) return std::nullopt;
  std::string text(static_cast<std::size_t>(file.size()), '\0');
  text.resize(file.read(text.data(), text.size()));
  return text;
}

/// Of a regular file; empty where there is none.
std::string identity(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  std::string text;
  for (const auto number :
       {static_cast<std::int64_t>(status.st_dev), static_cast<std::int64_t>(status.st_ino),
        static_cast<std::int64_t>(status.st_size),
        static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec})
    text += (text.empty() ? "" : " ") + std::to_string(number);
  return text + "\n";
}

std::string number_bytes(std::int64_t number) {
  return {reinterpret_cast<const char*>(&number), sizeof number};
}

std::string preamble(std::string_view header, const std::string& job_hash, std::int64_t index) {
  return std::string(header) + job_hash + number_bytes(index);
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

/// In such an order that finished() tells the truth until the end.
void remove_working_files(const std::string& folder) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (is_working_file(name) && name != "job" && name != "film-identity" && name != "lock")
      files.push_back(entry.path());
  }
  for (const fs::path& file : files) fs::remove(file);
  for (const char* const last : {"job", "film-identity", "lock"})
    fs::remove(fs::path(folder) / last);
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
      if (mkdir(folder.c_str(), 0777) != 0) {
        if (errno != EEXIST) fail_to("make the folder", folder);
      } else if (!flush_folder_of(folder)) {
        fail_to("flush the folder of", folder);
      }
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
  Writer(WorkFolder& folder, std::string_view header, std::int64_t index)
      : folder_(folder),
        header_(header),
        index_(index),
        file_(header == chunk_header ? folder.chunk_path(index) : folder.checkpoint_path(index),
              true) {
    write(preamble(header, folder.job_hash_, index));
  }
  void write(const std::uint8_t* bytes, std::size_t size) override {
    hash_.add(bytes, size);
    file_.try_write(bytes, size);
    file_.check_written();
  }
  void finish(std::int64_t pictures) override {
    write(number_bytes(pictures));
    write(hash_.hex());
    file_.finish();
    {
      const std::lock_guard lock(folder_.mutex_);
      if (header_ == chunk_header)
        folder_.chunks_.insert_or_assign(index_, pictures);
      else
        folder_.checkpoints_.insert(index_);
    }
    folder_.drop_checkpoints();
  }

 private:
  void write(const std::string& text) {
    write(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  }

  WorkFolder& folder_;
  const std::string_view header_;
  const std::int64_t index_;
  FinishedFile file_;
  Checksum hash_;
};

class WorkFolder::Reader final : public ChunkReader {
 public:
  /// Throws Damaged where the file is not this chunk.
  Reader(const std::string& path, std::string_view header, const std::string& job_hash,
         std::int64_t index, const std::atomic<bool>* cancel)
      : path_(path), cancel_(cancel), file_(path) {
    const std::string expected = preamble(header, job_hash, index);
    std::string begin(expected.size(), '\0');
    const std::uint64_t size = file_.is_there() ? file_.size() : 0;
    if (size < preamble_bytes + seal_bytes) fail();
    left_ = size - seal_bytes;
    read(reinterpret_cast<std::uint8_t*>(begin.data()), begin.size());
    const auto differs = [&](std::size_t from, std::size_t length) {
      return begin.compare(from, length, expected, from, length) != 0;
    };
    other_job_ = differs(header.size(), sha256_bytes);
    if (differs(0, header.size()) || differs(header.size() + sha256_bytes, sizeof(std::uint64_t)))
      fail();
  }
  std::uint64_t left() const noexcept override { return left_; }
  void read(std::uint8_t* bytes, std::size_t size) override {
    if (cancel_ != nullptr && cancel_->load(std::memory_order_relaxed)) throw Cancelled();
    if (size > left_ || file_.read(bytes, size) != size) fail();
    hash_.add(bytes, size);
    left_ -= size;
  }
  void finish() override {
    std::string seal(seal_bytes, '\0');
    if (left_ != 0 || file_.read(seal.data(), seal.size()) != seal.size()) fail();
    std::memcpy(&pictures_, seal.data(), sizeof pictures_);
    hash_.add(reinterpret_cast<const std::uint8_t*>(seal.data()), sizeof pictures_);
    if (seal.substr(sizeof pictures_) != hash_.hex()) fail();
    if (other_job_)
      throw std::invalid_argument("'" + path_ +
                                  "' is of another render; give another output, or --resume "
                                  "restart, which throws it away");
  }
  /// After finish().
  std::int64_t pictures() const noexcept { return pictures_; }

 private:
  [[noreturn]] void fail() const {
    throw Damaged("'" + path_ + "' is damaged; the same command again makes that chunk again");
  }

  const std::string path_;
  const std::atomic<bool>* const cancel_;
  FileReader file_;
  Checksum hash_;
  std::uint64_t left_ = 0;
  bool other_job_ = false;
  std::int64_t pictures_ = 0;
};

std::string WorkFolder::path_for(const std::string& film_path) { return film_path + ".lifereel"; }

WorkFolder::WorkFolder(const std::string& film_path, const std::string& job, const ChunkPlan& plan,
                       const std::atomic<bool>* cancel)
    : path_(path_for(film_path)),
      job_hash_(sha256_hex(job.data(), job.size())),
      plan_(plan),
      cancel_(cancel),
      lock_(std::make_unique<Lock>(path_)) {
  check_job(job);
  look_around();
  const std::string text = sealed(job);
  if (!is_job(film_path, job)) write_file(path_ + "/job", text.data(), text.size());
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

// Where it was damaged, chunks and checkpoints know whose they are.
void WorkFolder::check_job(const std::string& job) const {
  const std::optional<std::string> begun = read_file(path_ + "/job");
  if (begun && *begun != sealed(job) && is_whole_job(*begun))
    throw std::invalid_argument("the working files in '" + path_ + "' are of another render: " +
                                difference(begun->substr(0, begun->rfind(seal_key)), job) +
                                "; give that, another output, or --resume restart");
}

void WorkFolder::look_around() {
  std::vector<std::int64_t> chunks;
  std::vector<fs::path> rest;
  for (const fs::directory_entry& entry : fs::directory_iterator(path_)) {
    const std::string name = entry.path().filename().string();
    if (const auto index = number_of(name, "checkpoint")) checkpoints_.insert(*index);
    if (const auto index = number_of(name, "chunk")) chunks.push_back(*index);
    // What was being written when a process ended.
    if (name == "film" || (is_working_file(name) && name.find(".part-") != std::string::npos))
      rest.push_back(entry.path());
  }
  std::vector<std::uint8_t> block;
  for (const std::int64_t index : chunks) {
    try {
      const std::int64_t pictures = check_chunk(index, block);
      if (pictures == plan_.length(index)) {
        chunks_.emplace(index, pictures);
        continue;
      }
    } catch (const Damaged&) {
      ++found_.damaged;
    }
    rest.emplace_back(chunk_path(index));
  }
  found_.chunks = static_cast<std::int64_t>(chunks_.size());
  // First, for the file it speaks of goes, too.
  fs::remove(path_ + "/film-identity");
  for (const fs::path& path : rest) fs::remove(path);
}

std::int64_t WorkFolder::check_chunk(std::int64_t index, std::vector<std::uint8_t>& block) {
  try {
    Reader reader(chunk_path(index), chunk_header, job_hash_, index, cancel_);
    const std::uint64_t bytes = reader.left();
    while (reader.left() > 0) {
      block.resize(static_cast<std::size_t>(std::min<std::uint64_t>(reader.left(), block_bytes)));
      reader.read(block.data(), block.size());
    }
    reader.finish();
    found_.bytes += bytes;
    return reader.pictures();
  } catch (const Cancelled&) {
    throw Cancelled("the render was stopped while it checked what is kept in '" + path_ +
                    "'; the same command goes on");
  }
}

std::string WorkFolder::chunk_path(std::int64_t index) const {
  return path_ + "/" + numbered("chunk", index);
}
std::string WorkFolder::checkpoint_path(std::int64_t index) const {
  return path_ + "/" + numbered("checkpoint", index);
}

std::int64_t WorkFolder::pictures(std::int64_t index) const {
  const std::lock_guard lock(mutex_);
  const auto found = chunks_.find(index);
  return found == chunks_.end() ? 0 : found->second;
}

std::int64_t WorkFolder::pictures_kept() const {
  const std::lock_guard lock(mutex_);
  std::int64_t sum = 0;
  for (const auto& [index, pictures] : chunks_)
    if (pictures == plan_.length(index)) sum += pictures;
  return sum;
}

std::unique_ptr<ChunkWriter> WorkFolder::keep(std::int64_t index) {
  return std::make_unique<Writer>(*this, chunk_header, index);
}

std::unique_ptr<ChunkReader> WorkFolder::open(std::int64_t index) {
  return std::make_unique<Reader>(chunk_path(index), chunk_header, job_hash_, index, cancel_);
}

void WorkFolder::keep_checkpoint(std::int64_t index, const Checkpoint& checkpoint) {
  const std::vector<std::uint8_t> bytes = serialize_checkpoint(checkpoint);
  Writer file(*this, checkpoint_header, index);
  file.write(bytes.data(), bytes.size());
  file.finish(0);
}

// Kept are the last one at or before the first chunk that is missing, and all after it.
void WorkFolder::drop_checkpoints() {
  const std::lock_guard lock(mutex_);
  std::int64_t missing = 0;
  for (auto at = chunks_.find(0);
       at != chunks_.end() && at->first == missing && at->second == plan_.length(missing); ++at)
    ++missing;
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
      Reader file(checkpoint_path(*at), checkpoint_header, job_hash_, *at, cancel_);
      std::vector<std::uint8_t> bytes(static_cast<std::size_t>(file.left()));
      file.read(bytes.data(), bytes.size());
      file.finish();
      return parse_checkpoint(bytes.data(), bytes.size());
    } catch (const Cancelled&) {
      throw;
    } catch (const std::exception&) {
      // Damaged or another's: the way from an earlier one, or from the start, is only longer.
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
  const std::string folder = path_for(film_path);
  std::error_code none;
  if (now.empty() || !fs::is_directory(folder, none)) return false;
  return read_file(folder + "/film-identity") == now ||
         std::all_of(fs::directory_iterator(folder), {}, [](const fs::directory_entry& entry) {
           return entry.path().filename() == "lock";
         });
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
