// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/render/chunk_folder.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <utility>

#include "src/errors.h"
#include "src/render/sealed_file.h"

namespace lifereel {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t block_bytes = 1 << 20;

}  // namespace

class ChunkFolder::Writer final : public ChunkWriter {
 public:
  Writer(ChunkFolder& folder, std::int64_t index)
      : folder_(folder),
        index_(index),
        file_(folder.folder_, chunk_kind, folder.job_hash_, index) {}
  void write(const std::uint8_t* bytes, std::size_t size) override { file_.write(bytes, size); }
  void finish(std::int64_t pictures) override {
    file_.finish(pictures);
    folder_.add(index_, pictures);
    if (folder_.after_keeping_) folder_.after_keeping_();
  }

 private:
  ChunkFolder& folder_;
  const std::int64_t index_;
  SealedWriter file_;
};

ChunkFolder::ChunkFolder(const std::string& folder, const std::string& job_hash,
                         const ChunkPlan& plan, const std::atomic<bool>* cancel,
                         std::function<void()> after_keeping)
    : folder_(folder),
      job_hash_(job_hash),
      plan_(plan),
      cancel_(cancel),
      after_keeping_(std::move(after_keeping)) {}

ChunkFolder::Found ChunkFolder::look(std::vector<std::string>& useless) {
  std::vector<std::int64_t> there;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_))
    if (const auto index = number_of(entry.path().filename().string(), chunk_kind))
      there.push_back(*index);
  Found found;
  std::vector<std::uint8_t> block;
  for (const std::int64_t index : there) {
    try {
      const std::int64_t pictures = check(index, block, found.bytes);
      if (pictures == plan_.length(index)) {
        add(index, pictures);
        continue;
      }
    } catch (const Damaged&) {
      ++found.damaged;
    }
    useless.push_back(sealed_path(folder_, chunk_kind, index));
  }
  const std::lock_guard lock(mutex_);
  found.chunks = static_cast<std::int64_t>(chunks_.size());
  return found;
}

ChunkFolder::Kept ChunkFolder::see(std::int64_t index) {
  std::vector<std::uint8_t> block;
  std::uint64_t bytes = 0;
  // What is cut short ends in a number, too.
  const Kept kept = glance(index);
  if (kept != Kept::whole && kept != Kept::other_length) return kept;
  const auto forget = [&] {
    const std::lock_guard lock(mutex_);
    chunks_.erase(index);
  };
  try {
    check(index, block, bytes);
    return kept;
  } catch (const Damaged&) {
    forget();
    return Kept::damaged;
  } catch (...) {
    forget();
    throw;
  }
}

ChunkFolder::Kept ChunkFolder::glance(std::int64_t index) {
  const SealedGlance seen = glance_at_sealed(folder_, chunk_kind, job_hash_, index);
  if (!seen.is_there) return Kept::missing;
  if (seen.other_job) return Kept::other_job;
  if (!seen.pictures) return Kept::damaged;
  if (*seen.pictures != plan_.length(index)) return Kept::other_length;
  add(index, *seen.pictures);
  return Kept::whole;
}

std::int64_t ChunkFolder::check(std::int64_t index, std::vector<std::uint8_t>& block,
                                std::uint64_t& bytes) {
  try {
    SealedReader reader(folder_, chunk_kind, job_hash_, index, cancel_);
    const std::uint64_t chunk_bytes = reader.left();
    while (reader.left() > 0) {
      block.resize(static_cast<std::size_t>(std::min<std::uint64_t>(reader.left(), block_bytes)));
      reader.read(block.data(), block.size());
    }
    reader.finish();
    bytes += chunk_bytes;
    return reader.pictures();
  } catch (const Cancelled&) {
    throw Cancelled("the render was stopped while it checked what is kept in '" + folder_ +
                    "'; a render with the same settings resumes");
  }
}

void ChunkFolder::add(std::int64_t index, std::int64_t pictures) {
  const std::lock_guard lock(mutex_);
  chunks_.insert_or_assign(index, pictures);
}

std::int64_t ChunkFolder::pictures(std::int64_t index) const {
  const std::lock_guard lock(mutex_);
  const auto found = chunks_.find(index);
  return found == chunks_.end() ? 0 : found->second;
}

std::unique_ptr<ChunkWriter> ChunkFolder::keep(std::int64_t index) {
  return std::make_unique<Writer>(*this, index);
}

std::unique_ptr<ChunkReader> ChunkFolder::open(std::int64_t index) {
  return std::make_unique<SealedReader>(folder_, chunk_kind, job_hash_, index, cancel_);
}

bool ChunkFolder::empty() const {
  const std::lock_guard lock(mutex_);
  return chunks_.empty();
}

std::int64_t ChunkFolder::pictures_kept() const {
  const std::lock_guard lock(mutex_);
  std::int64_t sum = 0;
  for (const auto& [index, pictures] : chunks_)
    if (pictures == plan_.length(index)) sum += pictures;
  return sum;
}

std::int64_t ChunkFolder::first_missing() const {
  const std::lock_guard lock(mutex_);
  std::int64_t missing = 0;
  for (auto at = chunks_.find(0);
       at != chunks_.end() && at->first == missing && at->second == plan_.length(missing); ++at)
    ++missing;
  return missing;
}

}  // namespace lifereel
