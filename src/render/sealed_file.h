// SPDX-License-Identifier: GPL-2.0-or-later
// Numbered working files that vouch for themselves: whose they are, and that they are whole.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "encoders/chunk_store.h"
#include "encoders/finished_file.h"
#include "encoders/libav/checksum.h"
#include "src/render/disk_file.h"

namespace lifereel {

// clang-format off
/// A sealed file is written under another name, flushed to disk and renamed, so it is whole or not
/// there. It ends with a checksum, and is of no use when that does not match:
///
///   20 bytes   "lifereel chunk v02\n\n" or "lifereel start v01\n\n"
///   64 bytes   SHA-256 of the job's text (job.h), in lower-case hexadecimal
///   u64        the chunk's number, little-endian
///   ...        encoders/film/chunk_records.h, or sim/checkpoint.h
///   u64        the chunk's pictures, 0 in a checkpoint
///   32 bytes   checksum of all bytes before, in lower-case hexadecimal (encoders/libav/checksum.h)
// clang-format on
struct SealedKind {
  std::string_view header;
  std::string_view name;  ///< of its files, before their number
};
inline constexpr SealedKind chunk_kind{"lifereel chunk v02\n\n", "chunk"};
inline constexpr SealedKind checkpoint_kind{"lifereel start v01\n\n", "checkpoint"};

/// "folder/chunk-000012"
std::string sealed_path(const std::string& folder, const SealedKind& kind, std::int64_t index);

/// The number in "chunk-000012".
std::optional<std::int64_t> number_of(std::string_view file_name, const SealedKind& kind);

/// A file that is not what was written.
struct Damaged final : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Destroyed without finish(), nothing is kept.
class SealedWriter {
 public:
  SealedWriter(const std::string& folder, const SealedKind& kind, const std::string& job_hash,
               std::int64_t index);
  void write(const std::uint8_t* bytes, std::size_t size);
  void finish(std::int64_t pictures);

 private:
  void write(const std::string& text);

  FinishedFile file_;
  Checksum hash_;
};

/// What a sealed file's begin and end say, without what is in between.
struct SealedGlance {
  bool is_there = false;
  bool other_job = false;
  std::optional<std::int64_t> pictures;  ///< nothing where it is damaged
};
SealedGlance glance_at_sealed(const std::string& folder, const SealedKind& kind,
                              const std::string& job_hash, std::int64_t index);

/// Every call throws Damaged where the file is not what was written, finish() std::invalid_argument
/// where it is another job's, read() Cancelled when `cancel` (may be nullptr) is set.
class SealedReader final : public ChunkReader {
 public:
  SealedReader(const std::string& folder, const SealedKind& kind, const std::string& job_hash,
               std::int64_t index, const std::atomic<bool>* cancel);
  std::uint64_t left() const noexcept override { return left_; }
  void read(std::uint8_t* bytes, std::size_t size) override;
  void finish() override;
  /// After finish().
  std::int64_t pictures() const noexcept { return pictures_; }

 private:
  [[noreturn]] void fail() const;

  const std::string path_;
  const std::atomic<bool>* const cancel_;
  FileReader file_;
  Checksum hash_;
  std::uint64_t left_ = 0;
  bool other_job_ = false;
  std::int64_t pictures_ = 0;
};

}  // namespace lifereel
