// SPDX-License-Identifier: GPL-2.0-or-later
// Measures a universe while it runs. Private to src/scout/.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "encoders/film_settings.h"
#include "sim/engine.h"
#include "src/scout.h"
#include "src/scout/deflated_size.h"
#include "src/scout/small_picture.h"

namespace lifereel {

/// When a film of some rate is looked at, in frames.
struct ObservationTimes {
  explicit ObservationTimes(Rational frames_per_second);
  std::int64_t second, period;  ///< a second; ten: from one observation to the next
};

/// Of the last ten seconds of the film, or the state after them: what the means are of.
using Observation = ScoutMeasures;

/// What a run comes to.
struct ObservedRun {
  ScoutMeasures measures;
  std::optional<std::int64_t> dead_from;
  std::int64_t alive = 0;
  std::vector<std::int32_t> course;
};

/// Takes an engine from observation to observation: five states are read in ten seconds of the
/// film, and none is drawn.
class Observer {
 public:
  Observer(Engine& engine, const ObservationTimes& times);

  /// Steps on to the end of the next period, which is the frame that the engine is at then.
  Observation next();

 private:
  const SmallPicture& look(SmallPicture& picture);
  void step_to(std::uint64_t frame);

  Engine& engine_;
  ObservationTimes times_;
  State state_;
  SmallPicturePen pen_;
  DeflatedSize deflated_size_;
  SmallPicture ten_ago_, two_hundred_ago_, second_ago_, twenty_ago_, now_;
  std::vector<std::uint8_t> difference_;
};

/// Of all observations of a run, one or more.
ObservedRun conclude(const std::vector<Observation>& observations, const ObservationTimes& times);

}  // namespace lifereel
