// SPDX-License-Identifier: GPL-2.0-or-later
// What a machine with a GPU is asked to prove and measure: check-gpu.sh runs it.
//   gpu_check tiny                a few frames of small universes: for compute-sanitizer
//   gpu_check small               the same with every block shape
//   gpu_check equal               CPU and GPU side by side, long; every block shape
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
#include <cstring>
#include <deque>
#include <initializer_list>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "ceilings.h"
#include "cuda/cuda_engine.h"
#include "cuda/kernels/strip_grid.h"
#include "kernel_times.h"
#include "sim/engine.h"
#include "src/settings.h"

using namespace lifereel;

namespace {

using Clock = std::chrono::steady_clock;

bool dry = false;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

UniverseSettings sized(UniverseSettings settings) {
  if (dry) {
    settings.width = std::min(settings.width, 272);
    settings.height = std::min(settings.height, 264);
    settings.particles = std::min(settings.particles, 40);
  }
  return settings;
}

int frames_of(int frames) { return dry ? std::min(frames, 2) : frames; }

UniverseSettings universe_of(int width, int height, int particles, int species = 5) {
  UniverseSettings settings;
  settings.width = width;
  settings.height = height;
  settings.particles = particles;
  settings.species = species;
  return sized(settings);
}

UniverseSettings preset_universe(const std::string& name) {
  RenderSettings settings;
  apply_preset(settings, name);
  return sized(settings.universe);
}

// A million particles at the density of the panorama.
UniverseSettings million() { return universe_of(17152, 8448, 1'000'000); }

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

// Pictures on their way into pinned memory, as the pipeline has them.
class Slots {
 public:
  explicit Slots(Engine& engine)
      : engine_(engine),
        stride_((static_cast<std::size_t>(engine.settings().width) + 63) / 64 * 64),
        memory_(engine.allocate_picture_memory(
            stride_ * static_cast<std::size_t>(engine.settings().height),
            static_cast<std::size_t>(engine.draws_in_flight()))) {}

  // Begins picture n; picture n - draws_in_flight() + 1, if there is one, is complete afterwards.
  const std::uint8_t* draw() {
    engine_.begin_draw(luma_target(slot(begun_), stride_, ColourRange::limited));
    if (++begun_ < engine_.draws_in_flight()) return nullptr;
    return finish();
  }
  const std::uint8_t* finish() {
    engine_.finish_draw();
    return slot(finished_++);
  }
  bool in_flight() const { return finished_ < begun_; }
  std::size_t stride() const { return stride_; }

 private:
  std::uint8_t* slot(std::int64_t picture) const {
    return memory_.picture(static_cast<std::size_t>(picture % engine_.draws_in_flight()));
  }
  Engine& engine_;
  std::size_t stride_;
  PictureMemory memory_;
  std::int64_t begun_ = 0, finished_ = 0;
};

// Pictures overlap as they do in a render; every one is compared, and states now and then. Half way
// the GPU goes on from a checkpoint of its own.
void compare(const std::string& name, const UniverseSettings& settings,
             const CudaEngineSettings& cuda, int most_frames) {
  const auto start = Clock::now();
  const int frames = frames_of(most_frames);
  const auto cpu = make_cpu_engine(settings);
  const auto gpu = make_cuda_engine(settings, cuda);
  const auto width = static_cast<std::size_t>(settings.width);
  const auto height = static_cast<std::size_t>(settings.height);
  std::deque<std::vector<std::uint8_t>> wanted;
  Slots slots(*gpu);
  int compared = 0;
  const auto compare_oldest = [&](const std::uint8_t* got) {
    ++compared;
    for (std::size_t row = 0; row < height; ++row)
      if (std::memcmp(&wanted.front()[row * width], got + row * slots.stride(), width) != 0)
        throw std::runtime_error(name + ": pictures differ at frame " + std::to_string(compared) +
                                 ", row " + std::to_string(row));
    wanted.pop_front();
  };
  for (int frame = 1; frame <= frames; ++frame) {
    cpu->step();
    gpu->step();
    cpu->draw(luma_target(wanted.emplace_back(width * height).data(), width, ColourRange::limited));
    if (const std::uint8_t* got = slots.draw()) compare_oldest(got);
    if ((frame % 10 == 0 || frame == frames) && cpu->hash_state() != gpu->hash_state())
      throw std::runtime_error(name + ": states differ at frame " + std::to_string(frame));
    if (frame == frames / 2) {
      while (slots.in_flight()) compare_oldest(slots.finish());
      Checkpoint of_cpu, of_gpu;
      cpu->save(of_cpu);
      gpu->save(of_gpu);
      if (of_cpu != of_gpu)
        throw std::runtime_error(name + ": checkpoints differ at frame " + std::to_string(frame));
      gpu->restore(of_gpu);
    }
  }
  while (slots.in_flight()) compare_oldest(slots.finish());
  std::printf("| %s, lanes %d, block %d, in flight %d | %d frames equal | %.1f s |\n", name.c_str(),
              cuda.lanes_per_particle, cuda.threads_per_block, cuda.pictures_in_flight, compared,
              seconds_since(start));
  std::fflush(stdout);
}

std::vector<CudaEngineSettings> block_shapes() {
  std::vector<CudaEngineSettings> shapes = {{}};
  for (const int lanes : {8, 16, 32})
    for (const int threads : {64, 128, 256, 512}) shapes.push_back({-1, lanes, threads, 0});
  return shapes;
}

// For tools under which everything takes a hundred times as long.
void tiny() {
  for (const int lanes : {8, 16, 32})
    compare("300x270 N=333", universe_of(300, 270, 333), {-1, lanes, 64, 2}, 2);
  UniverseSettings published = universe_of(360, 270, 300);
  published.seam = Seam::published;
  compare("360x270 N=300, published seam", published, {-1, 0, 0, 2}, 2);
}

void small() {
  for (const CudaEngineSettings& shape : block_shapes())
    compare("300x270 N=333", universe_of(300, 270, 333), shape, 4);
  for (const int in_flight : {2, 3, 64})
    compare("271x264 N=97", universe_of(271, 264, 97), {-1, 0, 0, in_flight}, 150);
  UniverseSettings published = universe_of(720, 480, 500);
  published.seam = Seam::published;
  compare("720x480 N=500, published seam", published, {}, 4);
  compare("265x1001 N=700 K=32", universe_of(265, 1001, 700, 32), {}, 4);
  UniverseSettings minute = universe_of(3, 3, 40);
  minute.rmax = 1.0f;
  compare("3x3 N=40", minute, {}, 4);
}

void equal() {
  for (const CudaEngineSettings& shape : block_shapes()) {
    compare("dvd_video", preset_universe("dvd_video"), shape,
            shape.lanes_per_particle ? 300 : 2000);
    compare("1280x720 N=6000", universe_of(1280, 720, 6000), shape, 60);
  }
  UniverseSettings published = preset_universe("dvd_video");
  published.seam = Seam::published;
  compare("dvd_video, published seam", published, {}, 500);
  compare("265x1001 N=7000 K=32", universe_of(265, 1001, 7000, 32), {}, 200);
  for (const int lanes : {0, 8, 16, 32})
    compare("panoramic", preset_universe("panoramic"), {-1, lanes, 0, 0}, lanes ? 20 : 200);
}

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

struct Floor {
  double seconds;
  const char* name;
};

// What no arrangement of the same work can beat, and what of it.
class Floors {
 public:
  Floors() : ceilings_(measure_ceilings()) {
    std::printf(
        "ceilings, measured: %.1f T float operations/s (not fused), %.2f TB/s device memory, a "
        "launch of three kernels that do nothing every %.1f us, 1 GiB of pinned memory in %.2f s"
        "\n\n",
        1e-12 * ceilings_.operations_per_second, 1e-12 * ceilings_.memory_bytes_per_second,
        1e6 * ceilings_.frame_seconds, ceilings_.pinned_gib_seconds);
  }
  Floor arithmetic(double candidates) const {
    // Additions, multiplications, comparisons and integer operations of one pair.
    constexpr double operations_per_pair = 31;
    return {candidates * operations_per_pair / ceilings_.operations_per_second, "arithmetic"};
  }
  Floor memory(double bytes) const {
    return {bytes / ceilings_.memory_bytes_per_second, "device memory"};
  }
  Floor step(double candidates) const {
    return longest({{ceilings_.frame_seconds, "launches"}, arithmetic(candidates)});
  }
  Floor frame(const UniverseSettings& universe, double candidates) const {
    const auto pitch = (static_cast<std::size_t>(universe.width) + 63) / 64 * 64;
    const std::size_t bytes = pitch * static_cast<std::size_t>(universe.height);
    return longest({step(candidates),
                    memory((fade_bytes + tone_bytes) * pixels(universe)),
                    {seconds_to_host(bytes), "bus"}});
  }

  static double pixels(const UniverseSettings& universe) {
    return static_cast<double>(universe.width) * universe.height;
  }
  // A pixel: the trail read and written, its splats read; the trail read, its luma written.
  static constexpr double fade_bytes = 12, tone_bytes = 5;

 private:
  static Floor longest(std::initializer_list<Floor> floors) {
    return *std::max_element(floors.begin(), floors.end(),
                             [](const Floor& a, const Floor& b) { return a.seconds < b.seconds; });
  }
  Ceilings ceilings_;
};

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

void kernels(double seconds) {
  const Floors floors;
  std::printf("| universe | kernel | us | cannot be below, us |\n|---|---|---|---|\n");
  struct Case {
    const char* name;
    UniverseSettings universe;
  };
  for (const Case& one :
       {Case{"dvd_video", preset_universe("dvd_video")},
        Case{"panoramic", preset_universe("panoramic")}, Case{"17152x8448 N=1000000", million()}}) {
    // By then particles have gathered, and pairs are as many as they will be.
    const KernelTimes times = time_kernels(one.universe, frames_of(500), seconds);
    const double particles = one.universe.particles, pixels = Floors::pixels(one.universe);
    // A particle and velocity read and written, and its place read; a particle read, 25 pixels
    // added to.
    constexpr double scatter_bytes = 56, splat_bytes = 16 + 25 * 8;
    const Floor of[] = {floors.arithmetic(count_candidates(one.universe, times.state)),
                        floors.memory(Floors::fade_bytes * pixels),
                        floors.memory(Floors::tone_bytes * pixels + scatter_bytes * particles),
                        floors.memory(splat_bytes * particles)};
    for (std::size_t i = 0; i < times.kernels.size(); ++i)
      std::printf("| %s | %s | %.2f | %.2f: %s |\n", one.name, times.kernels[i].name.c_str(),
                  1e6 * times.kernels[i].seconds, 1e6 * of[i].seconds, of[i].name);
    std::printf("| %s | none: what measuring adds | %.2f | 0 |\n", one.name,
                1e6 * times.without_work);
    std::fflush(stdout);
  }
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
      tiny();
    } else if (task == "small") {
      small();
    } else if (task == "equal") {
      equal();
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
      std::fprintf(stderr,
                   "usage: gpu_check tiny | small | equal | goals [SECONDS] | kernels [SECONDS] | "
                   "frames | variants [SECONDS] | scaling [SECONDS], then --dry\n");
      return 2;
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gpu_check: %s\n", error.what());
    return 1;
  }
  return 0;
}
