// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/vbv.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>

#include "encoders/dvd/dvd_video.h"
#include "encoders/dvd/mpeg2_headers.h"
#include "encoders/libav/log_capture.h"
#include "encoders/read/film_input.h"

namespace lifereel {
namespace {

/// Sums of two stay within 64 bits.
constexpr std::int64_t most_units = std::numeric_limits<std::int64_t>::max() / 4;

/// All ones in the sequence header itself: what encoders state that were not told a rate. Their
/// size of the buffer is as little of a promise.
constexpr std::int64_t rate_not_known = 400 * ((std::int64_t{1} << 18) - 1);

constexpr std::int64_t most_picture_bits = std::int64_t{1} << 40;

/// `bits` * `scale`, both positive; more than most_units counts as most_units.
std::int64_t scaled(std::int64_t bits, std::int64_t scale) noexcept {
  return bits > most_units / scale ? most_units : bits * scale;
}

/// The model in the first sequence header of MPEG-2 video; std::nullopt where there is none.
std::optional<VbvModel> sequence_model(const AVPacket& packet) {
  const Mpeg2Headers headers =
      read_mpeg2_headers({packet.data, static_cast<std::size_t>(packet.size)});
  if (!headers.sequence) return std::nullopt;
  return vbv_model(*headers.sequence);
}

}  // namespace

std::optional<VbvModel> vbv_model(const FilmSettings& asked) {
  const FilmSettings settings = with_disc_defaults(asked);
  if (!settings.maxrate || !settings.bufsize) return std::nullopt;
  return VbvModel{*settings.maxrate, *settings.bufsize, *settings.bufsize,
                  settings.frames_per_second};
}

std::optional<VbvModel> vbv_model(const Mpeg2Sequence& sequence) {
  if (sequence.frames_per_second.num <= 0 || sequence.bit_rate == rate_not_known)
    return std::nullopt;
  return VbvModel{sequence.bit_rate, sequence.buffer_bits, sequence.buffer_bits,
                  sequence.frames_per_second};
}

VbvBuffer::VbvBuffer(const VbvModel& model) : model_(model) {
  if (model.max_rate <= 0 || model.buffer_bits <= 0)
    throw std::invalid_argument("a buffer model needs a maxrate and a bufsize above 0, not " +
                                std::to_string(model.max_rate) + " and " +
                                std::to_string(model.buffer_bits));
  if (model.frames_per_second.num <= 0 || model.frames_per_second.den <= 0)
    throw std::invalid_argument("a buffer model needs a frame rate above 0");
  if (model.initial_fill_bits < 0 || model.initial_fill_bits > model.buffer_bits)
    throw std::invalid_argument("a buffer of " + std::to_string(model.buffer_bits) +
                                " bits cannot begin with " +
                                std::to_string(model.initial_fill_bits));
  const int divisor = std::gcd(model.frames_per_second.num, model.frames_per_second.den);
  rate_ = {model.frames_per_second.num / divisor, model.frames_per_second.den / divisor};
  capacity_ = scaled(model.buffer_bits, rate_.num);
  arrival_ = scaled(model.max_rate, rate_.den);
  if (capacity_ == most_units || arrival_ == most_units)
    throw std::invalid_argument("a buffer of " + std::to_string(model.buffer_bits) + " bits at " +
                                std::to_string(model.max_rate) +
                                " bits per second is beyond what can be counted");
  fill_ = least_ = model.initial_fill_bits * rate_.num;
  report_.minimum_fill_bits = report_.end_fill_bits = model.initial_fill_bits;
}

std::int64_t VbvBuffer::whole_bits(std::int64_t units) const noexcept {
  const std::int64_t bits = units / rate_.num;
  return bits * rate_.num > units ? bits - 1 : bits;  // division rounds towards zero
}

std::int64_t VbvBuffer::fill_bits() const noexcept { return whole_bits(fill_); }

bool VbvBuffer::take(std::int64_t bits) {
  if (bits < 0 || bits > most_picture_bits)
    throw std::invalid_argument("a picture cannot have " + std::to_string(bits) + " bits");
  fill_ = std::max(fill_ - scaled(bits, rate_.num), -most_units);
  const bool late = fill_ < 0;
  if (report_.frames == 0 || fill_ < least_) {
    least_ = fill_;
    report_.minimum_fill_bits = whole_bits(fill_);
    report_.minimum_fill_frame = report_.frames;
  }
  if (late && report_.late_frames++ == 0)
    report_.first_underflow = {report_.frames,
                               static_cast<double>(report_.frames) * rate_.den / rate_.num,
                               -whole_bits(fill_)};
  fill_ = std::min(fill_ + arrival_, capacity_);
  report_.end_fill_bits = whole_bits(fill_);
  report_.largest_frame_bits = std::max(report_.largest_frame_bits, bits);
  report_.total_bits += bits;
  ++report_.frames;
  return !late;
}

VbvReport simulate_vbv(const VbvModel& model, std::span<const std::int64_t> frame_bits) {
  VbvBuffer buffer(model);
  for (const std::int64_t bits : frame_bits) buffer.take(bits);
  return buffer.report();
}

FilmVbv check_film_vbv(const std::string& path, const std::optional<VbvModel>& asked) {
  const FilmInput film = open_film(path);
  LogCapture log;
  std::optional<VbvBuffer> buffer;
  if (asked) buffer.emplace(*asked);
  const UniquePacket packet = make_packet();
  for (;;) {
    av_packet_unref(packet.get());
    const int read = av_read_frame(film.input.get(), packet.get());
    if (read == AVERROR_EOF) break;
    check(read, "av_read_frame");
    if (packet->stream_index != film.video->index) continue;
    if (!buffer) {
      const bool mpeg2 = film.video->codecpar->codec_id == AV_CODEC_ID_MPEG2VIDEO;
      const std::optional<VbvModel> found = mpeg2 ? sequence_model(*packet) : std::nullopt;
      if (!found)
        throw std::invalid_argument("'" + path +
                                    "' does not say what decoder it suits; give the maxrate and "
                                    "bufsize it was made with");
      buffer.emplace(*found);
    }
    buffer->take(std::int64_t{packet->size} * 8);
  }
  if (!buffer) throw std::runtime_error("'" + path + "' has no pictures");
  return {buffer->model(), buffer->report()};
}

}  // namespace lifereel
