// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/render/checkpoint_files.h"

#include <exception>
#include <filesystem>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "src/errors.h"
#include "src/render/sealed_file.h"

namespace lifereel {

std::optional<Checkpoint> checkpoint_of(const Engine& engine) {
  Checkpoint checkpoint;
  try {
    engine.save(checkpoint);
  } catch (const std::logic_error&) {
    return std::nullopt;
  }
  return checkpoint;
}

CheckpointFiles::CheckpointFiles(const std::string& folder, const std::string& job_hash,
                                 const std::atomic<bool>* cancel)
    : folder_(folder), job_hash_(job_hash), cancel_(cancel) {}

void CheckpointFiles::see(std::string_view file_name) {
  const std::lock_guard lock(mutex_);
  if (const auto index = number_of(file_name, checkpoint_kind)) there_.insert(*index);
}

void CheckpointFiles::keep(std::int64_t index, const Checkpoint& checkpoint) {
  const std::vector<std::uint8_t> bytes = serialize_checkpoint(checkpoint);
  SealedWriter file(folder_, checkpoint_kind, job_hash_, index);
  file.write(bytes.data(), bytes.size());
  file.finish(0);
  const std::lock_guard lock(mutex_);
  there_.insert(index);
  failed_.erase(index);
}

std::optional<std::int64_t> CheckpointFiles::last_there(std::int64_t after,
                                                        std::int64_t index) const {
  const std::lock_guard lock(mutex_);
  const auto behind = there_.upper_bound(index);
  if (behind == there_.begin() || *std::prev(behind) <= after) return std::nullopt;
  return *std::prev(behind);
}

// A large universe takes seconds to read: lanes that keep and drop others do not wait for it.
std::optional<Checkpoint> CheckpointFiles::last(std::int64_t after, std::int64_t index) {
  while (const auto number = last_there(after, index)) {
    try {
      return read(*number);
    } catch (const Cancelled&) {
      throw;
    } catch (const std::exception&) {
      // Damaged, another's or just dropped: the way from an earlier one, or from the start, is only
      // longer.
      const std::lock_guard lock(mutex_);
      there_.erase(*number);
      failed_.insert(*number);
    }
  }
  return std::nullopt;
}

Checkpoint CheckpointFiles::read(std::int64_t index) const {
  SealedReader file(folder_, checkpoint_kind, job_hash_, index, cancel_);
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(file.left()));
  file.read(bytes.data(), bytes.size());
  file.finish();
  return parse_checkpoint(bytes.data(), bytes.size());
}

void CheckpointFiles::drop_before(std::int64_t missing) {
  const std::lock_guard lock(mutex_);
  auto needed = there_.upper_bound(missing);
  if (needed == there_.begin()) return;
  --needed;
  for (auto at = there_.begin(); at != needed; at = there_.erase(at)) {
    std::error_code ignored;
    std::filesystem::remove(sealed_path(folder_, checkpoint_kind, *at), ignored);
  }
}

bool CheckpointFiles::has_failed(std::int64_t index) const {
  const std::lock_guard lock(mutex_);
  return failed_.contains(index);
}

bool CheckpointFiles::empty() const {
  const std::lock_guard lock(mutex_);
  return there_.empty();
}

}  // namespace lifereel
