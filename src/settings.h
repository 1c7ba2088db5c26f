// SPDX-License-Identifier: GPL-2.0-or-later
// One vocabulary for the command line, config files, presets and these structs: a field force_scale
// is the key "force-scale" in a config file and the option --force-scale.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "encoders/film.h"
#include "sim/engine.h"
#include "sim/universe.h"

namespace [[gnu::visibility("default")]] lifereel {

enum class EngineChoice { automatic, cpu, cuda };

struct EngineSettings {
  EngineChoice engine = EngineChoice::automatic;
  Isa isa = Isa::automatic;
  int threads = 0;  ///< of the CPU engine; 0: chosen for this machine
  /// Chunks of the film encoded at once; 0: chosen for this machine. More than one is an error
  /// where the film is not cut, filtered or hashed.
  int lanes = 0;
  int ring_slots = 0;  ///< pictures between engine and each encoder; 0: chosen for the encoder
  int device = -1;     ///< GPU by number, as `lifereel info` lists them; -1: the first usable

  bool operator==(const EngineSettings&) const = default;
};

/// How a value came about, which makes no render another one.
struct ValueOrigin {
  bool given = false;
  bool operator==(const ValueOrigin&) const { return true; }
};

/// How much a film may cost, in one word: an overlay between a preset and what is given by key.
///
///                lines  frames/s  crf  particles at most  x264's and x265's preset
///   draft          540        12   28               2500  veryfast, with less of a look
///   preview        720        15   25               6250  fast
///   production    1080        24   20              15000  medium
///   max           2160        30   15              37500  slow
///
/// Lines are the picture's shorter side: what a screen shows at once of a panorama has that many. A
/// film keeps its shape, its duration and, up to that number, its particles' density. The numbers
/// are in the proportions of 200 : 500 : 1200 : 3000, with a universe as dense as the default one
/// at 1080 lines. A disc keeps its size and rate, and has 2200, 3300, 4400 or 8000 kb/s instead.
enum class Quality { draft, preview, production, max };

/// Working files, from which a render that was stopped goes on (work_folder.h).
enum class Resume {
  automatic,  ///< keep them beside the film until it is complete; go on from those that are there
  restart,    ///< throw away those that are there, then as automatic
  off,        ///< keep none and look at none
};

/// Everything that defines a render. What a preset, a config file and the command line fill in.
struct RenderSettings {
  /// A film in chunks, where that is possible: it can be stopped and go on, and lanes can share it.
  RenderSettings() { film.chunk_frames = FilmSettings::automatic_chunks; }

  UniverseSettings universe;
  FilmSettings film;
  EngineSettings engine;
  /// Until a number of particles is given by its key, that of `size` keeps them as dense as in the
  /// default universe.
  ValueOrigin particles;
  /// Until a look is given by its key, another scene brings its own.
  ValueOrigin look;
  /// apply_quality(): presets, sizes and looks that are set later keep to it.
  std::optional<Quality> quality;
  /// One of the two; neither is an error at render time.
  std::optional<std::int64_t> frames;
  std::optional<double> seconds;
  /// Frames of the universe before the film's first, simulated and not filmed: the film's frame k
  /// is the universe's frame warmup + k, with the light that all frames before it have left.
  std::int64_t warmup = 0;
  /// Only this frame, counted from 0, as a still picture; the length means nothing then.
  std::optional<std::int64_t> frame;

  /// Path of the film, or of pictures: a still, or a sequence film%05d.png, numbered as frames are
  /// (encoders/picture_files.h).
  std::string output;
  bool overwrite = false;
  Resume resume = Resume::automatic;
  std::string hash;   ///< path for framehash text of what was encoded; empty: none
  std::string stats;  ///< path for statistics as JSON; empty: none
  bool psnr = false;  ///< decode the finished film and compare it with the universe, drawn again

  bool operator==(const RenderSettings&) const = default;
};

/// Frames of the film: one where `frame` is set, `frames`, or as many as begin before `seconds` are
/// over, computed exactly from the decimal number that `seconds` prints as (0.1 s at 20 fps are 2
/// frames, 20 s at 30000/1001 are 600). Throws std::invalid_argument when neither or both are set
/// or the film would be empty, and for a warmup out of range.
std::int64_t frame_count(const RenderSettings& settings);

/// Checks everything that can be checked before anything is opened: universe, film, paths and their
/// folders, contradictions. The codec "null" (encode nothing, to measure) needs no output. Throws
/// std::invalid_argument with one sentence.
void validate(const RenderSettings& settings);

/// What a key is, for help texts and for building a command line.
struct SettingKey {
  const char* name;         ///< "force-scale"
  const char* value;        ///< what follows it, "WxH"; empty for a flag
  const char* group;        ///< "universe", "look", "length", "film", "engine" or "output"
  const char* help;         ///< one short line
  bool repeatable = false;  ///< "codec-option"
  std::string initial;      ///< what holds where it is not set, as text; empty: nothing
};

/// Every key, in the order a config file is printed.
const std::vector<SettingKey>& setting_keys();

/// Sets one key from text. `where` begins the error: "--size" or "mine.cfg:7". Throws
/// std::invalid_argument: unknown key (with the nearest known one), malformed value.
///
///   flags       yes no true false on off 1 0
///   numbers     particles and frames also as 1e6 or 2.5k, where that is a whole number
///   seconds     also 90s, 1:30, 7:30:00 and 1h30m
///   fps         30000/1001, 25, 12.5; 23.976, 29.97, 29.970, 59.94 and the like mean the NTSC
///   rates codec       FFmpeg's name of an encoder; h264, hevc, av1 and other names of formats mean
///   the
///               encoder that is usual for them
///   rates       bits per second, 4400k and 1.5M too
///   seed        decimal or 0x...
///   matrix      "[a b; c d]", or a file with a row a line, blanks or commas between, # comments,
///               read at once, so settings never depend on files afterwards; "seed": from the seed
///   matrix-family  of a matrix from the seed: MatrixFamily's names
///   audio       a file, relative to the config file; printed is its audio-digest
///   loudness    LUFS, or "off"
///   scene       another one than before comes with the look of its name, unless a look was given,
///               and with its usual particles: like a look, it stands before what changes it,
///               but in a file, or on the command line, wherever it is written
///   none        un-sets a value that a lower layer may have set (crf, bitrate, codec-option, ...)
///
/// frames and seconds replace each other. A codec-option replaces an earlier one of the same name.
void apply_setting(RenderSettings& settings, std::string_view key, std::string_view value,
                   const std::string& where);

/// Reads "key = value" lines on top of `settings`. # begins a comment at the start of a line or
/// after a blank; a value in double quotes may hold anything (\" \\ \n \r \t). `name` is for
/// errors. A line "preset = NAME" may stand first: apply_preset(). A key that stands twice is an
/// error unless it is repeatable, and so are frames and seconds together.
void apply_config_text(RenderSettings& settings, std::string_view text, const std::string& name);

/// The same for the settings that a film or a golden file carries: only what defines a film is
/// taken; a key that names a path or an engine is an error. Filters and codec options reach FFmpeg,
/// where some read, write and empty files: they are an error, too, which prints them, unless the
/// film is trusted. Trust also those that are looked at alone and never rendered.
enum class FilmTrust { none, filters_and_codec_options };
struct UntrustedFilm : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};
void apply_embedded_config(RenderSettings& settings, std::string_view text, const std::string& name,
                           FilmTrust trust = FilmTrust::none);

/// The same from a file; the path of a matrix is relative to the config file.
void apply_config_file(RenderSettings& settings, const std::string& path);

/// Prints every setting that defines the film (groups universe, length, film), so that
/// apply_config_text() on default settings gives the same film back, bit for bit. Paths, and how
/// the film is computed (engine, output), are left out: they never change a bit of it.
std::string print_config(const RenderSettings& settings);

/// The key most like `unknown`, for "did you mean"; empty when none is near.
std::string nearest_key(std::string_view unknown);

struct Preset {
  const char* name;
  const char* summary;  ///< first comment line of its file
  const char* text;     ///< the config file, compiled in from config/
};
const std::vector<Preset>& presets();

struct Look {
  const char* name;
  const char* summary;  ///< first comment line of its file
  const char* text;     ///< the look file, compiled in from config/looks/
};
const std::vector<Look>& looks();

/// Draws in another look, one of looks() or a file of the same kind: lines of the group "look" and
/// trail-decay. What the look does not set is as in LookSettings; where the scene needs characters,
/// a look in colour has them. Throws std::invalid_argument.
void apply_look(RenderSettings& settings, const std::string& name);

/// "draft", "preview", "production", "max".
const char* quality_name(Quality quality) noexcept;
/// Nothing for another name.
std::optional<Quality> quality_of(std::string_view name) noexcept;

/// Sets what a quality says, from here on also for presets, sizes and looks; what is given by key
/// afterwards wins. settle_quality() comes last.
void apply_quality(RenderSettings& settings, Quality quality);

/// Takes back what of a quality does not go with what was given by key: a crf beside a bitrate or
/// with an encoder that has none. From here on the settings are like any others. Throws
/// std::invalid_argument where a disc has no room for the quality.
void settle_quality(RenderSettings& settings);

/// Starts over from a preset: film, universe and length become the preset's; engine and output
/// stay, and so does a quality. Throws std::invalid_argument naming the presets there are.
void apply_preset(RenderSettings& settings, const std::string& name);

}  // namespace lifereel
