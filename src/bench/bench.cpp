// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/bench.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <stdexcept>

#include "src/bench/machine.h"
#include "src/bench/measuring.h"
#include "src/bench/replay.h"
#include "src/files/temporary_folder.h"
#include "src/pipeline/cancellation.h"
#include "src/pipeline/picture_layout.h"
#include "src/render.h"

namespace lifereel {
namespace {

using Clock = std::chrono::steady_clock;

/// In a measurement: however slow, so that an encoder gets going; to guess its speed; however fast.
constexpr std::int64_t fewest_measured_frames = 24;
constexpr std::int64_t frames_to_guess = 12;
constexpr std::int64_t most_measured_frames = 100'000;
constexpr std::uint64_t most_picture_memory = std::uint64_t{1} << 30;

/// Of this process so far.
double processor_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Of the renders inside a benchmark.
JobControl only_cancelled(const JobControl& control) {
  JobControl inner;
  inner.cancel = control.cancel;
  return inner;
}

/// `settings` without a share for the encoder.
EngineSettings whole_machine(EngineSettings settings) {
  settings.threads = 0;
  return settings;
}

EngineSettings one_thread(const EngineSettings& settings) {
  EngineSettings one;
  one.engine = EngineChoice::cpu;
  one.isa = settings.isa;
  one.threads = 1;
  return one;
}

PicturesInMemory make_pictures(const RenderSettings& settings, std::int64_t count,
                               const JobControl& control) {
  const auto engine =
      make_engine(settings.universe, whole_machine(settings.engine), control.notice);
  return {*engine, film_pictures(settings), count, control};
}

/// Runs `work`, which returns the wall seconds that count.
template <class Work>
BenchPart measure(std::int64_t frames, int threads, Work&& work) {
  const double before = processor_seconds();
  BenchPart part;
  part.wall_seconds = work();
  part.processor_seconds = processor_seconds() - before;
  part.frames = frames;
  part.threads = threads;
  return part;
}

BenchPart measure_engine(const RenderSettings& settings, const EngineSettings& with,
                         std::int64_t frames, const JobControl& control) {
  const auto engine = make_engine(settings.universe, with, control.notice);
  engine->cancel_steps(control.cancel);
  // As in a film, as many pictures are on their way as the engine takes.
  const std::int64_t in_flight = engine->draws_in_flight();
  const PictureLayout layout(film_pictures(settings), *engine);
  const PictureMemory memory =
      engine->allocate_picture_memory(layout.slot_bytes(), static_cast<std::size_t>(in_flight));
  std::int64_t begun = 0, finished = 0;
  const auto finish_all = [&] {
    for (; finished < begun; ++finished) engine->finish_draw();
  };
  return measure(frames, engine->describe().threads, [&] {
    const auto start = Clock::now();
    try {
      while (begun < frames) {
        throw_if_cancelled(control.cancel);
        engine->step();
        engine->begin_draw(
            layout.target(memory.picture(static_cast<std::size_t>(begun % in_flight))));
        if (++begun - finished < in_flight) continue;
        engine->finish_draw();
        ++finished;
      }
      finish_all();
    } catch (...) {
      try {
        finish_all();  // before their memory goes
      } catch (...) {
      }
      throw;
    }
    return seconds_since(start);
  });
}

/// Runs `work`, which returns the report of a render.
template <class Work>
BenchPart measure_render(std::int64_t frames, Work&& work) {
  RenderReport report;
  BenchPart part = measure(frames, 0, [&] {
    report = work();
    return report.pipeline.wall_seconds;
  });
  part.threads = report.engine.threads;
  part.lanes = report.pipeline.lanes;
  return part;
}

BenchPart measure_encoder(RenderSettings settings, const PicturesInMemory& pictures,
                          std::int64_t frames, const JobControl& control) {
  settings.frames = frames;
  Replay replay(settings.universe, pictures);
  return measure_render(frames, [&] { return render(settings, replay, only_cancelled(control)); });
}

BenchPart measure_film(RenderSettings settings, std::int64_t frames, const JobControl& control) {
  settings.frames = frames;
  return measure_render(frames, [&] { return render(settings, only_cancelled(control)); });
}

/// The one of median wall time; of an even number the slower of two.
BenchPart median_part(std::vector<BenchPart> parts) {
  std::sort(parts.begin(), parts.end(),
            [](const BenchPart& a, const BenchPart& b) { return a.wall_seconds < b.wall_seconds; });
  return parts[parts.size() / 2];
}

/// What every part is measured over: `frames`, or what the slower of engine and encoder does in
/// `seconds`. Approached from below: a longer film may keep more processors busy.
std::int64_t choose_frames(const BenchSettings& bench, const RenderSettings& settings,
                           std::int64_t pictures_at_most, const JobControl& control) {
  if (bench.frames > 0) return bench.frames;
  constexpr double steepest = 8;
  for (std::int64_t frames = frames_to_guess;;) {
    const PicturesInMemory pictures =
        make_pictures(settings, std::min(frames, pictures_at_most), control);
    const double engine =
        measure_engine(settings, whole_machine(settings.engine), frames, control).wall_seconds;
    const double encoder = measure_encoder(settings, pictures, frames, control).wall_seconds;
    const double growth = bench.seconds / std::max({engine, encoder, 1e-6});
    const auto grown = static_cast<std::int64_t>(
        std::lround(static_cast<double>(frames) * std::min(growth, steepest)));
    if (growth < 2 || grown >= most_measured_frames)
      return std::clamp(grown, fewest_measured_frames, most_measured_frames);
    frames = grown;
  }
}

PresetBench bench_preset(const BenchSettings& bench, const std::string& name,
                         const TemporaryFolder& folder, const JobControl& control) {
  RenderSettings settings;
  apply_preset(settings, name);
  if (!bench.look.empty()) apply_look(settings, bench.look);
  settings.engine = bench.engine;
  settings.output = folder.file(settings.film.target == DiscTarget::none ? "film.mp4" : "film.mpg");
  settings.overwrite = true;

  PresetBench result;
  result.preset = name;
  result.look = bench.look;
  result.width = settings.universe.width;
  result.height = settings.universe.height;
  result.particles = settings.universe.particles;
  result.codec = settings.film.codec;
  const std::vector<EncoderDescription> encoders = available_video_encoders();
  if (std::none_of(encoders.begin(), encoders.end(),
                   [&](const auto& encoder) { return encoder.name == settings.film.codec; })) {
    result.skipped = "this FFmpeg has no encoder " + settings.film.codec;
    return result;
  }

  auto drawing = make_engine(settings.universe, whole_machine(settings.engine), control.notice);
  const PictureLayout layout(film_pictures(settings), *drawing);
  const bool on_cpu = drawing->describe().engine == "cpu";
  drawing.reset();
  const std::uint64_t memory = bench.picture_memory_bytes > 0
                                   ? bench.picture_memory_bytes
                                   : std::min(most_picture_memory, free_memory_bytes() / 2);
  const std::int64_t pictures_at_most =
      std::max<std::int64_t>(2, static_cast<std::int64_t>(memory / layout.slot_bytes()));

  announce(control, name + ": choosing the number of frames");
  result.frames = choose_frames(bench, settings, pictures_at_most, control);
  const PicturesInMemory pictures =
      make_pictures(settings, std::min(result.frames, pictures_at_most), control);
  result.pictures_in_memory = pictures.count();

  std::vector<BenchPart> one, engine, encoder, film;
  std::vector<double> over_slower, over_bound;
  const int processors = available_processors();
  // Beside a GPU one thread of the CPU is a mere comparison, and would take most of the time.
  const std::int64_t frames_alone =
      on_cpu ? result.frames : std::min(result.frames, fewest_measured_frames);
  for (int round = 1; round <= bench.rounds; ++round) {
    const std::string where = name + ", round " + std::to_string(round) + " of " +
                              std::to_string(bench.rounds) + ", " + std::to_string(result.frames) +
                              " frames: ";
    announce(control, where + "engine, one thread");
    one.push_back(measure_engine(settings, one_thread(bench.engine), frames_alone, control));
    announce(control, where + "engine");
    engine.push_back(measure_engine(settings, whole_machine(bench.engine), result.frames, control));
    announce(control, where + "encoder");
    encoder.push_back(measure_encoder(settings, pictures, result.frames, control));
    announce(control, where + "film");
    film.push_back(measure_film(settings, result.frames, control));
    const double slower = std::max(engine.back().wall_seconds, encoder.back().wall_seconds);
    const double simulating = on_cpu ? one.back().processor_seconds : 0;
    const double work = (simulating + encoder.back().processor_seconds) / processors;
    over_slower.push_back(film.back().wall_seconds / slower);
    over_bound.push_back(film.back().wall_seconds / std::max(slower, work));
  }
  result.engine_one_thread = median_part(one);
  result.engine = median_part(engine);
  result.encoder = median_part(encoder);
  result.film = median_part(film);
  result.film_over_slower = median(over_slower);
  result.film_over_bound = median(over_bound);
  return result;
}

}  // namespace

BenchReport run_bench(const BenchSettings& settings, const JobControl& control) {
  if (settings.frames < 0 || settings.rounds < 1 || !(settings.seconds > 0))
    throw std::invalid_argument("a benchmark needs frames, seconds and rounds above 0");
  std::vector<std::string> names = settings.presets;
  if (names.empty())
    for (const Preset& preset : presets()) names.emplace_back(preset.name);
  for (const std::string& name : names) {
    RenderSettings ignored;
    apply_preset(ignored, name);  // throws before anything is measured
    if (!settings.look.empty()) apply_look(ignored, settings.look);
  }
  BenchReport report;
  report.machine = describe_machine();
  const TemporaryFolder folder(settings.folder, "lifereel-bench");
  report.engine =
      make_engine(UniverseSettings(), whole_machine(settings.engine), control.notice)->describe();
  for (const std::string& name : names)
    report.presets.push_back(bench_preset(settings, name, folder, control));
  return report;
}

}  // namespace lifereel
