// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/bench.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <memory>
#include <stdexcept>

#include "src/errors.h"
#include "src/pipeline/frame_source.h"
#include "src/pipeline/picture_layout.h"
#include "src/render.h"
#include "src/version.h"

namespace lifereel {
namespace {

using Clock = std::chrono::steady_clock;

/// In a measurement, however slow, so that an encoder gets going; and to guess its speed.
constexpr std::int64_t fewest_frames = 24;
constexpr std::int64_t frames_to_guess = 12;
constexpr std::int64_t most_measured_frames = 100'000;
constexpr std::uint64_t most_picture_memory = std::uint64_t{1} << 30;
constexpr std::int64_t warm_up_frames = 20;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Of this process so far.
double processor_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::uint64_t pages_in_bytes(int name) {
  const long pages = sysconf(name);
  return pages > 0
             ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE))
             : 0;
}

void stop_if_cancelled(const BenchCallbacks& callbacks) {
  if (callbacks.cancel != nullptr && callbacks.cancel->load(std::memory_order_relaxed))
    throw Cancelled();
}

void tell(const BenchCallbacks& callbacks, const std::string& what) {
  stop_if_cancelled(callbacks);
  if (callbacks.progress) callbacks.progress(what);
}

/// A folder that goes away with what is in it.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const std::string& parent) {
    const std::filesystem::path where =
        parent.empty() ? std::filesystem::temp_directory_path() : std::filesystem::path(parent);
    path_ = (where / "lifereel-bench-XXXXXX").string();
    if (mkdtemp(path_.data()) == nullptr)
      throw std::runtime_error("cannot make a folder in '" + where.string() +
                               "': " + std::strerror(errno));
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

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

/// A film's pictures in memory, limited range.
class Pictures {
 public:
  Pictures(const RenderSettings& settings, std::int64_t count, const BenchCallbacks& callbacks)
      : layout_(PixelFormat::yuv420p, settings.universe.width, settings.universe.height),
        count_(count) {
    const auto engine = make_engine(settings.universe, whole_machine(settings.engine));
    memory_ =
        engine->allocate_picture_memory(layout_.slot_bytes() * static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) {
      stop_if_cancelled(callbacks);
      engine->step();
      engine->draw(plane(i));
    }
  }

  std::int64_t count() const noexcept { return count_; }
  LumaPlane plane(std::int64_t index) const noexcept {
    return layout_.luma_plane(memory_->data() +
                              static_cast<std::size_t>(index) * layout_.slot_bytes());
  }

 private:
  PictureLayout layout_;
  std::unique_ptr<PictureMemory> memory_;
  std::int64_t count_;
};

/// Pictures from memory where an engine is expected.
class Replay final : public Engine {
 public:
  Replay(const UniverseSettings& universe, const Pictures& pictures)
      : universe_(universe), pictures_(pictures) {}

  const UniverseSettings& settings() const noexcept override { return universe_; }
  EngineDescription describe() const override { return {"memory", "", "", 0, 0}; }
  void step() override { ++frame_; }
  void begin_draw(const LumaPlane& plane) override {
    if (plane.range != LumaRange::limited)
      throw std::runtime_error("only films in yuv420p can be measured");
    const LumaPlane from = pictures_.plane(index());
    for (int y = 0; y < universe_.height; ++y)
      std::memcpy(plane.data + static_cast<std::size_t>(y) * plane.stride_bytes,
                  from.data + static_cast<std::size_t>(y) * from.stride_bytes,
                  static_cast<std::size_t>(universe_.width));
  }
  void finish_draw() override {}
  void read_state(State& state) const override {
    state = {};
    state.frame = frame_;
  }
  std::uint64_t frame() const noexcept override { return frame_; }

 private:
  /// Forwards, then backwards, so that nothing jumps: 0 1 2 1 0 1 2 ...
  std::int64_t index() const noexcept {
    const std::int64_t last = pictures_.count() - 1;
    if (last == 0) return 0;
    const std::int64_t at = static_cast<std::int64_t>(frame_ - 1) % (2 * last);
    return at <= last ? at : 2 * last - at;
  }

  UniverseSettings universe_;
  const Pictures& pictures_;
  std::uint64_t frame_ = 0;
};

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
                         std::int64_t frames, const BenchCallbacks& callbacks) {
  const auto engine = make_engine(settings.universe, with);
  FrameSource source(*engine, PixelFormat::yuv420p);
  return measure(frames, engine->describe().threads, [&] {
    const auto start = Clock::now();
    for (std::int64_t frame = 0; frame < frames; ++frame) {
      stop_if_cancelled(callbacks);
      source.next();
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

BenchPart measure_encoder(RenderSettings settings, const Pictures& pictures, std::int64_t frames,
                          const BenchCallbacks& callbacks) {
  settings.frames = frames;
  Replay replay(settings.universe, pictures);
  RenderCallbacks inner;
  inner.cancel = callbacks.cancel;
  return measure_render(frames, [&] { return render(settings, replay, inner); });
}

BenchPart measure_film(RenderSettings settings, std::int64_t frames,
                       const BenchCallbacks& callbacks) {
  settings.frames = frames;
  RenderCallbacks inner;
  inner.cancel = callbacks.cancel;
  return measure_render(frames, [&] { return render(settings, inner); });
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

/// The one of median wall time; of an even number the slower of two.
BenchPart median(std::vector<BenchPart> parts) {
  std::sort(parts.begin(), parts.end(),
            [](const BenchPart& a, const BenchPart& b) { return a.wall_seconds < b.wall_seconds; });
  return parts[parts.size() / 2];
}

/// What every part is measured over: `frames`, or what the slower of engine and encoder does in
/// `seconds`. Approached from below: a longer film may keep more processors busy.
std::int64_t choose_frames(const BenchSettings& bench, const RenderSettings& settings,
                           std::int64_t pictures_at_most, const BenchCallbacks& callbacks) {
  if (bench.frames > 0) return bench.frames;
  constexpr double steepest = 8;
  for (std::int64_t frames = frames_to_guess;;) {
    const Pictures pictures(settings, std::min(frames, pictures_at_most), callbacks);
    const double engine =
        measure_engine(settings, whole_machine(settings.engine), frames, callbacks).wall_seconds;
    const double encoder = measure_encoder(settings, pictures, frames, callbacks).wall_seconds;
    const double growth = bench.seconds / std::max({engine, encoder, 1e-6});
    const auto grown = static_cast<std::int64_t>(
        std::lround(static_cast<double>(frames) * std::min(growth, steepest)));
    if (growth < 2 || grown >= most_measured_frames)
      return std::clamp(grown, fewest_frames, most_measured_frames);
    frames = grown;
  }
}

PresetBench bench_preset(const BenchSettings& bench, const std::string& name,
                         const TemporaryFolder& folder, bool on_cpu,
                         const BenchCallbacks& callbacks) {
  RenderSettings settings;
  apply_preset(settings, name);
  settings.engine = bench.engine;
  settings.output = folder.file(settings.film.target == DiscTarget::none ? "film.mp4" : "film.mpg");
  settings.overwrite = true;

  PresetBench result;
  result.preset = name;
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

  const PictureLayout layout(PixelFormat::yuv420p, result.width, result.height);
  const std::uint64_t memory =
      bench.picture_memory_bytes > 0
          ? bench.picture_memory_bytes
          : std::min(most_picture_memory, pages_in_bytes(_SC_AVPHYS_PAGES) / 2);
  const std::int64_t pictures_at_most =
      std::max<std::int64_t>(2, static_cast<std::int64_t>(memory / layout.slot_bytes()));

  tell(callbacks, name + ": choosing the number of frames");
  result.frames = choose_frames(bench, settings, pictures_at_most, callbacks);
  const Pictures pictures(settings, std::min(result.frames, pictures_at_most), callbacks);
  result.pictures_in_memory = pictures.count();

  std::vector<BenchPart> one, engine, encoder, film;
  std::vector<double> over_slower, over_bound;
  const int processors = available_processors();
  // Beside a GPU one thread of the CPU is a mere comparison, and would take most of the time.
  const std::int64_t frames_alone = on_cpu ? result.frames : std::min(result.frames, fewest_frames);
  for (int round = 1; round <= bench.rounds; ++round) {
    const std::string where = name + ", round " + std::to_string(round) + " of " +
                              std::to_string(bench.rounds) + ", " + std::to_string(result.frames) +
                              " frames: ";
    tell(callbacks, where + "engine, one thread");
    one.push_back(measure_engine(settings, one_thread(bench.engine), frames_alone, callbacks));
    tell(callbacks, where + "engine");
    engine.push_back(
        measure_engine(settings, whole_machine(bench.engine), result.frames, callbacks));
    tell(callbacks, where + "encoder");
    encoder.push_back(measure_encoder(settings, pictures, result.frames, callbacks));
    tell(callbacks, where + "film");
    film.push_back(measure_film(settings, result.frames, callbacks));
    const double slower = std::max(engine.back().wall_seconds, encoder.back().wall_seconds);
    const double simulating = on_cpu ? one.back().processor_seconds : 0;
    const double work = (simulating + encoder.back().processor_seconds) / processors;
    over_slower.push_back(film.back().wall_seconds / slower);
    over_bound.push_back(film.back().wall_seconds / std::max(slower, work));
  }
  result.engine_one_thread = median(one);
  result.engine = median(engine);
  result.encoder = median(encoder);
  result.film = median(film);
  result.film_over_slower = median(over_slower);
  result.film_over_bound = median(over_bound);
  return result;
}

ScalingPoint measure_point(ScalingPoint point, const ScalingSettings& settings,
                           const BenchCallbacks& callbacks) {
  UniverseSettings universe;
  universe.particles = point.particles;
  universe.width = point.width;
  universe.height = point.height;
  const auto engine = make_engine(universe, settings.engine);
  FrameSource source(*engine, PixelFormat::yuv420p);
  std::vector<double> steps, draws;
  double measured_seconds = 0;
  const auto frame = [&] {
    stop_if_cancelled(callbacks);
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

MachineDescription describe_machine() {
  MachineDescription machine;
  machine.processor = cpu_name();
  machine.processors = available_processors();
  machine.memory_bytes = pages_in_bytes(_SC_PHYS_PAGES);
  utsname system{};
  if (uname(&system) == 0)
    machine.system = std::string(system.sysname) + " " + system.release + " " + system.machine;
  machine.lifereel = version();
  for (const std::string& line : libav_versions())
    if (line.starts_with("FFmpeg ")) machine.ffmpeg = line.substr(7);
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  char date[16] = {};
  if (gmtime_r(&now, &utc) != nullptr) std::strftime(date, sizeof date, "%F", &utc);
  machine.date = date;
  return machine;
}

BenchReport run_bench(const BenchSettings& settings, const BenchCallbacks& callbacks) {
  if (settings.frames < 0 || settings.rounds < 1 || !(settings.seconds > 0))
    throw std::invalid_argument("a benchmark needs frames, seconds and rounds above 0");
  std::vector<std::string> names = settings.presets;
  if (names.empty())
    for (const Preset& preset : presets()) names.emplace_back(preset.name);
  for (const std::string& name : names) {
    RenderSettings ignored;
    apply_preset(ignored, name);  // throws before anything is measured
  }
  BenchReport report;
  report.machine = describe_machine();
  const TemporaryFolder folder(settings.folder);
  report.engine = make_engine(UniverseSettings(), whole_machine(settings.engine))->describe();
  for (const std::string& name : names)
    report.presets.push_back(
        bench_preset(settings, name, folder, report.engine.engine == "cpu", callbacks));
  return report;
}

ScalingReport run_scaling(const ScalingSettings& settings, const BenchCallbacks& callbacks) {
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
    tell(callbacks, std::to_string(point.particles) + " particles in " +
                        std::to_string(point.width) + "x" + std::to_string(point.height));
    report.points.push_back(measure_point(point, settings, callbacks));
  }
  return report;
}

}  // namespace lifereel
