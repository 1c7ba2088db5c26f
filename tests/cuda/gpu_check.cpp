// SPDX-License-Identifier: GPL-2.0-or-later
// What a machine with a GPU is asked to prove and measure: check-gpu.sh runs it.
//   gpu_check tiny                a few frames of small universes: for compute-sanitizer
//   gpu_check small               the same with every block shape
//   gpu_check equal               CPU and GPU side by side, long; every block shape
//   gpu_check fallbacks           beside other users of the card; pinned memory
//   gpu_check goals [SECONDS]     the figures that count, their goals, and what they cannot exceed
//   gpu_check kernels [SECONDS]   how long each kernel takes, beside what it cannot be faster than
//   gpu_check frames              some hundred frames of panoramic, for a profiler
//   gpu_check variants [SECONDS]  sizes with every block shape and number of pictures in flight
//   gpu_check scaling [SECONDS]   frames per second against particles and pixels, as CSV
// With --dry at the end every universe is small and every measurement short: for a GPU made of the
// host. Prints rows of Markdown tables; exit status 1 at the first difference.
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "check_universes.h"
#include "cuda/cuda_engine.h"
#include "cuda/kernels/strip_grid.h"
#include "equality.h"
#include "fallbacks.h"
#include "floors.h"
#include "kernel_times.h"
#include "sim/engine.h"
#include "slots.h"
#include "src/settings.h"

using namespace lifereel;

namespace {

// Again and again until so many seconds have passed; returns how often.
template <class Work>
std::int64_t repeat(double seconds, Work&& work) {
  constexpr int between_looks = 10;
  std::int64_t times = 0;
  const auto start = Clock::now();
  do {
    for (int i = 0; i < between_looks; ++i, ++times) work();
  } while (seconds_since(start) < seconds);
  return times;
}

// Clocks of an idle card are low, and take this long to rise.
double warm_up_seconds() { return dry ? 0 : 0.3; }

double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

struct Measured {
  std::int64_t frames = 0;
  double frames_per_second = 0;  // delivered into host slots
  double steps_per_second = 0;   // without pictures
  double host_seconds = 0;       // of the calling thread, a frame
  double candidates = 0;         // a step, at the end
  double memory_bytes = 0;
};

// Pairs that the GPU looks at, as its particles lie now.
double count_candidates(const UniverseSettings& settings, const State& state) {
  const StripGrid grid = make_strip_grid(settings);
  std::vector<std::int32_t> start(static_cast<std::size_t>(grid.buckets()) + 1);
  for (std::size_t i = 0; i < state.y.size(); ++i)
    ++start[static_cast<std::size_t>(grid.bucket_of(state.y[i], state.x[i])) + 1];
  std::partial_sum(start.begin(), start.end(), start.begin());
  double candidates = 0;
  for (std::size_t i = 0; i < state.y.size(); ++i)
    for (std::int32_t r = 0; r < grid.runs_at(state.x[i]); ++r) {
      const Run run = grid.run<false>(r, state.y[i], state.x[i], start.data());
      candidates += run.to - run.from;
    }
  return candidates;
}

Measured measure(const UniverseSettings& universe, const CudaEngineSettings& cuda, double seconds) {
  const auto engine = make_cuda_engine(universe, cuda);
  Measured measured;
  measured.memory_bytes = static_cast<double>(engine->describe().memory_bytes);
  {
    Slots slots(*engine);
    const auto frame = [&] {
      engine->step();
      slots.draw();
    };
    for (int i = 0; i < engine->draws_in_flight(); ++i) frame();
    repeat(warm_up_seconds(), frame);
    const auto start = Clock::now();
    const double thread_start = thread_seconds();
    measured.frames = repeat(seconds, frame);
    const auto frames = static_cast<double>(measured.frames);
    measured.frames_per_second = frames / seconds_since(start);
    measured.host_seconds = (thread_seconds() - thread_start) / frames;
    while (slots.in_flight()) slots.finish();
  }
  State state;
  engine->read_state(state);  // waits
  // A step is queued, not waited for: so that the last is counted too, read a state at the end.
  const auto start = Clock::now();
  const int steps =
      std::max(frames_of(200), static_cast<int>(2 * measured.frames_per_second * seconds));
  for (int i = 0; i < steps; ++i) engine->step();
  engine->read_state(state);
  measured.steps_per_second = steps / seconds_since(start);
  measured.candidates = count_candidates(universe, state);
  return measured;
}

// A picture delivered, again and again of particles that do not move.
double seconds_to_draw(const UniverseSettings& universe, double seconds) {
  const auto engine = make_cuda_engine(universe);
  Slots slots(*engine);
  const auto draw = [&] { slots.draw(); };
  repeat(warm_up_seconds(), draw);
  const auto start = Clock::now();
  const auto frames = static_cast<double>(repeat(seconds, draw));
  const double took = seconds_since(start) / frames;
  while (slots.in_flight()) slots.finish();
  return took;
}

void goals(double seconds) {
  const Floors floors;
  std::printf("| on %s | measured | goal | floor |\n|---|---|---|---|\n",
              make_cuda_engine({})->describe().device.c_str());
  const auto row = [](const std::string& what, double value, double goal, const Floor& floor) {
    std::printf("| %s | %.0f | %.0f: %s | %.0f: %s |\n", what.c_str(), value, goal,
                value >= goal ? "met" : "not met", 1 / floor.seconds, floor.name);
    std::fflush(stdout);
  };
  const UniverseSettings dvd = preset_universe("dvd_video"), wide = preset_universe("panoramic");
  const Measured of_dvd = measure(dvd, {}, seconds), of_wide = measure(wide, {}, seconds);
  const Measured of_million = measure(million(), {}, seconds);
  row("dvd_video, fps into host slots", of_dvd.frames_per_second, 20'000,
      floors.frame(dvd, of_dvd.candidates));
  row("panoramic, fps into host slots", of_wide.frames_per_second, 1'500,
      floors.frame(wide, of_wide.candidates));
  row("panoramic, steps/s", of_wide.steps_per_second, 4'000, floors.step(of_wide.candidates));
  row("17152x8448 N=1000000, steps/s", of_million.steps_per_second, 400,
      floors.step(of_million.candidates));
  const double mebibytes = of_wide.memory_bytes / 0x1p20;
  std::printf("| panoramic, MiB of device memory | %.0f | at most 1024: %s | none |\n", mebibytes,
              mebibytes <= 1024 ? "met" : "not met");
}

void print_row(const std::string& universe, const std::string& kernel, double seconds,
               double model_seconds, const Floor& floor) {
  std::printf("| %s | %s | %.2f | %.2f | %.2f: %s |\n", universe.c_str(), kernel.c_str(),
              1e6 * seconds, 1e6 * model_seconds, 1e6 * floor.seconds, floor.name);
}

// Returns the seconds of a frame in which it is drawn.
double time_and_print(const std::string& name, const UniverseSettings& universe,
                      const Floors& floors, double seconds, int bit_depth = 8) {
  // By then particles have gathered, and pairs are as many as they will be.
  const KernelTimes times = time_kernels(universe, bit_depth, frames_of(500), seconds);
  const double candidates = count_candidates(universe, times.state);
  double drawing = 0, frame = 0, frame_in_model = 0;
  for (const KernelTimes::One& kernel : times.kernels) {
    const std::string launches =
        kernel.launches == 1 ? "" : ", " + std::to_string(kernel.launches) + " launches";
    const double model = floors.model(kernel.name, universe, candidates, kernel.launches);
    print_row(name, kernel.name + launches, kernel.seconds, model,
              floors.kernel(kernel.name, universe, candidates));
    if (!kernel.name.starts_with("MoveParticles")) drawing += kernel.seconds;
    if (!kernel.of_frame) continue;
    frame += kernel.seconds;
    frame_in_model += model;
  }
  print_row(name, "all of a frame", frame, frame_in_model,
            floors.frame_on_device(universe, candidates));
  print_row(name, "none: what measuring adds", times.without_work, 0, {0, "nothing"});
  std::fflush(stdout);
  return drawing;
}

void kernels(double seconds) {
  const Floors floors;
  std::printf(
      "| universe | kernel | us | model, us | cannot be below, us |\n"
      "|---|---|---|---|---|\n");
  const auto both = [&](const std::string& name, const UniverseSettings& gray) {
    const UniverseSettings aurora = in_look(gray, "aurora");
    const double of_gray = time_and_print(name, gray, floors, seconds);
    for (const int bit_depth : {8, 10}) {
      const std::string lit = name + (bit_depth == 8 ? ", aurora" : ", aurora, 10 bits");
      const double of_aurora = time_and_print(lit, aurora, floors, seconds, bit_depth);
      constexpr double goal = 3;
      const double bytes =
          KernelBytes::of_drawing(aurora, bit_depth) / KernelBytes::of_drawing(gray);
      std::printf(
          "| %s | all but MoveParticles, times gray's | %.2f | %.2f | by bytes; %.0f: %s |\n",
          lit.c_str(), of_aurora / of_gray, bytes, goal,
          of_aurora <= goal * of_gray ? "met" : "not met");
    }
  };
  both("dvd_video", preset_universe("dvd_video"));
  both("panoramic", preset_universe("panoramic"));
  for (const char* preset : {"dvd_video", "panoramic"})
    time_and_print(std::string(preset) + ", glyphs", in_look(preset_universe(preset), "glyphs"),
                   floors, seconds);
  for (const Scene scene : {Scene::rain, Scene::fire})
    time_and_print(scene == Scene::rain ? "film_1080p, rain" : "film_1080p, fire",
                   in_scene(preset_universe("film_1080p"), scene), floors, seconds);
  time_and_print("17152x8448 N=1000000", million(), floors, seconds);
}

void frames() {
  const auto engine = make_cuda_engine(preset_universe("panoramic"));
  Slots slots(*engine);
  for (int i = 0; i < frames_of(520); ++i) {
    engine->step();
    slots.draw();
  }
  while (slots.in_flight()) slots.finish();
}

void variants(double seconds) {
  std::printf(
      "| universe | lanes | block | in flight | fps into host slots | host thread, us a frame | "
      "steps/s | candidates a step |\n|---|---|---|---|---|---|---|---|\n");
  struct Case {
    std::string name;
    UniverseSettings universe;
  };
  const std::vector<Case> cases = {{"dvd_video", preset_universe("dvd_video")},
                                   {"2880x1080 N=22000", universe_of(2880, 1080, 22000)},
                                   {"panoramic", preset_universe("panoramic")},
                                   {"17152x8448 N=1000000", million()}};
  std::vector<CudaEngineSettings> shapes = {{}};
  for (const int lanes : {8, 16, 32})
    for (const int threads : {64, 128, 256}) shapes.push_back({-1, lanes, threads, 0});
  for (const int in_flight : {2, 4, 8, 32}) shapes.push_back({-1, 0, 0, in_flight});
  for (const Case& one : cases)
    for (const CudaEngineSettings& shape : shapes) {
      const Measured measured = measure(one.universe, shape, seconds);
      std::printf("| %s | %d | %d | %d | %.0f | %.1f | %.0f | %.1f M |\n", one.name.c_str(),
                  shape.lanes_per_particle, shape.threads_per_block, shape.pictures_in_flight,
                  measured.frames_per_second, 1e6 * measured.host_seconds,
                  measured.steps_per_second, 1e-6 * measured.candidates);
      std::fflush(stdout);
    }
}

// What `lifereel bench --scaling --csv` writes, for tests/plots/scaling.py. There a GPU would wait
// for every picture; here pictures overlap as in a render.
void scaling(double seconds) {
  std::printf("series,particles,width,height,frames,frames_per_second,step_ms,draw_ms\n");
  const auto point = [seconds](const char* series, int width, int height, int particles) {
    const UniverseSettings universe = universe_of(width, height, particles);
    const Measured measured = measure(universe, {}, seconds);
    std::printf("%s,%d,%d,%d,%lld,%.3f,%.6f,%.6f\n", series, particles, width, height,
                static_cast<long long>(measured.frames), measured.frames_per_second,
                1e3 / measured.steps_per_second, 1e3 * seconds_to_draw(universe, seconds));
    std::fflush(stdout);
  };
  for (int particles = 1250; particles <= 1'280'000; particles *= 2) {
    const double stretch = std::sqrt(particles / 2500.0);
    point("density", static_cast<int>(std::lround(720 * stretch)),
          static_cast<int>(std::lround(480 * stretch)), particles);
  }
  for (const int stretch : {1, 2, 4, 8, 16}) point("pixels", 720 * stretch, 480 * stretch, 2500);
}

}  // namespace

int main(int count, char** values) {
  std::vector<std::string> words(values + 1, values + count);
  if (!words.empty() && words.back() == "--dry") {
    dry = true;
    words.pop_back();
  }
  const std::string task = words.empty() ? "" : words[0];
  try {
    const double seconds = dry ? 0 : words.size() > 1 ? std::stod(words[1]) : 0.5;
    if (task == "tiny") {
      compare_tiny();
    } else if (task == "small") {
      compare_small();
    } else if (task == "equal") {
      compare_long();
    } else if (task == "fallbacks") {
      check_fallbacks();
    } else if (task == "goals") {
      goals(seconds);
    } else if (task == "kernels") {
      kernels(seconds);
    } else if (task == "frames") {
      frames();
    } else if (task == "variants") {
      variants(seconds);
    } else if (task == "scaling") {
      scaling(seconds);
    } else {
      std::fprintf(
          stderr,
          "usage: gpu_check tiny | small | equal | fallbacks | goals [SECONDS] | "
          "kernels [SECONDS] | frames | variants [SECONDS] | scaling [SECONDS], then --dry\n");
      return 2;
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gpu_check: %s\n", error.what());
    return 1;
  }
  return 0;
}
