// SPDX-License-Identifier: GPL-2.0-or-later
// Renders with sound: the same bytes whatever happens to them, and a film that knows its sound.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "encoders/film_reader.h"
#include "encoders/sound_file.h"
#include "src/render.h"
#include "src/verify.h"
#include "tests/encoders/sounds.h"
#include "tests/messages.h"
#include "tests/src/sound_films.h"
#include "tests/temporary_folder.h"

using namespace lifereel;
using test::chunk;
using test::contains;
using test::contents;
using test::error_of;
using test::frames;
using test::refusal_of;
using test::render_part;

namespace {

class Films {
 public:
  Films() { test::write_wave(sound(), {2, 44100, 1.5}); }
  std::string file(const std::string& name) const { return folder_.file(name); }
  std::string sound() const { return file("a.wav"); }

  RenderSettings settings(const std::string& name, const char* codec = "ffv1") const {
    RenderSettings settings = test::small_film(file(name), codec, 300);
    settings.film.audio.file = sound();
    return settings;
  }

 private:
  const test::TemporaryFolder folder_;
};

bool finds(const VerifyReport& report, const std::string& sentence) {
  for (const VerifyFinding& finding : report.findings)
    if (contains(finding.sentence, sentence)) return true;
  return false;
}

}  // namespace

TEST_SUITE("src.sound") {
  TEST_CASE("lanes and a render that goes on make the same bytes, and verify passes them") {
    const Films films;
    RenderSettings settings = films.settings("one.mkv");
    settings.engine.lanes = 1;
    settings.resume = Resume::off;
    const RenderReport report = render(settings);
    CHECK(report.film.sound.encoder == "flac");
    CHECK(report.film.sound.samples == sound_samples(frames, {25, 1}));
    REQUIRE(report.film.sound.integrated_lufs);
    CHECK(*report.film.sound.integrated_lufs + report.film.sound.gain_db ==
          doctest::Approx(-14).epsilon(0.001));
    CHECK(contains(describe(report), "sound       flac, lossless"));
    CHECK(contains(to_json(settings, report), "\"integrated_lufs\""));
    const std::string whole = contents(settings.output);

    settings.output = films.file("three.mkv");
    settings.engine.lanes = 3;
    render(settings);
    CHECK(contents(settings.output) == whole);

    const VerifyReport checked = verify(settings.output);
    CHECK(checked.passes());
    CHECK(checked.sound_samples == sound_samples(frames, {25, 1}));
    REQUIRE(checked.sound_integrated_lufs);
    CHECK(*checked.sound_integrated_lufs == doctest::Approx(-14).epsilon(0.01));
  }

  TEST_CASE("a render that was stopped goes on with its sound, and with no other") {
    const Films films;
    RenderSettings settings = films.settings("whole.mkv");
    settings.universe.particles = 6'000;  // takes long enough to be stopped
    settings.resume = Resume::off;
    render(settings);
    const std::string whole = contents(settings.output);
    settings.output = films.file("film.mkv");
    settings.resume = Resume::automatic;
    render_part(settings);
    test::write_wave(films.file("b.wav"), {2, 44100, 1.6});
    RenderSettings other = settings;
    other.film.audio.file = films.file("b.wav");
    CHECK(contains(error_of([&] { render(other); }), "audio-digest"));
    // Where the file lies makes no difference.
    std::filesystem::copy(films.sound(), films.file("c.wav"));
    settings.film.audio.file = films.file("c.wav");
    CHECK(render(settings).pipeline.frames_kept >= chunk);
    CHECK(contents(settings.output) == whole);
  }

  TEST_CASE("a film holds its sound's digest, and is made again of that file only") {
    const Films films;
    RenderSettings settings = films.settings("film.mkv");
    settings.film.audio.loudness = -23;
    settings.film.audio.track = 1;
    render(settings);
    const std::string config = read_film_comment(settings.output);
    const std::string digest = sound_digest(settings.film.audio);
    CHECK(contains(config, "\naudio-digest = " + digest + "\n"));
    CHECK(contains(config, "\nloudness = -23\n"));
    CHECK_FALSE(contains(config, "a.wav"));

    RenderSettings again;
    apply_embedded_config(again, config, "film");
    again.output = films.file("again.mkv");
    again.engine.engine = EngineChoice::cpu;
    CHECK(contains(refusal_of([&] { render(again); }),
                   "came from a file with the SHA-256 " + digest));
    apply_setting(again, "audio", films.sound(), "--audio");
    render(again);
    CHECK(contents(again.output) == contents(settings.output));
    test::write_wave(films.file("b.wav"), {2, 44100, 1.6});
    again.overwrite = true;
    apply_setting(again, "audio", films.file("b.wav"), "--audio");
    CHECK(contains(refusal_of([&] { render(again); }), "audio-digest = none"));
    apply_setting(again, "audio-digest", "none", "--audio-digest");
    render(again);
    apply_setting(again, "audio", "none", "--audio");
    CHECK_FALSE(contains(print_config(again), "audio"));
    CHECK(error_of([&] { render(again); }).empty());
    CHECK_FALSE(contains(read_film_comment(again.output), "loudness"));
    RenderSettings hostile;
    CHECK(contains(refusal_of([&] { apply_embedded_config(hostile, "audio = /etc/x", "film"); }),
                   "audio-digest"));
  }

  TEST_CASE("verify finds sound that is not what the film's settings say") {
    const Films films;
    RenderSettings settings = films.settings("film.mkv");
    settings.film.audio.digest = sound_digest(settings.film.audio);
    // A film that is made by hand, with settings that speak of another.
    const auto make = [&](const std::string& name, const RenderSettings& said,
                          const FilmSettings& made, std::int64_t pictures) {
      FilmOutput output;
      output.path = films.file(name);
      output.width = 96;
      output.height = 64;
      output.frames = pictures;
      output.comment = "# lifereel 0.1.0\n" + print_config(said);
      Film film(made, output);
      std::vector<std::uint8_t> gray(96 * 64, 0);
      for (std::int64_t i = 0; i < pictures; ++i) {
        gray[static_cast<std::size_t>(i)] = 255;
        film.write_gray(gray.data());
      }
      film.finish();
      return verify(output.path);
    };
    RenderSettings said = settings;
    said.universe.width = 96;
    said.universe.height = 64;
    said.frames = 50;
    CHECK_FALSE(finds(make("good.mkv", said, said.film, 50), "LUFS"));
    FilmSettings quiet = said.film;
    quiet.audio.loudness = -23;
    CHECK(finds(make("quiet.mkv", said, quiet, 50), "it has -23.0 LUFS"));
    FilmSettings none = said.film;
    none.audio = {};
    CHECK(finds(make("none.mkv", said, none, 50), "and it has none"));
    said.film.frames_per_second = {24, 1};
    CHECK(finds(make("short.mkv", said, quiet, 50), "samples, and"));
  }

  TEST_CASE("a disc has the sound in place of its silence") {
    const Films films;
    RenderSettings settings;
    apply_preset(settings, "dvd_video");
    settings.film.audio.file = films.sound();
    settings.film.audio_bitrate = 448'000;
    settings.frames = 40;
    settings.resume = Resume::off;
    settings.output = films.file("film.mpg");
    const RenderReport report = render(settings);
    CHECK(report.film.sound.bits_per_second == 448'000);
    const VerifyReport checked = verify(settings.output);
    CHECK(checked.passes());
    REQUIRE(checked.sound_samples);
    const std::int64_t expected = sound_samples(40, {30000, 1001});
    CHECK((*checked.sound_samples >= expected && *checked.sound_samples < expected + 1536));
  }

  TEST_CASE("sound that cannot be used is refused before the first frame") {
    const Films films;
    const auto refused = [&](auto change) {
      RenderSettings settings = films.settings("film.mkv");
      change(settings);
      const std::string sentence = refusal_of([&] { render(settings); });
      CHECK_FALSE(std::filesystem::exists(films.file("film.mkv")));
      CHECK_FALSE(std::filesystem::exists(films.file("film.mkv.lifereel")));
      return sentence;
    };
    CHECK(contains(refused([&](RenderSettings& s) { s.film.audio.file = films.file("no.wav"); }),
                   "audio: there is no file"));
    CHECK(
        contains(refused([&](RenderSettings& s) { s.film.audio.track = 4; }), "has 1 sound track"));
    CHECK(contains(refused([&](RenderSettings& s) {
                     s.stats = films.sound();
                     s.overwrite = true;
                   }),
                   "audio and stats name the same file"));
    CHECK(contains(refused([&](RenderSettings& s) {
                     s.output = films.sound();
                     s.film.container = "matroska";
                     s.overwrite = true;
                   }),
                   "audio and output name the same file"));
    CHECK(contains(refused([&](RenderSettings& s) { s.film.container = "avi"; }),
                   "is given no sound"));
    // Pictures have none, and say so as of all that is a film's.
    std::string notices;
    JobControl control;
    control.notice = [&](const std::string& sentence) { notices += sentence; };
    RenderSettings still = films.settings("still.png");
    still.frame = 2;
    render(still, control);
    CHECK(contains(notices, "audio"));
  }
}
