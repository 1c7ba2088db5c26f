// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/program_stream.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>

#include "encoders/dvd/decoder_buffer.h"
#include "encoders/dvd/navigation_packs.h"
#include "encoders/dvd/pack_header.h"
#include "encoders/dvd/program_stream_check.h"
#include "encoders/dvd/start_codes.h"
#include "encoders/dvd/stream_clock.h"
#include "encoders/dvd/unit_scanner.h"

namespace lifereel {
namespace {

constexpr std::int64_t dvd_video_buffer = 232 * 1024;
constexpr std::int64_t dvd_ac3_buffer = 58 * 1024;
constexpr std::int64_t most_wraps = 1000;  // three years; keeps all times far within 64 bits

constexpr std::int64_t shortest_unit = clock_rate * 4 / 10;
constexpr std::int64_t longest_unit = clock_rate;

/// Packs and packets, one after another.
class ProgramStreamCheck {
 public:
  ProgramStreamCheck(const ReadStream& read, const std::atomic<bool>* cancel)
      : source_(read), cancel_(cancel) {}

  ProgramStreamReport run() {
    while (read_unit()) {
    }
    if (report_.packs == 0) throw DamagedStream("it has no packs");
    report_.bytes = position_;
    if (position_ % sector_bytes != 0) layout_fault("the file ends within a sector of 2048 bytes");
    for (DecoderBuffer* const buffer : {&video_, &sound_}) {
      const DecoderBufferReport result = buffer->finish();
      if (result.access_units > 0) report_.streams.push_back(result);
    }
    return std::move(report_);
  }

 private:
  /// A pack header, system header or packet; false at the end of the file.
  bool read_unit() {
    const std::int64_t begin = position_;
    const auto* header = read(4);
    if (header == nullptr) return false;
    const std::uint8_t code = header[3];
    if (header[0] != 0 || header[1] != 0 || header[2] != 1 || code < program_end_code)
      throw DamagedStream("there is no start code at byte " + std::to_string(begin));
    if (code == program_end_code) return true;
    if (code == pack_code) {
      if (cancel_ != nullptr && cancel_->load(std::memory_order_relaxed))
        throw std::runtime_error("the check of the program stream was cancelled");
      read_pack(begin);
      return true;
    }
    if (report_.packs == 0) throw DamagedStream("it does not begin with a pack");
    header = need(2);
    const std::int64_t length = header[0] << 8 | header[1];
    const std::uint8_t* const body = need(static_cast<std::size_t>(length));
    const std::span<const std::uint8_t> bytes(body, static_cast<std::size_t>(length));
    if (code == first_video_stream || code == private_stream_1) read_packet(code, bytes);
    if (code == private_stream_2) see_navigation(bytes);
    return true;
  }

  void read_pack(std::int64_t begin) {
    const std::uint8_t* const fields = need(10);
    const auto pack = read_pack_header(std::span<const std::uint8_t, 10>(fields, 10));
    if (!pack) throw DamagedStream("it is MPEG-1, not MPEG-2");
    const std::int64_t base = pack->scr_base_90khz, mux_rate = pack->mux_rate;
    if (mux_rate == 0)
      throw DamagedStream("a pack at byte " + std::to_string(begin) + " has no rate");
    need(static_cast<std::size_t>(pack->stuffing_bytes));

    if (report_.packs > 0 && base < last_base_ - clock_wrap_90khz / 2) wraps_ += clock_wrap_90khz;
    if (wraps_ > most_wraps * clock_wrap_90khz)
      throw DamagedStream("its clock starts over again and again");
    last_base_ = base;
    const std::int64_t scr = (base + wraps_) * ticks_per_90khz + pack->scr_extension;
    if (report_.packs > 0) {
      const std::int64_t due = scr_ + (begin - pack_begin_) * ticks_per_unit_rate / mux_rate_;
      if (scr < scr_)
        fault(begin, "steps back by " + milliseconds_text(scr_ - scr));
      else if (scr + ticks_per_90khz < due)
        fault(begin, "comes " + milliseconds_text(due - scr) +
                         " before the pack before it has "
                         "arrived");
    }
    if (report_.packs == 0) first_scr_ = scr;
    scr_ = scr;
    mux_rate_ = mux_rate;
    pack_begin_ = begin;
    if (begin % sector_bytes != 0)
      layout_fault("the pack at byte " + std::to_string(begin) +
                   " does not begin on a sector of 2048 bytes");
    if (report_.packs == 1 && report_.navigation_packs == 0)
      layout_fault("the film does not begin with a navigation pack");
    presentation_control_ = false;
    report_.mux_rate = std::max(report_.mux_rate, mux_rate * 400);
    ++report_.packs;
  }

  void read_packet(std::uint8_t code, std::span<const std::uint8_t> body) {
    const auto cut = [&] {
      throw DamagedStream("a packet before byte " + std::to_string(position_) + " is cut off");
    };
    if (body.size() < 3 || body[0] >> 6 != 2 || body.size() < 3u + body[2]) cut();
    const std::uint8_t flags = body[1];
    std::span<const std::uint8_t> fields = body.subspan(3, body[2]);
    const auto take = [&](std::size_t bytes) {
      if (fields.size() < bytes) cut();
      const std::span<const std::uint8_t> taken = fields.first(bytes);
      fields = fields.subspan(bytes);
      return taken;
    };
    const auto take_time = [&] {
      const auto t = take(5);
      return static_cast<std::int64_t>(t[0] >> 1 & 7) << 30 | t[1] << 22 | (t[2] >> 1) << 15 |
             t[3] << 7 | t[4] >> 1;
    };
    Payload payload;
    if ((flags & 0x80) != 0) payload.dts_90khz = take_time();
    if ((flags & 0xC0) == 0xC0) payload.dts_90khz = take_time();
    if ((flags & 0x20) != 0) take(6);
    if ((flags & 0x10) != 0) take(3);
    if ((flags & 0x08) != 0) take(1);
    if ((flags & 0x04) != 0) take(1);
    if ((flags & 0x02) != 0) take(2);
    if ((flags & 0x01) != 0) {
      const std::uint8_t more = take(1)[0];
      if ((more & 0x80) != 0) take(16);
      if ((more & 0x40) != 0) take(take(1)[0]);
      if ((more & 0x20) != 0) take(2);
      if ((more & 0x10) != 0) {
        const auto size = take(2);
        payload.declared_buffer_bytes = static_cast<std::int64_t>((size[0] & 31) << 8 | size[1]) *
                                        ((size[0] & 0x20) != 0 ? 1024 : 128);
      }
    }
    payload.bytes = body.subspan(3u + body[2]);
    if (code == first_video_stream && unit_begins_) begin_unit(payload);
    if (code == private_stream_1) {
      // A substream's number, a count of frames and a pointer to the first stand before AC-3.
      if (payload.bytes.size() < 4 || payload.bytes[0] != first_ac3_substream) return;
      payload.bytes = payload.bytes.subspan(4);
    }
    if (payload.bytes.empty()) return;
    const std::int64_t first = position_ - static_cast<std::int64_t>(payload.bytes.size());
    const std::int64_t arrival =
        scr_ + ((first - pack_begin_ - 8) * ticks_per_unit_rate + mux_rate_ - 1) / mux_rate_;
    (code == private_stream_1 ? sound_ : video_).arrive(payload, arrival, mux_rate_);
  }

  /// A navigation pack holds the two packets of the disc's menus and searches.
  void see_navigation(std::span<const std::uint8_t> body) {
    if (body.size() == presentation_control_bytes && body[0] == 0) presentation_control_ = true;
    if (body.size() != data_search_bytes || body[0] != 1 || !presentation_control_) return;
    presentation_control_ = false;
    ++report_.navigation_packs;
    unit_begins_ = true;
  }

  /// The first video of an object unit.
  void begin_unit(const Payload& video) {
    unit_begins_ = false;
    constexpr std::array<std::uint8_t, 4> sequence = {0, 0, 1, sequence_code};
    const auto begin = video.bytes.first(std::min(video.bytes.size(), sequence.size()));
    if (!std::equal(begin.begin(), begin.end(), sequence.begin(), sequence.end()))
      layout_fault("the video after a navigation pack begins without a sequence header");
    if (!video.dts_90khz) return;
    if (unit_dts_) {
      const std::int64_t length =
          ((*video.dts_90khz - *unit_dts_) % clock_wrap_90khz + clock_wrap_90khz) %
          clock_wrap_90khz * ticks_per_90khz;
      report_.longest_unit_seconds = std::max(report_.longest_unit_seconds, stream_seconds(length));
      if (length < shortest_unit || length > longest_unit)
        layout_fault("a video object unit lasts " + milliseconds_text(length) +
                     ", not 400 to 1000 ms");
    }
    unit_dts_ = video.dts_90khz;
  }

  void fault(std::int64_t position, const std::string& what) {
    ++report_.fault_count;
    if (report_.faults.size() < stream_faults_told)
      report_.faults.push_back(
          {stream_seconds(scr_ - first_scr_),
           "the clock of the pack at byte " + std::to_string(position) + " " + what});
  }

  void layout_fault(const std::string& what) {
    ++report_.layout_fault_count;
    if (report_.layout_faults.size() < stream_faults_told)
      report_.layout_faults.push_back({stream_seconds(scr_ - first_scr_), what});
  }

  /// The next bytes, or nullptr at the end of the file.
  const std::uint8_t* read(std::size_t bytes) {
    buffer_.resize(std::max(buffer_.size(), bytes));
    const std::size_t got = source_(std::span(buffer_).first(bytes));
    if (got == 0 && bytes > 0) return nullptr;
    if (got < bytes) throw DamagedStream("it ends within a packet");
    position_ += static_cast<std::int64_t>(bytes);
    return buffer_.data();
  }
  const std::uint8_t* need(std::size_t bytes) {
    const std::uint8_t* const data = read(bytes);
    if (data == nullptr) throw DamagedStream("it ends within a packet");
    return data;
  }

  const ReadStream& source_;
  const std::atomic<bool>* cancel_;
  std::vector<std::uint8_t> buffer_ = std::vector<std::uint8_t>(65536);
  std::int64_t position_ = 0;
  std::int64_t pack_begin_ = 0, mux_rate_ = 1, scr_ = 0, last_base_ = 0, wraps_ = 0;
  std::int64_t first_scr_ = 0;
  bool presentation_control_ = false;  // of a navigation pack in this pack
  bool unit_begins_ = false;           // with the next video
  std::optional<std::int64_t> unit_dts_;
  ProgramStreamReport report_;
  DecoderBuffer video_{"video", dvd_video_buffer, make_picture_scanner(), report_};
  DecoderBuffer sound_{"AC-3", dvd_ac3_buffer, make_ac3_scanner(), report_};
};

}  // namespace

ProgramStreamReport check_program_stream(const ReadStream& read, const std::string& name,
                                         const std::atomic<bool>* cancel) {
  try {
    return ProgramStreamCheck(read, cancel).run();
  } catch (const DamagedStream& damage) {
    throw std::runtime_error(name +
                             " is damaged, or no program stream as DVDs have it: " + damage.what());
  }
}

ProgramStreamReport check_program_stream(const std::string& path, const std::atomic<bool>* cancel) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read '" + path + "': " + std::strerror(errno));
  const auto read = [&file](std::span<std::uint8_t> to) {
    file.read(reinterpret_cast<char*>(to.data()), static_cast<std::streamsize>(to.size()));
    if (file.bad()) throw DamagedStream(std::string("it cannot be read: ") + std::strerror(errno));
    return static_cast<std::size_t>(file.gcount());
  };
  return check_program_stream(read, "'" + path + "'", cancel);
}

}  // namespace lifereel
