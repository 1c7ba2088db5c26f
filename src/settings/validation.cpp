// SPDX-License-Identifier: GPL-2.0-or-later
// What can be checked of a render before anything is opened.
#include "src/settings/validation.h"

#include <array>
#include <charconv>
#include <optional>
#include <stdexcept>

#include "encoders/finished_file.h"
#include "encoders/sound_file.h"
#include "src/settings.h"
#include "src/settings/codec_names.h"
#include "src/settings/interlacing.h"
#include "src/text/setting_text.h"

namespace lifereel {
namespace {

__extension__ typedef unsigned __int128 uint128;  // -Wpedantic knows no other spelling

constexpr std::int64_t most_film_frames = 1'000'000'000'000;

/// ceil(seconds * fps) for the decimal that `seconds` prints as; at most most_film_frames + 1.
std::int64_t frames_in(double seconds, const Rational& fps) {
  if (seconds > 1e12) return most_film_frames + 1;
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
  return frames > most_film_frames ? most_film_frames + 1 : static_cast<std::int64_t>(frames);
}

void check_writable(const char* key, const std::string& path, bool overwrite) {
  try {
    FinishedFile::check_path(path, overwrite);
  } catch (const std::invalid_argument& error) {
    refuse(std::string(key) + ": " + error.what());
  }
}

void check_output(const RenderSettings& settings) {
  if (!pictures_of(settings)) return check_writable("output", settings.output, settings.overwrite);
  try {
    check_picture_paths(film_output(settings));
  } catch (const std::invalid_argument& error) {
    refuse("output: " + std::string(error.what()));
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
  } else if (pictures_of(settings)) {
    why = "pictures are made one after another";
  } else if (settings.film.chunk_frames == 0) {
    why = "this film is in one piece (set chunk-frames)";
  } else if (chunk_frames(settings.film) == 0) {
    why = "this film cannot be cut, which needs the codec mpeg2video, libx264, libx265 or ffv1";
  }
  if (!why.empty()) refuse("lanes encode chunks of a film, but " + why + "; leave lanes out");
}

void validate_paths(const RenderSettings& settings) {
  const bool encodes = settings.film.codec != "null";
  if (encodes && settings.output.empty()) {
    refuse(
        "output is missing: name the film, output = film.mp4, or measure without one, codec = "
        "null");
  }
  if (!settings.output.empty()) check_output(settings);
  std::vector<std::pair<const char*, const std::string*>> paths{{"output", &settings.output}};
  for (const auto& [key, path] : {std::pair{"hash", &settings.hash}, {"stats", &settings.stats}}) {
    if (path->empty()) continue;
    if (*path == "-") refuse(std::string(key) + " needs the name of a file; only output can be -");
    check_writable(key, *path, settings.overwrite);
    for (const auto& [other_key, other] : paths) {
      if (!other->empty() && is_same_file(*path, *other)) {
        refuse(std::string(key) + " and " + other_key + " name the same file");
      }
    }
    paths.emplace_back(key, path);
  }
}

/// The film is to have sound, and not pictures a film's settings.
void check_film_sound(const RenderSettings& settings, const ResolvedFilm& film) {
  const AudioSettings& audio = film.settings.audio;
  if (audio.universe && settings.universe.scene != Scene::particle_life)
    refuse(
        "audio = universe is made of particles that move, and a scene has none: name a file, or "
        "none");
  if (!audio.given() || audio.universe) return;
  if (audio.file.empty())
    refuse("the film's sound came from a file with the SHA-256 " + audio.digest +
           "; name it, audio = FILE, or leave the sound out, audio = none");
  for (const auto& [key, path] : {std::pair{"output", &settings.output},
                                  {"hash", &settings.hash},
                                  {"stats", &settings.stats}})
    if (!path->empty() && is_same_file(audio.file, *path))
      refuse("audio and " + std::string(key) + " name the same file");
  try {
    check_sound(audio);
  } catch (const std::invalid_argument& error) {
    refuse("audio: " + std::string(error.what()));
  }
}

void check_tube(const RenderSettings& settings) {
  const LookSettings& look = settings.universe.look;
  const std::string made = look.has_tube() ? interlacing(settings.film) : std::string();
  if (made.empty()) return;
  const char* const key = look.scanlines > 0 ? "scanlines" : look.mask > 0 ? "mask" : "barrel";
  refuse(std::string(key) + (look.scanlines > 0 ? " flicker" : " flickers") +
         " in an interlaced film, and " + made + " makes it one; leave that out, or set " + key +
         " = 0");
}

}  // namespace

std::int64_t frame_count(const RenderSettings& settings) {
  if (settings.warmup < 0 || settings.warmup >= most_film_frames)
    refuse("warmup must be 0 or more frames, and less than " + std::to_string(most_film_frames));
  if (settings.frame) {
    if (*settings.frame < 0 || *settings.frame >= most_film_frames)
      refuse("frame must be 0 or more, and less than " + std::to_string(most_film_frames));
    return 1;
  }
  if (settings.frames && settings.seconds) refuse("frames and seconds exclude each other");
  if (!settings.frames && !settings.seconds) {
    refuse("the length is missing: give frames or seconds");
  }
  const Rational& fps = settings.film.frames_per_second;
  if (fps.num <= 0 || fps.den <= 0) refuse("fps must be positive");
  if (settings.seconds && !(*settings.seconds > 0)) refuse("seconds must be more than 0");
  const std::int64_t frames =
      settings.frames ? *settings.frames : frames_in(*settings.seconds, fps);
  if (frames <= 0) refuse("frames must be at least 1");
  if (frames > most_film_frames) {
    refuse("the film would have more than " + std::to_string(most_film_frames) +
           " frames; make it shorter");
  }
  return frames;
}

std::optional<PictureFiles> pictures_of(const RenderSettings& settings) {
  if (settings.output.empty() || settings.film.codec == "null") return std::nullopt;
  FilmOutput output;
  output.path = settings.output;
  output.still = settings.frame.has_value();
  return picture_files(settings.film, output);
}

FilmOutput film_output(const RenderSettings& settings) {
  FilmOutput output;
  output.path = settings.output;
  output.overwrite = settings.overwrite;
  output.width = settings.universe.width;
  output.height = settings.universe.height;
  output.colour = settings.universe.look.draws_colour();
  output.frames = frame_count(settings);
  output.still = settings.frame.has_value();
  output.first_picture = settings.frame.value_or(0);
  return output;
}

void check_pixel_format(const RenderSettings& settings) {
  if (bit_depth(settings.film.pixel_format) > 8 && !settings.universe.look.draws_colour())
    refuse(
        "the look published has 8 bits a sample, and only looks in colour have 10: set look = "
        "aurora or another, or pixel-format = yuv420p");
}

std::optional<ResolvedFilm> validated_film(const RenderSettings& settings) {
  validate(settings.universe);
  frame_count(settings);
  check_pixel_format(settings);
  check_tube(settings);
  if (settings.engine.threads < 0 || settings.engine.threads > 1024) {
    refuse("threads must be 0 (chosen for this machine) to 1024");
  }
  const int slots = settings.engine.ring_slots;
  if (slots != 0 && (slots < 3 || slots > 4096)) {
    refuse("ring-slots must be 0 (chosen for the encoder) or 3 to 4096");
  }
  if (settings.engine.lanes < 0 || settings.engine.lanes > 256) {
    refuse("lanes must be 0 (chosen for this machine) or 1 to 256");
  }
  const bool encodes = settings.film.codec != "null";
  if (!encodes && settings.frame) {
    refuse("frame is of a still picture, and codec null makes none; leave one of them out");
  }
  if (settings.psnr) {
    if (pictures_of(settings))
      refuse("psnr reads a film back, and pictures are none; leave psnr out");
    if (!settings.film.filter.empty()) {
      refuse(
          "psnr compares the film with the pictures before the filter; leave psnr or filter out");
    }
    if (!encodes || settings.output == "-" || settings.film.codec == "rawvideo")
      refuse("psnr reads the film back, so it needs an encoded film in a file");
  }
  if (!settings.hash.empty() && !settings.film.filter.empty()) {
    refuse("hash is of the universe's pictures, which a filter changes; leave hash or filter out");
  }
  constexpr double longest_disc_seconds = 24 * 3600;  // the GOP time code ends there
  if (settings.film.target != DiscTarget::none &&
      static_cast<double>(frame_count(settings)) >
          longest_disc_seconds * settings.film.frames_per_second.value()) {
    refuse("a disc target ends at 24 hours; make the film shorter");
  }
  std::optional<ResolvedFilm> film;
  if (encodes && !settings.output.empty()) {
    check_codec_exists(settings.film.codec);
    film = resolve(settings.film, film_output(settings));
    check_film_sound(settings, *film);
  }
  if (settings.engine.lanes > 1) validate_lanes(settings);
  validate_paths(settings);
  return film;
}

void validate(const RenderSettings& settings) { static_cast<void>(validated_film(settings)); }

}  // namespace lifereel
