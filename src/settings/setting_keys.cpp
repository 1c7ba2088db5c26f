// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/settings/setting_keys.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "src/settings/codec_names.h"
#include "src/settings/setting_kinds.h"
#include "src/text/nearest_word.h"

namespace lifereel {
namespace {

constexpr Names<Seam, 2> seam_names{{{{Seam::exact, "exact"}, {Seam::published, "published"}}}};
constexpr Names<MatrixFamily, 5> family_names{{{{MatrixFamily::random, "random"},
                                                {MatrixFamily::symmetric, "symmetric"},
                                                {MatrixFamily::chase, "chase"},
                                                {MatrixFamily::chains, "chains"},
                                                {MatrixFamily::snakes, "snakes"}}}};
constexpr Names<Scene, 3> scene_names{
    {{{Scene::particle_life, "particle-life"}, {Scene::rain, "rain"}, {Scene::fire, "fire"}}}};
constexpr Names<ToneCurve, 3> tone_names{{{{ToneCurve::published, "published"},
                                           {ToneCurve::log, "log"},
                                           {ToneCurve::filmic, "filmic"}}}};
constexpr Names<ColourBy, 4> colour_by_names{{{{ColourBy::species, "species"},
                                               {ColourBy::speed, "speed"},
                                               {ColourBy::density, "density"},
                                               {ColourBy::age, "age"}}}};
constexpr Names<DiscTarget, 3> target_names{{{{DiscTarget::none, "none"},
                                              {DiscTarget::ntsc_dvd, "ntsc-dvd"},
                                              {DiscTarget::pal_dvd, "pal-dvd"}}}};
constexpr Names<EngineChoice, 3> engine_names{{{{EngineChoice::automatic, "auto"},
                                                {EngineChoice::cpu, "cpu"},
                                                {EngineChoice::cuda, "cuda"}}}};
constexpr Names<Resume, 3> resume_names{
    {{{Resume::automatic, "auto"}, {Resume::restart, "restart"}, {Resume::off, "off"}}}};
constexpr Names<Isa, 4> isa_names{{{{Isa::automatic, "auto"},
                                    {Isa::baseline, "baseline"},
                                    {Isa::avx2, "avx2"},
                                    {Isa::avx512, "avx512"}}}};

constexpr Names<PixelFormat, 3> pixel_format_names{{{{PixelFormat::yuv420p, "yuv420p"},
                                                     {PixelFormat::yuv420p10, "yuv420p10"},
                                                     {PixelFormat::yuv420p10, "yuv420p10le"}}}};

/// Makes the keys of one group.
struct KeysOf {
  const char* group;
  SettingKey operator()(const char* name, const char* value, const char* help) const {
    return {name, value, group, help, false, {}};
  }
};

#define LIFEREEL_FIELD(path)                \
  +[](RenderSettings & settings) -> auto& { \
    return settings.path;                   \
  }

std::vector<std::string> look_names() {
  std::vector<std::string> names;
  for (const Look& look : looks()) names.push_back(look.name);
  return names;
}

/// A key that is left out of what is printed where it says nothing, as in films before there was
/// one.
SettingEntry unless_initial(SettingEntry entry) {
  entry.key.initial = entry.print(RenderSettings()).value_or("");
  entry.print = [print = entry.print, initial = entry.key.initial](const RenderSettings& settings) {
    std::optional<std::string> value = print(settings);
    return value == initial ? std::nullopt : value;
  };
  return entry;
}

/// Another scene brings what it needs, and what stands after it changes that.
SettingEntry scene_entry(const SettingKey& key) {
  SettingEntry result = choice(key, LIFEREEL_FIELD(universe.scene), scene_names);
  result.read = [](RenderSettings& settings, const SettingText& text) {
    UniverseSettings& universe = settings.universe;
    const Scene before = std::exchange(universe.scene, scene_names.parse(text.value));
    if (universe.scene == before) return;
    settings.particles.given = false;
    set_usual_particles(settings);
    if (universe.scene == Scene::particle_life) return;
    if (settings.look.given)
      draw_scene_in_characters(universe);
    else
      apply_look(settings, std::string(text.value));
  };
  return unless_initial(std::move(result));
}

std::vector<SettingEntry> universe_entries() {
  constexpr KeysOf key{"universe"};
  std::vector<SettingEntry> list;
  list.push_back(entry(key("seed", "N", "any 64-bit number"), LIFEREEL_FIELD(universe.seed),
                       parse_seed, [](std::uint64_t seed) { return std::to_string(seed); }));
  list.push_back(scene_entry(key("scene", "NAME", "rain, fire")));
  list.push_back(size_entry(key("size", "WxH", "world and film")));
  list.push_back(particles_entry(key("particles", "N", "or auto, by size")));
  list.push_back(int_entry(key("species", "K", "1 to 32"), LIFEREEL_FIELD(universe.species)));
  list.push_back(matrix_entry(key("matrix", "FILE", "K rows of K numbers")));
  list.push_back(unless_initial(choice(key("matrix-family", "NAME", "chase, chains, ..."),
                                       LIFEREEL_FIELD(universe.matrix_family), family_names)));
  list.push_back(
      choice(key("seam", "NAME", "exact, published"), LIFEREEL_FIELD(universe.seam), seam_names));
  list.push_back(
      float_entry(key("rmax", "PX", "reach of the forces"), LIFEREEL_FIELD(universe.rmax)));
  list.push_back(
      float_entry(key("beta", "X", "repels to beta*rmax"), LIFEREEL_FIELD(universe.beta)));
  list.push_back(float_entry(key("force-scale", "X", "multiplies forces"),
                             LIFEREEL_FIELD(universe.force_scale)));
  list.push_back(
      float_entry(key("friction", "X", "velocity kept"), LIFEREEL_FIELD(universe.friction)));
  list.push_back(float_entry(key("dt", "X", "time step"), LIFEREEL_FIELD(universe.dt)));
  list.push_back(float_entry(key("trail-decay", "X", "part of trail kept"),
                             LIFEREEL_FIELD(universe.trail_decay)));
  list.push_back(unless_initial(int_entry(key("steps-per-frame", "N", "steps a frame: lapse"),
                                          LIFEREEL_FIELD(universe.steps_per_frame))));
  list.push_back(unless_initial(
      int_entry(key("substeps", "N", "frames a step: slow"), LIFEREEL_FIELD(universe.substeps))));
  return list;
}

/// A key that a published look, to which it says nothing, leaves out of what is printed.
SettingEntry of_colour(SettingEntry entry) {
  entry.print = [print = entry.print](const RenderSettings& settings) {
    return settings.universe.look.draws_colour() ? print(settings) : std::nullopt;
  };
  return entry;
}

/// A key of a tube, or of characters: left out where it says nothing, as in films before there were
/// any, but not where a scene's look says another thing.
SettingEntry of_tube(SettingEntry entry) {
  entry.print = [print = entry.print,
                 initial = entry.print(RenderSettings())](const RenderSettings& settings) {
    std::optional<std::string> value = print(settings);
    const bool no_scene = settings.universe.scene == Scene::particle_life;
    return no_scene && value == initial ? std::nullopt : value;
  };
  return of_colour(std::move(entry));
}

/// What is drawn in characters says all of them.
SettingEntry of_characters(const SettingEntry& entry) {
  SettingEntry result = of_tube(entry);
  result.print = [print = of_colour(entry).print,
                  print_rest = result.print](const RenderSettings& settings) {
    return settings.universe.look.glyphs ? print(settings) : print_rest(settings);
  };
  return result;
}

SettingEntry look_entry(const SettingKey& key) {
  return {key,
          [](RenderSettings& settings, const SettingText& text) {
            const std::filesystem::path beside = text.folder / text.value;
            apply_look(settings, !text.folder.empty() && std::filesystem::exists(beside)
                                     ? beside.string()
                                     : std::string(text.value));
            settings.look.given = true;
          },
          [](const RenderSettings&) -> std::optional<std::string> { return std::nullopt; }};
}

void add_character_entries(std::vector<SettingEntry>& list) {
  constexpr KeysOf key{"look"};
  const auto add = [&list](const SettingEntry& entry) { list.push_back(of_characters(entry)); };
  add(flag_entry(key("glyphs", "", "in characters"), LIFEREEL_FIELD(universe.look.glyphs)));
  add(with_words(glyph_set_names(),
                 entry(key("glyph-set", "SET", "name, or characters"),
                       LIFEREEL_FIELD(universe.look.glyph_set), parse_glyph_set, print_string)));
  add(with_words(
      {"auto", "16", "24", "32", "64"},
      entry(key("glyph-cell", "PX", "16, 24, 32, 64 or auto"),
            LIFEREEL_FIELD(universe.look.glyph_cell), parse_glyph_cell, print_glyph_cell)));
  add(float_entry(key("glyph-edges", "X", "lines along edges, 0 to 1"),
                  LIFEREEL_FIELD(universe.look.glyph_edges)));
  add(float_entry(key("glyph-floor", "X", "dark cells empty, 0 to 1"),
                  LIFEREEL_FIELD(universe.look.glyph_floor)));
}

void add_tube_entries(std::vector<SettingEntry>& list) {
  constexpr KeysOf key{"look"};
  const auto add = [&list](SettingEntry entry) { list.push_back(of_tube(std::move(entry))); };
  add(float_entry(key("scanlines", "X", "of a tube, 0 to 1"),
                  LIFEREEL_FIELD(universe.look.scanlines)));
  add(float_entry(key("mask", "X", "its stripes, 0 to 1"), LIFEREEL_FIELD(universe.look.mask)));
  add(float_entry(key("barrel", "X", "its bulge, 0 to 1"), LIFEREEL_FIELD(universe.look.barrel)));
}

std::vector<SettingEntry> look_entries() {
  constexpr KeysOf key{"look"};
  std::vector<SettingEntry> list;
  list.push_back(
      with_words(look_names(), look_entry(key("look", "NAME", "or a file; lifereel looks"))));
  const auto add = [&list](SettingEntry entry) { list.push_back(of_colour(std::move(entry))); };
  add(choice(key("tone", "CURVE", "log, filmic, published"), LIFEREEL_FIELD(universe.look.tone),
             tone_names));
  add(choice(key("color-by", "WHAT", "species, speed, ..."),
             LIFEREEL_FIELD(universe.look.colour_by), colour_by_names));
  add(with_words(palette_names(),
                 entry(key("palette", "COLORS", "name or RRGGBB ..."),
                       LIFEREEL_FIELD(universe.look.palette), parse_palette, print_string)));
  add(entry(key("background", "COLOR", "RRGGBB"), LIFEREEL_FIELD(universe.look.background),
            parse_colour, print_colour));
  add(float_entry(key("exposure", "STOPS", "+ brighter, - darker"),
                  LIFEREEL_FIELD(universe.look.exposure)));
  add(float_entry(key("white", "X", "by the brightest light"),
                  LIFEREEL_FIELD(universe.look.white)));
  add(int_entry(key("point-size", "PX", "3 to 13, odd"), LIFEREEL_FIELD(universe.look.point_size)));
  add(int_entry(key("streaks", "N", "points of a way, 1 to 16"),
                LIFEREEL_FIELD(universe.look.streaks)));
  add(float_entry(key("bloom", "X", "glow, 0 to 4"), LIFEREEL_FIELD(universe.look.bloom)));
  add(int_entry(key("bloom-radius", "N", "its levels, 1 to 8"),
                LIFEREEL_FIELD(universe.look.bloom_radius)));
  add(float_entry(key("vignette", "X", "dark corners, 0 to 1"),
                  LIFEREEL_FIELD(universe.look.vignette)));
  add(float_entry(key("grain", "X", "film grain, 0 to 16"), LIFEREEL_FIELD(universe.look.grain)));
  add(flag_entry(key("dither", "", "against banding"), LIFEREEL_FIELD(universe.look.dither)));
  add_character_entries(list);
  add_tube_entries(list);
  return list;
}

std::vector<SettingEntry> length_entries() {
  constexpr KeysOf key{"length"};
  std::vector<SettingEntry> list;
  list.push_back(entry(key("fps", "RATE", "25, 30000/1001, 29.97"),
                       LIFEREEL_FIELD(film.frames_per_second), parse_fps, print_fps));
  list.push_back(length_entry(key("frames", "N", "length in frames"), LIFEREEL_FIELD(frames),
                              LIFEREEL_FIELD(seconds), parse_large_count, print_integer));
  list.push_back(length_entry(key("seconds", "S", "length: 90, 1:30, 7h30m"),
                              LIFEREEL_FIELD(seconds), LIFEREEL_FIELD(frames), parse_duration,
                              print_double));
  list.push_back(unless_initial(entry(key("warmup", "N", "frames not filmed"),
                                      LIFEREEL_FIELD(warmup), parse_large_count, print_integer)));
  return list;
}

/// A key that a film without sound leaves out of what is printed, as films before there was any.
SettingEntry of_sound(SettingEntry entry) {
  entry.key.initial = entry.print(RenderSettings()).value_or("");
  entry.print = [print = entry.print](const RenderSettings& settings) {
    return settings.film.audio.given() ? print(settings) : std::nullopt;
  };
  return entry;
}

std::vector<SettingEntry> sound_entries() {
  constexpr KeysOf key{"film"};
  std::vector<SettingEntry> list;
  list.push_back(with_words({"universe", "none"},
                            audio_entry(key("audio", "FILE", "of sound, universe, none"))));
  const auto add = [&list](SettingEntry entry) { list.push_back(of_sound(std::move(entry))); };
  SettingEntry digest = text_entry(key("audio-digest", "SHA256", "that FILE must have"),
                                   LIFEREEL_FIELD(film.audio.digest));
  digest.read = [](RenderSettings& settings, const SettingText& text) {
    settings.film.audio.digest = text.value == no_value ? std::string() : parse_digest(text.value);
  };
  list.push_back(digest);
  add(entry(key("audio-track", "N", "of the file, from 1"), LIFEREEL_FIELD(film.audio.track),
            parse_int, print_integer));
  add(flag_entry(key("audio-loop", "", "else silence follows"), LIFEREEL_FIELD(film.audio.loop)));
  add(entry(key("audio-fade-in", "S", "seconds, at the begin"), LIFEREEL_FIELD(film.audio.fade_in),
            parse_duration, print_double));
  add(entry(key("audio-fade-out", "S", "seconds, at the end"), LIFEREEL_FIELD(film.audio.fade_out),
            parse_duration, print_double));
  add(with_words({"-14", "-23", "off"},
                 loudness_entry(key("loudness", "LUFS", "-14, -23, ..., or off"))));
  return list;
}

std::vector<SettingEntry> film_entries() {
  constexpr KeysOf key{"film"};
  std::vector<SettingEntry> list;
  list.push_back(choice(key("target", "DISC", "ntsc-dvd, pal-dvd"), LIFEREEL_FIELD(film.target),
                        target_names));
  list.push_back(entry(key("codec", "NAME", "or h264, null"), LIFEREEL_FIELD(film.codec),
                       parse_codec, print_string));
  list.push_back(unless_initial(choice(key("pixel-format", "NAME", "or yuv420p10"),
                                       LIFEREEL_FIELD(film.pixel_format), pixel_format_names)));
  list.push_back(with_words({"ultrafast", "superfast", "veryfast", "faster", "fast", "medium",
                             "slow", "slower", "veryslow", "placebo"},
                            entry(key("codec-preset", "NAME", "medium, veryfast, ..."),
                                  LIFEREEL_FIELD(film.codec_preset), parse_string, print_string)));
  list.push_back(entry(key("crf", "X", "constant quality"), LIFEREEL_FIELD(film.crf), parse_double,
                       print_double));
  list.push_back(rate_entry(key("bitrate", "RATE", "4400k, 1.5M"), LIFEREEL_FIELD(film.bitrate)));
  list.push_back(
      rate_entry(key("maxrate", "RATE", "peak, with bufsize"), LIFEREEL_FIELD(film.maxrate)));
  list.push_back(
      rate_entry(key("bufsize", "BITS", "decoder buffer"), LIFEREEL_FIELD(film.bufsize)));
  for (SettingEntry& entry : sound_entries()) list.push_back(std::move(entry));
  list.push_back(rate_entry(key("audio-bitrate", "RATE", "of the sound, or silence"),
                            LIFEREEL_FIELD(film.audio_bitrate)));
  list.push_back(int_entry(key("gop", "N", "frames between key frames"), LIFEREEL_FIELD(film.gop)));
  list.push_back(entry(key("aspect", "W:H", "display aspect, 16:9"), LIFEREEL_FIELD(film.aspect),
                       parse_aspect, print_aspect));
  list.push_back(int_entry(key("codec-threads", "N", "0: the codec's choice"),
                           LIFEREEL_FIELD(film.codec_threads)));
  list.push_back(entry(key("chunk-frames", "N", "of a chunk; 0: all"),
                       LIFEREEL_FIELD(film.chunk_frames), parse_chunk_frames, print_chunk_frames));
  SettingKey codec_option = key("codec-option", "K=V", "any encoder option; again");
  codec_option.repeatable = true;
  list.push_back(codec_option_entry(codec_option));
  list.push_back(
      text_entry(key("filter", "CHAIN", "libavfilter chain"), LIFEREEL_FIELD(film.filter)));
  list.push_back(
      text_entry(key("container", "NAME", "else by extension"), LIFEREEL_FIELD(film.container)));
  list.push_back(
      flag_entry(key("faststart", "", "mp4 index to the front"), LIFEREEL_FIELD(film.faststart)));
  return list;
}

std::vector<SettingEntry> engine_entries() {
  constexpr KeysOf key{"engine"};
  std::vector<SettingEntry> list;
  list.push_back(choice(key("engine", "NAME", "auto, cpu, cuda"), LIFEREEL_FIELD(engine.engine),
                        engine_names));
  list.push_back(
      int_entry(key("device", "N", "of the GPU, -1: first"), LIFEREEL_FIELD(engine.device)));
  list.push_back(
      choice(key("isa", "NAME", "baseline avx2 avx512"), LIFEREEL_FIELD(engine.isa), isa_names));
  list.push_back(
      int_entry(key("threads", "N", "of the engine, 0: auto"), LIFEREEL_FIELD(engine.threads)));
  list.push_back(
      int_entry(key("lanes", "N", "chunks at once, 0: auto"), LIFEREEL_FIELD(engine.lanes)));
  list.push_back(
      int_entry(key("ring-slots", "N", "pictures in a ring"), LIFEREEL_FIELD(engine.ring_slots)));
  return list;
}

std::vector<SettingEntry> output_entries() {
  constexpr KeysOf key{"output"};
  std::vector<SettingEntry> list;
  list.push_back(
      text_entry(key("output", "FILE", "to write; - for stdout"), LIFEREEL_FIELD(output)));
  list.push_back(entry(key("frame", "N", "one still picture, from 0"), LIFEREEL_FIELD(frame),
                       parse_large_count, print_integer));
  list.push_back(
      flag_entry(key("overwrite", "", "replace existing files"), LIFEREEL_FIELD(overwrite)));
  list.push_back(
      choice(key("resume", "HOW", "auto, restart, off"), LIFEREEL_FIELD(resume), resume_names));
  list.push_back(text_entry(key("hash", "FILE", "framehash of each frame"), LIFEREEL_FIELD(hash)));
  list.push_back(text_entry(key("stats", "FILE", "statistics as JSON"), LIFEREEL_FIELD(stats)));
  list.push_back(flag_entry(key("psnr", "", "decode and compare"), LIFEREEL_FIELD(psnr)));
  return list;
}

#undef LIFEREEL_FIELD

}  // namespace

const std::vector<SettingEntry>& setting_entries() {
  static const std::vector<SettingEntry> all = [] {
    std::vector<SettingEntry> list;
    for (const auto group : {universe_entries, look_entries, length_entries, film_entries,
                             engine_entries, output_entries})
      for (SettingEntry& entry : group()) list.push_back(std::move(entry));
    return list;
  }();
  return all;
}

bool defines_film(const SettingKey& key) noexcept {
  const std::string_view group = key.group;
  return group != "engine" && group != "output";
}

void read_setting(RenderSettings& settings, std::string_view key, const SettingText& text,
                  const std::string& where) {
  const auto found = std::find_if(setting_entries().begin(), setting_entries().end(),
                                  [&](const SettingEntry& entry) { return key == entry.key.name; });
  if (found == setting_entries().end()) {
    const std::string nearest = nearest_key(key);
    refuse(where + ": there is no setting " + in_quotes(key) +
           (nearest.empty() ? "" : "; did you mean " + nearest + "?"));
  }
  try {
    found->read(settings, text);
  } catch (const std::invalid_argument& error) {
    // On the command line the place already is the key.
    const bool place_is_key = where == "--" + std::string(key);
    refuse(where + (place_is_key ? ": " : ": " + std::string(key) + ": ") + error.what());
  }
}

const std::vector<SettingKey>& setting_keys() {
  static const std::vector<SettingKey> keys = [] {
    std::vector<SettingKey> list;
    for (const SettingEntry& entry : setting_entries()) {
      list.push_back(entry.key);
      if (*entry.key.value != '\0' && entry.key.initial.empty())
        list.back().initial = entry.print(RenderSettings()).value_or("");
    }
    return list;
  }();
  return keys;
}

std::string nearest_key(std::string_view unknown) {
  std::string word(unknown);
  std::replace(word.begin(), word.end(), '_', '-');
  std::vector<std::string_view> names;
  for (const SettingKey& key : setting_keys()) names.push_back(key.name);
  return std::string(nearest_word(word, names));
}

void apply_setting(RenderSettings& settings, std::string_view key, std::string_view value,
                   const std::string& where) {
  read_setting(settings, key, {value, std::filesystem::path()}, where);
}

}  // namespace lifereel
