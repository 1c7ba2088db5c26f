// SPDX-License-Identifier: GPL-2.0-or-later
// Engines among other users of CUDA in the same process: callers with a device of their own,
// engines on several devices, threads that come and go (cuda/runtime/device_context.h).
#include <doctest/doctest.h>

#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "cuda/cuda_engine.h"
#include "cuda_runtime.h"
#include "fresh_gpu.h"

using namespace lifereel;
using host_gpu::caller;
using host_gpu::gpu;

namespace {

constexpr int width = 270, height = 264;

/// A machine with such GPUs, each as at first.
struct Gpus : FreshGpu {
  explicit Gpus(int count) {
    gpu().devices.assign(static_cast<std::size_t>(count), gpu().devices[0]);
  }
};

UniverseSettings universe(int seed = 0) {
  UniverseSettings settings = universe_of(width, height, 40);
  settings.seed = static_cast<std::uint64_t>(seed);
  return settings;
}

UniverseSettings lit() {
  UniverseSettings settings = universe();
  settings.look.tone = ToneCurve::log;
  return settings;
}

UniverseSettings scene() {
  UniverseSettings settings = universe();
  settings.look.tone = ToneCurve::filmic;
  settings.look.glyphs = true;
  settings.scene = Scene::fire;
  return settings;
}

PictureTarget target_in(PictureMemory& memory, std::size_t picture = 0) {
  return luma_target(memory.picture(picture), width, ColourRange::limited);
}

/// All that can be asked of an engine; after each call the thread is as it was.
template <class Check>
void use(const UniverseSettings& settings, int device, Check&& is_as_before) {
  auto engine = make_cuda_engine(settings, {device, 0, 0});
  is_as_before();
  auto memory =
      std::make_unique<PictureMemory>(engine->allocate_picture_memory(std::size_t{3} << 20, 2));
  is_as_before();
  auto small = std::make_unique<PictureMemory>(engine->allocate_picture_memory(width * height, 1));
  is_as_before();
  const auto picture = [&] {
    PictureTarget target = target_in(*memory);
    if (settings.look.draws_colour()) target.colour.matrix = ColourMatrix::bt709;
    return target;
  };
  for (int frame = 0; frame < 2; ++frame) {
    engine->step();
    is_as_before();
    engine->begin_draw(picture());
    is_as_before();
    engine->finish_draw();
    is_as_before();
  }
  engine->step();
  engine->pass(picture());
  is_as_before();
  engine->hash_state();
  is_as_before();
  Checkpoint checkpoint;
  engine->save(checkpoint);
  is_as_before();
  engine->restore(checkpoint);
  is_as_before();
  CHECK_THROWS_AS(engine->begin_draw(PictureTarget()), std::invalid_argument);
  is_as_before();
  engine.reset();
  is_as_before();
  memory.reset();
  small.reset();
  is_as_before();
}

}  // namespace

TEST_SUITE("cuda.contexts_on_host") {
  TEST_CASE("no call changes the caller's device") {
    const Gpus gpus(3);
    for (const UniverseSettings& settings : {universe(), lit(), scene()}) {
      caller() = {2, {}};
      use(settings, 1, [] {
        REQUIRE(caller().device == 2);
        REQUIRE(caller().pushed.empty());
      });
      caller() = {0, {2, 0}};
      use(settings, 1, [] { REQUIRE(caller().pushed == std::vector<int>{2, 0}); });
      caller() = {};
    }
  }

  TEST_CASE("a device that nobody asked for gets no context") {
    const Gpus gpus(2);
    gpu().busy = {cudaErrorDevicesUnavailable};  // where one would fail
    for (const UniverseSettings& settings : {universe(), lit(), scene()})
      use(settings, 1, [] { REQUIRE(gpu().contexts == std::set<int>{1}); });
  }

  TEST_CASE("every call may come from another thread") {
    const Gpus gpus(2);
    std::unique_ptr<Engine> engine;
    std::unique_ptr<PictureMemory> memory;
    std::string hash;
    const auto in_thread = [](auto&& call) { std::thread(call).join(); };
    in_thread([&] { engine = make_cuda_engine(universe(), {1, 0, 0}); });
    in_thread([&] {
      memory = std::make_unique<PictureMemory>(engine->allocate_picture_memory(4u << 20, 2));
    });
    in_thread([&] { engine->step(); });
    in_thread([&] { engine->begin_draw(target_in(*memory)); });
    in_thread([&] { engine->finish_draw(); });
    in_thread([&] { hash = engine->hash_state(); });
    in_thread([&] { engine.reset(); });
    in_thread([&] { memory.reset(); });
    CHECK(gpu().contexts == std::set<int>{1});
    const auto cpu = make_cpu_engine(universe(), {Isa::automatic, 1});
    cpu->step();
    CHECK(hash == cpu->hash_state());
  }

  TEST_CASE("many engines at once, on several devices, know nothing of each other") {
    const Gpus gpus(3);
    struct Pair {
      std::unique_ptr<Engine> gpu, cpu;
      PictureMemory memory;
      std::vector<std::uint8_t> want;
    };
    std::vector<Pair> pairs;
    for (int i = 0; i < 9; ++i) {
      auto engine = make_cuda_engine(universe(i), {i % 3, 0, 0, 2 + i % 2});
      PictureMemory memory = engine->allocate_picture_memory(width * height, 2);
      pairs.push_back({std::move(engine), make_cpu_engine(universe(i), {Isa::automatic, 1}),
                       std::move(memory), std::vector<std::uint8_t>(width * height)});
    }
    for (int frame = 0; frame < 4; ++frame) {
      for (Pair& pair : pairs) {
        pair.gpu->step();
        pair.gpu->begin_draw(target_in(pair.memory, static_cast<std::size_t>(frame % 2)));
      }
      for (Pair& pair : pairs) {
        pair.cpu->step();
        pair.cpu->draw(luma_target(pair.want.data(), width, ColourRange::limited));
        pair.gpu->finish_draw();
        CHECK(std::equal(pair.want.begin(), pair.want.end(),
                         pair.memory.picture(static_cast<std::size_t>(frame % 2))));
      }
      if (frame == 1) pairs.erase(pairs.begin() + 4, pairs.begin() + 6);  // others go on
    }
    for (const Pair& pair : pairs) CHECK(pair.gpu->hash_state() == pair.cpu->hash_state());
    CHECK(gpu().contexts == std::set<int>{0, 1, 2});
  }

  TEST_CASE("a device that breaks in the middle of a run is told of, and all is given back") {
    for (const UniverseSettings& settings : {universe(), lit(), scene()}) {
      const Gpus gpus(2);
      auto engine = make_cuda_engine(settings, {1, 0, 0});
      auto memory =
          std::make_unique<PictureMemory>(engine->allocate_picture_memory(std::size_t{3} << 20, 3));
      const auto draw = [&](std::size_t picture) {
        PictureTarget target = target_in(*memory, picture);
        if (settings.look.draws_colour()) target.colour.matrix = ColourMatrix::bt709;
        engine->step();
        engine->begin_draw(target);
      };
      draw(0);
      draw(1);
      gpu().break_call = gpu().calls;  // with two pictures on their way
      const auto is_told = [](auto&& call) {
        CHECK_THROWS_WITH_AS(call(), doctest::Contains("cudaErrorIllegalAddress"),
                             std::runtime_error);
      };
      is_told([&] { draw(2); });
      is_told([&] { engine->finish_draw(); });
      if (settings.scene == Scene::particle_life) is_told([&] { engine->hash_state(); });
      engine.reset();
      std::thread([&] { memory.reset(); }).join();
    }
  }
}
