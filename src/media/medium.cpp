// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/media/medium.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include "src/text/lower_case.h"
#include "src/text/nearest_word.h"
#include "src/text/quantities.h"
#include "src/text/setting_text.h"

namespace lifereel {
namespace {

/// A drive says so of a BD-R: without the 256 MB that growisofs keeps for sectors that fail.
constexpr std::int64_t blu_ray_sectors(std::int64_t bytes) {
  return (bytes - (256 << 20)) / disc_sector_bytes;
}

struct Unit {
  std::string_view name;
  double bytes;
};
constexpr Unit units[] = {{"", 1},      {"b", 1},      {"kb", 1e3},      {"mb", 1e6},
                          {"gb", 1e9},  {"k", 1e3},    {"m", 1e6},       {"g", 1e9},
                          {"tb", 1e12}, {"kib", 1024}, {"mib", 1 << 20}, {"gib", 1 << 30}};

/// Nothing where the text is no size.
std::optional<double> bytes_in(std::string_view text) {
  const std::size_t end = text.find_last_of("0123456789.");
  if (end == std::string_view::npos) return std::nullopt;
  const std::string unit = lower_case(trim(text.substr(end + 1)));
  const auto* const found = std::find_if(std::begin(units), std::end(units),
                                         [&](const Unit& one) { return unit == one.name; });
  if (found == std::end(units)) return std::nullopt;
  try {
    return parse_double(trim(text.substr(0, end + 1))) * found->bytes;
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

std::string names_of_media() {
  std::string names;
  for (const Medium& medium : media()) names += medium.name + ", ";
  return names;
}

}  // namespace

const std::vector<Medium>& media() {
  static const std::vector<Medium> all{
      {"cd", "CD", 360'000},
      {"dvd", "any DVD", 2'295'104},
      {"dvd+r", "DVD+R", 2'295'104},
      {"dvd-r", "DVD-R", 2'298'496},
      {"bd25", "BD-R of 25 GB", 12'088'320},
      {"bd50", "BD-R of 50 GB", blu_ray_sectors(50'050'629'632)},
      {"bd100", "BD-R of 100 GB", blu_ray_sectors(100'103'356'416)},
      {"bd128", "BD-R of 128 GB", blu_ray_sectors(128'001'769'472)}};
  return all;
}

const Medium* find_medium(std::string_view name) {
  const auto found = std::find_if(media().begin(), media().end(),
                                  [name](const Medium& medium) { return medium.name == name; });
  return found == media().end() ? nullptr : &*found;
}

Medium parse_medium(std::string_view text) {
  const std::string_view wanted = trim(text);
  const std::string name = lower_case(wanted);
  if (const Medium* const known = find_medium(name)) return *known;
  if (!wanted.empty() && std::isdigit(static_cast<unsigned char>(wanted.front())) != 0) {
    constexpr double most_bytes = 1e15;
    const std::optional<double> bytes = bytes_in(wanted);
    if (!bytes)
      refuse(in_quotes(text) + " is no size of a medium; write 400MB, 4.37GiB or 700000000");
    if (*bytes > most_bytes) refuse(in_quotes(text) + " is larger than any medium");
    const bool has_unit = std::isalpha(static_cast<unsigned char>(wanted.back())) != 0;
    return {name,
            "a medium of " +
                (has_unit ? std::string(wanted) : size_text(static_cast<std::uint64_t>(*bytes))),
            static_cast<std::int64_t>(*bytes) / disc_sector_bytes};
  }
  std::vector<std::string_view> names;
  for (const Medium& medium : media()) names.push_back(medium.name);
  const std::string nearest(nearest_word(name, names));
  refuse("there is no medium " + in_quotes(text) +
         (nearest.empty() ? "; there are " : " (did you mean " + nearest + "?); there are ") +
         names_of_media() + "and sizes such as 400MB");
}

std::string fitting_media(std::int64_t image_bytes) {
  std::vector<std::string_view> fitting;
  const bool any_dvd = image_bytes <= find_medium("dvd")->bytes();
  for (const Medium& medium : media()) {
    const bool one_dvd = medium.name == "dvd+r" || medium.name == "dvd-r";
    if (image_bytes <= medium.bytes() && !(any_dvd && one_dvd))
      fitting.push_back(medium.description);
  }
  std::string text;
  for (std::size_t i = 0; i < fitting.size(); ++i)
    text.append(i == 0 ? "" : i + 1 == fitting.size() ? " or " : ", ").append(fitting[i]);
  return text;
}

}  // namespace lifereel
