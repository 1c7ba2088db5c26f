// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/scout/observer.h"

#include <algorithm>
#include <cstddef>

namespace lifereel {
namespace {

constexpr std::int64_t million = 1'000'000;
constexpr std::int64_t dead_below = million / 100;

std::int64_t millionths(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0 : part * million / whole;
}

/// All of them, to be summed and divided alike.
constexpr std::int64_t ScoutMeasures::*measures[] = {
    &ScoutMeasures::motion,        &ScoutMeasures::change_20,    &ScoutMeasures::change_200,
    &ScoutMeasures::active_1s,     &ScoutMeasures::active_10s,   &ScoutMeasures::lit,
    &ScoutMeasures::picture_bytes, &ScoutMeasures::change_bytes, &ScoutMeasures::structure};

}  // namespace

ObservationTimes::ObservationTimes(Rational frames_per_second)
    : second(std::max<std::int64_t>(
          1, (frames_per_second.num + frames_per_second.den / 2) / frames_per_second.den)),
      // Long enough for what is compared over 200 frames.
      period(std::max<std::int64_t>(10 * second, 200)) {}

Observer::Observer(Engine& engine, const ObservationTimes& times)
    : engine_(engine), times_(times), pen_(engine.settings()) {}

const SmallPicture& Observer::look(SmallPicture& picture) {
  engine_.read_state(state_);
  pen_.draw(state_, picture);
  return picture;
}

void Observer::step_to(std::uint64_t frame) {
  while (engine_.frame() < frame) engine_.step();
}

Observation Observer::next() {
  const std::uint64_t end = engine_.frame() + static_cast<std::uint64_t>(times_.period);
  const auto second = static_cast<std::uint64_t>(times_.second);
  look(ten_ago_);
  // A second may be less than twenty frames.
  struct Glance {
    std::uint64_t before_end;
    SmallPicture& picture;
  };
  Glance glances[] = {{200, two_hundred_ago_}, {second, second_ago_}, {20, twenty_ago_}};
  if (second < 20) std::swap(glances[1].before_end, glances[2].before_end);
  for (const Glance& glance : glances) {
    step_to(end - glance.before_end);
    look(glance.picture);
  }
  step_to(end);
  look(now_);
  const SmallPicture& second_ago = second < 20 ? twenty_ago_ : second_ago_;
  const SmallPicture& twenty_ago = second < 20 ? second_ago_ : twenty_ago_;

  Observation seen;
  seen.motion = now_.motion;
  const CellChange over_20 = cell_change(twenty_ago, now_);
  seen.change_20 = millionths(over_20.changed, over_20.occupied);
  const CellChange over_200 = cell_change(two_hundred_ago_, now_);
  seen.change_200 = millionths(over_200.changed, over_200.occupied);
  const BlockChange over_1s = block_change(second_ago, now_);
  seen.active_1s = millionths(over_1s.changed, over_1s.lit);
  const BlockChange over_10s = block_change(ten_ago_, now_);
  seen.active_10s = millionths(over_10s.changed, over_10s.lit);
  seen.lit = millionths(over_10s.lit, over_10s.blocks);
  seen.picture_bytes = deflated_size_(now_.samples);
  difference_.resize(now_.samples.size());
  std::transform(
      now_.samples.begin(), now_.samples.end(), second_ago.samples.begin(), difference_.begin(),
      [](std::uint8_t now, std::uint8_t then) { return static_cast<std::uint8_t>(now - then); });
  seen.change_bytes = deflated_size_(difference_);
  seen.structure = structure(now_);
  return seen;
}

ObservedRun conclude(const std::vector<Observation>& observations, const ObservationTimes& times) {
  ObservedRun run;
  const std::size_t count = observations.size(), half = count / 2;
  for (const auto measure : measures) {
    for (std::size_t i = half; i < count; ++i) run.measures.*measure += observations[i].*measure;
    run.measures.*measure /= static_cast<std::int64_t>(count - half);
  }
  std::int64_t alive = 0;
  std::size_t alive_until = 0;
  for (std::size_t i = 0; i < count; ++i) {
    run.course.push_back(static_cast<std::int32_t>(observations[i].active_10s / 1000));
    if (observations[i].active_10s < dead_below) continue;
    ++alive;
    alive_until = i + 1;
  }
  run.alive = millionths(alive, static_cast<std::int64_t>(count));
  if (alive_until < count) run.dead_from = static_cast<std::int64_t>(alive_until) * times.period;
  return run;
}

}  // namespace lifereel
