// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/pictures/planes.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <type_traits>
#include <utility>

namespace lifereel {
namespace {

constexpr int block = 8;
constexpr int still_difference = 4;  // levels of 8 bits a pixel

/// Holds sums of squares of a few samples, or of a row's.
template <class Sample>
using Number = std::conditional_t<sizeof(Sample) == 1, int, std::int64_t>;
template <class Sample>
using RowSquares = std::conditional_t<sizeof(Sample) == 1, std::uint32_t, std::uint64_t>;

template <class Sample>
const Sample* row_of(const PlaneView& plane, int y) {
  return reinterpret_cast<const Sample*>(plane.row(y));
}

/// The largest value of a sample.
double peak(int bit_depth) { return (1 << bit_depth) - 1; }

/// Calls measure(a sample that says the type).
template <class Measure>
auto with_sample(const PlaneView& plane, const Measure& measure) {
  return sample_bytes(plane.bit_depth) == 1 ? measure(std::uint8_t()) : measure(std::uint16_t());
}

/// A copy with more bits.
class Raised {
 public:
  Raised(const PlaneView& plane, int bit_depth) : view_(plane) {
    samples_.reserve(static_cast<std::size_t>(plane.width) *
                     static_cast<std::size_t>(plane.height));
    for (int y = 0; y < plane.height; ++y)
      for (int x = 0; x < plane.width; ++x)
        samples_.push_back(
            static_cast<std::uint16_t>(sample(plane, y, x) << (bit_depth - plane.bit_depth)));
    view_.data = reinterpret_cast<const std::uint8_t*>(samples_.data());
    view_.bit_depth = bit_depth;
    view_.stride_bytes = static_cast<std::ptrdiff_t>(view_.row_bytes());
  }
  const PlaneView& view() const { return view_; }

 private:
  PlaneView view_;
  std::vector<std::uint16_t> samples_;
};

/// Calls compare(a, b, sample) with planes of one depth: of two the larger.
template <class Compare>
auto at_one_depth(const PlaneView& a, const PlaneView& b, const Compare& compare) {
  if (a.bit_depth == b.bit_depth)
    return with_sample(a, [&](auto sample) { return compare(a, b, sample); });
  const int bit_depth = std::max(a.bit_depth, b.bit_depth);
  return compare(Raised(a, bit_depth).view(), Raised(b, bit_depth).view(), std::uint16_t());
}

/// Of a piece of 4x4: two planes' sums, of their squares together, and of their products.
template <class Count>
struct PieceSums {
  Count a = 0, b = 0, squares = 0, products = 0;

  PieceSums& operator+=(const PieceSums& other) {
    a += other.a;
    b += other.b;
    squares += other.squares;
    products += other.products;
    return *this;
  }
};
constexpr int piece = 4;

template <class Sample>
PieceSums<Number<Sample>> piece_sums(const PlaneView& a, const PlaneView& b, int x, int y) {
  PieceSums<Number<Sample>> sums;
  for (int row = y; row < y + piece; ++row) {
    const Sample* const p = row_of<Sample>(a, row) + x;
    const Sample* const q = row_of<Sample>(b, row) + x;
    for (int i = 0; i < piece; ++i) {
      const Number<Sample> of_a = p[i], of_b = q[i];
      sums.a += of_a;
      sums.b += of_b;
      sums.squares += of_a * of_a + of_b * of_b;
      sums.products += of_a * of_b;
    }
  }
  return sums;
}

/// `scale`: of samples against those of 8 bits.
template <class Sums>
double similarity(const Sums& window, double scale) {
  // The sums are 64 times means: so are the constants, (0.01 * 255)^2 and (0.03 * 255)^2.
  constexpr double pixels = 64;
  const double square = scale * scale;
  const double c1 = 6.5025 * pixels * pixels * square, c2 = 58.5225 * pixels * pixels * square;
  const auto a = static_cast<double>(window.a), b = static_cast<double>(window.b);
  const double variances = pixels * static_cast<double>(window.squares) - a * a - b * b;
  const double covariance = pixels * static_cast<double>(window.products) - a * b;
  return (2 * a * b + c1) * (2 * covariance + c2) / ((a * a + b * b + c1) * (variances + c2));
}

template <class Sample>
double mean_similarity(const PlaneView& a, const PlaneView& b) {
  using Sums = PieceSums<Number<Sample>>;
  const int columns = a.width / piece, rows = a.height / piece;
  if (columns < 2 || rows < 2) return 1;
  const double scale = peak(a.bit_depth) / 255;
  std::vector<Sums> above(static_cast<std::size_t>(columns)), row(above);
  double sum = 0;
  for (int y = 0; y < rows; ++y) {
    std::swap(above, row);
    for (int x = 0; x < columns; ++x)
      row[static_cast<std::size_t>(x)] = piece_sums<Sample>(a, b, x * piece, y * piece);
    if (y == 0) continue;
    for (std::size_t x = 1; x < row.size(); ++x) {
      Sums window = above[x - 1];
      window += above[x];
      window += row[x - 1];
      window += row[x];
      sum += similarity(window, scale);
    }
  }
  return sum / (static_cast<double>(columns - 1) * (rows - 1));
}

template <class Sample>
bool any_block_differs(const PlaneView& a, const PlaneView& b) {
  for (int top = 0; top < a.height; top += block) {
    const int bottom = std::min(top + block, a.height);
    for (int left = 0; left < a.width; left += block) {
      const int columns = std::min(block, a.width - left);
      int sum = 0;
      for (int y = top; y < bottom; ++y) {
        const Sample* const p = row_of<Sample>(a, y) + left;
        const Sample* const q = row_of<Sample>(b, y) + left;
        for (int x = 0; x < columns; ++x) sum += std::abs(p[x] - q[x]);
      }
      if (sum > (still_difference << (a.bit_depth - 8)) * columns * (bottom - top)) return true;
    }
  }
  return false;
}

template <class Sample>
double mean_square(const PlaneView& a, const PlaneView& b) {
  std::uint64_t squares = 0;
  for (int y = 0; y < a.height; ++y) {
    const Sample* const p = row_of<Sample>(a, y);
    const Sample* const q = row_of<Sample>(b, y);
    RowSquares<Sample> row_squares = 0;  // of single bytes holds 66 000 pixels
    for (int x = 0; x < a.width; ++x) {
      const Number<Sample> difference = p[x] - q[x];
      row_squares += static_cast<RowSquares<Sample>>(difference * difference);
    }
    squares += row_squares;
  }
  return static_cast<double>(squares) / (static_cast<double>(a.width) * a.height);
}

}  // namespace

Brightness brightness(const PlaneView& plane) {
  return with_sample(plane, [&](auto sample) {
    using Sample = decltype(sample);
    std::uint64_t sum = 0;
    Sample maximum = 0;
    for (int y = 0; y < plane.height; ++y) {
      const Sample* const row = row_of<Sample>(plane, y);
      std::uint32_t row_sum = 0;
      for (int x = 0; x < plane.width; ++x) {
        row_sum += row[x];
        maximum = std::max(maximum, row[x]);
      }
      sum += row_sum;
    }
    const double pixels = static_cast<double>(plane.width) * plane.height;
    const double levels = 1 << (plane.bit_depth - 8);
    return Brightness{static_cast<double>(sum) / pixels / levels, maximum / levels};
  });
}

double expand_range(double luma) noexcept {
  return std::clamp((luma - 16) * 255 / 219, 0.0, 255.0);
}

bool differs(const PlaneView& a, const PlaneView& b) {
  return at_one_depth(a, b, [](const PlaneView& p, const PlaneView& q, auto sample) {
    return any_block_differs<decltype(sample)>(p, q);
  });
}

double mean_square_difference(const PlaneView& a, const PlaneView& b) {
  return at_one_depth(a, b, [](const PlaneView& p, const PlaneView& q, auto sample) {
    const double scale = 255 / peak(p.bit_depth);
    return mean_square<decltype(sample)>(p, q) * (scale * scale);
  });
}

double decibels(double mean_square) noexcept {
  return 10 * std::log10(255.0 * 255.0 / mean_square);
}

double structural_similarity(const PlaneView& a, const PlaneView& b) {
  return at_one_depth(a, b, [](const PlaneView& p, const PlaneView& q, auto sample) {
    return mean_similarity<decltype(sample)>(p, q);
  });
}

bool is_uniform(const PlaneView& plane, int value) noexcept {
  return with_sample(plane, [&](auto sample) {
    using Sample = decltype(sample);
    for (int y = 0; y < plane.height; ++y) {
      const Sample* const row = row_of<Sample>(plane, y);
      if (!std::all_of(row, row + plane.width, [value](Sample one) { return one == value; }))
        return false;
    }
    return true;
  });
}

std::vector<std::uint8_t> scaled(const PlaneView& plane, int width, int height) {
  std::vector<std::uint8_t> result;
  const int bytes = sample_bytes(plane.bit_depth);
  result.reserve(static_cast<std::size_t>(width) * static_cast<std::size_t>(height * bytes));
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
        for (int u = columns.first; u < columns.second; ++u)
          sum += static_cast<std::uint64_t>(sample(plane, v, u));
      const auto pixels = static_cast<std::uint64_t>(rows.second - rows.first) *
                          static_cast<std::uint64_t>(columns.second - columns.first);
      const std::uint64_t mean = (sum + pixels / 2) / pixels;
      for (int byte = 0; byte < bytes; ++byte)
        result.push_back(static_cast<std::uint8_t>(mean >> (8 * byte)));
    }
  }
  return result;
}

}  // namespace lifereel
