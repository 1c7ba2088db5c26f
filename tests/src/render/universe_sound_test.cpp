// SPDX-License-Identifier: GPL-2.0-or-later
// Films that sound as their universe moves: the same bytes whatever happens to their render.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "encoders/audio/audio_decoder.h"
#include "encoders/film_reader.h"
#include "encoders/sound_file.h"
#include "src/estimate.h"
#include "src/render.h"
#include "src/verify.h"
#include "tests/messages.h"
#include "tests/src/sound_films.h"
#include "tests/temporary_folder.h"

using namespace lifereel;
using test::contains;
using test::contents;
using test::frames;
using test::refusal_of;
using test::render_part;

namespace {

RenderSettings settings_of(const std::string& path, const char* codec = "ffv1") {
  RenderSettings settings = test::small_film(path, codec, 500);
  settings.film.audio.universe = true;
  return settings;
}

}  // namespace

TEST_SUITE("src.universe_sound") {
  TEST_CASE("lanes, threads, kept chunks and the film's own settings make the same bytes") {
    const test::TemporaryFolder folder;
    RenderSettings settings = settings_of(folder.file("film.mkv"), "libx264");
    settings.engine.lanes = 1;
    settings.resume = Resume::off;
    const RenderReport report = render(settings);
    CHECK(report.film.sound.samples == sound_samples(frames, {25, 1}));
    const std::string whole = contents(settings.output);
    CHECK(verify(settings.output).passes());

    RenderSettings again;
    apply_embedded_config(again, read_film_comment(settings.output), "film");
    CHECK(again.film.audio.universe);
    again.engine = settings.engine;
    again.engine.lanes = 3;
    again.engine.threads = 2;
    again.output = folder.file("again.mkv");
    render(again);
    CHECK(contents(again.output) == whole);
  }

  TEST_CASE("a render that was stopped goes on with the sound of the chunks that are kept") {
    const test::TemporaryFolder folder;
    RenderSettings settings = settings_of(folder.file("whole.mkv"));
    settings.universe.particles = 12'000;  // takes long enough to be stopped
    settings.resume = Resume::off;
    render(settings);
    const std::string whole = contents(settings.output);
    settings.output = folder.file("stopped.mkv");
    settings.resume = Resume::automatic;
    render_part(settings);
    const RenderReport report = render(settings);
    CHECK(report.pipeline.frames_kept > 0);
    CHECK(contents(settings.output) == whole);
  }

  TEST_CASE("scenes have no particles, and pictures of one's own may have no motion") {
    const test::TemporaryFolder folder;
    RenderSettings settings = settings_of(folder.file("rain.mkv"));
    apply_setting(settings, "scene", "rain", "test");
    CHECK(contains(refusal_of([&] { render(settings); }), "a scene has none: name a file"));

    FilmOutput output;
    output.path = folder.file("own.mkv");
    output.width = 352;
    output.height = 288;
    output.frames = 2;
    Film film(settings_of("").film, output);
    CHECK(film.wants_motion());
    const std::string gray(352 * 288, '\0');
    CHECK(contains(
        refusal_of([&] { film.write_gray(reinterpret_cast<const std::uint8_t*>(gray.data())); }),
        "a picture came without its motion"));
  }

  TEST_CASE("codecs that swallow their first samples make it neither late nor early") {
    const test::TemporaryFolder folder;
    std::vector<float> exact(4800), coded(4800), other(4800);
    for (const char* extension : {".mkv", ".mpg"}) {
      RenderSettings settings =
          settings_of(folder.file(std::string("film") + extension), "mpeg2video");
      settings.film.chunk_frames = 0;
      settings.film.audio.fade_out = 0;
      settings.resume = Resume::off;
      render(settings);
      AudioDecoder decoder(settings.output, std::nullopt);
      std::vector<float>& left = extension == std::string(".mkv") ? exact : coded;
      std::vector<float> before(48000), unheard(48000);
      REQUIRE(decoder.read(before.data(), unheard.data(), 48000) == 48000);
      REQUIRE(decoder.read(left.data(), other.data(), 4800) == 4800);
    }
    // How alike they are, one a little later than the other.
    int best = -1;
    double most = 0;
    for (int late = -300; late <= 300; ++late) {
      double sum = 0;
      for (int i = 400; i < 4400; ++i)
        sum += static_cast<double>(exact[static_cast<std::size_t>(i)]) *
               coded[static_cast<std::size_t>(i + late)];
      if (sum > most) most = sum, best = late;
    }
    CHECK(std::abs(best) <= 2);
  }

  TEST_CASE("its film is estimated, also as one of several qualities") {
    const test::TemporaryFolder folder;
    const RenderSettings settings = settings_of(folder.file("film.mp4"), "libx264");
    EstimateSettings how;
    how.probe_seconds = 0.1;
    RenderSettings silent = settings;
    silent.film.audio = {};
    const Estimate with = estimate(settings, how), without = estimate(silent, how);
    CHECK(with.film_bytes > without.film_bytes + 192'000 / 8 * frames / 25 / 2);
  }
}
