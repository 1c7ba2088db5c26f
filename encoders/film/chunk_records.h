// SPDX-License-Identifier: GPL-2.0-or-later
// A chunk's packets as bytes for a ChunkStore, and back. Internal to encoders/.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "encoders/chunk_store.h"
#include "encoders/libav/libav.h"

namespace lifereel {

// clang-format off
/// Numbers are little-endian.
///   u32 size, bytes             the codec's extradata
///   a packet, as often as there are any:
///     u8  'P'
///     i64 x 3                   pts, dts, duration, in ticks of the codec's time base
///     u32                       flags
///     u32                       number of side data
///     u32, u32 size, bytes      each: its type and what it says
///     u32 size, bytes           the encoded picture
///   u8 'E', u64                 the end, and the number of packets
// clang-format on
class ChunkRecorder {
 public:
  ChunkRecorder(std::unique_ptr<ChunkWriter> to, const std::vector<std::uint8_t>& extradata);
  void add(const AVPacket& packet);
  /// The chunk is safe when this returns.
  void finish();

 private:
  void flush();

  std::unique_ptr<ChunkWriter> to_;
  std::string record_;
  std::uint64_t packets_ = 0;
};

/// Trusts nothing: throws std::runtime_error where the bytes make no packets.
class ChunkPlayback {
 public:
  explicit ChunkPlayback(std::unique_ptr<ChunkReader> from);
  const std::vector<std::uint8_t>& extradata() const noexcept { return extradata_; }
  /// Null after the last one.
  UniquePacket next();

 private:
  std::vector<std::uint8_t> get_bytes();
  template <class T>
  T get();

  std::unique_ptr<ChunkReader> from_;
  std::vector<std::uint8_t> extradata_;
  std::uint64_t packets_ = 0;
  bool ended_ = false;
};

}  // namespace lifereel
