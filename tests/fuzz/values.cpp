// SPDX-License-Identifier: GPL-2.0-or-later
// Values of settings, each kind both ways. The first byte chooses the kind.
#include "fuzz.h"
#include "src/text/setting_text.h"

using namespace lifereel;
using fuzz::require;

namespace {

template <class Parse, class Print>
void both_ways(std::string_view text, Parse parse, Print print) {
  const auto value = parse(text);
  require(parse(print(value)) == value, "what is printed reads back");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text = fuzz::text_of(data + 1, size - 1);
  try {
    switch (data[0] % 10) {
      case 0:
        return both_ways(text, parse_seed, [](std::uint64_t v) { return std::to_string(v); }), 0;
      case 1:
        return both_ways(text, parse_integer, print_integer), 0;
      case 2:
        return both_ways(text, parse_float, print_float), 0;
      case 3:
        return both_ways(text, parse_double, print_double), 0;
      case 4:
        return both_ways(text, parse_flag, print_flag), 0;
      case 5:
        return both_ways(text, parse_rate, print_rate), 0;
      case 6:
        return both_ways(text, parse_fps, print_fps), 0;
      case 7:
        return both_ways(text, parse_aspect, print_aspect), 0;
      case 8:
        return both_ways(text, parse_matrix, print_matrix), 0;
      default:
        both_ways(text, parse_size, [](std::pair<int, int> v) {
          return print_integer(v.first) + "x" + print_integer(v.second);
        });
    }
  } catch (const std::invalid_argument& error) {
    require(error.what()[0] != '\0', "a refusal says why");
    require(std::string_view(error.what()).find('\n') == std::string_view::npos, "in one line");
  }
  return 0;
}
