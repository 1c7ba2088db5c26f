// SPDX-License-Identifier: GPL-2.0-or-later
// One vocabulary for the command line, config files, presets and these structs: a field force_scale
// is the key "force-scale" everywhere.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "encoders/film.h"
#include "sim/engine.h"
#include "sim/universe.h"

namespace lifereel {

enum class EngineChoice { automatic, cpu, cuda };

struct EngineSettings {
  EngineChoice engine = EngineChoice::automatic;
  Isa isa = Isa::automatic;
  int threads = 0;     ///< of the engine; 0: what the encoder leaves
  int ring_slots = 0;  ///< pictures between engine and encoder; 0: chosen for the encoder

  bool operator==(const EngineSettings&) const = default;
};

/// Everything that defines a render. What a preset, a config file and the command line fill in.
struct RenderSettings {
  UniverseSettings universe;
  FilmSettings film;
  EngineSettings engine;
  /// One of the two; neither is an error at render time.
  std::optional<std::int64_t> frames;
  std::optional<double> seconds;

  std::string output;       ///< path of the film
  bool overwrite = false;
  std::string hash;         ///< path for framehash text of what was encoded; empty: none
  std::string stats;        ///< path for statistics as JSON; empty: none
  bool psnr = false;        ///< decode the finished film and compare it with the universe, drawn again

  bool operator==(const RenderSettings&) const = default;
};

/// Frames of the film: `frames`, or as many as begin before `seconds` are over. Throws
/// std::invalid_argument when neither is set or the number is not positive.
std::int64_t frame_count(const RenderSettings& settings);

/// Checks everything that can be checked before anything is opened (universe, film, paths,
/// contradictions). Throws std::invalid_argument with one sentence.
void validate(const RenderSettings& settings);

/// What a key is, for help texts and for building a command line.
struct SettingKey {
  const char* name;         ///< "force-scale"
  const char* value;        ///< what follows it, "WxH"; empty for a flag
  const char* group;        ///< "universe", "film", "engine", "output"
  const char* help;         ///< one short line
  bool repeatable = false;  ///< "codec-option"
};

/// Every key, in the order a config file is printed.
const std::vector<SettingKey>& setting_keys();

/// Sets one key from text. `where` begins the error: "--size" or "mine.cfg:7". A relative matrix path
/// is read at once, so settings never depend on files afterwards. frames and seconds replace each
/// other. Throws std::invalid_argument: unknown key (with the nearest known one), malformed value.
void apply_setting(RenderSettings& settings, std::string_view key, std::string_view value,
                   const std::string& where);

/// Reads "key = value" lines (# begins a comment) on top of `settings`. `name` is for errors. A line
/// "preset = NAME" may stand first. A key that stands twice is an error unless it is repeatable.
void apply_config_text(RenderSettings& settings, std::string_view text, const std::string& name);
void apply_config_file(RenderSettings& settings, const std::string& path);

/// Prints every setting that defines the film, so that apply_config_text() on default settings gives
/// the same settings back, bit for bit. Paths and flags of the output group are left out.
std::string print_config(const RenderSettings& settings);

struct Preset {
  const char* name;
  const char* summary;  ///< first comment line of its file
  const char* text;     ///< the config file, compiled in from config/
};
const std::vector<Preset>& presets();

/// Throws std::invalid_argument naming the presets there are.
void apply_preset(RenderSettings& settings, const std::string& name);

}  // namespace lifereel
