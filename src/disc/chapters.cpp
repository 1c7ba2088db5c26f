// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/disc/chapters.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string_view>

#include "src/text/format.h"
#include "src/text/setting_text.h"

namespace lifereel {
namespace {

constexpr double shortest_chapter_seconds = 1;

std::string film_text(const std::string& film, double seconds) {
  return "'" + film + "' lasts " + chapter_text(seconds);
}

std::vector<double> regular_begins(double every, const std::string& film, double seconds,
                                   bool may_have_one) {
  if (every >= seconds && !may_have_one && every != DiscChapters().every_seconds)
    refuse("chapters = " + chapter_text(every) + " is beyond the end: " + film_text(film, seconds) +
           "; set a shorter time, or chapters = none");
  // What nobody has asked for is wide enough for any film, in whole minutes.
  constexpr double minute = 60;
  if (every == DiscChapters().every_seconds)
    every =
        std::max(every, std::ceil(seconds / static_cast<double>(most_chapters) / minute) * minute);
  // Beyond the limit none is counted.
  const auto whole =
      static_cast<std::int64_t>(std::ceil((seconds - shortest_chapter_seconds) / every));
  if (whole > static_cast<std::int64_t>(most_chapters))
    refuse(format("chapters = %s makes %lld chapters, and a title has at most 99: ",
                  chapter_text(every).c_str(), static_cast<long long>(whole)) +
           film_text(film, seconds) + ", so set chapters = " +
           chapter_text(std::ceil(seconds / static_cast<double>(most_chapters))) + " or more");
  std::vector<double> begins{0};
  for (std::int64_t i = 1; i < whole; ++i) begins.push_back(every * static_cast<double>(i));
  return begins;
}

std::vector<double> given_begins(const std::vector<double>& at, const std::string& film,
                                 double seconds) {
  std::vector<double> begins{0};
  for (const double begin : at) {
    if (begin > seconds - shortest_chapter_seconds)
      refuse("a chapter at " + chapter_text(begin) +
             " would begin beyond the end, or in the last " +
             "second: " + film_text(film, seconds));
    if (begin <= 0) continue;
    if (begin - begins.back() < shortest_chapter_seconds)
      refuse("the chapters at " + chapter_text(begins.back()) + " and " + chapter_text(begin) +
             " are less than a second apart");
    begins.push_back(begin);
  }
  if (begins.size() > most_chapters)
    refuse(format("%zu chapters are given, and a title has at most 99", begins.size()));
  return begins;
}

}  // namespace

DiscChapters DiscChapters::parse(const std::string& text) {
  DiscChapters chapters;
  if (text == "none") {
    chapters.every_seconds = 0;
    return chapters;
  }
  std::string_view rest = text;
  const bool list = rest.find(',') != std::string_view::npos;
  if (!list) {
    chapters.every_seconds = parse_duration(rest);
    if (chapters.every_seconds < shortest_chapter_seconds)
      refuse("chapters = " + text + " is shorter than a second");
    return chapters;
  }
  while (true) {
    const std::size_t comma = rest.find(',');
    const double at = parse_duration(trim(rest.substr(0, comma)));
    if (!chapters.at_seconds.empty() && at <= chapters.at_seconds.back())
      refuse("chapters = " + text + " does not go up");
    chapters.at_seconds.push_back(at);
    if (comma == std::string_view::npos) return chapters;
    rest.remove_prefix(comma + 1);
  }
}

std::vector<double> chapter_begins(const DiscChapters& chapters, const std::string& film,
                                   double film_seconds, bool may_have_one) {
  if (!chapters.at_seconds.empty()) return given_begins(chapters.at_seconds, film, film_seconds);
  if (chapters.every_seconds <= 0) return {0};
  return regular_begins(chapters.every_seconds, film, film_seconds, may_have_one);
}

std::string chapter_text(double seconds) {
  const auto milliseconds = std::llround(seconds * 1000);
  return format("%lld:%02lld:%02lld.%03lld", milliseconds / 3'600'000, milliseconds / 60'000 % 60,
                milliseconds / 1000 % 60, milliseconds % 1000);
}

}  // namespace lifereel
