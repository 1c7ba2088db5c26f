// SPDX-License-Identifier: GPL-2.0-or-later
// Values of settings as text, both ways, without locale and without loss. Private to src/.
//
// Every parse_ function throws std::invalid_argument with a sentence about the value alone; whoever
// knows where it stands ("mine.cfg:7: fps: ...") puts that in front. Every print_ function writes
// what its parse_ reads back, bit for bit.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "encoders/film.h"

namespace lifereel {

/// Throws std::invalid_argument.
[[noreturn]] void refuse(const std::string& sentence);

/// The text between single quotes, on one line and not too long, for error messages.
std::string in_quotes(std::string_view text);

/// Without blanks, tabs and carriage returns at both ends.
std::string_view trim(std::string_view text) noexcept;

std::uint64_t parse_seed(std::string_view text);    ///< decimal or 0x...
std::int64_t parse_integer(std::string_view text);  ///< decimal, signed
int parse_int(std::string_view text);
float parse_float(std::string_view text);               ///< finite
double parse_double(std::string_view text);             ///< finite
int parse_count(std::string_view text);                 ///< 2500, 1e6, 2.5k, 1M; a whole number
std::int64_t parse_large_count(std::string_view text);  ///< likewise
double parse_duration(std::string_view text);           ///< seconds: 90, 90s, 1:30, 7:30:00, 1h30m
bool parse_flag(std::string_view text);                 ///< yes no true false on off 1 0
std::int64_t parse_rate(std::string_view text);         ///< 4400k, 1.5M, 4400000; positive
Rational parse_fps(std::string_view text);  ///< 30000/1001, 25, 12.5; 29.97 and 29.970 are NTSC's
Rational parse_aspect(std::string_view text);            ///< 16:9, 16/9, 1.85; positive
std::pair<int, int> parse_size(std::string_view text);   ///< WxH
std::vector<float> parse_matrix(std::string_view text);  ///< [a b; c d]

/// A table, a row a line, blanks, tabs or commas between its numbers, # comments. Errors begin with
/// `path` and the line.
std::vector<float> read_matrix_file(const std::string& path);

std::string print_integer(std::int64_t value);
std::string print_float(float value);    ///< shortest text that reads back to the same bits
std::string print_double(double value);  ///< likewise
std::string print_flag(bool value);
std::string print_rate(std::int64_t value);
std::string print_fps(const Rational& value);
std::string print_aspect(const Rational& value);
std::string print_matrix(const std::vector<float>& square);

}  // namespace lifereel
