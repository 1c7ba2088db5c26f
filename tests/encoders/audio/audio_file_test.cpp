// SPDX-License-Identifier: GPL-2.0-or-later
// What a file's sound becomes: any rate and number of channels, looped, faded, of one loudness.
#include "encoders/audio/audio_file.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "encoders/audio/loudness_meter.h"
#include "encoders/sound_file.h"
#include "tests/encoders/sounds.h"
#include "tests/messages.h"
#include "tests/temporary_folder.h"

using namespace lifereel;
using test::contains;
using test::refusal_of;

namespace {

constexpr int second = AudioSource::sample_rate;

AudioSettings plain(const std::string& file) {
  AudioSettings audio;
  audio.file = file;
  audio.fade_out = 0;
  return audio;
}

struct Heard {
  std::vector<float> left, right;
};

Heard hear(AudioFile& file, int samples, int piece = 1000) {
  Heard heard{std::vector<float>(static_cast<std::size_t>(samples)),
              std::vector<float>(static_cast<std::size_t>(samples))};
  for (int done = 0; done < samples; done += piece)
    file.read(heard.left.data() + done, heard.right.data() + done, std::min(piece, samples - done));
  return heard;
}

Heard hear(const AudioSettings& audio, int samples, int piece = 1000) {
  AudioFile file(audio, samples, [] {});
  return hear(file, samples, piece);
}

float largest(const std::vector<float>& samples, std::size_t begin, std::size_t end) {
  float most = 0;
  for (std::size_t i = begin; i < end; ++i) most = std::max(most, std::abs(samples[i]));
  return most;
}

float largest_jump(const std::vector<float>& samples) {
  float most = 0;
  for (std::size_t i = 1; i < samples.size(); ++i)
    most = std::max(most, std::abs(samples[i] - samples[i - 1]));
  return most;
}

}  // namespace

TEST_SUITE("encoders.audio_file") {
  TEST_CASE("a file of any rate and number of channels becomes 48 kHz stereo") {
    const test::TemporaryFolder folder;
    for (const test::WaveShape& shape : {test::WaveShape{1, 8000, 1},
                                         {2, 44100, 1},
                                         {6, 48000, 1},
                                         {8, 96000, 1},
                                         {2, 192000, 1}}) {
      CAPTURE(shape.channels);
      CAPTURE(shape.sample_rate);
      test::write_wave(folder.file("a.wav"), shape);
      AudioSettings audio = plain(folder.file("a.wav"));
      audio.loop = false;
      const Heard heard = hear(audio, 2 * second);
      CHECK(largest(heard.left, 0, second) > 0.1F);
      CHECK(largest(heard.right, 0, second) > 0.1F);
      // To the sample, but for what a resampler's filter rings on.
      CHECK(largest(heard.left, second + 48, 2 * second) == 0);
      CHECK(largest(heard.left, second - 480, second) > 0.05F);
    }
  }

  TEST_CASE("a loop has no seam, in memory or not, and each time the same samples") {
    const test::TemporaryFolder folder;
    // The second is longer than what is kept in memory.
    for (const test::WaveShape& shape : {test::WaveShape{2, 48000, 5}, {1, 8000, 61}}) {
      CAPTURE(shape.seconds);
      test::write_wave(folder.file("a.wav"), shape, [&](double seconds, int channel) {
        // Loud at one end, and not at 0 at either: a hard cut would be a click.
        return test::tone(seconds, channel) * (0.4 + 0.6 * seconds / shape.seconds);
      });
      const int film = static_cast<int>((shape.seconds + 3) * second);
      AudioFile file(plain(folder.file("a.wav")), film, [] {});
      const Heard heard = hear(file, film);
      const float steepest = 1.1F * 0.3F * 2 * 3.1416F * 660 / second;
      CHECK(largest_jump(heard.left) < steepest);
      CHECK(largest_jump(heard.right) < steepest);
      CHECK(largest(heard.right, static_cast<std::size_t>(film - second),
                    static_cast<std::size_t>(film)) > 0.05F);
      file.rewind();
      const Heard again = hear(file, film, 777);
      CHECK(again.left == heard.left);
      CHECK(again.right == heard.right);
      CHECK(file.notices().empty());
    }
  }

  TEST_CASE("sound fades in and out, and without a loop silence follows") {
    const test::TemporaryFolder folder;
    test::write_wave(folder.file("a.wav"), {2, 48000, 3});
    AudioSettings audio = plain(folder.file("a.wav"));
    audio.fade_in = 0.5;
    audio.fade_out = 1;
    const Heard faded = hear(audio, 2 * second);
    CHECK(largest(faded.left, 0, 480) < 0.001F);
    CHECK(largest(faded.left, second / 2, second) > 0.29F);
    CHECK(largest(faded.left, 2 * second - 480, 2 * second) < 0.001F);
    audio.loop = false;
    const Heard ended = hear(audio, 4 * second);
    CHECK(largest(ended.left, 2 * second, 3 * second) > 0.2F);
    CHECK(largest(ended.left, 3 * second, 4 * second) == 0);
  }

  TEST_CASE("a film is as many samples long as its pictures") {
    CHECK(sound_samples(20, {20, 1}) == 48000);
    CHECK(sound_samples(30000, {30000, 1001}) == 48048000);
    CHECK(sound_samples(1, {30000, 1001}) == 1602);  // 1601.6
    CHECK(sound_samples(1, {24000, 1001}) == 2002);
    CHECK(sound_samples(1, {96000, 1}) == 1);  // half a sample
    CHECK(sound_samples(1, {96001, 1}) == 0);
  }

  TEST_CASE("loudness is that of a known tone, and silence has none") {
    // EBU Tech 3341: a 1 kHz tone of -23 dBFS in both channels has -23 LUFS.
    LoudnessMeter meter;
    std::vector<float> samples(3 * second);
    for (std::size_t i = 0; i < samples.size(); ++i)
      samples[i] =
          static_cast<float>(std::pow(10, -23.0 / 20) * std::sin(2 * std::numbers::pi * 1000 *
                                                                 static_cast<double>(i) / second));
    meter.add(samples.data(), samples.data(), 3 * second);
    const Loudness loudness = meter.finish();
    REQUIRE(loudness.integrated);
    REQUIRE(loudness.true_peak);
    CHECK(*loudness.integrated == doctest::Approx(-23).epsilon(0.005));
    CHECK(*loudness.true_peak == doctest::Approx(-23).epsilon(0.01));
    LoudnessMeter silent;
    std::fill(samples.begin(), samples.end(), 0.0F);
    silent.add(samples.data(), samples.data(), 3 * second);
    const Loudness none = silent.finish();
    CHECK_FALSE(none.integrated);
    CHECK_FALSE(none.true_peak);
  }

  TEST_CASE("what is no sound for a film is refused with a sentence") {
    const test::TemporaryFolder folder;
    const auto refused = [&](const std::string& name, std::optional<int> track = {}) {
      AudioSettings audio = plain(name == "-" ? name : folder.file(name));
      audio.track = track;
      const std::string sentence = refusal_of([&] { check_sound(audio); });
      CHECK(sentence.find('\n') == std::string::npos);
      return sentence;
    };
    const auto write = [&](const char* name, const std::string& bytes) {
      std::ofstream(folder.file(name), std::ios::binary) << bytes;
    };
    CHECK(contains(refused("missing.wav"), "there is no file"));
    CHECK(contains(refused("-"), "standard input"));
    std::filesystem::create_directory(folder.file("music"));
    CHECK(contains(refused("music"), "is a folder"));
    REQUIRE(mkfifo(folder.file("pipe").c_str(), 0600) == 0);
    CHECK(contains(refused("pipe"), "is a pipe"));
    write("empty.wav", "");
    CHECK(contains(refused("empty.wav"), "is empty"));
    write("words.mp3", "These are words and no music, however one reads them.\n");
    CHECK(contains(refused("words.mp3"), "cannot be"));
    test::write_wave(folder.file("nothing.wav"), {2, 48000, 0});
    CHECK(contains(refused("nothing.wav"), "holds no sound that can be decoded"));
    test::write_wave(folder.file("many.wav"), {32, 48000, 0.1});
    CHECK(contains(refused("many.wav"), "32 channels"));
    test::write_wave(folder.file("good.wav"), {2, 48000, 0.1});
    CHECK(refused("good.wav").empty());
    CHECK(refused("good.wav", 1).empty());
    CHECK(contains(refused("good.wav", 2), "has 1 sound track"));
    // 1x1, the smallest PNG.
    write("cover.png",
          std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\10\0\0\0\0\x3a\x7e"
                      "\x9b\x55\0\0\0\nIDATx\x9c\x63\x60\0\0\0\2\0\1\x48\xaf\xa4\x71"
                      "\0\0\0\0IEND\xae\x42\x60\x82",
                      67));
    CHECK(contains(refused("cover.png"), "has no sound in it"));
  }

  TEST_CASE("the digest is of the file that is there") {
    const test::TemporaryFolder folder;
    std::ofstream(folder.file("abc"), std::ios::binary) << "abc";
    AudioSettings audio = plain(folder.file("abc"));
    const std::string digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    CHECK(sound_digest(audio) == digest);
    audio.digest = digest;
    CHECK(sound_digest(audio) == digest);
    audio.digest[0] = 'c';
    CHECK(contains(refusal_of([&] { sound_digest(audio); }), "has the SHA-256 " + digest));
  }

  TEST_CASE("a file that goes away ends in silence, and that is told") {
    const test::TemporaryFolder folder;
    test::write_wave(folder.file("a.wav"), {1, 8000, 61});
    AudioFile file(plain(folder.file("a.wav")), 70 * second, [] {});
    std::filesystem::remove(folder.file("a.wav"));
    const Heard heard = hear(file, 70 * second);
    CHECK(largest(heard.left, 50 * second, 58 * second) > 0.1F);
    CHECK(largest(heard.left, 62 * second, 70 * second) == 0);
    REQUIRE(file.notices().size() == 1);
    CHECK(contains(file.notices()[0], "could not be read again"));
  }

  TEST_CASE("damage within a file is told, and what follows it is heard") {
    const test::TemporaryFolder folder;
    test::write_wave(folder.file("a.wav"), {2, 48000, 2});
    AudioSettings audio = plain(folder.file("a.wav"));
    {
      std::error_code ignored;
      std::filesystem::resize_file(folder.file("a.wav"), 200'000, ignored);  // of 384 044 bytes
    }
    audio.loop = false;
    const Heard heard = hear(audio, 2 * second);
    CHECK(largest(heard.left, second / 2, second) > 0.2F);
    CHECK(largest(heard.left, second + second / 2, 2 * second) == 0);
  }
}
