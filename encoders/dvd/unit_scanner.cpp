// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/dvd/unit_scanner.h"

#include <array>
#include <cstddef>
#include <optional>

#include "encoders/dvd/mpeg2_headers.h"
#include "encoders/dvd/start_codes.h"
#include "encoders/dvd/stream_clock.h"

namespace lifereel {
namespace {

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
    if (rate.num == 0) throw DamagedStream("its video begins without a frame rate");
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
      throw DamagedStream("a frame of its AC-3 does not begin where the one before it ends");
    if (at == 4) {  // fscod and frmsizecod, ATSC A/52 table 5.18
      constexpr std::array<int, 19> kilobits = {32,  40,  48,  56,  64,  80,  96,  112, 128, 160,
                                                192, 224, 256, 320, 384, 448, 512, 576, 640};
      const auto index = static_cast<std::size_t>((byte & 63) / 2);
      if (byte >> 6 != 0 || index >= kilobits.size())
        throw DamagedStream("its AC-3 is not at 48 kHz");
      frame_bytes_ = kilobits[index] * 4;
    }
    if (at + 1 == frame_bytes_) frame_ = offset + 1;
    if (at != 0) return std::nullopt;
    return offset;
  }

 private:
  std::int64_t frame_ = 0;          // where the present one began
  std::int64_t frame_bytes_ = 128;  // the least, until it is known
};

}  // namespace

std::unique_ptr<UnitScanner> make_picture_scanner() {
  return std::make_unique<ScannerOf<Pictures>>();
}

std::unique_ptr<UnitScanner> make_ac3_scanner() { return std::make_unique<ScannerOf<Ac3Frames>>(); }

}  // namespace lifereel
