// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/settings/quality.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "src/text/format.h"
#include "src/text/setting_text.h"

namespace lifereel {
namespace {

struct QualityTerms {
  const char* name;
  int lines, frames_per_second;
  double crf;
  int most_particles;
  const char* codec_preset;
  std::int64_t disc_bitrate;
};

constexpr QualityTerms all_terms[] = {{"draft", 540, 12, 28, 2500, "veryfast", 2'200'000},
                                      {"preview", 720, 15, 25, 6250, "fast", 3'300'000},
                                      {"production", 1080, 24, 20, 15000, "medium", 4'400'000},
                                      {"max", 2160, 30, 15, 37500, "slow", 8'000'000}};

const QualityTerms& terms_of(Quality quality) {
  return all_terms[static_cast<std::size_t>(quality)];
}

bool is_disc(const RenderSettings& settings) { return settings.film.target != DiscTarget::none; }

/// The shape in which a film is shown, in square pixels, with so many on its shorter side.
void fit_size(RenderSettings& settings, int lines) {
  UniverseSettings& universe = settings.universe;
  const UniverseSettings usual;
  std::optional<Rational> aspect = settings.film.aspect;
  // The default shape is nobody's choice.
  const bool is_usual = universe.width == usual.width && universe.height == usual.height;
  if (!aspect && is_usual) aspect = {16, 9};
  const double shape =
      aspect ? aspect->value() : static_cast<double>(universe.width) / universe.height;
  const double area = static_cast<double>(universe.width) * universe.height;
  constexpr int multiple = 4;
  const auto longer = [&](double ratio) {
    return static_cast<int>(std::lround(lines * ratio / multiple)) * multiple;
  };
  universe.width = shape >= 1 ? longer(shape) : lines;
  universe.height = shape >= 1 ? lines : longer(1 / shape);
  settings.film.aspect.reset();
  if (universe.scene != Scene::particle_life) return;
  const double larger = static_cast<double>(universe.width) * universe.height / area;
  universe.particles =
      static_cast<int>(std::clamp(std::round(universe.particles * larger), 1.0, 100e6));
}

/// As long as before.
void fit_rate(RenderSettings& settings, int frames_per_second) {
  Rational& rate = settings.film.frames_per_second;
  if (settings.frames && rate.num > 0) {
    const double seconds = static_cast<double>(*settings.frames) / rate.value();
    settings.frames = std::max<std::int64_t>(1, std::llround(seconds * frames_per_second));
  }
  rate = {frames_per_second, 1};
}

bool is_film_too_long(const RenderSettings& settings, double& seconds, double& bytes) {
  constexpr double dvd_bytes = 4.7e9, packs = 1.0213, default_sound = 448'000;
  seconds = static_cast<double>(frame_count(settings)) / settings.film.frames_per_second.value();
  const double sound = settings.film.audio_bitrate
                           ? static_cast<double>(*settings.film.audio_bitrate)
                           : default_sound;
  bytes = (static_cast<double>(*settings.film.bitrate) + sound) / 8 * seconds * packs;
  return bytes > dvd_bytes;
}

void check_disc(const RenderSettings& settings, const QualityTerms& terms) {
  if (settings.film.bitrate != terms.disc_bitrate || (!settings.frames && !settings.seconds))
    return;
  double seconds = 0, bytes = 0;
  if (!is_film_too_long(settings, seconds, bytes)) return;
  refuse(
      format("the quality %s is %lld kb/s on a disc, which comes to %.2f GB in %.0f s, and a DVD "
             "holds 4.70 GB: choose a lower quality, set bitrate, or make the film shorter",
             terms.name, static_cast<long long>(terms.disc_bitrate / 1000), bytes / 1e9, seconds));
}

bool knows_crf(const std::string& codec) { return codec == "libx264" || codec == "libx265"; }

}  // namespace

const char* quality_name(Quality quality) noexcept {
  return all_terms[static_cast<std::size_t>(quality)].name;
}

std::optional<Quality> quality_of(std::string_view name) noexcept {
  for (std::size_t i = 0; i < std::size(all_terms); ++i)
    if (name == all_terms[i].name) return static_cast<Quality>(i);
  return std::nullopt;
}

int particles_within(int particles, const std::optional<Quality>& quality) {
  return quality ? std::min(particles, terms_of(*quality).most_particles) : particles;
}

void fit_look(LookSettings& look, const std::optional<Quality>& quality) {
  if (!quality || *quality > Quality::preview || !look.draws_colour()) return;
  look.grain = 0;  // which costs bits most of all
  if (*quality != Quality::draft) return;
  look.bloom = 0;
  look.barrel = 0;
  look.glyph_edges = 0;
  look.streaks = std::min(look.streaks, 2);
}

void fit_quality(RenderSettings& settings) {
  if (!settings.quality) return;
  const QualityTerms& terms = terms_of(*settings.quality);
  FilmSettings& film = settings.film;
  if (is_disc(settings)) {
    film.bitrate = terms.disc_bitrate;
  } else {
    fit_size(settings, terms.lines);
    fit_rate(settings, terms.frames_per_second);
    film.bitrate.reset();
    film.maxrate.reset();
    film.bufsize.reset();
    film.crf = terms.crf;
    film.codec_preset = terms.codec_preset;
  }
  settings.universe.particles = particles_within(settings.universe.particles, settings.quality);
  fit_look(settings.universe.look, settings.quality);
}

void apply_quality(RenderSettings& settings, Quality quality) {
  settings.quality = quality;
  fit_quality(settings);
}

void settle_quality(RenderSettings& settings) {
  if (!settings.quality) return;
  const QualityTerms& terms = terms_of(*settings.quality);
  FilmSettings& film = settings.film;
  const bool other_codec = !knows_crf(film.codec);
  if (film.crf == terms.crf && (film.bitrate || other_codec)) film.crf.reset();
  if (film.codec_preset == terms.codec_preset && other_codec) film.codec_preset.reset();
  if (is_disc(settings)) check_disc(settings, terms);
  settings.quality.reset();
}

}  // namespace lifereel
