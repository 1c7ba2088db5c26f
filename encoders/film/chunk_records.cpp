// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/film/chunk_records.h"

#include <bit>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <string>

namespace lifereel {
namespace {

static_assert(std::endian::native == std::endian::little,
              "kept chunks are little-endian; a big-endian processor must swap here");

constexpr std::uint8_t packet_mark = 'P', motion_mark = 'M', end_mark = 'E';

/// Of a species.
constexpr std::size_t motion_bytes = 4;

/// Of what a store is given at a time: each may be a call of the system.
constexpr std::size_t piece_bytes = 256 * 1024;

void put_raw(std::string& record, const void* bytes, std::size_t size) {
  if (size > 0) record.append(static_cast<const char*>(bytes), size);
}

template <class T>
void put(std::string& record, T value) {
  put_raw(record, &value, sizeof value);
}

void put_bytes(std::string& record, const std::uint8_t* bytes, std::size_t size) {
  put(record, static_cast<std::uint32_t>(size));
  put_raw(record, bytes, size);
}

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error("a kept chunk of the film cannot be read: " + what);
}

}  // namespace

ChunkRecorder::ChunkRecorder(std::unique_ptr<ChunkWriter> to,
                             const std::vector<std::uint8_t>& extradata)
    : to_(std::move(to)) {
  put_bytes(record_, extradata.data(), extradata.size());
}

void ChunkRecorder::add(const AVPacket& packet) {
  put(record_, packet_mark);
  for (const std::int64_t time : {packet.pts, packet.dts, packet.duration}) put(record_, time);
  put(record_, static_cast<std::uint32_t>(packet.flags));
  put(record_, static_cast<std::uint32_t>(packet.side_data_elems));
  for (int i = 0; i < packet.side_data_elems; ++i) {
    const AVPacketSideData& side = packet.side_data[i];
    put(record_, static_cast<std::uint32_t>(side.type));
    put_bytes(record_, side.data, side.size);
  }
  put_bytes(record_, packet.data, static_cast<std::size_t>(packet.size));
  ++packets_;
  if (record_.size() >= piece_bytes) flush();
}

void ChunkRecorder::add(const FrameMotion& motion) {
  put(record_, motion_mark);
  put(record_, static_cast<std::uint32_t>(motion.size() * motion_bytes));
  for (const SpeciesMotion& species : motion) {
    put(record_, species.speed);
    put(record_, species.across);
    put(record_, species.down);
  }
}

void ChunkRecorder::flush() {
  to_->write(reinterpret_cast<const std::uint8_t*>(record_.data()), record_.size());
  record_.clear();
}

void ChunkRecorder::finish() {
  put(record_, end_mark);
  put(record_, packets_);
  flush();
  to_->finish(static_cast<std::int64_t>(packets_));
}

ChunkPlayback::ChunkPlayback(std::unique_ptr<ChunkReader> from, TakeMotion take_motion)
    : from_(std::move(from)), take_motion_(std::move(take_motion)) {
  extradata_ = get_bytes();
}

template <class T>
T ChunkPlayback::get() {
  T value;
  if (from_->left() < sizeof value) fail("it is cut short");
  from_->read(reinterpret_cast<std::uint8_t*>(&value), sizeof value);
  return value;
}

std::vector<std::uint8_t> ChunkPlayback::get_bytes() {
  const auto size = get<std::uint32_t>();
  if (size > from_->left()) fail("it is cut short");
  std::vector<std::uint8_t> bytes(size);
  from_->read(bytes.data(), bytes.size());
  return bytes;
}

FrameMotion ChunkPlayback::get_motion() {
  const std::vector<std::uint8_t> bytes = get_bytes();
  if (bytes.size() % motion_bytes != 0) fail("a picture's motion is cut short");
  FrameMotion motion(bytes.size() / motion_bytes);
  const std::uint8_t* at = bytes.data();
  for (SpeciesMotion& species : motion) {
    std::memcpy(&species.speed, at, sizeof species.speed);
    species.across = at[2];
    species.down = at[3];
    at += motion_bytes;
  }
  return motion;
}

UniquePacket ChunkPlayback::next() {
  if (ended_) return nullptr;
  auto mark = get<std::uint8_t>();
  for (; mark == motion_mark; mark = get<std::uint8_t>()) take_motion_(get_motion());
  if (mark == end_mark) {
    if (get<std::uint64_t>() != packets_) fail("its number of pictures is wrong");
    if (from_->left() != 0) fail("something follows its end");
    from_->finish();
    ended_ = true;
    return nullptr;
  }
  if (mark != packet_mark) fail("a picture begins with no mark");
  UniquePacket packet = make_packet();
  const auto pts = get<std::int64_t>(), dts = get<std::int64_t>(), duration = get<std::int64_t>();
  const auto flags = get<std::uint32_t>();
  for (auto left = get<std::uint32_t>(); left > 0; --left) {
    const auto type = get<std::uint32_t>();
    const auto size = get<std::uint32_t>();
    if (type >= AV_PKT_DATA_NB) fail("a picture has side data of no known kind");
    if (size > from_->left()) fail("it is cut short");
    from_->read(check_allocated(av_packet_new_side_data(
                    packet.get(), static_cast<AVPacketSideDataType>(type), size)),
                size);
  }
  const auto size = get<std::uint32_t>();
  if (size > from_->left()) fail("it is cut short");
  if (size > std::numeric_limits<int>::max() - AV_INPUT_BUFFER_PADDING_SIZE)
    fail("a picture is too large");
  check(av_grow_packet(packet.get(), static_cast<int>(size)), "av_grow_packet");
  from_->read(packet->data, size);
  packet->pts = pts;
  packet->dts = dts;
  packet->duration = duration;
  packet->flags = static_cast<int>(flags);
  ++packets_;
  return packet;
}

}  // namespace lifereel
