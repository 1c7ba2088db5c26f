// SPDX-License-Identifier: GPL-2.0-or-later
// How the engine's cost grows with the world (bench.h).
#include <chrono>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "src/bench.h"
#include "src/bench/measuring.h"
#include "src/bench/replay.h"
#include "src/pipeline/frame_source.h"
#include "src/render.h"

namespace lifereel {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t warm_up_frames = 20;

ScalingPoint measure_point(ScalingPoint point, const ScalingSettings& settings,
                           const JobControl& control) {
  RenderSettings film;
  film.universe.particles = point.particles;
  film.universe.width = point.width;
  film.universe.height = point.height;
  const auto engine = make_engine(film.universe, settings.engine, control.notice);
  engine->cancel_steps(control.cancel);
  FrameSource source(*engine, film_pictures(film));
  std::vector<double> steps, draws;
  double measured_seconds = 0;
  const auto frame = [&] {
    throw_if_cancelled(control.cancel);
    const auto start = Clock::now();
    source.step();
    const auto stepped = Clock::now();
    source.draw();
    steps.push_back(std::chrono::duration<double>(stepped - start).count());
    draws.push_back(seconds_since(stepped));
    measured_seconds += seconds_since(start);
  };
  if (settings.frames == 0) {
    for (std::int64_t i = 0; i < warm_up_frames; ++i) frame();
    steps.clear();
    draws.clear();
    measured_seconds = 0;
  }
  while (settings.frames > 0 ? point.frames < settings.frames
                             : measured_seconds < settings.seconds) {
    frame();
    ++point.frames;
  }
  point.step_seconds = median(steps);
  point.draw_seconds = median(draws);
  return point;
}

}  // namespace

ScalingReport run_scaling(const ScalingSettings& settings, const JobControl& control) {
  if (settings.frames < 0 || !(settings.seconds > 0))
    throw std::invalid_argument("a benchmark needs frames and seconds above 0");
  const UniverseSettings reference;  // dvd_video's world
  std::vector<ScalingPoint> points;
  for (int particles = reference.particles / 2; particles <= settings.most_particles;
       particles *= 2) {
    const double stretch = std::sqrt(static_cast<double>(particles) / reference.particles);
    ScalingPoint point;
    point.series = "density";
    point.particles = particles;
    point.width = static_cast<int>(std::lround(reference.width * stretch));
    point.height = static_cast<int>(std::lround(reference.height * stretch));
    points.push_back(point);
  }
  for (const int stretch : {1, 2, 4, 8}) {
    if (reference.particles > settings.most_particles / (stretch * stretch)) break;
    ScalingPoint point;
    point.series = "pixels";
    point.particles = reference.particles;
    point.width = reference.width * stretch;
    point.height = reference.height * stretch;
    points.push_back(point);
  }
  ScalingReport report;
  report.machine = describe_machine();
  report.threads = settings.engine.threads > 0 ? settings.engine.threads : available_processors();
  for (const ScalingPoint& point : points) {
    announce(control, std::to_string(point.particles) + " particles in " +
                          std::to_string(point.width) + "x" + std::to_string(point.height));
    report.points.push_back(measure_point(point, settings, control));
  }
  return report;
}

}  // namespace lifereel
