// SPDX-License-Identifier: GPL-2.0-or-later
// The working files of a render: one of them holds these bytes, the others are good or not there.
// The first byte chooses which. Chunks are also read with the checksum put right.
#include "src/render/work_folder.h"

#include <filesystem>
#include <fstream>

#include "encoders/film/chunk_records.h"
#include "encoders/libav/checksum.h"
#include "fuzz.h"
#include "sim/hash/sha256.h"

using namespace lifereel;
using fuzz::require;

namespace {

namespace fs = std::filesystem;

constexpr const char* job = "lifereel = 0.1.0\nseed = 480\n";

/// In memory where that is possible, gone at the end.
struct Folder {
  Folder() {
    const char* const base = fs::is_directory("/dev/shm") ? "/dev/shm" : "/tmp";
    std::string pattern = std::string(base) + "/lifereel-fuzz-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) throw std::logic_error("mkdtemp failed");
    path = pattern;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  fs::path path;
};

/// Bytes as a chunk that somebody vouches for.
class MemoryReader final : public ChunkReader {
 public:
  MemoryReader(const std::uint8_t* data, std::size_t size) : data_(data), left_(size) {}
  std::uint64_t left() const noexcept override { return left_; }
  void read(std::uint8_t* bytes, std::size_t size) override {
    require(size <= left_, "no more is asked for than there is");
    std::copy_n(data_, size, bytes);
    data_ += size;
    left_ -= size;
  }
  void finish() override {}

 private:
  const std::uint8_t* data_;
  std::size_t left_;
};

void play_back(std::unique_ptr<ChunkReader> reader) {
  try {
    ChunkPlayback chunk(std::move(reader), [](const FrameMotion&) {});
    while (const UniquePacket packet = chunk.next()) require(packet->size >= 0, "sizes are sizes");
  } catch (const std::runtime_error&) {
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Folder folder;
  if (size == 0) return 0;
  const int kind = data[0] % 4;
  const std::string_view bytes = fuzz::text_of(data + 1, size - 1);
  if (kind == 3) return play_back(std::make_unique<MemoryReader>(data + 1, size - 1)), 0;

  const std::string film = (folder.path / "film.mkv").string();
  const fs::path files = WorkFolder::path_for(film);
  fs::create_directory(files);
  constexpr const char* names[] = {"job", "chunk-000000", "checkpoint-000001"};
  std::ofstream(files / names[kind], std::ios::binary) << bytes;
  require(!WorkFolder::finished(film), "there is no film");
  const bool ours = WorkFolder::is_job(film, job);
  try {
    WorkFolder work(film, job, {1000, 500});
    const bool whole = work.pictures(0) > 0;
    require(!whole || kind == 1, "a chunk that is there was kept");
    if (whole) {
      require(bytes.find(sha256_hex(job, std::char_traits<char>::length(job))) !=
                  std::string_view::npos,
              "a chunk names its job");
      play_back(work.open(0));
    }
    if (work.checkpoint(0, 1)) require(kind == 2, "a checkpoint that is there was kept");
    work.remove();
  } catch (const std::invalid_argument&) {
    require(kind == 1 || (kind == 0 && !ours), "only another job's files are refused");
  }
  fs::remove_all(files);
  return 0;
}
