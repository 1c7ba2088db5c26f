// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/audio/universe_voices.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <iterator>
#include <stdexcept>
#include <string>

#include "encoders/libav/libav.h"

namespace lifereel {
namespace {

struct Interval {
  int num, den;
};
constexpr int degrees = 5;
/// Just intonation: major, minor and suspended pentatonics.
constexpr Interval scales[][degrees] = {
    {{1, 1}, {9, 8}, {5, 4}, {3, 2}, {5, 3}},
    {{1, 1}, {6, 5}, {4, 3}, {3, 2}, {9, 5}},
    {{1, 1}, {9, 8}, {4, 3}, {3, 2}, {16, 9}},
};
constexpr int root_choices[] = {82, 87, 98, 110, 123};

/// What voices hum, from the first one on: degree and octave of a chord that stays open.
struct Pitch {
  int degree, octave;
};
constexpr Pitch hums[] = {{0, 0}, {3, 0}, {0, 1}, {2, 1}, {3, 1}, {4, 1}, {0, 2}, {1, 2}};

constexpr std::int32_t level_unit = 1 << 12, most_level = 3 * level_unit;
/// Below a sixteenth of a pixel a unit of time a universe is still.
constexpr std::int64_t still_speed = std::int64_t{64} << 16;
/// A voice of mean speed turns its wheel in so many blocks: 1.4 s.
constexpr std::int64_t blocks_a_turn = 1050;
constexpr std::int64_t whole_turn = blocks_a_turn * level_unit;

/// Rounded down; the same everywhere, for IEEE's square root is exact.
std::int64_t root_of(std::uint64_t square) {
  return static_cast<std::int64_t>(std::sqrt(static_cast<double>(square)));
}

/// Adds a tone that is as loud as `amplitude`, 2^-23, and `rise` more with each sample. Two
/// parabolas to a period: a sine with a little of its odd harmonics, as small loudspeakers need
/// them to tell a low tone. Multiplications are of 16 bits, for which every processor has eight at
/// once.
void add_tone(std::array<std::int32_t, UniverseVoices::block_samples>& sum, std::uint32_t phase,
              std::uint32_t increment, std::int32_t amplitude, std::int32_t rise) {
  for (std::int32_t& sample : sum) {
    const auto x = static_cast<std::int16_t>(static_cast<std::int32_t>(phase) >> 16);
    const auto rest = static_cast<std::int16_t>(32767 - std::abs(std::int32_t{x}));
    const auto wave = static_cast<std::int16_t>((std::int32_t{x} * rest) >> 13);
    const auto loud = static_cast<std::int16_t>(amplitude >> 8);
    sample += (std::int32_t{wave} * loud) >> 7;
    phase += increment;
    amplitude += rise;
  }
}

/// By a part of the way, and in the end all of it.
void approach(std::int32_t& value, std::int32_t wanted, std::int32_t parts) {
  const std::int32_t way = wanted - value;
  value += std::abs(way) >= parts ? way / parts : (way > 0) - (way < 0);
}

/// Where something is from one side to the other, drawn apart from the middle: most universes move
/// everywhere.
std::int32_t spread(std::int32_t way, std::int32_t times) {
  return std::clamp((way - 32768) * times + 32768, 0, 65536);
}
int part_of_way(std::int32_t way, int parts) {
  return std::min(spread(way, 6) * parts >> 16, parts - 1);
}

}  // namespace

UniverseVoices::UniverseVoices(int species, Rational frames_per_second)
    : species_(species), rate_(frames_per_second), voices_(static_cast<std::size_t>(species)) {
  if (species < 1 || species > 32)
    throw std::invalid_argument("there are voices for 1 to 32 species, not for " +
                                std::to_string(species));
  // Voices add up as noise does.
  const auto voices = static_cast<std::uint64_t>(species);
  hum_amplitude_ = static_cast<std::int32_t>(root_of((std::uint64_t{2} << 42) / voices) / 4);
  bell_amplitude_ = static_cast<std::int32_t>(root_of((std::uint64_t{3} << 38) / voices));
  // Primes between 30 and 50 ms: no echo meets another one's.
  constexpr std::size_t line_samples[hall_lines] = {1481, 1693, 1999, 2333};
  for (std::size_t line = 0; line < hall_lines; ++line)
    hall_[line].samples.resize(line_samples[line]);
}

std::uint32_t UniverseVoices::increment_of(int degree, int octave) const {
  const Interval interval = scales[scale_][degree];
  const std::uint64_t numerator = (static_cast<std::uint64_t>(root_hertz_) << (32 + octave)) *
                                  static_cast<std::uint64_t>(interval.num);
  return static_cast<std::uint32_t>(numerator / (static_cast<std::uint64_t>(sample_rate) *
                                                 static_cast<std::uint64_t>(interval.den)));
}

// The nearest whole number, as a film's sound is counted (sound_samples()).
std::int64_t UniverseVoices::first_sample_of(std::int64_t frame) const {
  return av_rescale_q_rnd(frame, {rate_.den, rate_.num}, {1, sample_rate}, AV_ROUND_NEAR_INF);
}

void UniverseVoices::add_frame(std::span<const SpeciesMotion> motion) {
  if (motion.size() != voices_.size())
    throw std::invalid_argument("a frame's motion is one of each species");
  if (frames_ == 0) tune(motion);
  motion_.insert(motion_.end(), motion.begin(), motion.end());
  ++frames_;
  end_ = first_sample_of(frames_);
}

void UniverseVoices::tune(std::span<const SpeciesMotion> motion) {
  std::uint32_t sum = 0;
  for (const SpeciesMotion& each : motion) sum = sum * 31 + each.speed + each.across + each.down;
  root_hertz_ = root_choices[sum % std::size(root_choices)];
  scale_ = static_cast<int>(sum / std::size(root_choices) % std::size(scales));
  for (std::size_t v = 0; v < voices_.size(); ++v) {
    Voice& voice = voices_[v];
    const Pitch pitch = hums[v % std::size(hums)];
    const std::uint32_t increment = increment_of(pitch.degree, pitch.octave);
    // A beat in three to seven seconds.
    const auto beat = static_cast<std::uint32_t>(12000 + 2500 * v);
    voice.hum[0].increment = increment - beat / 2;
    voice.hum[1].increment = increment + beat / 2;
    voice.hum[2].increment = 2 * increment;
    voice.wheel = whole_turn * static_cast<std::int64_t>(v + 1) / (species_ + 1);
    voice.across = motion[v].across << 8;
  }
}

void UniverseVoices::take(std::span<float> left, std::span<float> right) {
  if (left.size() != right.size() || static_cast<std::int64_t>(left.size()) > end_ - taken_)
    throw std::logic_error("more of a universe's sound was asked for than is known");
  for (std::size_t i = 0; i < left.size(); ++i, ++taken_) {
    const auto within = static_cast<std::size_t>(taken_ % block_samples);
    if (within == 0) next_block();
    left[i] = static_cast<float>(shown_left_[within]) * 0x1p-23f;
    right[i] = static_cast<float>(shown_right_[within]) * 0x1p-23f;
  }
}

void UniverseVoices::set_gain(double gain) {
  constexpr double most = 16;
  gain_ = static_cast<std::int32_t>(std::lround(std::clamp(gain, 0.0, most) * (1 << gain_bits)));
}

// Everything is heard a block later than it is made, 1.3 ms, for limit() to look ahead.
void UniverseVoices::next_block() {
  shown_left_ = left_;
  shown_right_ = right_;
  begin_block(taken_);
  sound_block();
  limit();
}

void UniverseVoices::begin_block(std::int64_t first_sample) {
  // The frame that shows then: the first one that ends later.
  std::int64_t frame = first_kept_;
  while (frame + 1 < frames_ && first_sample_of(frame + 1) <= first_sample) ++frame;
  if (frame > first_kept_) {
    motion_.erase(motion_.begin(), motion_.begin() + (frame - first_kept_) * species_);
    first_kept_ = frame;
  }
  std::uint64_t squares = 0;
  for (int v = 0; v < species_; ++v) {
    const std::uint64_t each = motion_[static_cast<std::size_t>(v)].speed;
    squares += each * each;
  }
  // Of the root of the mean square all voices together are as loud, however it is shared out.
  const std::int64_t speed = root_of((squares << 26) / static_cast<std::uint64_t>(species_)) << 3;
  // Up within about a second, down within six: outbursts are heard, and not painful.
  const std::int64_t way = speed - mean_speed_;
  mean_speed_ = first_sample == 0 ? speed : mean_speed_ + way / (way > 0 ? 750 : 4500);
  for (std::size_t v = 0; v < voices_.size(); ++v) follow(voices_[v], motion_[v]);
}

void UniverseVoices::follow(Voice& voice, const SpeciesMotion& motion) {
  const std::int64_t mean = std::max(mean_speed_, still_speed);
  std::int64_t level = (std::int64_t{motion.speed} << 28) / mean;
  if (mean_speed_ < still_speed) level = level * level / level_unit;
  const auto wanted = static_cast<std::int32_t>(std::min<std::int64_t>(level, most_level));
  // Within a tenth of a second, so that frames are not heard one by one.
  approach(voice.level, wanted, 64);
  approach(voice.across, motion.across << 8, 256);
  voice.down = motion.down << 8;
  fade(voice, hum_amplitude_);
  voice.wheel += voice.level;
  if (voice.wheel < whole_turn) return;
  voice.wheel -= whole_turn;
  strike(voice);
}

void UniverseVoices::strike(Voice& voice) {
  Bell& bell = voice.bells[voice.next_bell];
  voice.next_bell = (voice.next_bell + 1) % most_bells;
  const auto number = static_cast<int>(&voice - voices_.data());
  // A degree of its own, from which it wanders as its motion does.
  const int degree = 2 * number + part_of_way(voice.down, degrees) + part_of_way(voice.across, 3);
  const std::uint32_t increment = increment_of(degree % degrees, 2 + number % 2);
  constexpr Interval ratios[partials] = {{1, 1}, {2, 1}, {301, 100}};
  constexpr std::int32_t strengths[partials] = {8, 3, 1};
  const std::int64_t loud = std::min<std::int64_t>(voice.level, 2 * level_unit);
  for (int p = 0; p < partials; ++p) {
    const std::uint64_t numerator = static_cast<std::uint64_t>(ratios[p].num) * increment;
    bell.partial[p].increment =
        static_cast<std::uint32_t>(numerator / static_cast<std::uint64_t>(ratios[p].den));
    bell.partial[p].to =
        static_cast<std::int32_t>(bell_amplitude_ * loud * strengths[p] / (8 * 2 * level_unit));
  }
}

// Amplitudes to the block's end, but for what is struck in it. Higher partials die sooner.
void UniverseVoices::fade(Voice& voice, std::int32_t hum_amplitude) {
  constexpr int overtone = humming - 1;
  for (int tone = 0; tone < humming; ++tone) {
    // The overtone comes with speed.
    const std::int64_t amplitude =
        tone == overtone ? std::int64_t{hum_amplitude} * voice.level / (4 * level_unit)
                         : std::int64_t{hum_amplitude};
    voice.hum[tone].from = voice.hum[tone].to;
    voice.hum[tone].to = static_cast<std::int32_t>(amplitude * voice.level / level_unit);
  }
  for (Bell& bell : voice.bells)
    for (int p = 0; p < partials; ++p) {
      Tone& tone = bell.partial[p];
      tone.from = tone.to;
      tone.to -= (tone.to >> (9 - p)) + (tone.to > 0 ? 1 : 0);
    }
}

void UniverseVoices::sound_block() {
  left_.fill(0);
  right_.fill(0);
  for (Voice& voice : voices_) sound_voice(voice);
  add_hall();
  for (std::size_t i = 0; i < block_samples; ++i) {
    left_[i] = static_cast<std::int32_t>(std::int64_t{left_[i]} * gain_ >> gain_bits);
    right_[i] = static_cast<std::int32_t>(std::int64_t{right_[i]} * gain_ >> gain_bits);
  }
}

// The gain runs straight from one end of a block to the other, and at neither is it more than
// either block bears.
void UniverseVoices::limit() {
  constexpr std::int32_t most = (1 << 23) * 82 / 100, unlimited = 1 << gain_bits;
  constexpr std::int32_t recovery = 4;  // a block; all of it within 1.4 s
  const auto borne = [](const Samples& left, const Samples& right) {
    std::int32_t peak = most;
    for (std::size_t i = 0; i < block_samples; ++i)
      peak = std::max({peak, std::abs(left[i]), std::abs(right[i])});
    return static_cast<std::int32_t>((std::int64_t{most} << gain_bits) / peak);
  };
  const std::int32_t to = std::min(
      {borne(shown_left_, shown_right_), borne(left_, right_), limit_ + recovery, unlimited});
  if (limit_ < unlimited || to < unlimited)
    for (std::int32_t i = 0; i < block_samples; ++i) {
      const std::int64_t gain = std::int64_t{limit_} * (block_samples - i) + std::int64_t{to} * i;
      for (Samples* const channel : {&shown_left_, &shown_right_}) {
        std::int32_t& sample = (*channel)[static_cast<std::size_t>(i)];
        sample = static_cast<std::int32_t>(sample * gain / (block_samples << gain_bits));
      }
    }
  limit_ = to;
}

void UniverseVoices::sound_voice(Voice& voice) {
  Samples sum{};
  const auto add = [&sum](Tone& tone) {
    if (tone.from == 0 && tone.to == 0) return;
    add_tone(sum, tone.phase, tone.increment, tone.from, (tone.to - tone.from) / block_samples);
    tone.phase += tone.increment * block_samples;
  };
  for (Tone& tone : voice.hum) add(tone);
  for (Bell& bell : voice.bells)
    for (Tone& tone : bell.partial) add(tone);
  // Equally loud wherever it is, nearly.
  const std::int32_t right = spread(voice.across, 3) >> 8, left = 256 - right;
  const std::int32_t left_gain = (65536 - right * right) >> 8;
  const std::int32_t right_gain = (65536 - left * left) >> 8;
  for (std::size_t i = 0; i < block_samples; ++i) {
    left_[i] += (sum[i] >> 8) * left_gain;
    right_[i] += (sum[i] >> 8) * right_gain;
  }
}

// A feedback delay network: what comes out of four lines goes into all of them, a little duller
// and softer, by Householder's matrix, which neither adds nor loses anything itself. It dies by
// 60 dB in about 1.4 s. Every line is longer than a block.
void UniverseVoices::add_hall() {
  Samples out[hall_lines], half{};
  for (std::size_t line = 0; line < hall_lines; ++line) {
    const HallLine& from = hall_[line];
    const std::size_t before_end = std::min(from.samples.size() - from.at, out[line].size());
    std::copy_n(from.samples.begin() + static_cast<std::ptrdiff_t>(from.at), before_end,
                out[line].begin());
    std::copy_n(from.samples.begin(), out[line].size() - before_end,
                out[line].begin() + static_cast<std::ptrdiff_t>(before_end));
    for (std::size_t i = 0; i < block_samples; ++i) half[i] += out[line][i] >> 1;
  }
  for (std::size_t line = 0; line < hall_lines; ++line) {
    HallLine& to = hall_[line];
    Samples in;
    std::array<std::int32_t, block_samples + 1> mixed;
    mixed[0] = to.last;
    for (std::size_t i = 0; i < block_samples; ++i) mixed[i + 1] = half[i] - out[line][i];
    to.last = mixed.back();
    for (std::size_t i = 0; i < block_samples; ++i) {
      const std::int32_t duller = (mixed[i] + mixed[i + 1]) >> 1;
      in[i] =
          ((left_[i] + right_[i]) >> 3) + duller - (duller >> 3) - (duller >> 4) + (duller >> 6);
    }
    const std::size_t before_end = std::min(to.samples.size() - to.at, in.size());
    std::copy_n(in.begin(), before_end, to.samples.begin() + static_cast<std::ptrdiff_t>(to.at));
    std::copy_n(in.begin() + static_cast<std::ptrdiff_t>(before_end), in.size() - before_end,
                to.samples.begin());
    to.at = (to.at + block_samples) % to.samples.size();
  }
  for (std::size_t i = 0; i < block_samples; ++i) {
    left_[i] += out[0][i] + out[2][i];
    right_[i] += out[1][i] + out[3][i];
  }
}

}  // namespace lifereel
