// SPDX-License-Identifier: GPL-2.0-or-later
// What a machine with a GPU is asked to prove: check-gpu.sh runs it.
//   gpu_check small             a few frames of small universes, every block shape: for
//   compute-sanitizer gpu_check equal             CPU and GPU side by side, long; every block shape
//   gpu_check speed [SECONDS]   frames per second, delivered into host slots, and steps alone
// Prints rows of a Markdown table; exit status 1 at the first difference.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <deque>
#include <stdexcept>
#include <string>
#include <vector>

#include "cuda/cuda_engine.h"
#include "sim/engine.h"
#include "src/settings.h"

using namespace lifereel;

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

UniverseSettings universe_of(int width, int height, int particles, int species = 5) {
  UniverseSettings settings;
  settings.width = width;
  settings.height = height;
  settings.particles = particles;
  settings.species = species;
  return settings;
}

UniverseSettings preset_universe(const std::string& name) {
  RenderSettings settings;
  apply_preset(settings, name);
  return settings.universe;
}

// Pictures on their way into pinned memory, as the pipeline has them.
class Slots {
 public:
  explicit Slots(Engine& engine)
      : engine_(engine),
        stride_((static_cast<std::size_t>(engine.settings().width) + 63) / 64 * 64),
        bytes_(stride_ * static_cast<std::size_t>(engine.settings().height)),
        memory_(engine.allocate_picture_memory(
            bytes_ * static_cast<std::size_t>(engine.draws_in_flight()))) {}

  // Begins picture n; picture n - draws_in_flight() + 1, if there is one, is complete afterwards.
  const std::uint8_t* draw() {
    engine_.begin_draw({slot(begun_), stride_, LumaRange::limited});
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
    return memory_->data() + bytes_ * static_cast<std::size_t>(picture % engine_.draws_in_flight());
  }
  Engine& engine_;
  std::size_t stride_, bytes_;
  std::unique_ptr<PictureMemory> memory_;
  std::int64_t begun_ = 0, finished_ = 0;
};

// Pictures overlap as they do in a render; every one is compared, and states now and then. Half way
// the GPU goes on from a checkpoint of its own.
void compare(const std::string& name, const UniverseSettings& settings,
             const CudaEngineSettings& cuda, int frames) {
  const auto start = Clock::now();
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
    cpu->draw({wanted.emplace_back(width * height).data(), width, LumaRange::limited});
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
  std::printf("| %s, lanes %d, block %d | %d frames equal | %.1f s |\n", name.c_str(),
              cuda.lanes_per_particle, cuda.threads_per_block, compared, seconds_since(start));
  std::fflush(stdout);
}

std::vector<CudaEngineSettings> block_shapes() {
  std::vector<CudaEngineSettings> shapes = {{-1, 0, 0}};
  for (const int lanes : {8, 16, 32})
    for (const int threads : {64, 128, 256, 512}) shapes.push_back({-1, lanes, threads});
  return shapes;
}

void small() {
  for (const CudaEngineSettings& shape : block_shapes())
    compare("300x270 N=333", universe_of(300, 270, 333), shape, 4);
  UniverseSettings published = universe_of(720, 480, 500);
  published.seam = Seam::published;
  compare("720x480 N=500, published seam", published, {}, 4);
  compare("265x1001 N=700 K=32", universe_of(265, 1001, 700, 32), {}, 4);
  UniverseSettings tiny = universe_of(3, 3, 40);
  tiny.rmax = 1.0f;
  compare("3x3 N=40", tiny, {}, 4);
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
    compare("panoramic", preset_universe("panoramic"), {-1, lanes, 0}, lanes ? 20 : 200);
}

template <class Frame>
double frames_per_second(double seconds, Frame&& frame) {
  for (int i = 0; i < 200; ++i) frame();  // warm
  const auto start = Clock::now();
  std::int64_t frames = 0;
  do {
    for (int i = 0; i < 10; ++i, ++frames) frame();
  } while (seconds_since(start) < seconds);
  return static_cast<double>(frames) / seconds_since(start);
}

void speed(double seconds) {
  std::printf("| on %s | engine | simulation alone | device memory |\n|---|---|---|---|\n",
              make_cuda_engine({})->describe().device.c_str());
  struct Case {
    std::string name;
    UniverseSettings universe;
  };
  // A million particles at the density of the panorama.
  const std::vector<Case> cases = {{"dvd_video", preset_universe("dvd_video")},
                                   {"2880x1080 N=22000", universe_of(2880, 1080, 22000)},
                                   {"panoramic", preset_universe("panoramic")},
                                   {"17152x8448 N=1000000", universe_of(17152, 8448, 1000000)}};
  for (const Case& one : cases)
    for (const int lanes : {0, 8, 16, 32})
      for (const int threads : {0, 64, 256}) {
        if (threads != 0 && lanes == 0) continue;
        const auto engine = make_cuda_engine(one.universe, {-1, lanes, threads});
        double drawn = 0;
        {
          Slots slots(*engine);
          drawn = frames_per_second(seconds, [&] {
            engine->step();
            slots.draw();
          });
          while (slots.in_flight()) slots.finish();
        }
        State state;
        engine->read_state(state);  // waits
        // A step is queued, not waited for: so that the last is counted too, read a state at the
        // end.
        const auto start = Clock::now();
        const int steps = std::max(400, static_cast<int>(2 * drawn * seconds));
        for (int i = 0; i < steps; ++i) engine->step();
        engine->read_state(state);
        const double stepped = steps / seconds_since(start);
        std::printf(
            "| %s, lanes %d, block %d | %.0f fps into host slots | %.0f steps/s | %.1f MiB |\n",
            one.name.c_str(), lanes, threads, drawn, stepped,
            static_cast<double>(engine->describe().memory_bytes) / 0x1p20);
        std::fflush(stdout);
      }
}

}  // namespace

int main(int count, char** values) {
  const std::string task = count > 1 ? values[1] : "";
  try {
    if (task == "small" && count == 2) {
      small();
    } else if (task == "equal" && count == 2) {
      equal();
    } else if (task == "speed" && count <= 3) {
      speed(count == 3 ? std::stod(values[2]) : 1.0);
    } else {
      std::fprintf(stderr, "usage: gpu_check small | equal | speed [SECONDS]\n");
      return 2;
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gpu_check: %s\n", error.what());
    return 1;
  }
  return 0;
}
