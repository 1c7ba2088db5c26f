// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/settings/interlacing.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace lifereel {
namespace {

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// "+ildct-ilme", as FFmpeg reads flags.
bool sets_interlaced_flag(std::string_view flags) {
  constexpr std::array<std::string_view, 2> known{"ildct", "ilme"};
  char sign = '+';
  while (!flags.empty()) {
    if (flags[0] == '+' || flags[0] == '-') {
      sign = flags[0];
      flags.remove_prefix(1);
    }
    const std::size_t end = std::min(flags.find_first_of("+-"), flags.size());
    if (sign == '+' && is_one_of(flags.substr(0, end), known)) return true;
    flags.remove_prefix(end);
  }
  return false;
}

/// "KEY=VALUE:KEY", as x264 and x265 read their parameters.
bool sets_interlaced_parameter(std::string_view parameters) {
  constexpr std::array<std::string_view, 4> known{"interlaced", "tff", "bff", "interlace"};
  constexpr std::array<std::string_view, 5> no{"0", "no", "false", "prog", "progressive"};
  while (!parameters.empty()) {
    const std::string_view one = parameters.substr(0, parameters.find(':'));
    parameters.remove_prefix(std::min(one.size() + 1, parameters.size()));
    const std::size_t equals = std::min(one.find('='), one.size());
    const std::string_view value = one.substr(std::min(equals + 1, one.size()));
    if (is_one_of(one.substr(0, equals), known) && !is_one_of(value, no)) return true;
  }
  return false;
}

bool interlaces(std::string_view option, std::string_view value) {
  constexpr std::array<std::string_view, 3> parameters{"x264-params", "x264opts", "x265-params"};
  constexpr std::array<std::string_view, 4> no{"progressive", "unknown", "0", "1"};
  if (option == "flags") return sets_interlaced_flag(value);
  if (option == "field_order") return !is_one_of(value, no);
  return is_one_of(option, parameters) && sets_interlaced_parameter(value);
}

/// Of setfield and setparams, "NAME=MODE" or "NAME=KEY=VALUE:KEY=VALUE", whether pictures are said
/// to be fields.
bool sets_field_order(std::string_view name, std::string_view filter) {
  const bool only_mode = name == "setfield";
  filter.remove_prefix(std::min(filter.find('=') + 1, filter.size()));
  for (bool first = true; !filter.empty(); first = false) {
    const std::string_view one = filter.substr(0, filter.find(':'));
    filter.remove_prefix(std::min(one.size() + 1, filter.size()));
    const std::size_t equals = one.find('=');
    const std::string_view value = one.substr(equals + 1);  // of npos: all
    const bool is_mode =
        equals == one.npos ? first : one.substr(0, equals) == (only_mode ? "mode" : "field_mode");
    constexpr std::array<std::string_view, 4> fields{"bff", "tff", "0", "1"};
    if (is_mode && is_one_of(value, fields)) return true;
  }
  return false;
}

/// The first filter of a chain that makes fields.
std::string_view interlacing_filter(std::string_view chain) {
  constexpr std::array<std::string_view, 6> known{
      "interlace", "interlace_vulkan", "tinterlace", "telecine", "weave", "doubleweave"};
  constexpr std::array<std::string_view, 2> saying{"setfield", "setparams"};
  constexpr std::string_view blanks = " \t\n", between = ",;]";
  while (!chain.empty()) {
    chain.remove_prefix(std::min(chain.find_first_not_of(blanks), chain.size()));
    const std::string_view name =
        chain.substr(0, std::min(chain.find_first_of("=@,;[ \t\n"), chain.size()));
    const std::string_view one = chain.substr(0, chain.find_first_of(between));
    if (is_one_of(name, known) || (is_one_of(name, saying) && sets_field_order(name, one)))
      return name;
    chain.remove_prefix(std::min(one.size() + 1, chain.size()));
  }
  return {};
}

}  // namespace

std::string interlacing(const FilmSettings& film) {
  for (const auto& [option, value] : film.codec_options)
    if (interlaces(option, value)) return "codec-option = " + option + '=' + value;
  const std::string_view filter = interlacing_filter(film.filter);
  return filter.empty() ? std::string() : "filter = " + std::string(filter);
}

}  // namespace lifereel
