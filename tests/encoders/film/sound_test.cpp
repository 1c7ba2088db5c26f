// SPDX-License-Identifier: GPL-2.0-or-later
// Sound in films: to the sample, from the first picture on, as loud as it should be.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "encoders/audio/audio_decoder.h"
#include "encoders/read/film_scan.h"
#include "encoders/sound_file.h"
#include "tests/encoders/films.h"
#include "tests/encoders/sounds.h"

using namespace lifereel;
using test::contains;
using test::refusal_of;

namespace {

constexpr int second = 48000;

struct Container {
  const char* extension;
  const char* codec;
  const char* audio;
  bool exact;  // what is decoded is what the film has, to the sample
};

struct Ignored final : FilmScan::Taker {
  void take(const ScannedPacket& packet) override {
    if (packet.kind == ScannedStream::Kind::video && !first_picture && packet.pts_ticks)
      first_picture = packet.pts_ticks;
  }
  void take(const ScannedPicture&) override {}
  void take(const ScannedDamage& damage) override { damages += damage.text; }
  std::optional<std::int64_t> first_picture;
  std::string damages;
};

struct Scanned {
  ScannedFilm film;
  ScannedSound sound;
  double begin_seconds = 0;  // of the sound, after the first picture
};

Scanned scan(const std::string& path) {
  FilmScan scan(path, 1);
  scan.measure_sound();
  Ignored taker;
  while (scan.read(taker)) {
  }
  CHECK(taker.damages.empty());
  Scanned result{scan.film(), scan.sound(), 0};
  REQUIRE(result.film.audio);
  REQUIRE(result.sound.begin_ticks);
  REQUIRE(taker.first_picture);
  const ScannedStream& audio = result.film.streams[*result.film.audio];
  const ScannedStream& video = result.film.streams[result.film.video];
  result.begin_seconds = static_cast<double>(*result.sound.begin_ticks) * audio.time_base.value() -
                         static_cast<double>(*taker.first_picture) * video.time_base.value();
  return result;
}

/// Where the sound is loudest.
std::int64_t loudest(const std::string& path) {
  AudioDecoder decoder(path, std::nullopt);
  std::vector<float> left(4 * second), right(4 * second);
  const std::int64_t got = decoder.read(left.data(), right.data(), 4 * second);
  std::int64_t at = 0;
  for (std::int64_t i = 0; i < got; ++i)
    if (std::abs(left[static_cast<std::size_t>(i)]) > std::abs(left[static_cast<std::size_t>(at)]))
      at = i;
  return at;
}

FilmOutput output_of(const std::string& path, int frames) {
  FilmOutput output = test::film_output(path, 96, 64);
  output.frames = frames;
  return output;
}

/// A quiet tone with a click.
double click(double seconds, int channel) {
  return std::abs(seconds - 0.7) < 0.00002 ? 0.9 : 0.2 * test::tone(seconds, channel);
}

}  // namespace

TEST_SUITE("encoders.sound") {
  TEST_CASE("sound begins with the first picture and ends with the last, to the sample") {
    const test::TemporaryFolder folder;
    test::write_wave(folder.file("a.wav"), {2, 48000, 1.3}, click);
    constexpr int frames = 43;
    for (const Container& container : {Container{".mp4", "libx264", "aac", false},
                                       {".mov", "libx264", "aac", false},
                                       {".mkv", "ffv1", "flac", true},
                                       {".mkv", "libx264", "opus", true},
                                       {".webm", "libvpx-vp9", "opus", true},
                                       {".ts", "mpeg2video", "ac3", false},
                                       {".mpg", "mpeg2video", "ac3", false}})
      for (const Rational rate : {Rational{25, 1}, {30000, 1001}, {24000, 1001}}) {
        if (!test::has_encoder(container.codec)) continue;
        if (container.audio == std::string("opus") && !test::has_encoder("libopus")) continue;
        CAPTURE(container.extension);
        CAPTURE(container.audio);
        CAPTURE(rate.num);
        FilmSettings settings = test::film_settings(container.codec, rate);
        settings.audio.file = folder.file("a.wav");
        settings.audio.loop = false;
        settings.audio.fade_out = 0;
        settings.audio.loudness.reset();
        if (container.audio == std::string("opus")) settings.audio_bitrate = 160'000;
        const std::string film = folder.file(std::string("film") + container.extension);
        FilmOutput output = output_of(film, frames);
        output.overwrite = true;
        FilmStatistics statistics;
        test::make_film(settings, output, frames, &statistics);
        const std::int64_t expected = sound_samples(frames, rate);
        CHECK(statistics.sound.samples == expected);
        const Scanned scanned = scan(film);
        const ScannedStream& audio = scanned.film.streams[*scanned.film.audio];
        CHECK(audio.codec == container.audio);
        CHECK(audio.sample_rate == second);
        if (container.exact)
          CHECK(scanned.sound.samples == expected);
        else
          CHECK((scanned.sound.samples >= expected && scanned.sound.samples < expected + 1536));
        if (scanned.film.container.starts_with("mov")) {
          REQUIRE(audio.duration_ticks);
          CHECK(*audio.duration_ticks == expected);
          CHECK(audio.time_base == Rational{1, second});
        }
        CHECK(std::abs(scanned.begin_seconds) < 0.002);
        // A codec may blur a click, but not move it.
        CHECK(std::abs(loudest(film) - second * 7 / 10) <= 2);
      }
  }

  TEST_CASE("sound is as loud as was asked for, and its peaks stay below -1 dBTP") {
    const test::TemporaryFolder folder;
    test::write_wave(folder.file("even.wav"), {2, 44100, 2});
    // Square waves, which leave codecs with higher peaks.
    test::write_wave(folder.file("hard.wav"), {2, 44100, 2}, [](double seconds, int channel) {
      return test::tone(seconds, channel) > 0 ? 0.9 * std::exp(-3 * std::fmod(seconds, 0.5)) : -0.1;
    });
    constexpr int frames = 50;
    for (const Container& container : {Container{".mp4", "libx264", "aac", false},
                                       {".mkv", "ffv1", "flac", true},
                                       {".mpg", "mpeg2video", "ac3", false}})
      for (const char* const sound : {"even.wav", "hard.wav"})
        for (const double loudness : {-14.0, -23.0}) {
          if (!test::has_encoder(container.codec)) continue;
          CAPTURE(container.extension);
          CAPTURE(sound);
          CAPTURE(loudness);
          FilmSettings settings = test::film_settings(container.codec, {25, 1});
          settings.audio.file = folder.file(sound);
          settings.audio.fade_out = 0;
          settings.audio.loudness = loudness;
          FilmOutput output =
              output_of(folder.file(std::string("film") + container.extension), frames);
          output.overwrite = true;
          FilmStatistics statistics;
          test::make_film(settings, output, frames, &statistics);
          const ScannedSound heard = scan(output.path).sound;
          REQUIRE(heard.integrated_lufs);
          REQUIRE(heard.true_peak_dbtp);
          CHECK(*heard.true_peak_dbtp <= -1);
          const bool told = contains(statistics.warnings.empty() ? "" : statistics.warnings[0],
                                     "the sound's peaks keep it at");
          if (told)
            CHECK(*heard.true_peak_dbtp > -2.5);
          else
            CHECK(std::abs(*heard.integrated_lufs - loudness) < 0.5);
        }
  }

  TEST_CASE("films in chunks, in any order of writing, have the sound of a film in one piece") {
    REQUIRE_ENCODER("libx264");
    const test::TemporaryFolder folder;
    test::write_wave(folder.file("a.wav"), {1, 22050, 0.8});
    FilmSettings settings = test::film_settings("libx264", {25, 1});
    settings.gop = 12;
    settings.audio.file = folder.file("a.wav");
    std::vector<std::vector<float>> sounds;
    for (const int chunk : {0, 12}) {
      settings.chunk_frames = chunk;
      const std::string film = folder.file(std::to_string(chunk) + ".mp4");
      test::make_film(settings, output_of(film, 35), 35);
      AudioDecoder decoder(film, std::nullopt);
      std::vector<float> left(2 * second), right(2 * second);
      left.resize(static_cast<std::size_t>(decoder.read(left.data(), right.data(), 2 * second)));
      sounds.push_back(left);
    }
    CHECK(sounds[0].size() >= 67200);
    CHECK(sounds[0] == sounds[1]);
  }

  TEST_CASE("title and artist come with the sound, where nobody has given others") {
    const test::TemporaryFolder folder;
    // Tags of a film's own, read back as a file of sound.
    test::write_wave(folder.file("a.wav"), {2, 48000, 1});
    FilmSettings settings = test::film_settings("ffv1", {25, 1});
    settings.audio.file = folder.file("a.wav");
    FilmOutput first = output_of(folder.file("first.mkv"), 10);
    first.title = "A tune";
    first.artist = "Someone";
    test::make_film(settings, first, 10);
    settings.audio.file = first.path;
    const SoundTags tags = check_sound(settings.audio);
    CHECK(tags.title == "A tune");
    CHECK(tags.artist == "Someone");
    FilmOutput second_film = output_of(folder.file("second.mkv"), 10);
    test::make_film(settings, second_film, 10);
    AudioSettings made;
    made.file = second_film.path;
    CHECK(check_sound(made).title == "A tune");
    CHECK(check_sound(made).artist == "Someone");
  }

  TEST_CASE("sound that a film cannot have is refused") {
    const test::TemporaryFolder folder;
    test::write_wave(folder.file("a.wav"), {2, 48000, 1});
    const auto refused = [&](const std::string& name, const std::string& codec, auto change) {
      FilmSettings settings = test::film_settings(codec, {25, 1});
      settings.audio.file = folder.file("a.wav");
      FilmOutput output = output_of(folder.file(name), 10);
      change(settings, output);
      return refusal_of([&] { Film(settings, output); });
    };
    const auto nothing = [](FilmSettings&, FilmOutput&) {};
    CHECK(contains(refused("a.avi", "mpeg4", nothing), "is given no sound"));
    CHECK(contains(refused("a.y4m", "rawvideo", nothing), "is given no sound"));
    CHECK(refused("a.mkv", "ffv1", nothing).empty());
    CHECK(contains(refused("a.mkv", "ffv1", [](FilmSettings&, FilmOutput& o) { o.frames = 0; }),
                   "must know how many pictures"));
    CHECK(contains(refused("a.ts", "mpeg2video",
                           [](FilmSettings& s, FilmOutput&) { s.audio_bitrate = 100'000; }),
                   "AC-3 has no bit rate"));
    CHECK(contains(
        refused("a.mkv", "ffv1", [](FilmSettings& s, FilmOutput&) { s.audio.fade_in = -1; }),
        "audio-fade-in is 0 to 3600"));
    CHECK(contains(
        refused("a.mkv", "ffv1", [](FilmSettings& s, FilmOutput&) { s.audio.loudness = 3; }),
        "loudness is -60 to -5"));
    CHECK(contains(
        refused("a.mkv", "ffv1",
                [](FilmSettings& s, FilmOutput&) { s.audio.digest = std::string(64, '0'); }),
        "has the SHA-256"));
    // 9560 + 448 kb/s are 10008, and 10166 with the packs around them.
    FilmSettings disc = test::dvd_settings();
    disc.audio.file = folder.file("a.wav");
    disc.audio_bitrate = 448'000;
    disc.maxrate = 9'560'000;
    FilmOutput output = test::film_output(folder.file("a.mpg"), 720, 480);
    CHECK(contains(refusal_of([&] { resolve(disc, output); }), "with the packs around them"));
    disc.maxrate = 9'400'000;
    CHECK(refusal_of([&] { resolve(disc, output); }).empty());
  }
}
