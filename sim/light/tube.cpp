// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/light/tube.h"

#include <algorithm>
#include <cstddef>

namespace lifereel {
namespace {

// A tube shows about so many lines; each has at least as many rows of pixels as keep them apart
// when a picture is scaled.
constexpr std::int32_t usual_lines = 270, fewest_rows_a_line = 3;
// As wide as a pixel is in a picture of so many rows.
constexpr std::int32_t rows_a_stripe = 540;
constexpr std::int32_t stripes = 3;       // a bright one and two that are darker
constexpr float stripe_darkening = 0.5f;  // of those

constexpr std::int32_t rounded_quotient(std::int32_t a, std::int32_t b) { return (a + b / 2) / b; }

std::int32_t rows_a_line(std::int32_t height) {
  return std::max(fewest_rows_a_line, rounded_quotient(height, usual_lines));
}

std::vector<float> mask_of(const LookSettings& look, std::int32_t width, std::int32_t height,
                           int room) {
  const std::int32_t stripe = std::max(1, rounded_quotient(height, rows_a_stripe));
  std::vector<float> columns(static_cast<std::size_t>(width) + static_cast<std::size_t>(room));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const bool is_bright = static_cast<std::int32_t>(i) / stripe % stripes == 0;
    columns[i] = is_bright ? 1.0f : 1.0f - look.mask * stripe_darkening;
  }
  return columns;
}

arithmetic::BeamConstants beam_of(const LookSettings& look, std::int32_t height, float mask) {
  const std::int32_t rows = rows_a_line(height);
  arithmetic::BeamConstants beam{1.0f / static_cast<float>(rows), look.scanlines,
                                 1.0f - look.scanlines, 0.0f};
  // Middle gray keeps its mean, if that takes no more than twice of what is dark: then brighter
  // stays brighter, and white is white.
  constexpr float middle = 0.5f;
  float mean = 0.0f;
  for (std::int32_t row = 0; row < rows; ++row)
    mean +=
        arithmetic::beam_at(arithmetic::gap_at(static_cast<float>(row) + 0.5f, beam), middle, beam);
  mean = mean / static_cast<float>(rows) * mask;
  beam.boost = std::min((1.0f / mean - 1.0f) / middle, 1.0f);
  return beam;
}

// The radius is more than twice the softness, so that what is within is all there.
arithmetic::OutlineConstants outline_of(const arithmetic::BarrelConstants& barrel, float radius,
                                        float softness) {
  return {barrel.half_width - radius, barrel.half_height - radius, radius * radius,
          1.0f / (2.0f * radius * softness)};
}

}  // namespace

Tube::Tube(const LookSettings& look, std::int32_t width, std::int32_t height, int room)
    : pixels{}, blocks{}, mask(mask_of(look, width, height, room)) {
  pixels.mask = blocks.mask = 1.0f - look.mask * stripe_darkening * (stripes - 1) / stripes;
  pixels.beam = blocks.beam = beam_of(look, height, pixels.mask);
  pixels.barrel = arithmetic::barrel_constants(width, height, look.barrel);
  blocks.barrel = arithmetic::barrel_constants(width / 2, height / 2, look.barrel);
  const float radius = std::max(static_cast<float>(std::min(width, height)) * 0.06f, 8.0f);
  pixels.outline = outline_of(pixels.barrel, radius, 2.0f);
  blocks.outline = outline_of(blocks.barrel, radius / 2, 1.0f);
}

}  // namespace lifereel
