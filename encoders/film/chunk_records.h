// SPDX-License-Identifier: GPL-2.0-or-later
// A chunk's packets as bytes for a ChunkStore, and back. Internal to encoders/.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "encoders/chunk_store.h"
#include "encoders/libav/libav.h"
#include "encoders/picture.h"

namespace lifereel {

/// How each species moves in one picture.
using FrameMotion = std::vector<SpeciesMotion>;

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
///   before them and between, where the film's sound is made of it, each picture's motion in order:
///     u8  'M'
///     u32 size, bytes           of each species u16 speed, u8 across, u8 down
///   u8 'E', u64                 the end, and the number of packets
// clang-format on
class ChunkRecorder {
 public:
  ChunkRecorder(std::unique_ptr<ChunkWriter> to, const std::vector<std::uint8_t>& extradata);
  void add(const AVPacket& packet);
  void add(const FrameMotion& motion);
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
  using TakeMotion = std::function<void(const FrameMotion&)>;
  /// `take_motion` is called in next() for what comes before a packet.
  ChunkPlayback(std::unique_ptr<ChunkReader> from, TakeMotion take_motion);
  const std::vector<std::uint8_t>& extradata() const noexcept { return extradata_; }
  /// Null after the last one.
  UniquePacket next();

 private:
  std::vector<std::uint8_t> get_bytes();
  FrameMotion get_motion();
  template <class T>
  T get();

  std::unique_ptr<ChunkReader> from_;
  TakeMotion take_motion_;
  std::vector<std::uint8_t> extradata_;
  std::uint64_t packets_ = 0;
  bool ended_ = false;
};

}  // namespace lifereel
