// SPDX-License-Identifier: GPL-2.0-or-later
// The sound of a universe.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "encoders/audio/loudness_meter.h"
#include "encoders/audio/universe_voices.h"
#include "tests/sanitizers.h"

using namespace lifereel;

namespace {

/// Species that speed up and slow down, each in its own time, from side to side; in integers.
std::vector<SpeciesMotion> motion_at(int frame, int species, int speed = 9000) {
  std::vector<SpeciesMotion> motion;
  for (int s = 0; s < species; ++s) {
    const int period = 70 + 37 * s;
    const int part = std::abs(frame % (2 * period) - period) * 1000 / period;
    motion.push_back({static_cast<std::uint16_t>(speed * (300 + part + 100 * s) / 1000),
                      static_cast<std::uint8_t>((frame / 2 + 60 * s) % 256),
                      static_cast<std::uint8_t>((frame / 3 + 45 * s) % 256)});
  }
  return motion;
}

struct Sound {
  std::vector<float> left, right;

  void take(UniverseVoices& voices, std::int64_t count) {
    const std::size_t before = left.size(), samples = static_cast<std::size_t>(count);
    left.resize(before + samples);
    right.resize(before + samples);
    voices.take({left.data() + before, samples}, {right.data() + before, samples});
  }
  float peak() const {
    float most = 0;
    for (std::size_t i = 0; i < left.size(); ++i)
      most = std::max({most, std::abs(left[i]), std::abs(right[i])});
    return most;
  }
};

Sound sound_of(int frames, int species, int speed, double gain = 1) {
  UniverseVoices voices(species, {30000, 1001});
  voices.set_gain(gain);
  Sound sound;
  for (int frame = 0; frame < frames; ++frame) {
    voices.add_frame(motion_at(frame, species, speed));
    sound.take(voices, voices.samples_known() - voices.samples_taken());
  }
  return sound;
}

double loudness_of(const Sound& sound) {
  LoudnessMeter meter;
  meter.add(sound.left.data(), sound.right.data(), static_cast<int>(sound.left.size()));
  return meter.finish().integrated.value_or(-99);
}

}  // namespace

TEST_SUITE("encoders.universe_voices") {
  TEST_CASE("the samples are the same on every machine, in whatever pieces they are taken") {
    const Sound at_once = sound_of(400, 5, 9000);
    UniverseVoices voices(5, {30000, 1001});
    Sound in_pieces;
    int piece = 1;
    for (int frame = 0; frame < 400; ++frame) {
      voices.add_frame(motion_at(frame, 5));
      for (; voices.samples_taken() + piece <= voices.samples_known(); piece = piece * 7 % 1201)
        in_pieces.take(voices, piece);
    }
    in_pieces.take(voices, voices.samples_known() - voices.samples_taken());
    CHECK(in_pieces.left == at_once.left);
    CHECK(in_pieces.right == at_once.right);
    // A sample is a whole number of 2^-23.
    std::uint64_t sum = 0;
    for (const auto* channel : {&at_once.left, &at_once.right})
      for (const float sample : *channel)
        sum =
            sum * 1000003 + static_cast<std::uint32_t>(static_cast<std::int32_t>(sample * 0x1p23f));
    CHECK(sum == 3982667986389514634u);
  }

  TEST_CASE("there are as many samples as the frames are long, to the nearest one") {
    UniverseVoices voices(2, {24000, 1001});
    for (const std::int64_t expected : {2002, 4004, 6006}) {
      voices.add_frame(motion_at(0, 2));
      CHECK(voices.samples_known() == expected);
    }
    UniverseVoices thirds(1, {7, 1});
    for (const std::int64_t expected : {6857, 13714, 20571, 27429}) {
      thirds.add_frame(motion_at(0, 1));
      CHECK(thirds.samples_known() == expected);
    }
  }

  TEST_CASE("every universe is about as loud, and none too loud") {
    for (const int species : {1, 2, 5, 12, 32})
      for (const int speed : {300, 3000, 16000}) {
        if (test::sanitized && speed != 3000) continue;
        CAPTURE(species);
        CAPTURE(speed);
        const Sound sound = sound_of(600, species, speed);
        CHECK(std::abs(loudness_of(sound) - UniverseVoices::nominal_lufs) < 5);
        CHECK(sound.peak() < 0.82f);
      }
    CHECK(sound_of(300, 5, 9000, 12).peak() <= 0.8201f);
    CHECK(std::abs(loudness_of(sound_of(600, 5, 9000, 2)) - UniverseVoices::nominal_lufs - 6) < 5);
  }

  TEST_CASE("a universe that stands still is silent, and one that dies falls silent") {
    CHECK(sound_of(60, 5, 0).peak() == 0);
    UniverseVoices voices(3, {25, 1});
    Sound alive, dead;
    for (int frame = 0; frame < 100; ++frame) voices.add_frame(motion_at(frame, 3));
    alive.take(voices, voices.samples_known());
    CHECK(alive.peak() > 0.05f);
    for (int frame = 0; frame < 25 * 30; ++frame) voices.add_frame(motion_at(0, 3, 0));
    dead.take(voices, 25 * 48000);
    dead = {};
    dead.take(voices, voices.samples_known() - voices.samples_taken());
    CHECK(dead.peak() < 1e-5f);
  }

  TEST_CASE("no sample follows another one with a click") {
    const Sound sound = sound_of(600, 5, 9000);
    float jump = 0;
    for (std::size_t i = 1; i < sound.left.size(); ++i)
      jump = std::max(jump, std::abs(sound.left[i] - sound.left[i - 1]));
    // A bell's highest partial at full strength moves by less.
    CHECK(jump < 0.1f);
  }
}
