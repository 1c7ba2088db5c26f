// SPDX-License-Identifier: GPL-2.0-or-later
// The engine's own launches, caught while it is made: its source is compiled here once more, with
// calls that remember what they launch. So the engine itself need not know that it is measured.
#include "kernel_times.h"

#include <algorithm>
#include <chrono>
#include <functional>

#include "cuda/kernels/frame_kernels.h"
#include "cuda/kernels/gpu_launch.h"

namespace lifereel {

struct NoWork : KernelBody {
  static constexpr const char* name = "none: what measuring adds";
  template <int>
  LIFEREEL_KERNEL void run(const Thread&, Local&, Shared&) const {}
};

namespace {

template <class Body>
std::string name_of(const Body&) {
  return Body::name;
}
template <int lanes>
std::string name_of(const MoveParticles<lanes>& move) {
  return move.draws ? "MoveParticles, splats" : "MoveParticles";
}

struct Launch {
  std::string name;
  std::function<cudaError_t(cudaStream_t)> on;
  // Of MoveParticles: without replicas of the strips' counters. Whoever adds these up finds the
  // rest at 0, so that the universe goes on as ever.
  std::function<cudaError_t(cudaStream_t)> without_replicas;
};

std::vector<Launch>& caught() {
  static std::vector<Launch> launches;
  return launches;
}

template <class Body>
std::function<cudaError_t(cudaStream_t)> launch_of_body(const Body& body, std::int64_t blocks,
                                                        int threads) {
  return [=](cudaStream_t stream) { return launch(body, blocks, threads, stream); };
}

template <class Body>
Launch launch_of(const Body& body, std::int64_t blocks, int threads) {
  Launch made{name_of(body), launch_of_body(body, blocks, threads), {}};
  if constexpr (requires {
                  body.buckets.replicas;
                  body.motion;
                }) {
    Body single = body;
    single.buckets.replicas = 1;
    made.without_replicas = launch_of_body(single, blocks, threads);
  }
  return made;
}

template <class Body>
cudaError_t caught_launch(const Body& body, std::int64_t blocks, int threads, cudaStream_t stream) {
  caught().push_back(launch_of(body, blocks, threads));
  return caught().back().on(stream);
}

template <class First, class Second>
cudaError_t caught_launch_both(const First& first, std::int64_t first_blocks, const Second& second,
                               std::int64_t second_blocks, int threads, cudaStream_t stream) {
  std::string name = first_blocks > 0 ? name_of(first) : "";
  if (second_blocks > 0) name += (name.empty() ? "" : " and ") + name_of(second);
  caught().push_back({name,
                      [=](cudaStream_t on) {
                        return launch_both(first, first_blocks, second, second_blocks, threads, on);
                      },
                      {}});
  return caught().back().on(stream);
}

}  // namespace
}  // namespace lifereel

// Classes that launch have names of their own, beside the engine that is linked.
#define Launcher CaughtLauncher
#define DevicePainter CaughtDevicePainter
#define GrayPainter CaughtGrayPainter
#define LightPainter CaughtLightPainter
#define GlyphPainter CaughtGlyphPainter
#define ScenePainter CaughtScenePainter
#define ParticlePainter CaughtParticlePainter
#define DeviceToner CaughtDeviceToner
#define CudaEngine CaughtCudaEngine
#define DeviceEngine CaughtDeviceEngine
#define DeviceSceneEngine CaughtDeviceSceneEngine
#define launch caught_launch
#define launch_both caught_launch_both
#define make_cuda_engine make_caught_engine
#define cuda_engine_memory_bytes caught_engine_memory_bytes
#include "cuda/cuda_engine.cu"

namespace lifereel {
namespace {

class TimedEvent {
 public:
  TimedEvent() { check_cuda(cudaEventCreate(&event_), "cudaEventCreate"); }
  ~TimedEvent() { cudaEventDestroy(event_); }
  TimedEvent(const TimedEvent&) = delete;
  TimedEvent& operator=(const TimedEvent&) = delete;
  void record(cudaStream_t stream) const {
    check_cuda(cudaEventRecordWithFlags(event_, stream, cudaEventRecordExternal),
               "cudaEventRecordWithFlags");
  }
  double seconds_since(const TimedEvent& before) const {
    float milliseconds = 0;
    check_cuda(cudaEventElapsedTime(&milliseconds, before.event_, event_), "cudaEventElapsedTime");
    return 1e-3 * static_cast<double>(milliseconds);
  }

 private:
  cudaEvent_t event_ = nullptr;
};

// One after another in a graph, so that none waits for the host to launch it.
std::vector<double> mean_seconds(const std::vector<Launch>& kernels, double seconds) {
  constexpr std::size_t rounds = 10;
  const Stream stream;
  const std::vector<TimedEvent> events(rounds * kernels.size() + 1);
  const Graph graph(stream, [&] {
    std::size_t event = 0;
    events[event].record(stream);
    for (std::size_t round = 0; round < rounds; ++round)
      for (const Launch& kernel : kernels) {
        check_cuda(kernel.on(stream), "cudaLaunchKernel");
        events[++event].record(stream);
      }
  });
  graph.launch(stream);  // warm
  stream.synchronize();
  std::vector<double> means(kernels.size());
  int times = 0;
  const auto start = std::chrono::steady_clock::now();
  do {
    graph.launch(stream);
    stream.synchronize();
    for (std::size_t i = 0; i + 1 < events.size(); ++i)
      means[i % means.size()] += events[i + 1].seconds_since(events[i]);
    times += static_cast<int>(rounds);
  } while (std::chrono::steady_clock::now() - start < std::chrono::duration<double>(seconds));
  for (double& mean : means) mean /= times;
  return means;
}

// Of the graphs that the engine has made, a frame's whose pictures have this depth: from where
// particles move, or a scene begins, to where it is toned.
std::vector<Launch> frame_of(const UniverseSettings& universe, int bit_depth) {
  const std::string last = !universe.look.draws_colour() ? "Scatter and Tone"
                           : bit_depth == 10             ? ToneLight<std::uint16_t>::name
                                                         : ToneLight<std::uint8_t>::name;
  const auto tones = std::find_if(caught().rbegin(), caught().rend(),
                                  [&last](const Launch& launch) { return launch.name == last; });
  const std::string first = universe.scene == Scene::particle_life ? "MoveParticles"
                            : universe.scene == Scene::fire        ? SortSparks<Fire>::name
                                                                   : FillCells<Rain>::name;
  const auto begins = std::find_if(
      tones, caught().rend(), [&](const Launch& launch) { return launch.name.starts_with(first); });
  return {begins.base() - 1, tones.base()};
}

}  // namespace

KernelTimes time_kernels(const UniverseSettings& universe, int bit_depth, int frames,
                         double seconds) {
  constexpr int drawn_frames = 30;  // until trails are as long as they get
  caught().clear();
  const auto engine = make_cuda_engine(universe, {});
  const std::vector<Launch> frame = frame_of(universe, bit_depth);
  const std::size_t stride = (static_cast<std::size_t>(universe.width) + 63) / 64 * 64;
  const auto memory =
      engine->allocate_picture_memory(stride * static_cast<std::size_t>(universe.height), 1);
  const PictureTarget target = luma_target(memory.picture(0), stride, ColourRange::limited);
  for (int i = 0; i < frames; ++i) {
    engine->step();
    if (frames - i <= drawn_frames) engine->draw(target);
  }
  KernelTimes times;
  engine->read_state(times.state);
  // Now no step is left that the picture would go with: its first launch splats. A scene's is of
  // every picture.
  const std::size_t before = caught().size();
  engine->draw(target);
  const Launch outside = caught().at(before);
  caught().clear();

  times.without_work = mean_seconds({launch_of(NoWork(), 128, 128)}, seconds).front();
  const std::vector<double> of_frame = mean_seconds(frame, seconds);
  for (std::size_t i = 0; i < frame.size(); ++i) {
    if (times.kernels.empty() || times.kernels.back().name != frame[i].name)
      times.kernels.push_back({frame[i].name, 0, 0, true});
    times.kernels.back().seconds += of_frame[i];
    ++times.kernels.back().launches;
  }
  if (frame.front().without_replicas) {
    std::vector<Launch> single = frame;
    single.front().on = frame.front().without_replicas;
    times.kernels.push_back({frame.front().name + ", one counter a strip",
                             mean_seconds(single, seconds).front(), 1, false});
  }
  if (!universe.look.draws_colour() || universe.scene != Scene::particle_life)
    times.kernels.push_back({outside.name, mean_seconds({outside}, seconds).front(), 1,
                             universe.scene != Scene::particle_life});
  return times;
}

}  // namespace lifereel
