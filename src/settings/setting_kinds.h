// SPDX-License-Identifier: GPL-2.0-or-later
// The kinds of settings there are: how a key of each is read into its field and printed from it.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "src/settings/quality.h"
#include "src/settings/setting_keys.h"
#include "src/text/nearest_word.h"
#include "src/text/setting_text.h"

namespace lifereel {

inline constexpr std::string_view no_value = "none";  ///< un-sets an optional value

template <typename T>
inline constexpr bool is_optional = false;
template <typename T>
constexpr bool is_optional<std::optional<T>> = true;

/// Gives a field. A plain function, so that fields of one type share one instantiation.
template <typename Field>
using Access = Field& (*)(RenderSettings&);

template <typename Field>
const Field& field_of(Access<Field> access, const RenderSettings& settings) {
  return access(const_cast<RenderSettings&>(settings));  // which it does not change
}

/// The key of one field; optional fields know "none".
template <typename Field, typename Parse, typename Print>
SettingEntry entry(const SettingKey& key, Access<Field> access, Parse parse, Print print) {
  const auto read = [=](RenderSettings& settings, const SettingText& text) {
    Field& field = access(settings);
    if constexpr (is_optional<Field>) {
      if (text.value == no_value) {
        field.reset();
        return;
      }
    }
    field = parse(text.value);
  };
  const auto write = [=](const RenderSettings& settings) -> std::optional<std::string> {
    const Field& field = field_of(access, settings);
    if constexpr (is_optional<Field>) {
      if (!field) return std::nullopt;
      return print(*field);
    } else {
      return print(field);
    }
  };
  return {key, read, write};
}

/// A value out of a few names.
template <typename Enum, std::size_t N>
struct Names {
  std::array<std::pair<Enum, const char*>, N> all;

  Enum parse(std::string_view text) const {
    std::string known;
    std::vector<std::string_view> names;
    for (const auto& [value, name] : all) {
      if (text == name) return value;
      known += known.empty() ? name : std::string(", ") + name;
      names.emplace_back(name);
    }
    const std::string nearest(nearest_word(text, names));
    refuse(in_quotes(text) + " is not one of " + known +
           (nearest.empty() ? "" : "; did you mean " + nearest + "?"));
  }
  std::string print(Enum wanted) const {
    for (const auto& [value, name] : all) {
      if (value == wanted) return name;
    }
    refuse("a setting has a value without a name");
  }
};

/// A key among whose values some have names.
inline SettingEntry with_words(std::vector<std::string> words, SettingEntry entry) {
  entry.words = std::move(words);
  return entry;
}

template <typename Enum, std::size_t N>
SettingEntry choice(const SettingKey& key, Access<Enum> access, const Names<Enum, N>& names) {
  SettingEntry result = entry(
      key, access, [names](std::string_view text) { return names.parse(text); },
      [names](Enum value) { return names.print(value); });
  for (const auto& [value, name] : names.all) result.words.push_back(name);
  return result;
}

inline std::string parse_string(std::string_view text) { return std::string(text); }
inline std::string print_string(const std::string& text) { return text; }

/// Text where empty means "not asked for" and is not printed.
inline SettingEntry text_entry(const SettingKey& key, Access<std::string> access) {
  SettingEntry result = entry(
      key, access,
      [](std::string_view text) { return text == no_value ? std::string() : parse_string(text); },
      print_string);
  result.print = [access](const RenderSettings& settings) -> std::optional<std::string> {
    const std::string& text = field_of(access, settings);
    return text.empty() ? std::nullopt : std::optional(text);
  };
  return result;
}

inline SettingEntry float_entry(const SettingKey& key, Access<float> access) {
  return entry(key, access, parse_float, print_float);
}

template <typename Field>
SettingEntry int_entry(const SettingKey& key, Access<Field> access) {
  return entry(key, access, parse_int, print_integer);
}

inline SettingEntry flag_entry(const SettingKey& key, Access<bool> access) {
  return entry(key, access, parse_flag, print_flag);
}

template <typename Field>
SettingEntry rate_entry(const SettingKey& key, Access<Field> access) {
  return entry(key, access, parse_rate, print_rate);
}

/// As dense as in the default universe; of a fire, more sparks in larger pictures; rain has none,
/// and a universe one.
inline int usual_particles(const UniverseSettings& universe) {
  const int lines = std::min(universe.width, universe.height);
  if (universe.scene == Scene::fire) return lines <= 720 ? 500 : lines <= 1080 ? 1500 : most_sparks;
  if (universe.scene == Scene::rain) return 1;
  const UniverseSettings usual;
  const double area = static_cast<double>(universe.width) * universe.height;
  const double particles =
      usual.particles * area / (static_cast<double>(usual.width) * usual.height);
  return static_cast<int>(std::clamp(std::round(particles), 1.0, 100e6));
}

/// Until a number is given by its key.
inline void set_usual_particles(RenderSettings& settings) {
  settings.universe.particles =
      particles_within(usual_particles(settings.universe), settings.quality);
}

/// "auto" goes by the size.
inline SettingEntry particles_entry(const SettingKey& key) {
  return {key,
          [](RenderSettings& settings, const SettingText& text) {
            UniverseSettings& universe = settings.universe;
            settings.particles.given = text.value != "auto";
            if (settings.particles.given)
              universe.particles = parse_count(text.value);
            else
              set_usual_particles(settings);
          },
          [](const RenderSettings& settings) -> std::optional<std::string> {
            return print_integer(settings.universe.particles);
          }};
}

inline SettingEntry size_entry(const SettingKey& key) {
  return {key,
          [](RenderSettings& settings, const SettingText& text) {
            const auto [width, height] = parse_size(text.value);
            settings.universe.width = width;
            settings.universe.height = height;
            if (!settings.particles.given) set_usual_particles(settings);
          },
          [](const RenderSettings& settings) -> std::optional<std::string> {
            return print_integer(settings.universe.width) + "x" +
                   print_integer(settings.universe.height);
          }};
}

inline SettingEntry matrix_entry(const SettingKey& key) {
  return {key,
          [](RenderSettings& settings, const SettingText& text) {
            std::vector<float>& matrix = settings.universe.matrix;
            if (text.value == "seed") {
              matrix.clear();
            } else if (text.value.starts_with('[')) {
              matrix = parse_matrix(text.value);
            } else if (text.value.empty()) {
              refuse("'' is not a matrix; write [a b; c d], the name of a file, or seed");
            } else {
              matrix = read_matrix_file((text.folder / std::filesystem::path(text.value)).string());
            }
          },
          [](const RenderSettings& settings) -> std::optional<std::string> {
            if (settings.universe.matrix.empty()) return std::nullopt;
            return print_matrix(settings.universe.matrix);
          }};
}

inline Rgb parse_colour(std::string_view text) {
  const bool named =
      std::find(palette_names().begin(), palette_names().end(), text) != palette_names().end();
  try {
    if (!named && text.size() <= 7) return palette_colours(std::string(text), 1).front();
  } catch (const std::invalid_argument&) {
    // It is no palette either, but nobody has asked for one.
  }
  refuse(in_quotes(text) + " is not one colour RRGGBB");
}
inline std::string print_colour(Rgb colour) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string text;
  for (int shift = 20; shift >= 0; shift -= 4) text += digits[colour >> shift & 15];
  return text;
}
inline std::string parse_palette(std::string_view text) {
  try {
    palette_colours(std::string(text), 1);
  } catch (const std::invalid_argument& error) {
    const auto& names = palette_names();
    const std::string_view nearest = nearest_word(text, {names.begin(), names.end()});
    refuse(error.what() + (nearest.empty() ? "" : "; did you mean " + std::string(nearest) + "?"));
  }
  return std::string(text);
}

inline int parse_glyph_cell(std::string_view text) { return text == "auto" ? 0 : parse_int(text); }
inline std::string print_glyph_cell(int cell) { return cell == 0 ? "auto" : print_integer(cell); }

inline std::string parse_glyph_set(std::string_view text) {
  std::string set(text);
  glyph_characters(set);
  return set;
}

inline constexpr char universe_sound[] = "universe";

/// The film holds a file's digest, never its name.
inline SettingEntry audio_entry(const SettingKey& key) {
  return {key,
          [](RenderSettings& settings, const SettingText& text) {
            AudioSettings& audio = settings.film.audio;
            if (text.value.empty()) refuse("'' is not the name of a file; write audio = none");
            if (text.value == no_value) {
              audio.file.clear();
              audio.digest.clear();
              audio.universe = false;
            } else if (text.value == universe_sound) {
              audio.file.clear();
              audio.digest.clear();
              audio.universe = true;
            } else if (text.value == "-") {
              audio.universe = false;
              audio.file = text.value;
            } else {
              audio.universe = false;
              audio.file = (text.folder / std::filesystem::path(text.value)).string();
            }
          },
          [](const RenderSettings& settings) -> std::optional<std::string> {
            if (settings.film.audio.universe) return universe_sound;
            return std::nullopt;
          }};
}
inline std::string parse_digest(std::string_view text) {
  constexpr std::size_t hex_digits = 64;
  if (text.size() != hex_digits ||
      text.find_first_not_of("0123456789abcdef") != std::string_view::npos)
    refuse(in_quotes(text) + " is not a SHA-256 of 64 digits 0-9 a-f, or none");
  return std::string(text);
}
inline SettingEntry loudness_entry(const SettingKey& key) {
  return {key,
          [](RenderSettings& settings, const SettingText& text) {
            std::optional<double>& loudness = settings.film.audio.loudness;
            if (text.value == "off" || text.value == no_value)
              loudness.reset();
            else
              loudness = parse_double(text.value);
          },
          [](const RenderSettings& settings) -> std::optional<std::string> {
            const std::optional<double>& loudness = settings.film.audio.loudness;
            return loudness ? print_double(*loudness) : "off";
          }};
}

inline int parse_chunk_frames(std::string_view text) {
  return text == "auto" ? FilmSettings::automatic_chunks : parse_int(text);
}
inline std::string print_chunk_frames(int frames) {
  return frames == FilmSettings::automatic_chunks ? "auto" : print_integer(frames);
}

/// `frames` and `seconds`: the one set last holds.
template <typename Field, typename Other, typename Parse, typename Print>
SettingEntry length_entry(const SettingKey& key, Access<Field> access, Access<Other> other,
                          Parse parse, Print print) {
  SettingEntry result = entry(key, access, parse, print);
  result.read = [access, other, parse](RenderSettings& settings, const SettingText& text) {
    const auto value = parse(text.value);
    if (value < 0) refuse(in_quotes(text.value) + " is negative");
    access(settings) = value;
    other(settings).reset();
  };
  return result;
}

inline void add_codec_option(StringPairs& options, std::string_view text) {
  if (text == no_value) {
    options.clear();
    return;
  }
  const std::size_t at = text.find('=');
  if (at == 0 || at == std::string_view::npos) {
    refuse(in_quotes(text) + " is not NAME=VALUE, bf=2");
  }
  const std::string name(trim(text.substr(0, at)));
  const std::string value(text.substr(at + 1));
  const auto same = std::find_if(options.begin(), options.end(),
                                 [&](const auto& option) { return option.first == name; });
  if (same != options.end()) {
    same->second = value;
  } else {
    options.emplace_back(name, value);
  }
}

/// codec-option prints as several lines, which print_config() does itself.
inline SettingEntry codec_option_entry(const SettingKey& key) {
  return {key,
          [](RenderSettings& settings, const SettingText& text) {
            add_codec_option(settings.film.codec_options, text.value);
          },
          [](const RenderSettings&) -> std::optional<std::string> { return std::nullopt; }};
}

}  // namespace lifereel
