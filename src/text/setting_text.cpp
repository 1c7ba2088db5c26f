// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/text/setting_text.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <clocale>
#include <cmath>
#include <concepts>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <type_traits>

#include "sim/arithmetic/float_environment.h"
#include "src/text/text_file.h"

namespace lifereel {
namespace {

constexpr std::string_view blanks = " \t\r\n";

using std::from_chars;

#ifndef __cpp_lib_to_chars
/// libc++ before 20 has std::from_chars for whole numbers alone. strtod() rounds the same, but also
/// takes blanks, a + and hexadecimal, follows the locale and calls subnormal numbers out of range.
template <std::floating_point Real>
std::from_chars_result from_chars(const char* begin, const char* end, Real& value) {
  static const locale_t c_locale = newlocale(LC_ALL_MASK, "C", nullptr);
  std::string text(begin, end);
  const std::size_t sign = text.starts_with('-') ? 1 : 0;
  if (text.find_first_not_of("0123456789.iInN", sign) == sign)
    return {begin, std::errc::invalid_argument};
  if (text.compare(sign, 2, "0x") == 0 || text.compare(sign, 2, "0X") == 0) text.resize(sign + 1);
  char* stop = nullptr;
  errno = 0;
  Real read;
  if constexpr (std::is_same_v<Real, float>) {
    read = strtof_l(text.c_str(), &stop, c_locale);
  } else {
    read = strtod_l(text.c_str(), &stop, c_locale);
  }
  const char* const read_end = begin + (stop - text.c_str());
  if (read_end == begin) return {begin, std::errc::invalid_argument};
  if (errno == ERANGE && (std::isinf(read) || read == 0))
    return {read_end, std::errc::result_out_of_range};
  value = read;
  return {read_end, std::errc{}};
}
#endif

/// std::from_chars over the whole text, a leading + allowed.
template <typename Number>
std::errc read_number(std::string_view text, Number& value) {
  const FloatEnvironment ieee;  // from_chars follows the rounding mode
  if (text.starts_with('+')) text.remove_prefix(1);
  const char* const end = text.data() + text.size();
  const auto [stop, error] = from_chars(text.data(), end, value);
  if (error != std::errc{}) return error;
  return stop == end && !text.empty() ? std::errc{} : std::errc::invalid_argument;
}

template <typename Integer>
Integer parse_whole(std::string_view text) {
  Integer value{};
  const std::errc error = read_number(text, value);
  if (error == std::errc::result_out_of_range) refuse(in_quotes(text) + " is out of range");
  if (error != std::errc{}) refuse(in_quotes(text) + " is not a whole number");
  return value;
}

template <typename Real>
Real parse_real(std::string_view text) {
  Real value{};
  const std::errc error = read_number(text, value);
  if (error == std::errc::result_out_of_range) refuse(in_quotes(text) + " is out of range");
  if (error != std::errc{}) refuse(in_quotes(text) + " is not a number");
  if (!std::isfinite(value)) refuse(in_quotes(text) + " is not a finite number");
  return value;
}

template <typename Number>
std::string print_number(Number value) {
  std::array<char, 64> text;
  const auto result = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), result.ptr};
}

/// "12.5" as 25/2: digits with at most one point, exactly.
std::optional<Rational> parse_decimal(std::string_view text) {
  std::int64_t num = 0, den = 1;
  bool point = false, digits = false;
  for (const char c : text) {
    if (c == '.' && !point) {
      point = true;
    } else if (c >= '0' && c <= '9') {
      digits = true;
      num = num * 10 + (c - '0');
      if (point) den *= 10;
      if (num > 1'000'000'000'000 || den > 1'000'000'000) return std::nullopt;
    } else {
      return std::nullopt;
    }
  }
  if (!digits) return std::nullopt;
  const std::int64_t common = std::gcd(num, den);
  num /= common;
  den /= common;
  if (num > std::numeric_limits<int>::max()) return std::nullopt;
  return Rational{static_cast<int>(num), static_cast<int>(den)};
}

/// "a/b" (or "a:b"), not reduced, or a decimal; both positive.
std::optional<Rational> parse_positive_rational(std::string_view text,
                                                std::string_view separators) {
  Rational value;
  const std::size_t at = text.find_first_of(separators);
  if (at == std::string_view::npos) {
    const auto decimal = parse_decimal(text);
    if (!decimal) return std::nullopt;
    value = *decimal;
  } else if (read_number(trim(text.substr(0, at)), value.num) != std::errc{} ||
             read_number(trim(text.substr(at + 1)), value.den) != std::errc{}) {
    return std::nullopt;
  }
  if (value.num <= 0 || value.den <= 0) return std::nullopt;
  return value;
}

/// What people write for the NTSC rates means 1000/1001 of a whole rate, not the decimal: that rate
/// rounded to two or more decimals, with any zeros behind.
std::optional<Rational> parse_ntsc_rate(std::string_view text) {
  const std::size_t point = text.find('.');
  if (point == std::string_view::npos) return std::nullopt;
  while (text.ends_with('0')) text.remove_suffix(1);
  const std::size_t decimals = text.size() - point - 1;
  if (decimals < 2 || decimals > 9) return std::nullopt;
  std::int64_t value = 0;  // in units of the last decimal
  std::string digits(text);
  digits.erase(point, 1);
  if (read_number(digits, value) != std::errc{}) return std::nullopt;
  std::int64_t scale = 1;
  for (std::size_t i = 0; i < decimals; ++i) scale *= 10;
  for (const int whole : {15, 24, 30, 48, 60, 72, 96, 120, 144, 240})
    if (value == (whole * scale * 1000 * 2 + 1001) / (2 * 1001))
      return Rational{whole * 1000, 1001};
  return std::nullopt;
}

/// A number of things, as 1e6, 2.5k and 1M too.
std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t exponent = 0;
  const std::size_t at = text.find_first_of("ekKM");
  std::string_view digits = text.substr(0, at);
  if (at != std::string_view::npos) {
    if (text[at] == 'e') {
      if (read_number(text.substr(at + 1), exponent) != std::errc{}) return std::nullopt;
    } else {
      if (at + 1 != text.size()) return std::nullopt;
      exponent = text[at] == 'M' ? 6 : 3;
    }
  }
  const auto value = parse_decimal(digits);
  if (!value || exponent < 0 || exponent > 15) return std::nullopt;
  std::int64_t scale = 1;
  for (; exponent > 0; --exponent) scale *= 10;
  if (scale % value->den != 0 || value->num > std::numeric_limits<std::int64_t>::max() / scale)
    return std::nullopt;
  return value->num * (scale / value->den);
}

template <typename Integer>
Integer parse_count_as(std::string_view text) {
  if (text.find_first_of("ekKM") == std::string_view::npos) return parse_whole<Integer>(text);
  const auto value = whole_number(text);
  if (!value) refuse(in_quotes(text) + " is not a whole number; write 2500, 1e6, 2.5k or 1M");
  if (*value > std::numeric_limits<Integer>::max()) refuse(in_quotes(text) + " is out of range");
  return static_cast<Integer>(*value);
}

/// Digits with at most one point as nanoseconds, of units of so many seconds. Exact, so that the
/// sum of them is the double nearest to the decimal that was meant.
std::optional<std::int64_t> nanoseconds_of(std::string_view text, std::int64_t unit_seconds) {
  const auto value = parse_decimal(text);
  constexpr std::int64_t second = 1'000'000'000, most_seconds = 8'000'000;  // exact as a double
  if (!value || second % value->den != 0 || value->num / value->den > most_seconds / unit_seconds)
    return std::nullopt;
  return value->num * unit_seconds * (second / value->den);
}

/// 1:30 and 7:30:00
std::optional<std::int64_t> clock_nanoseconds(std::string_view text) {
  std::int64_t unit_seconds = 1, sum = 0;
  while (true) {
    const std::size_t colon = text.rfind(':');
    const bool first = colon == std::string_view::npos;
    const std::string_view field = first ? text : text.substr(colon + 1);
    if (unit_seconds > 1 && field.find('.') != std::string_view::npos) return std::nullopt;
    const auto part = nanoseconds_of(field, unit_seconds);
    if (!part || unit_seconds > 3600) return std::nullopt;
    if (!first && *part >= 60 * unit_seconds * 1'000'000'000) return std::nullopt;
    sum += *part;
    if (first) return sum;
    text = text.substr(0, colon);
    unit_seconds *= 60;
  }
}

/// 90s, 1.5h and 1h30m
std::optional<std::int64_t> unit_nanoseconds(std::string_view text) {
  std::int64_t sum = 0, before = 24 * 3600;
  while (!text.empty()) {
    const std::size_t at = text.find_first_of("hms");
    if (at == std::string_view::npos) return std::nullopt;
    const std::int64_t unit_seconds = text[at] == 'h' ? 3600 : text[at] == 'm' ? 60 : 1;
    const auto part = nanoseconds_of(text.substr(0, at), unit_seconds);
    if (!part || unit_seconds >= before) return std::nullopt;
    sum += *part;
    before = unit_seconds;
    text.remove_prefix(text.substr(at).starts_with("min") ? at + 3 : at + 1);
  }
  return sum;
}

/// Rows of a matrix, collected with the place of each for errors.
class MatrixRows {
 public:
  /// `place` begins an error of this row; empty, or ending in ": ".
  void add(std::string_view row, const std::string& place) {
    constexpr std::string_view separators = " \t\r\n,";
    std::size_t count = 0;
    for (std::size_t at = row.find_first_not_of(separators); at != std::string_view::npos;
         at = row.find_first_not_of(separators, at)) {
      const std::size_t end = std::min(row.find_first_of(separators, at), row.size());
      try {
        values_.push_back(parse_float(row.substr(at, end - at)));
      } catch (const std::invalid_argument& error) {
        refuse(place + "matrix row " + std::to_string(rows_ + 1) + ": " + error.what());
      }
      ++count;
      at = end;
    }
    if (count == 0) refuse(place + "matrix row " + std::to_string(rows_ + 1) + " is empty");
    if (rows_ == 0) columns_ = count;
    if (count != columns_) {
      refuse(place + "matrix row " + std::to_string(rows_ + 1) + " has " + std::to_string(count) +
             " numbers, the first row has " + std::to_string(columns_));
    }
    ++rows_;
  }

  std::vector<float> square(const std::string& place) && {
    if (rows_ == 0) refuse(place + "the matrix has no rows");
    if (rows_ != columns_) {
      refuse(place + "the matrix has " + std::to_string(rows_) + " rows of " +
             std::to_string(columns_) + " numbers; it needs as many rows as numbers in a row");
    }
    return std::move(values_);
  }

 private:
  std::vector<float> values_;
  std::size_t rows_ = 0, columns_ = 0;
};

}  // namespace

void refuse(const std::string& sentence) { throw std::invalid_argument(sentence); }

std::string in_quotes(std::string_view text) {
  constexpr std::size_t longest = 60;
  std::string result = "'";
  for (const char c : text.substr(0, longest)) {
    const auto byte = static_cast<unsigned char>(c);
    result += byte < 0x20 || byte == 0x7f ? '?' : c;
  }
  if (text.size() > longest) result += "...";
  return result + "'";
}

std::string_view trim(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::uint64_t parse_seed(std::string_view text) {
  std::uint64_t value = 0;
  const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  const std::string_view digits = hexadecimal ? text.substr(2) : text;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value, hexadecimal ? 16 : 10);
  if (error != std::errc{} || stop != end) {
    refuse(in_quotes(text) +
           " is not a seed; write 0 to 18446744073709551615, or 0x and hexadecimal");
  }
  return value;
}

std::int64_t parse_integer(std::string_view text) { return parse_whole<std::int64_t>(text); }
int parse_int(std::string_view text) { return parse_whole<int>(text); }
float parse_float(std::string_view text) { return parse_real<float>(text); }
double parse_double(std::string_view text) { return parse_real<double>(text); }

int parse_count(std::string_view text) { return parse_count_as<int>(text); }
std::int64_t parse_large_count(std::string_view text) { return parse_count_as<std::int64_t>(text); }

double parse_duration(std::string_view text) {
  const bool clock = text.find(':') != std::string_view::npos;
  if (!clock && text.find_first_of("hms") == std::string_view::npos) return parse_double(text);
  const auto nanoseconds = clock ? clock_nanoseconds(text) : unit_nanoseconds(text);
  if (!nanoseconds)
    refuse(in_quotes(text) + " is not a length; write seconds, 90 or 90s, or 1:30, 7:30:00, 1h30m");
  return static_cast<double>(*nanoseconds) / 1e9;
}

bool parse_flag(std::string_view text) {
  for (const std::string_view yes : {"yes", "true", "on", "1"}) {
    if (text == yes) return true;
  }
  for (const std::string_view no : {"no", "false", "off", "0"}) {
    if (text == no) return false;
  }
  refuse(in_quotes(text) + " is neither yes nor no");
}

std::int64_t parse_rate(std::string_view text) {
  std::int64_t unit = 1;
  std::string_view digits = text;
  if (!text.empty() && (text.back() == 'k' || text.back() == 'K')) unit = 1'000;
  if (!text.empty() && text.back() == 'M') unit = 1'000'000;
  if (unit != 1) digits.remove_suffix(1);
  std::int64_t rate = 0;
  if (read_number(digits, rate) == std::errc{}) {
    if (rate > 0 && rate <= std::numeric_limits<std::int64_t>::max() / unit) return rate * unit;
  } else if (const auto decimal = parse_decimal(digits); decimal && unit % decimal->den == 0) {
    if (decimal->num > 0) return decimal->num * (unit / decimal->den);
  }
  refuse(in_quotes(text) +
         " is not a positive rate; write bits per second as 4400k, 1.5M or 4400000");
}

Rational parse_fps(std::string_view text) {
  if (const auto rate = parse_ntsc_rate(text)) return *rate;
  if (const auto value = parse_positive_rational(text, "/")) return *value;
  refuse(in_quotes(text) + " is not a frame rate; write 25, 12.5 or 30000/1001");
}

Rational parse_aspect(std::string_view text) {
  if (const auto value = parse_positive_rational(text, ":/")) return *value;
  refuse(in_quotes(text) + " is not an aspect ratio; write 16:9");
}

std::pair<int, int> parse_size(std::string_view text) {
  const std::size_t at = text.find_first_of("xX");
  std::pair<int, int> size;
  if (at == std::string_view::npos || read_number(text.substr(0, at), size.first) != std::errc{} ||
      read_number(text.substr(at + 1), size.second) != std::errc{}) {
    refuse(in_quotes(text) + " is not a size; write WIDTHxHEIGHT in pixels, 1280x720");
  }
  return size;
}

std::vector<float> parse_matrix(std::string_view text) {
  text = trim(text);
  if (!text.starts_with('[') || !text.ends_with(']') || text.size() < 2) {
    refuse(in_quotes(text) + " is not a matrix; write [a b; c d], or the name of a file");
  }
  text = trim(text.substr(1, text.size() - 2));
  if (text.ends_with(';')) text.remove_suffix(1);
  MatrixRows rows;
  while (true) {
    const std::size_t end = text.find(';');
    rows.add(text.substr(0, end), "");
    if (end == std::string_view::npos) return std::move(rows).square("");
    text.remove_prefix(end + 1);
  }
}

std::vector<float> read_matrix_file(const std::string& path) {
  const std::string text = read_text_file(path);
  MatrixRows rows;
  std::string_view rest = text;
  if (rest.starts_with("\xef\xbb\xbf")) rest.remove_prefix(3);  // of UTF-8, as some editors write
  for (int line = 1; !rest.empty(); ++line) {
    const std::size_t end = rest.find('\n');
    std::string_view row = rest.substr(0, end);
    row = trim(row.substr(0, row.find('#')));
    if (!row.empty()) rows.add(row, path + ":" + std::to_string(line) + ": ");
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return std::move(rows).square(path + ": ");
}

std::string print_integer(std::int64_t value) { return print_number(value); }
std::string print_float(float value) { return print_number(value); }
std::string print_double(double value) { return print_number(value); }
std::string print_flag(bool value) { return value ? "yes" : "no"; }

std::string print_rate(std::int64_t value) {
  return value % 1000 == 0 ? print_number(value / 1000) + "k" : print_number(value);
}

std::string print_fps(const Rational& value) {
  return value.den == 1 ? print_number(value.num)
                        : print_number(value.num) + "/" + print_number(value.den);
}

std::string print_aspect(const Rational& value) {
  return print_number(value.num) + ":" + print_number(value.den);
}

std::string print_matrix(const std::vector<float>& square) {
  const auto species = static_cast<std::size_t>(std::lround(std::sqrt(square.size())));
  std::string text = "[";
  for (std::size_t i = 0; i < square.size(); ++i) {
    if (i != 0) text += i % species == 0 ? "; " : " ";
    text += print_float(square[i]);
  }
  return text + "]";
}

}  // namespace lifereel
