// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/program_stream.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>

#include "encoders/dvd/mpeg2_codes.h"
#include "encoders/dvd/mpeg2_headers.h"

namespace lifereel {
namespace {

// Times are ticks of 27 MHz that never wrap, unless their name says 90 kHz.
constexpr std::int64_t clock_rate = 27'000'000;
constexpr std::int64_t ticks_per_90khz = 300;
/// A byte at a mux rate of 1, which is 50 bytes per second.
constexpr std::int64_t ticks_per_unit_rate = clock_rate / 50;

constexpr std::uint8_t program_end_code = 0xB9;
constexpr std::uint8_t pack_code = 0xBA;
constexpr std::uint8_t private_stream_1 = 0xBD;
constexpr std::uint8_t private_stream_2 = 0xBF;
constexpr std::uint8_t first_video_stream = 0xE0;
constexpr std::uint8_t first_ac3_substream = 0x80;

constexpr std::int64_t dvd_video_buffer = 232 * 1024;
constexpr std::int64_t dvd_ac3_buffer = 58 * 1024;
constexpr std::int64_t longest_stay = clock_rate;
constexpr std::size_t faults_told = 16;
constexpr std::int64_t most_wraps = 1000;  // three years; keeps all times far within 64 bits

constexpr std::int64_t sector_bytes = 2048;
// What is left of a navigation pack's two packets after their length fields.
constexpr std::size_t presentation_control_bytes = 980;
constexpr std::size_t data_search_bytes = 1018;
constexpr std::int64_t shortest_unit = clock_rate * 4 / 10;
constexpr std::int64_t longest_unit = clock_rate;

/// What the file is not, or where it breaks.
struct Damaged : std::runtime_error {
  using std::runtime_error::runtime_error;
};

double seconds(std::int64_t ticks) { return static_cast<double>(ticks) / clock_rate; }

std::string milliseconds_text(std::int64_t ticks) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f ms", 1000 * seconds(ticks));
  return text;
}

std::string clock_text(std::int64_t ticks) {
  const std::int64_t milliseconds = ticks / (clock_rate / 1000);
  char text[48];
  std::snprintf(text, sizeof text, "%lld:%02lld:%02lld.%03lld",
                static_cast<long long>(milliseconds / 3'600'000),
                static_cast<long long>(milliseconds / 60'000 % 60),
                static_cast<long long>(milliseconds / 1000 % 60),
                static_cast<long long>(milliseconds % 1000));
  return text;
}

/// The part of a PES packet that one elementary stream's decoder gets.
struct Payload {
  std::span<const std::uint8_t> bytes;
  std::optional<std::int64_t> dts_90khz;  // 33 bits; the PTS where there is no other
  std::optional<std::int64_t> declared_buffer_bytes;
};

/// Finds where access units begin in an elementary stream that comes in pieces.
class UnitScanner {
 public:
  virtual ~UnitScanner() = default;
  /// Adds the offset in the stream of every unit that is known by these bytes to begin; it may lie
  /// a few bytes before them.
  virtual void scan(std::span<const std::uint8_t> bytes, std::vector<std::int64_t>& begins) = 0;
  /// From one unit's decoding to the next one's.
  virtual std::int64_t period() const = 0;
};

/// `Format` has see(byte, offset), which returns the beginning of a unit that the byte tells of.
template <class Format>
class ScannerOf final : public UnitScanner {
 public:
  void scan(std::span<const std::uint8_t> bytes, std::vector<std::int64_t>& begins) override {
    for (const std::uint8_t byte : bytes)
      if (const std::optional<std::int64_t> begin = format_.see(byte, offset_++))
        begins.push_back(*begin);
  }
  std::int64_t period() const override { return format_.period(); }

 private:
  Format format_;
  std::int64_t offset_ = 0;
};

/// Pictures of MPEG-2, each with the headers before it.
class Pictures {
 public:
  std::int64_t period() const {
    const Rational rate = mpeg2_frame_rate(rate_code_);
    if (rate.num == 0) throw Damaged("its video begins without a frame rate");
    return clock_rate * rate.den / rate.num;  // a whole number for each of them
  }

  std::optional<std::int64_t> see(std::uint8_t byte, std::int64_t offset) {
    const bool start_code = (window_ & 0xFFFFFF) == 0x000001;
    window_ = window_ << 8 | byte;
    if (offset == rate_code_at_) rate_code_ = byte & 15;
    if (!start_code) return std::nullopt;
    if (byte == sequence_code) rate_code_at_ = offset + 4;
    if (byte != picture_code && byte <= last_slice_code) in_headers_ = false;
    const bool begins = byte == sequence_code || byte == group_code || byte == picture_code;
    if (!begins || in_headers_) return std::nullopt;
    in_headers_ = true;
    return offset - 3;
  }

 private:
  std::uint32_t window_ = 0xFFFFFFFF;
  bool in_headers_ = false;
  std::int64_t rate_code_at_ = -1;
  int rate_code_ = 0;
};

/// Frames of AC-3 at 48 kHz, one right after another.
class Ac3Frames {
 public:
  std::int64_t period() const { return clock_rate * 1536 / 48000; }

  std::optional<std::int64_t> see(std::uint8_t byte, std::int64_t offset) {
    const std::int64_t at = offset - frame_;
    if ((at == 0 && byte != 0x0B) || (at == 1 && byte != 0x77))
      throw Damaged("a frame of its AC-3 does not begin where the one before it ends");
    if (at == 4) {  // fscod and frmsizecod, ATSC A/52 table 5.18
      constexpr std::array<int, 19> frame_kilobits = {
          32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640};
      const auto index = static_cast<std::size_t>((byte & 63) / 2);
      if (byte >> 6 != 0 || index >= frame_kilobits.size())
        throw Damaged("its AC-3 is not at 48 kHz");
      frame_bytes_ = frame_kilobits[index] * 4;
    }
    if (at + 1 == frame_bytes_) frame_ = offset + 1;
    if (at != 0) return std::nullopt;
    return offset;
  }

 private:
  std::int64_t frame_ = 0;          // where the present one began
  std::int64_t frame_bytes_ = 128;  // the least, until it is known
};

/// One elementary stream's way through its buffer.
class DecoderBuffer {
 public:
  DecoderBuffer(std::string name, std::int64_t bytes, std::unique_ptr<UnitScanner> scanner,
                ProgramStreamReport& report)
      : scanner_(std::move(scanner)), report_(report) {
    result_.stream = std::move(name);
    result_.buffer_bytes = bytes;
  }

  /// Its first byte arrives at `begin`, the others follow at `mux_rate` times 50 bytes per second.
  void arrive(const Payload& payload, std::int64_t begin, std::int64_t mux_rate) {
    if (payload.declared_buffer_bytes)
      result_.buffer_bytes = std::min(result_.buffer_bytes, *payload.declared_buffer_bytes);
    const auto bytes = static_cast<std::int64_t>(payload.bytes.size());
    const std::int64_t offset = offset_;
    segments_.push_back({offset, bytes, begin, mux_rate});
    offset_ += bytes;
    std::optional<std::int64_t> time;
    if (payload.dts_90khz) time = unwrapped(*payload.dts_90khz, begin);

    begins_.clear();
    scanner_->scan(payload.bytes, begins_);
    for (const std::int64_t unit : begins_) {
      // A packet's time is that of the first unit whose first byte is in it.
      std::optional<std::int64_t>& told = unit < offset ? earlier_time_ : time;
      if (!told && units_begun_ == 0) throw Damaged("its " + result_.stream + " begins untimed");
      if (units_begun_ > 0) last_dts_ += scanner_->period();
      if (told) see_time(*told);
      told.reset();
      if (units_begun_++ == 0) first_dts_ = last_dts_;
      units_.push_back({unit, last_dts_});
    }
    earlier_time_ = time;
    decode_until(begin);
  }

  DecoderBufferReport finish() {
    finished_ = true;
    decode_until(std::numeric_limits<std::int64_t>::max());
    result_.access_units = units_begun_;
    return result_;
  }

 private:
  struct Segment {  // bytes that arrive evenly
    std::int64_t offset, bytes, begin, mux_rate;

    std::int64_t arrival(std::int64_t index) const {
      return begin + (index * ticks_per_unit_rate + mux_rate - 1) / mux_rate;
    }
    std::int64_t arrived_by(std::int64_t time) const {
      if (time < begin) return 0;
      if (time >= arrival(bytes - 1)) return bytes;  // also where the product below would not fit
      return (time - begin) * mux_rate / ticks_per_unit_rate + 1;
    }
  };
  struct Unit {
    std::int64_t offset, dts;
  };

  /// The clock's 33 bits, where a unit is decoded near to its arrival.
  static std::int64_t unwrapped(std::int64_t dts_90khz, std::int64_t arrival) {
    constexpr std::int64_t wrap = std::int64_t{1} << 33;
    const std::int64_t now = arrival / ticks_per_90khz;
    const std::int64_t ahead = ((dts_90khz - now) % wrap + wrap) % wrap;
    return (now + (ahead < wrap / 2 ? ahead : ahead - wrap)) * ticks_per_90khz;
  }

  /// Every byte that has arrived by `now` is known, and so is every unit before the last.
  void decode_until(std::int64_t now) {
    while (!units_.empty() && units_.front().dts <= now && (finished_ || units_.size() > 1)) {
      const std::int64_t end = units_.size() > 1 ? units_[1].offset : offset_;
      decode(units_.front(), end);
      units_.pop_front();
    }
  }

  void decode(const Unit& unit, std::int64_t end) {
    for (; counted_ < segments_.size(); ++counted_) {
      const Segment& segment = segments_[counted_];
      const std::int64_t there = segment.arrived_by(unit.dts);
      hold(segment.offset + there - decoded_, unit);
      if (there < segment.bytes) break;
    }
    const std::int64_t margin = unit.dts - arrival(end - 1);
    const std::int64_t stay = unit.dts - arrival(unit.offset);
    if (margin < 0) fault(unit, "arrives " + milliseconds_text(-margin) + " too late");
    if (stay > longest_stay)
      fault(unit, "waits " + milliseconds_text(stay) + " in the buffer, longer than a second");
    if (units_decoded_++ == 0) result_.least_margin_seconds = seconds(margin);
    result_.least_margin_seconds = std::min(result_.least_margin_seconds, seconds(margin));
    result_.longest_stay_seconds = std::max(result_.longest_stay_seconds, seconds(stay));
    decoded_ = end;
    while (counted_ > 0 && segments_.front().offset + segments_.front().bytes <= decoded_) {
      segments_.pop_front();
      --counted_;
    }
  }

  void hold(std::int64_t bytes, const Unit& next) {
    result_.fullest_bytes = std::max(result_.fullest_bytes, bytes);
    if (bytes > result_.buffer_bytes && overrun_before_ != units_decoded_) {
      overrun_before_ = units_decoded_;
      fault(next, "is not decoded before the buffer of " + std::to_string(result_.buffer_bytes) +
                      " bytes runs over");
    }
  }

  std::int64_t arrival(std::int64_t offset) const {
    for (const Segment& segment : segments_)
      if (offset < segment.offset + segment.bytes) return segment.arrival(offset - segment.offset);
    return segments_.back().arrival(segments_.back().bytes - 1);
  }

  /// The time that a packet tells for the unit that begins in it.
  void see_time(std::int64_t told) {
    const std::int64_t gap = told - last_dts_;
    last_dts_ = told;
    if (units_begun_ == 0 || (gap < ticks_per_90khz && gap > -ticks_per_90khz)) return;
    ++report_.layout_fault_count;
    if (report_.layout_faults.size() < faults_told)
      report_.layout_faults.push_back(
          {seconds(told - first_dts_), result_.stream + " unit " + std::to_string(units_begun_) +
                                           " is timed " + milliseconds_text(std::abs(gap)) +
                                           (gap > 0 ? " after" : " before") +
                                           " the end of the one before it"});
  }

  void fault(const Unit& unit, const std::string& what) {
    ++report_.fault_count;
    if (report_.faults.size() < faults_told)
      report_.faults.push_back({seconds(unit.dts - first_dts_),
                                result_.stream + " unit " + std::to_string(units_decoded_) + " (" +
                                    clock_text(unit.dts - first_dts_) + ") " + what});
  }

  std::unique_ptr<UnitScanner> scanner_;
  ProgramStreamReport& report_;
  DecoderBufferReport result_;
  std::deque<Segment> segments_;  // not yet decoded whole
  std::deque<Unit> units_;        // not yet decoded
  std::vector<std::int64_t> begins_;
  std::size_t counted_ = 0;   // of segments_, wholly in the buffer
  std::int64_t offset_ = 0;   // in the elementary stream, where the next payload begins
  std::int64_t decoded_ = 0;  // likewise, what has left the buffer
  std::int64_t units_begun_ = 0, units_decoded_ = 0;
  std::int64_t overrun_before_ = -1;
  std::int64_t first_dts_ = 0, last_dts_ = 0;
  std::optional<std::int64_t> earlier_time_;  // of the payload before, when no unit has taken it
  bool finished_ = false;
};

/// Packs and packets of a file, one after another.
class ProgramStreamCheck {
 public:
  ProgramStreamCheck(const std::string& path, const std::atomic<bool>* cancel)
      : file_(path, std::ios::binary), cancel_(cancel) {
    if (!file_) throw std::runtime_error("cannot read '" + path + "': " + std::strerror(errno));
  }

  ProgramStreamReport run() {
    while (read_unit()) {
    }
    if (report_.packs == 0) throw Damaged("it has no packs");
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
      throw Damaged("there is no start code at byte " + std::to_string(begin));
    if (code == program_end_code) return true;
    if (code == pack_code) {
      if (cancel_ != nullptr && cancel_->load(std::memory_order_relaxed))
        throw std::runtime_error("the check of the program stream was cancelled");
      read_pack(begin);
      return true;
    }
    if (report_.packs == 0) throw Damaged("it does not begin with a pack");
    header = need(2);
    const std::int64_t length = header[0] << 8 | header[1];
    const std::uint8_t* const body = need(static_cast<std::size_t>(length));
    const std::span<const std::uint8_t> bytes(body, static_cast<std::size_t>(length));
    if (code == first_video_stream || code == private_stream_1) read_packet(code, bytes);
    if (code == private_stream_2) see_navigation(bytes);
    return true;
  }

  void read_pack(std::int64_t begin) {
    const std::uint8_t* const pack = need(10);
    if (pack[0] >> 6 != 1) throw Damaged("it is MPEG-1, not MPEG-2");
    const std::int64_t base = static_cast<std::int64_t>(pack[0] >> 3 & 7) << 30 |
                              static_cast<std::int64_t>(pack[0] & 3) << 28 | pack[1] << 20 |
                              (pack[2] >> 3) << 15 | (pack[2] & 3) << 13 | pack[3] << 5 |
                              pack[4] >> 3;
    const int extension = (pack[4] & 3) << 7 | pack[5] >> 1;
    const std::int64_t mux_rate = pack[6] << 14 | pack[7] << 6 | pack[8] >> 2;
    if (mux_rate == 0) throw Damaged("a pack at byte " + std::to_string(begin) + " has no rate");
    const std::size_t stuffing = pack[9] & 7;
    need(stuffing);

    constexpr std::int64_t wrap = std::int64_t{1} << 33;
    if (report_.packs > 0 && base < last_base_ - wrap / 2) wraps_ += wrap;
    if (wraps_ > most_wraps * wrap) throw Damaged("its clock starts over again and again");
    last_base_ = base;
    const std::int64_t scr = (base + wraps_) * ticks_per_90khz + extension;
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
      throw Damaged("a packet before byte " + std::to_string(position_) + " is cut off");
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
    constexpr std::int64_t wrap = std::int64_t{1} << 33;
    if (unit_dts_) {
      const std::int64_t length =
          ((*video.dts_90khz - *unit_dts_) % wrap + wrap) % wrap * ticks_per_90khz;
      report_.longest_unit_seconds = std::max(report_.longest_unit_seconds, seconds(length));
      if (length < shortest_unit || length > longest_unit)
        layout_fault("a video object unit lasts " + milliseconds_text(length) +
                     ", not 400 to 1000 ms");
    }
    unit_dts_ = video.dts_90khz;
  }

  void fault(std::int64_t position, const std::string& what) {
    ++report_.fault_count;
    if (report_.faults.size() < faults_told)
      report_.faults.push_back(
          {seconds(scr_ - first_scr_),
           "the clock of the pack at byte " + std::to_string(position) + " " + what});
  }

  void layout_fault(const std::string& what) {
    ++report_.layout_fault_count;
    if (report_.layout_faults.size() < faults_told)
      report_.layout_faults.push_back({seconds(scr_ - first_scr_), what});
  }

  /// The next bytes, or nullptr at the end of the file.
  const std::uint8_t* read(std::size_t bytes) {
    buffer_.resize(std::max(buffer_.size(), bytes));
    file_.read(reinterpret_cast<char*>(buffer_.data()), static_cast<std::streamsize>(bytes));
    const auto got = static_cast<std::size_t>(file_.gcount());
    if (file_.bad()) throw Damaged(std::string("it cannot be read: ") + std::strerror(errno));
    if (got == 0 && bytes > 0) return nullptr;
    if (got < bytes) throw Damaged("it ends within a packet");
    position_ += static_cast<std::int64_t>(bytes);
    return buffer_.data();
  }
  const std::uint8_t* need(std::size_t bytes) {
    const std::uint8_t* const data = read(bytes);
    if (data == nullptr) throw Damaged("it ends within a packet");
    return data;
  }

  std::ifstream file_;
  const std::atomic<bool>* cancel_;
  std::vector<std::uint8_t> buffer_ = std::vector<std::uint8_t>(65536);
  std::int64_t position_ = 0;
  std::int64_t pack_begin_ = 0, mux_rate_ = 1, scr_ = 0, last_base_ = 0, wraps_ = 0;
  std::int64_t first_scr_ = 0;
  bool presentation_control_ = false;  // of a navigation pack in this pack
  bool unit_begins_ = false;           // with the next video
  std::optional<std::int64_t> unit_dts_;
  ProgramStreamReport report_;
  DecoderBuffer video_{"video", dvd_video_buffer, std::make_unique<ScannerOf<Pictures>>(), report_};
  DecoderBuffer sound_{"AC-3", dvd_ac3_buffer, std::make_unique<ScannerOf<Ac3Frames>>(), report_};
};

}  // namespace

ProgramStreamReport check_program_stream(const std::string& path, const std::atomic<bool>* cancel) {
  try {
    return ProgramStreamCheck(path, cancel).run();
  } catch (const Damaged& damage) {
    throw std::runtime_error(
        "'" + path + "' is damaged, or no program stream as DVDs have it: " + damage.what());
  }
}

}  // namespace lifereel
