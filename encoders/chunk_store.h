// SPDX-License-Identifier: GPL-2.0-or-later
// Where a film's finished chunks are kept until it is complete. No libav type appears here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "../sim/language.h"  // as installed

namespace [[gnu::visibility("default")]] lifereel {

/// Takes the bytes of one chunk. Destroyed without finish(), nothing is kept.
class ChunkWriter {
 public:
  virtual ~ChunkWriter() = default;
  virtual void write(const std::uint8_t* bytes, std::size_t size) = 0;
  /// The chunk is whole, of so many pictures, and safe when this returns.
  virtual void finish(std::int64_t pictures) = 0;
};

/// Gives the bytes of one chunk back, in order.
class ChunkReader {
 public:
  virtual ~ChunkReader() = default;
  /// Bytes still to be read. No more than these are asked for.
  virtual std::uint64_t left() const noexcept = 0;
  virtual void read(std::uint8_t* bytes, std::size_t size) = 0;
  /// After the last byte: throws when they are not those that were written.
  virtual void finish() = 0;
};

/// Keeps chunks by number, as bytes that are the film's own affair. It vouches for them: a chunk is
/// there whole and unchanged, or not at all. Any thread may call it for any chunk, and pictures()
/// at any time; two threads never write or read the same one. Every call may throw
/// std::runtime_error.
class ChunkStore {
 public:
  virtual ~ChunkStore() = default;
  /// How many pictures the chunk has; 0 where it is not there.
  virtual std::int64_t pictures(std::int64_t index) const = 0;
  /// In place of what is there by that number.
  virtual std::unique_ptr<ChunkWriter> keep(std::int64_t index) = 0;
  virtual std::unique_ptr<ChunkReader> open(std::int64_t index) = 0;
};

}  // namespace lifereel
