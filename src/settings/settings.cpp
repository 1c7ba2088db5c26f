// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/settings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <functional>
#include <numeric>
#include <set>
#include <stdexcept>
#include <type_traits>

#include "encoders/finished_file.h"
#include "src/text/setting_text.h"

namespace lifereel {
namespace {

namespace fs = std::filesystem;

__extension__ typedef unsigned __int128 uint128;  // -Wpedantic knows no other spelling

constexpr std::string_view none = "none";  // un-sets an optional value
constexpr std::int64_t most_frames = 1'000'000'000'000;

[[noreturn]] void fail(const std::string& message) { throw std::invalid_argument(message); }

/// A value as it was given, and the folder a path in it is relative to.
struct Text {
  std::string_view value;
  const fs::path& folder;
};

/// One key: what it is called, how it is read and how it is printed (nullopt: nothing to print).
struct Entry {
  SettingKey key;
  std::function<void(RenderSettings&, const Text&)> read;
  std::function<std::optional<std::string>(const RenderSettings&)> print;
};

template <typename T>
constexpr bool is_optional = false;
template <typename T>
constexpr bool is_optional<std::optional<T>> = true;

/// The key of one field. `access` gives a reference to it; optional fields know "none".
template <typename Access, typename Parse, typename Print>
Entry entry(const SettingKey& key, Access access, Parse parse, Print print) {
  using Field = std::remove_cvref_t<decltype(access(std::declval<RenderSettings&>()))>;
  const auto read = [=](RenderSettings& settings, const Text& text) {
    Field& field = access(settings);
    if constexpr (is_optional<Field>) {
      if (text.value == none) {
        field.reset();
        return;
      }
    }
    field = parse(text.value);
  };
  const auto write = [=](const RenderSettings& settings) -> std::optional<std::string> {
    const Field& field = access(settings);
    if constexpr (is_optional<Field>) {
      if (!field) return std::nullopt;
      return print(*field);
    } else {
      return print(field);
    }
  };
  return {key, read, write};
}

#define LIFEREEL_FIELD(path) \
  [](auto& settings) -> auto& { return settings.path; }

/// A value out of a few names.
template <typename Enum, std::size_t N>
struct Names {
  std::array<std::pair<Enum, const char*>, N> all;

  Enum parse(std::string_view text) const {
    std::string known;
    for (const auto& [value, name] : all) {
      if (text == name) return value;
      known += known.empty() ? name : std::string(", ") + name;
    }
    fail(in_quotes(text) + " is not one of " + known);
  }
  std::string print(Enum wanted) const {
    for (const auto& [value, name] : all) {
      if (value == wanted) return name;
    }
    fail("a setting has a value without a name");
  }
};

template <typename Enum, std::size_t N, typename Access>
Entry choice(const SettingKey& key, Access access, const Names<Enum, N>& names) {
  return entry(
      key, access, [names](std::string_view text) { return names.parse(text); },
      [names](Enum value) { return names.print(value); });
}

std::string parse_string(std::string_view text) { return std::string(text); }
std::string print_string(const std::string& text) { return text; }

/// Text where empty means "not asked for" and is not printed.
template <typename Access>
Entry text_entry(const SettingKey& key, Access access) {
  Entry result = entry(
      key, access,
      [](std::string_view text) { return text == "none" ? std::string() : parse_string(text); },
      print_string);
  result.print = [access](const RenderSettings& settings) -> std::optional<std::string> {
    const std::string& text = access(settings);
    return text.empty() ? std::nullopt : std::optional(text);
  };
  return result;
}

template <typename Access>
Entry float_entry(const SettingKey& key, Access access) {
  return entry(key, access, parse_float, print_float);
}

template <typename Access>
Entry int_entry(const SettingKey& key, Access access) {
  return entry(key, access, parse_int, print_integer);
}

template <typename Access>
Entry flag_entry(const SettingKey& key, Access access) {
  return entry(key, access, parse_flag, print_flag);
}

template <typename Access>
Entry rate_entry(const SettingKey& key, Access access) {
  return entry(key, access, parse_rate, print_rate);
}

Entry size_entry(const SettingKey& key) {
  return {key,
          [](RenderSettings& settings, const Text& text) {
            const auto [width, height] = parse_size(text.value);
            settings.universe.width = width;
            settings.universe.height = height;
          },
          [](const RenderSettings& settings) -> std::optional<std::string> {
            return print_integer(settings.universe.width) + "x" +
                   print_integer(settings.universe.height);
          }};
}

Entry matrix_entry(const SettingKey& key) {
  return {key,
          [](RenderSettings& settings, const Text& text) {
            std::vector<float>& matrix = settings.universe.matrix;
            if (text.value == "seed") {
              matrix.clear();
            } else if (text.value.starts_with('[')) {
              matrix = parse_matrix(text.value);
            } else if (text.value.empty()) {
              fail("'' is not a matrix; write [a b; c d], the name of a file, or seed");
            } else {
              matrix = read_matrix_file((text.folder / fs::path(text.value)).string());
            }
          },
          [](const RenderSettings& settings) -> std::optional<std::string> {
            if (settings.universe.matrix.empty()) return std::nullopt;
            return print_matrix(settings.universe.matrix);
          }};
}

int parse_chunk_frames(std::string_view text) {
  return text == "auto" ? FilmSettings::automatic_chunks : parse_int(text);
}
std::string print_chunk_frames(int frames) {
  return frames == FilmSettings::automatic_chunks ? "auto" : print_integer(frames);
}

/// `frames` and `seconds`: the one set last holds.
template <typename Access, typename Other, typename Parse, typename Print>
Entry length_entry(const SettingKey& key, Access access, Other other, Parse parse, Print print) {
  Entry result = entry(key, access, parse, print);
  result.read = [access, other, parse](RenderSettings& settings, const Text& text) {
    const auto value = parse(text.value);
    if (value < 0) fail(in_quotes(text.value) + " is negative");
    access(settings) = value;
    other(settings).reset();
  };
  return result;
}

void add_codec_option(StringPairs& options, std::string_view text) {
  if (text == none) {
    options.clear();
    return;
  }
  const std::size_t at = text.find('=');
  if (at == 0 || at == std::string_view::npos) {
    fail(in_quotes(text) + " is not NAME=VALUE, bf=2");
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

constexpr const char* codec_option_key = "codec-option";

/// codec-option prints as several lines, which print_config() does itself.
Entry codec_option_entry(const SettingKey& key) {
  return {key,
          [](RenderSettings& settings, const Text& text) {
            add_codec_option(settings.film.codec_options, text.value);
          },
          [](const RenderSettings&) -> std::optional<std::string> { return std::nullopt; }};
}

constexpr Names<Seam, 2> seam_names{{{{Seam::exact, "exact"}, {Seam::published, "published"}}}};
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

const std::vector<Entry>& entries() {
  static const std::vector<Entry> all = [] {
    const char* group = "universe";
    const auto key = [&group](const char* name, const char* value, const char* help) {
      return SettingKey{name, value, group, help};
    };
    std::vector<Entry> list;
    list.push_back(entry(key("seed", "N", "any 64-bit number, 0x too"),
                         LIFEREEL_FIELD(universe.seed), parse_seed,
                         [](std::uint64_t seed) { return std::to_string(seed); }));
    list.push_back(size_entry(key("size", "WxH", "of world and film, pixels")));
    list.push_back(int_entry(key("particles", "N", "it changes the matrix too"),
                             LIFEREEL_FIELD(universe.particles)));
    list.push_back(int_entry(key("species", "K", "1 to 32"), LIFEREEL_FIELD(universe.species)));
    list.push_back(matrix_entry(key("matrix", "FILE", "K rows of K numbers")));
    list.push_back(
        choice(key("seam", "NAME", "exact, published"), LIFEREEL_FIELD(universe.seam), seam_names));
    list.push_back(
        float_entry(key("rmax", "PX", "reach of the forces"), LIFEREEL_FIELD(universe.rmax)));
    list.push_back(
        float_entry(key("beta", "X", "repel below beta * rmax"), LIFEREEL_FIELD(universe.beta)));
    list.push_back(float_entry(key("force-scale", "X", "multiplies every force"),
                               LIFEREEL_FIELD(universe.force_scale)));
    list.push_back(float_entry(key("friction", "X", "part of velocity kept"),
                               LIFEREEL_FIELD(universe.friction)));
    list.push_back(float_entry(key("dt", "X", "time step"), LIFEREEL_FIELD(universe.dt)));
    list.push_back(float_entry(key("trail-decay", "X", "part of trail kept"),
                               LIFEREEL_FIELD(universe.trail_decay)));

    group = "length";
    list.push_back(entry(key("fps", "RATE", "25, 30000/1001, 29.97"),
                         LIFEREEL_FIELD(film.frames_per_second), parse_fps, print_fps));
    list.push_back(length_entry(key("frames", "N", "length in frames"), LIFEREEL_FIELD(frames),
                                LIFEREEL_FIELD(seconds), parse_integer, print_integer));
    list.push_back(length_entry(key("seconds", "S", "length in seconds"), LIFEREEL_FIELD(seconds),
                                LIFEREEL_FIELD(frames), parse_double, print_double));

    group = "film";
    list.push_back(choice(key("target", "DISC", "none, ntsc-dvd, pal-dvd"),
                          LIFEREEL_FIELD(film.target), target_names));
    list.push_back(entry(key("codec", "NAME", "FFmpeg's encoder, or null"),
                         LIFEREEL_FIELD(film.codec), parse_string, print_string));
    list.push_back(entry(key("codec-preset", "NAME", "medium, veryfast, ..."),
                         LIFEREEL_FIELD(film.codec_preset), parse_string, print_string));
    list.push_back(entry(key("crf", "X", "constant quality"), LIFEREEL_FIELD(film.crf),
                         parse_double, print_double));
    list.push_back(rate_entry(key("bitrate", "RATE", "4400k, 1.5M"), LIFEREEL_FIELD(film.bitrate)));
    list.push_back(
        rate_entry(key("maxrate", "RATE", "peak, with bufsize"), LIFEREEL_FIELD(film.maxrate)));
    list.push_back(
        rate_entry(key("bufsize", "BITS", "decoder buffer"), LIFEREEL_FIELD(film.bufsize)));
    list.push_back(rate_entry(key("audio-bitrate", "RATE", "silent AC-3 of a disc"),
                              LIFEREEL_FIELD(film.audio_bitrate)));
    list.push_back(
        int_entry(key("gop", "N", "frames between key frames"), LIFEREEL_FIELD(film.gop)));
    list.push_back(entry(key("aspect", "W:H", "display aspect, 16:9"), LIFEREEL_FIELD(film.aspect),
                         parse_aspect, print_aspect));
    list.push_back(int_entry(key("codec-threads", "N", "0: the codec's choice"),
                             LIFEREEL_FIELD(film.codec_threads)));
    list.push_back(entry(key("chunk-frames", "N", "auto; encoded alone; 0: all"),
                         LIFEREEL_FIELD(film.chunk_frames), parse_chunk_frames,
                         print_chunk_frames));
    SettingKey codec_option = key(codec_option_key, "K=V", "any encoder option; again");
    codec_option.repeatable = true;
    list.push_back(codec_option_entry(codec_option));
    list.push_back(
        text_entry(key("filter", "CHAIN", "libavfilter chain"), LIFEREEL_FIELD(film.filter)));
    list.push_back(
        text_entry(key("container", "NAME", "else by extension"), LIFEREEL_FIELD(film.container)));
    list.push_back(
        flag_entry(key("faststart", "", "mp4 index to the front"), LIFEREEL_FIELD(film.faststart)));

    group = "engine";
    list.push_back(choice(key("engine", "NAME", "auto, cpu, cuda"), LIFEREEL_FIELD(engine.engine),
                          engine_names));
    list.push_back(
        int_entry(key("device", "N", "of the GPU, -1: the first"), LIFEREEL_FIELD(engine.device)));
    list.push_back(choice(key("isa", "NAME", "auto baseline avx2 avx512"),
                          LIFEREEL_FIELD(engine.isa), isa_names));
    list.push_back(
        int_entry(key("threads", "N", "of the engine, 0: auto"), LIFEREEL_FIELD(engine.threads)));
    list.push_back(
        int_entry(key("lanes", "N", "chunks at once, 0: auto"), LIFEREEL_FIELD(engine.lanes)));
    list.push_back(int_entry(key("ring-slots", "N", "pictures in a lane's ring"),
                             LIFEREEL_FIELD(engine.ring_slots)));

    group = "output";
    list.push_back(
        text_entry(key("output", "FILE", "to write; - for stdout"), LIFEREEL_FIELD(output)));
    list.push_back(
        flag_entry(key("overwrite", "", "replace existing files"), LIFEREEL_FIELD(overwrite)));
    list.push_back(
        choice(key("resume", "HOW", "auto, restart, off"), LIFEREEL_FIELD(resume), resume_names));
    list.push_back(
        text_entry(key("hash", "FILE", "framehash of each frame"), LIFEREEL_FIELD(hash)));
    list.push_back(text_entry(key("stats", "FILE", "statistics as JSON"), LIFEREEL_FIELD(stats)));
    list.push_back(flag_entry(key("psnr", "", "decode and compare"), LIFEREEL_FIELD(psnr)));
    return list;
  }();
  return all;
}

#undef LIFEREEL_FIELD

/// Edits (insert, delete, replace) from one word to the other.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

void apply(RenderSettings& settings, std::string_view key, const Text& text,
           const std::string& where) {
  const auto found = std::find_if(entries().begin(), entries().end(),
                                  [&](const Entry& entry) { return key == entry.key.name; });
  if (found == entries().end()) {
    const std::string nearest = nearest_key(key);
    fail(where + ": there is no setting " + in_quotes(key) +
         (nearest.empty() ? "" : "; did you mean " + nearest + "?"));
  }
  try {
    found->read(settings, text);
  } catch (const std::invalid_argument& error) {
    // On the command line the place already is the key.
    const bool place_is_key = where == "--" + std::string(key);
    fail(where + (place_is_key ? ": " : ": " + std::string(key) + ": ") + error.what());
  }
}

/// A value in a config line: bare up to a comment, or in double quotes.
std::string read_value(std::string_view text, const std::string& where) {
  text = trim(text);
  if (!text.starts_with('"')) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (text[at] == '#' && (at == 0 || text[at - 1] == ' ' || text[at - 1] == '\t')) {
        return std::string(trim(text.substr(0, at)));
      }
    }
    return std::string(text);
  }
  std::string value;
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '"') {
      const std::string_view rest = trim(text.substr(at + 1));
      if (!rest.empty() && rest[0] != '#') {
        fail(where + ": " + in_quotes(rest) + " follows a quoted value");
      }
      return value;
    }
    if (text[at] != '\\') {
      value += text[at];
      continue;
    }
    if (++at == text.size()) break;
    switch (text[at]) {
      case 'n':
        value += '\n';
        break;
      case 'r':
        value += '\r';
        break;
      case 't':
        value += '\t';
        break;
      case '"':
      case '\\':
        value += text[at];
        break;
      default:
        fail(where + ": \\" + text[at] + " in a quoted value; known are \\\" \\\\ \\n \\r \\t");
    }
  }
  fail(where + ": a quoted value without its closing quote");
}

/// Bare where read_value() gives the same text back, else in double quotes.
std::string print_value(const std::string& value) {
  const bool bare = !value.empty() && trim(value) == value && value[0] != '"' &&
                    value.find_first_of("#\n\r\t") == std::string::npos;
  if (bare) return value;
  std::string text = "\"";
  for (const char c : value) {
    switch (c) {
      case '\n':
        text += "\\n";
        break;
      case '\r':
        text += "\\r";
        break;
      case '\t':
        text += "\\t";
        break;
      case '"':
      case '\\':
        text += '\\';
        [[fallthrough]];
      default:
        text += c;
    }
  }
  return text + "\"";
}

/// What a film or a golden file may set is the film: whoever made it does not decide where this
/// machine reads or writes.
void require_harmless(const std::string& key, const std::string& value, const std::string& where) {
  for (const Entry& entry : entries()) {
    const std::string_view group = entry.key.group;
    if (key == entry.key.name && (group == "engine" || group == "output"))
      fail(where + ": a film or golden file may not set " + key);
  }
  if (key == "matrix" && !value.starts_with('[') && value != "seed")
    fail(where + ": the matrix of a film or golden file must stand in it, [a b; c d]");
}

enum class Origin { user, file_of_unknown_origin };

void apply_config(RenderSettings& settings, std::string_view text, const std::string& name,
                  const fs::path& folder, Origin origin) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  RenderSettings result = settings;  // all or nothing
  std::set<std::string, std::less<>> seen;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || line[0] == '#') continue;

    const std::string where = name + ":" + std::to_string(number);
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) {
      fail(where + ": " + in_quotes(line) + " is not KEY = VALUE");
    }
    const std::string key(trim(line.substr(0, equals)));
    const std::string value = read_value(line.substr(equals + 1), where);
    if (origin == Origin::file_of_unknown_origin) require_harmless(key, value, where);
    if (key == "preset") {
      if (!seen.empty()) fail(where + ": preset must stand before every other setting");
      try {
        apply_preset(result, value);
      } catch (const std::invalid_argument& error) {
        fail(where + ": " + error.what());
      }
    } else {
      apply(result, key, {value, folder}, where);
    }
    const bool again = !seen.insert(key).second;
    if (again && key != codec_option_key) fail(where + ": " + key + " stands here twice");
    if (seen.contains("frames") && seen.contains("seconds")) {
      fail(where + ": frames and seconds exclude each other");
    }
  }
  settings = std::move(result);
}

/// ceil(seconds * fps) for the decimal that `seconds` prints as; at most most_frames + 1.
std::int64_t frames_in(double seconds, const Rational& fps) {
  if (seconds > 1e12) return most_frames + 1;
  std::array<char, 64> text;
  const auto printed =
      std::to_chars(text.data(), text.data() + text.size(), seconds, std::chars_format::scientific);
  const std::string_view number(text.data(), static_cast<std::size_t>(printed.ptr - text.data()));
  const std::size_t e = number.find('e');
  int exponent = 0;
  const std::size_t after_sign = number[e + 1] == '+' ? e + 2 : e + 1;
  std::from_chars(number.data() + after_sign, printed.ptr, exponent);
  std::uint64_t digits = 0;  // seconds == digits * 10^exponent; at most 17 of them
  for (std::size_t at = 0; at < e; ++at) {
    if (number[at] == '.') {
      exponent -= static_cast<int>(e - at - 1);
    } else {
      digits = digits * 10 + static_cast<std::uint64_t>(number[at] - '0');
    }
  }
  if (exponent < -27) return 1;  // less than any frame; keeps the products below 2^127
  uint128 numerator = static_cast<uint128>(digits) * static_cast<std::uint64_t>(fps.num);
  uint128 denominator = static_cast<std::uint64_t>(fps.den);
  for (; exponent > 0; --exponent) numerator *= 10;
  for (; exponent < 0; ++exponent) denominator *= 10;
  const uint128 frames = (numerator + denominator - 1) / denominator;
  return frames > most_frames ? most_frames + 1 : static_cast<std::int64_t>(frames);
}

void check_writable(const char* key, const std::string& path, bool overwrite) {
  try {
    FinishedFile::check_path(path, overwrite);
  } catch (const std::invalid_argument& error) {
    fail(std::string(key) + ": " + error.what());
  }
}

/// More than one lane was asked for.
void validate_lanes(const RenderSettings& settings) {
  std::string why;
  if (settings.film.codec == "null") {
    why = "codec null encodes nothing";
  } else if (!settings.hash.empty()) {
    why = "hash takes the pictures in their order";
  } else if (!settings.film.filter.empty()) {
    why = "a filter chain cannot be cut";
  } else if (settings.film.chunk_frames == 0) {
    why = "this film is in one piece (set chunk-frames)";
  } else if (chunk_frames(settings.film) == 0) {
    why = "this film cannot be cut, which needs the codec mpeg2video, libx264, libx265 or ffv1";
  }
  if (!why.empty()) fail("lanes encode chunks of a film, but " + why + "; leave lanes out");
}

void validate_paths(const RenderSettings& settings) {
  const bool encodes = settings.film.codec != "null";
  if (encodes && settings.output.empty()) {
    fail("output is missing: name the film, -o film.mp4, or measure without one, --codec null");
  }
  if (!settings.output.empty()) {
    check_writable("output", settings.output, settings.overwrite);
  }
  std::vector<std::pair<const char*, const std::string*>> paths{{"output", &settings.output}};
  for (const auto& [key, path] : {std::pair{"hash", &settings.hash}, {"stats", &settings.stats}}) {
    if (path->empty()) continue;
    if (*path == "-") fail(std::string(key) + " needs the name of a file; only output can be -");
    check_writable(key, *path, settings.overwrite);
    for (const auto& [other_key, other] : paths) {
      if (!other->empty() && is_same_file(*path, *other)) {
        fail(std::string(key) + " and " + other_key + " name the same file");
      }
    }
    paths.emplace_back(key, path);
  }
}

}  // namespace

std::int64_t frame_count(const RenderSettings& settings) {
  if (settings.frames && settings.seconds) fail("frames and seconds exclude each other");
  if (!settings.frames && !settings.seconds) {
    fail("the length is missing: give frames or seconds");
  }
  const Rational& fps = settings.film.frames_per_second;
  if (fps.num <= 0 || fps.den <= 0) fail("fps must be positive");
  if (settings.seconds && !(*settings.seconds > 0)) fail("seconds must be more than 0");
  const std::int64_t frames =
      settings.frames ? *settings.frames : frames_in(*settings.seconds, fps);
  if (frames <= 0) fail("frames must be at least 1");
  if (frames > most_frames) {
    fail("the film would have more than " + std::to_string(most_frames) +
         " frames; make it shorter");
  }
  return frames;
}

void validate(const RenderSettings& settings) {
  validate(settings.universe);
  frame_count(settings);
  if (settings.engine.threads < 0 || settings.engine.threads > 1024) {
    fail("threads must be 0 (chosen for this machine) to 1024");
  }
  const int slots = settings.engine.ring_slots;
  if (slots != 0 && (slots < 3 || slots > 4096)) {
    fail("ring-slots must be 0 (chosen for the encoder) or 3 to 4096");
  }
  if (settings.engine.lanes < 0 || settings.engine.lanes > 256) {
    fail("lanes must be 0 (chosen for this machine) or 1 to 256");
  }
  const bool encodes = settings.film.codec != "null";
  if (settings.psnr) {
    if (!settings.film.filter.empty()) {
      fail("psnr compares the film with the pictures before the filter; leave psnr or filter out");
    }
    if (!encodes || settings.output == "-" || settings.film.codec == "rawvideo")
      fail("psnr reads the film back, so it needs an encoded film in a file");
  }
  if (!settings.hash.empty() && !settings.film.filter.empty()) {
    fail("hash is of the universe's pictures, which a filter changes; leave hash or filter out");
  }
  constexpr double longest_disc_seconds = 24 * 3600;  // the GOP time code ends there
  if (settings.film.target != DiscTarget::none &&
      static_cast<double>(frame_count(settings)) >
          longest_disc_seconds * settings.film.frames_per_second.value()) {
    fail("a disc target ends at 24 hours; make the film shorter");
  }
  if (encodes && !settings.output.empty()) {
    FilmOutput output;
    output.path = settings.output;
    output.overwrite = settings.overwrite;
    output.width = settings.universe.width;
    output.height = settings.universe.height;
    output.frames = frame_count(settings);
    validate(settings.film, output);
  }
  if (settings.engine.lanes > 1) validate_lanes(settings);
  validate_paths(settings);
}

const std::vector<SettingKey>& setting_keys() {
  static const std::vector<SettingKey> keys = [] {
    std::vector<SettingKey> list;
    for (const Entry& entry : entries()) list.push_back(entry.key);
    return list;
  }();
  return keys;
}

std::string nearest_key(std::string_view unknown) {
  std::string word(unknown);
  std::replace(word.begin(), word.end(), '_', '-');
  const SettingKey* nearest = nullptr;
  std::size_t distance = 1 + std::max<std::size_t>(word.size(), 3) / 3;
  for (const SettingKey& key : setting_keys()) {
    const std::size_t edits = edit_distance(word, key.name);
    if (edits < distance) {
      distance = edits;
      nearest = &key;
    }
  }
  return nearest ? nearest->name : "";
}

void apply_setting(RenderSettings& settings, std::string_view key, std::string_view value,
                   const std::string& where) {
  apply(settings, key, {value, fs::path()}, where);
}

void apply_config_text(RenderSettings& settings, std::string_view text, const std::string& name) {
  apply_config(settings, text, name, fs::path(), Origin::user);
}

void apply_embedded_config(RenderSettings& settings, std::string_view text,
                           const std::string& name) {
  apply_config(settings, text, name, fs::path(), Origin::file_of_unknown_origin);
}

void apply_config_file(RenderSettings& settings, const std::string& path) {
  apply_config(settings, read_text_file(path), path, fs::path(path).parent_path(), Origin::user);
}

std::string print_config(const RenderSettings& settings) {
  std::string text;
  const auto line = [&](const char* key, const std::string& value) {
    text += std::string(key) + " = " + print_value(value) + "\n";
  };
  for (const Entry& entry : entries()) {
    const std::string_view group = entry.key.group;
    if (group == "engine" || group == "output") continue;
    if (const auto value = entry.print(settings)) line(entry.key.name, *value);
    if (entry.key.repeatable) {
      for (const auto& [name, value] : settings.film.codec_options) {
        line(entry.key.name, name + "=" + value);
      }
    }
  }
  return text;
}

void apply_preset(RenderSettings& settings, const std::string& name) {
  std::string known;
  for (const Preset& preset : presets()) {
    if (name == preset.name) {
      RenderSettings result = settings;
      result.universe = {};
      result.film = {};
      result.frames.reset();
      result.seconds.reset();
      apply_config_text(result, preset.text, "preset " + name);
      settings = std::move(result);
      return;
    }
    known += (known.empty() ? "" : ", ") + std::string(preset.name);
  }
  fail("there is no preset " + in_quotes(name) + "; there are " + known);
}

}  // namespace lifereel
