// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/pictures/planes.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

namespace lifereel {
namespace {

constexpr int block = 8;
constexpr int still_difference = 4;  // levels a pixel

/// Of a piece of 4x4: two planes' sums, of their squares together, and of their products.
struct PieceSums {
  int a = 0, b = 0, squares = 0, products = 0;

  PieceSums& operator+=(const PieceSums& other) {
    a += other.a;
    b += other.b;
    squares += other.squares;
    products += other.products;
    return *this;
  }
};
constexpr int piece = 4;

PieceSums piece_sums(const PlaneView& a, const PlaneView& b, int x, int y) {
  PieceSums sums;
  for (int row = y; row < y + piece; ++row) {
    const std::uint8_t* const p = a.row(row) + x;
    const std::uint8_t* const q = b.row(row) + x;
    for (int i = 0; i < piece; ++i) {
      sums.a += p[i];
      sums.b += q[i];
      sums.squares += p[i] * p[i] + q[i] * q[i];
      sums.products += p[i] * q[i];
    }
  }
  return sums;
}

double similarity(const PieceSums& window) {
  // The sums are 64 times means: so are the constants, (0.01 * 255)^2 and (0.03 * 255)^2.
  constexpr double pixels = 64;
  constexpr double c1 = 6.5025 * pixels * pixels, c2 = 58.5225 * pixels * pixels;
  const double a = window.a, b = window.b;
  const double variances = pixels * window.squares - a * a - b * b;
  const double covariance = pixels * window.products - a * b;
  return (2 * a * b + c1) * (2 * covariance + c2) / ((a * a + b * b + c1) * (variances + c2));
}

}  // namespace

Brightness brightness(const PlaneView& plane) {
  std::uint64_t sum = 0;
  std::uint8_t maximum = 0;
  for (int y = 0; y < plane.height; ++y) {
    const std::uint8_t* const row = plane.row(y);
    std::uint32_t row_sum = 0;
    for (int x = 0; x < plane.width; ++x) {
      row_sum += row[x];
      maximum = std::max(maximum, row[x]);
    }
    sum += row_sum;
  }
  const double pixels = static_cast<double>(plane.width) * plane.height;
  return {static_cast<double>(sum) / pixels, maximum};
}

double expand_range(double luma) noexcept {
  return std::clamp((luma - 16) * 255 / 219, 0.0, 255.0);
}

bool differs(const PlaneView& a, const PlaneView& b) {
  for (int top = 0; top < a.height; top += block) {
    const int bottom = std::min(top + block, a.height);
    for (int left = 0; left < a.width; left += block) {
      const int columns = std::min(block, a.width - left);
      int sum = 0;
      for (int y = top; y < bottom; ++y) {
        const std::uint8_t* const p = a.row(y) + left;
        const std::uint8_t* const q = b.row(y) + left;
        for (int x = 0; x < columns; ++x) sum += std::abs(p[x] - q[x]);
      }
      if (sum > still_difference * columns * (bottom - top)) return true;
    }
  }
  return false;
}

double mean_square_difference(const PlaneView& a, const PlaneView& b) {
  std::uint64_t squares = 0;
  for (int y = 0; y < a.height; ++y) {
    const std::uint8_t* const p = a.row(y);
    const std::uint8_t* const q = b.row(y);
    std::uint32_t row_squares = 0;  // holds 66 000 pixels
    for (int x = 0; x < a.width; ++x) {
      const int difference = p[x] - q[x];
      row_squares += static_cast<std::uint32_t>(difference * difference);
    }
    squares += row_squares;
  }
  return static_cast<double>(squares) / (static_cast<double>(a.width) * a.height);
}

double decibels(double mean_square) noexcept {
  return 10 * std::log10(255.0 * 255.0 / mean_square);
}

double structural_similarity(const PlaneView& a, const PlaneView& b) {
  const int columns = a.width / piece, rows = a.height / piece;
  if (columns < 2 || rows < 2) return 1;
  std::vector<PieceSums> above(static_cast<std::size_t>(columns)), row(above);
  double sum = 0;
  for (int y = 0; y < rows; ++y) {
    std::swap(above, row);
    for (int x = 0; x < columns; ++x)
      row[static_cast<std::size_t>(x)] = piece_sums(a, b, x * piece, y * piece);
    if (y == 0) continue;
    for (std::size_t x = 1; x < row.size(); ++x) {
      PieceSums window = above[x - 1];
      window += above[x];
      window += row[x - 1];
      window += row[x];
      sum += similarity(window);
    }
  }
  return sum / (static_cast<double>(columns - 1) * (rows - 1));
}

bool is_uniform(const PlaneView& plane, int value) noexcept {
  for (int y = 0; y < plane.height; ++y) {
    const std::uint8_t* const row = plane.row(y);
    if (!std::all_of(row, row + plane.width, [value](std::uint8_t one) { return one == value; }))
      return false;
  }
  return true;
}

std::vector<std::uint8_t> scaled(const PlaneView& plane, int width, int height) {
  std::vector<std::uint8_t> result;
  result.reserve(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  /// The pixels of `size` that pixel `i` of `count` covers, at least one.
  const auto covered = [](int i, int count, int size) {
    const int begin = static_cast<int>(std::int64_t{i} * size / count);
    const int end = static_cast<int>(std::int64_t{i + 1} * size / count);
    return std::pair(begin, std::max(end, begin + 1));
  };
  for (int y = 0; y < height; ++y) {
    const auto rows = covered(y, height, plane.height);
    for (int x = 0; x < width; ++x) {
      const auto columns = covered(x, width, plane.width);
      std::uint64_t sum = 0;
      for (int v = rows.first; v < rows.second; ++v)
        for (int u = columns.first; u < columns.second; ++u) sum += plane.row(v)[u];
      const auto pixels = static_cast<std::uint64_t>(rows.second - rows.first) *
                          static_cast<std::uint64_t>(columns.second - columns.first);
      result.push_back(static_cast<std::uint8_t>((sum + pixels / 2) / pixels));
    }
  }
  return result;
}

}  // namespace lifereel
