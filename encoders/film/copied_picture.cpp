// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/film/copied_picture.h"

#include <algorithm>
#include <memory>

namespace lifereel {
namespace {

/// Y'CbCr of R'G'B' in integers, so that every machine makes the same film.
class ColourConversion {
 public:
  explicit ColourConversion(const ColourDescription& colour)
      : neutral_(neutral_chroma_of(colour.bit_depth)), most_(2 * neutral_ - 1) {
    const auto [red, blue] = luma_coefficients(colour.matrix);
    const bool limited = colour.range == ColourRange::limited;
    const int levels = neutral_ / neutral_chroma;
    const double luma = (limited ? 219.0 * levels : most_) / 255;
    const double chroma = (limited ? 224.0 * levels : most_) / 255;
    black_ = limited ? 16 * levels : 0;
    const auto set = [](int(&row)[3], double r, double b, double sum) {
      row[0] = fixed(r);
      row[2] = fixed(b);
      row[1] = fixed(sum) - row[0] - row[2];  // gray stays gray, exactly
    };
    set(luma_, luma * red, luma * blue, luma);
    set(cb_, -chroma * red / (2 * (1 - blue)), chroma / 2, 0);
    set(cr_, chroma / 2, -chroma * blue / (2 * (1 - red)), 0);
  }

  int luma(const int (&rgb)[3]) const { return sample(luma_, rgb, black_); }
  int cb(const int (&rgb)[3]) const { return sample(cb_, rgb, neutral_); }
  int cr(const int (&rgb)[3]) const { return sample(cr_, rgb, neutral_); }

 private:
  static constexpr int one = 1 << 16;
  static int fixed(double value) {
    return static_cast<int>(value * one + (value < 0 ? -0.5 : 0.5));
  }
  int sample(const int (&row)[3], const int (&rgb)[3], int zero) const {
    const int sum = row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2] + zero * one + one / 2;
    return std::clamp(sum >> 16, 0, most_);
  }

  const int neutral_, most_;
  int luma_[3], cb_[3], cr_[3];
  int black_;
};

void free_copy(void* memory, std::uintptr_t) noexcept {
  delete[] static_cast<std::uint8_t*>(memory);
}

/// Memory for all planes, one after another.
struct Copy {
  Picture picture;
  std::uint8_t* planes[3] = {};

  Copy(const PictureFormat& format, int width, int height) {
    auto* const memory = new std::uint8_t[packed_bytes(format.pixel_format, width, height)];
    picture.format = format.pixel_format;
    picture.width = width;
    picture.height = height;
    picture.release = free_copy;
    picture.owner = memory;
    std::uint8_t* at = memory;
    for (int plane = 0; plane < plane_count(format.pixel_format); ++plane) {
      const PlaneSize size = plane_size(plane, width, height);
      picture.planes[plane] = planes[plane] = at;
      picture.stride_bytes[plane] = size.width * bytes_a_sample();
      at += static_cast<std::size_t>(picture.stride_bytes[plane]) *
            static_cast<std::size_t>(size.height);
    }
  }

  int bytes_a_sample() const { return sample_bytes(bit_depth(picture.format)); }

  void set(int plane, int y, int x, int value) const {
    std::uint8_t* const row =
        planes[plane] + static_cast<std::ptrdiff_t>(y) * picture.stride_bytes[plane];
    if (bytes_a_sample() == 2) {
      row[2 * x] = static_cast<std::uint8_t>(value);
      row[2 * x + 1] = static_cast<std::uint8_t>(value >> 8);
    } else {
      row[x] = static_cast<std::uint8_t>(value);
    }
  }
};

/// The mean of up to two by two pixels.
void mean_of_four(const CallersRows& rgb, int x, int y, int width, int height, int (&mean)[3]) {
  const int columns = std::min(2, width - 2 * x), rows = std::min(2, height - 2 * y);
  for (int channel = 0; channel < 3; ++channel) {
    int sum = columns * rows / 2;
    for (int row = 0; row < rows; ++row)
      for (int column = 0; column < columns; ++column)
        sum += rgb.row(2 * y + row)[3 * (2 * x + column) + channel];
    mean[channel] = sum / (columns * rows);
  }
}

}  // namespace

Picture copy_gray(const CallersRows& gray, const PictureFormat& format, int width, int height) {
  const Copy copy(format, width, height);
  const int neutral = neutral_chroma_of(format.colour.bit_depth);
  const bool limited = format.colour.range == ColourRange::limited;
  const int levels = neutral / neutral_chroma;
  const int black = limited ? 16 * levels : 0, gain = limited ? 219 * levels : 2 * neutral - 1;
  for (int y = 0; y < height; ++y) {
    const std::uint8_t* const from = gray.row(y);
    for (int x = 0; x < width; ++x) copy.set(0, y, x, black + (gain * from[x] + 127) / 255);
  }
  for (int plane = 1; plane < plane_count(format.pixel_format); ++plane) {
    const PlaneSize size = plane_size(plane, width, height);
    for (int y = 0; y < size.height; ++y)
      for (int x = 0; x < size.width; ++x) copy.set(plane, y, x, neutral);
  }
  return copy.picture;
}

Picture copy_rgb(const CallersRows& rgb, const PictureFormat& format, int width, int height) {
  const Copy copy(format, width, height);
  const ColourConversion convert(format.colour);
  for (int y = 0; y < height; ++y) {
    const std::uint8_t* const from = rgb.row(y);
    for (int x = 0; x < width; ++x)
      copy.set(0, y, x, convert.luma({from[3 * x], from[3 * x + 1], from[3 * x + 2]}));
  }
  if (plane_count(format.pixel_format) == 1) return copy.picture;
  const PlaneSize size = plane_size(1, width, height);
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x) {
      int mean[3];
      mean_of_four(rgb, x, y, width, height, mean);
      copy.set(1, y, x, convert.cb(mean));
      copy.set(2, y, x, convert.cr(mean));
    }
  return copy.picture;
}

}  // namespace lifereel
