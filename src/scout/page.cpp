// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/scout/page.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <vector>

#include "src/render/disk_file.h"
#include "src/scout/page_text.h"
#include "src/text/format.h"
#include "src/text/json.h"
#include "src/text/setting_text.h"

namespace lifereel {
namespace {

constexpr std::size_t most_course_points = 720;

std::string base64(std::string_view bytes) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t left = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t three = 0;
    for (std::size_t i = 0; i < 3; ++i)
      three = three << 8 | (i < left ? static_cast<std::uint8_t>(bytes[at + i]) : 0u);
    for (std::size_t i = 0; i < 4; ++i)
      text += i <= left ? digits[three >> (18 - 6 * i) & 63] : '=';
  }
  return text;
}

/// JSON within a page: nothing in it ends the script.
std::string json_text(std::string_view text) {
  std::string result;
  for (const char c : Json::string(text)) {
    if (c == '<')
      result += "\\u003c";
    else
      result += c;
  }
  return result;
}

std::string list(const std::vector<std::string>& items) {
  std::string text = "[";
  for (const std::string& item : items) text += (text.size() > 1 ? "," : "") + item;
  return text + "]";
}

template <class... Numbers>
std::string row(Numbers... numbers) {
  return list({std::to_string(numbers)...});
}

/// What a universe and its film are, in words.
std::string what(const PageSource& source) {
  const UniverseSettings& universe = source.film.universe;
  return format("%d × %d pixels, %d particles of %d species%s, %s frames a second. ",
                universe.width, universe.height, universe.particles, universe.species,
                universe.matrix_family == MatrixFamily::random ? "" : ", matrices of a family",
                print_fps(source.film.film.frames_per_second).c_str()) +
         "Every universe was run as long as is said, not guessed at: most for a little, the better "
         "for longer, and the last as long as the film.";
}

std::string course_of(const ScoutedSeed& seed) {
  std::vector<std::string> points;
  const std::size_t step = (seed.course.size() + most_course_points - 1) / most_course_points;
  for (std::size_t i = 0; i < seed.course.size(); i += std::max<std::size_t>(1, step))
    points.push_back(std::to_string(seed.course[i]));
  return list(points);
}

std::string finalist(const PageSource& source, const ScoutedSeed& seed, std::size_t order) {
  std::vector<std::string> stills;
  for (const std::int64_t frame : source.show_times.stills) {
    const std::string path = still_path(source.folder, seed.seed, frame);
    if (const std::optional<std::string> picture = lifereel::read_file(path))
      stills.push_back(list({std::to_string(frame), json_text(base64(*picture))}));
  }
  std::error_code ignored;
  const bool has_film = std::filesystem::exists(short_film_path(source.folder, seed.seed), ignored);
  return "{\"order\":" + std::to_string(order) +
         ",\"film\":" + (has_film ? json_text(short_film_path(".", seed.seed)) : "null") +
         ",\"stills\":" + list(stills) + ",\"course\":" + course_of(seed) + "}";
}

std::string page_data(const PageSource& source) {
  const ScoutReport& report = source.report;
  const Rational fps = source.film.film.frames_per_second;
  std::vector<std::string> rungs, seeds;
  std::vector<std::size_t> finalists;
  for (std::size_t rung = 0; rung < report.entered.size(); ++rung)
    rungs.push_back(row(report.rungs[rung], report.entered[rung]));
  for (std::size_t i = 0; i < report.seeds.size(); ++i) {
    const ScoutedSeed& s = report.seeds[i];
    const ScoutMeasures& m = s.measures;
    if (s.finalist) finalists.push_back(i);
    // Seeds are text: numbers of 64 bits are not JavaScript's.
    seeds.push_back(list(
        {json_text(std::to_string(s.seed)), std::to_string(s.frames), s.finalist ? "1" : "0",
         std::to_string(s.place), std::to_string(s.rivals), std::to_string(m.active_10s),
         std::to_string(m.structure), std::to_string(s.novelty), std::to_string(s.alive),
         std::to_string(s.dead_from.value_or(-1)), std::to_string(m.motion), std::to_string(m.lit),
         std::to_string(m.picture_bytes), std::to_string(m.change_bytes)}));
  }
  std::sort(finalists.begin(), finalists.end(), [&](std::size_t a, std::size_t b) {
    return report.seeds[a].place < report.seeds[b].place;
  });
  std::vector<std::string> shown;
  for (const std::size_t i : finalists) shown.push_back(finalist(source, report.seeds[i], i));
  const Rational aspect = source.film.film.aspect.value_or(
      Rational{source.film.universe.width, source.film.universe.height});
  return "{\"what\":" + json_text(what(source)) + ",\"fps\":" + print_double(fps.value()) +
         ",\"aspect\":" + print_double(aspect.value()) + ",\"rungs\":" + list(rungs) +
         ",\"command\":" + json_text(source.command) + ",\n\"seeds\":" + list(seeds) +
         ",\n\"finalists\":" + list(shown) + "}";
}

}  // namespace

std::string scout_page(const PageSource& source) {
  constexpr std::string_view mark = "@DATA@";
  std::string page(scout_page_text);
  return page.replace(page.find(mark), mark.size(), page_data(source));
}

}  // namespace lifereel
