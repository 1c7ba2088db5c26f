// SPDX-License-Identifier: GPL-2.0-or-later
// Which engine is taken on a machine whose GPUs are shared: busy, full, old, or failing at any
// call.
#include <doctest/doctest.h>

#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "cuda/cuda_engine.h"
#include "cuda_runtime.h"
#include "src/render.h"

using namespace lifereel;
using host_gpu::gpu;

namespace {

UniverseSettings small_universe() {
  UniverseSettings universe;
  universe.width = universe.height = 270;
  universe.particles = 50;
  return universe;
}

/// A machine with GPUs "GPU 0", "GPU 1" ..., as good as new afterwards.
struct Machine {
  explicit Machine(int gpus) {
    gpu() = host_gpu::Gpu();
    gpu().devices.assign(static_cast<std::size_t>(gpus), gpu().devices[0]);
  }
  ~Machine() {
    CHECK(gpu().allocations == 0);
    gpu() = host_gpu::Gpu();
  }
};

struct Choice {
  std::string engine;
  std::vector<std::string> notices;
};

Choice choose(EngineChoice asked = EngineChoice::automatic, int device = -1,
              const UniverseSettings& universe = small_universe()) {
  EngineSettings settings;
  settings.engine = asked;
  settings.device = device;
  Choice choice;
  const auto engine = make_engine(
      universe, settings, [&](const std::string& sentence) { choice.notices.push_back(sentence); });
  choice.engine = engine->describe().engine;
  CHECK(engine->hash_state() == make_cpu_engine(universe)->hash_state());
  return choice;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("cuda.engine_choice_on_host") {
  TEST_CASE("GPUs that are busy are passed over for the next, with one notice that says why") {
    const Machine machine(3);
    gpu().busy = {cudaErrorDevicesUnavailable, cudaErrorMemoryAllocation};
    for (const EngineChoice asked : {EngineChoice::automatic, EngineChoice::cuda}) {
      const Choice choice = choose(asked);
      CHECK(choice.engine == "cuda");
      REQUIRE(choice.notices.size() == 1);
      CHECK(choice.notices[0] ==
            "passed over GPU 0 (Host GPU): cuDevicePrimaryCtxRetain: CUDA-capable device(s) is/are "
            "busy or unavailable (cudaErrorDevicesUnavailable); GPU 1 (Host GPU): "
            "cuDevicePrimaryCtxRetain: out of memory (cudaErrorMemoryAllocation); the next GPU "
            "computes");
    }
    CHECK(gpu().contexts == std::set<int>{2});
  }

  TEST_CASE("a full GPU is passed over for one with room, and takes a smaller universe") {
    const Machine machine(2);
    gpu().free_bytes_of = {1000};
    const Choice choice = choose();
    CHECK(choice.engine == "cuda");
    REQUIRE(choice.notices.size() == 1);
    CHECK(has(choice.notices[0], "passed over GPU 0 (Host GPU): 50 particles at 270x270 need "));
    CHECK(has(choice.notices[0], "GiB of device memory, and 9.31e-07 GiB are free"));
    gpu().free_bytes_of = {cuda_engine_memory_bytes(small_universe())};
    CHECK(choose().notices.empty());
  }

  TEST_CASE("where all are busy or full the CPU computes, unless a GPU was asked for") {
    for (const bool full : {false, true}) {
      const Machine machine(2);
      if (full)
        gpu().free_bytes = 1000;
      else
        gpu().busy.assign(2, cudaErrorDevicesUnavailable);
      const Choice choice = choose();
      CHECK(choice.engine == "cpu");
      REQUIRE(choice.notices.size() == 1);
      CHECK(choice.notices[0].starts_with("no GPU can be used: GPU 0 (Host GPU): "));
      CHECK(has(choice.notices[0], "; GPU 1 (Host GPU): "));
      CHECK(choice.notices[0].ends_with("; the CPU computes"));
      CHECK_THROWS_WITH_AS(choose(EngineChoice::cuda),
                           doctest::Contains("engine cuda: no GPU can be used: GPU 0 (Host GPU): "),
                           NoUsableGpu);
      CHECK_THROWS_WITH_AS(choose(EngineChoice::automatic, 1),
                           doctest::Contains("engine cuda: GPU 1 (Host GPU) cannot be used: "),
                           NoUsableGpu);
    }
  }

  TEST_CASE("a look in colour is no reason to pass a GPU over") {
    const Machine machine(1);
    UniverseSettings universe = small_universe();
    universe.look.tone = ToneCurve::log;
    for (const int steps : {1, 3})
      for (const EngineChoice asked : {EngineChoice::automatic, EngineChoice::cuda}) {
        universe.steps_per_frame = steps;
        const Choice choice = choose(asked, -1, universe);
        CHECK(choice.engine == "cuda");
        CHECK(choice.notices.empty());
      }
    CHECK(choose(EngineChoice::automatic, 0, universe).engine == "cuda");
  }

  TEST_CASE("nor is a scene") {
    const Machine machine(2);
    UniverseSettings universe = small_universe();
    universe.look.tone = ToneCurve::filmic;
    universe.look.glyphs = true;
    for (const Scene scene : {Scene::rain, Scene::fire}) {
      universe.scene = scene;
      for (const EngineChoice asked : {EngineChoice::automatic, EngineChoice::cuda}) {
        const Choice choice = choose(asked, -1, universe);
        CHECK(choice.engine == "cuda");
        CHECK(choice.notices.empty());
      }
      CHECK(choose(EngineChoice::automatic, 1, universe).engine == "cuda");
      CHECK(choose(EngineChoice::cpu, -1, universe).engine == "cpu");
    }
    gpu().free_bytes = 1000;
    CHECK(choose(EngineChoice::automatic, -1, universe).engine == "cpu");
  }

  TEST_CASE("a GPU that is asked for by its number is taken or refused, never replaced") {
    const Machine machine(2);
    gpu().busy = {cudaErrorDevicesUnavailable};
    CHECK_THROWS_WITH_AS(choose(EngineChoice::automatic, 0),
                         doctest::Contains("cuDevicePrimaryCtxRetain"), NoUsableGpu);
    CHECK(choose(EngineChoice::automatic, 1).notices.empty());
  }

  TEST_CASE("an old driver is told of, none at all is not") {
    const Machine machine(0);
    gpu().count_error = cudaErrorInsufficientDriver;
    struct Versions {
      int driver, runtime;
      std::string told;
    };
    for (const Versions& versions :
         {Versions{12020, 13000,
                   "it runs CUDA 12.2, and this build needs CUDA 13: install driver 580 or later, "
                   "or take a build made with CUDA 12, which this driver runs"},
          {11080, 13000,
           "it runs CUDA 11.8, and this build needs CUDA 13: install driver 580 or later, or "
           "driver 525 or later and a build made with CUDA 12"},
          {11080, 12090,
           "it runs CUDA 11.8, and this build needs CUDA 12: install driver 525 or later"},
          {13000, 14010,
           "it runs CUDA 13.0, and this build needs CUDA 14: install a newer driver"}}) {
      gpu().driver_version = versions.driver;
      gpu().runtime_version = versions.runtime;
      const std::string told = "the NVIDIA driver is too old: " + versions.told;
      const Choice old = choose();
      CHECK(old.engine == "cpu");
      REQUIRE(old.notices.size() == 1);
      CHECK(old.notices[0] == told + "; the CPU computes");
      CHECK_THROWS_WITH_AS(
          choose(EngineChoice::cuda),
          doctest::Contains(("engine cuda: " + told + "; engine = cpu needs no GPU").c_str()),
          NoUsableGpu);
    }
    gpu().driver_version = 0;
    CHECK(choose().notices.empty());
    gpu().count_error = cudaErrorNoDevice;
    gpu().driver_version = 13000;
    CHECK(choose().notices.empty());
    CHECK_THROWS_WITH_AS(choose(EngineChoice::cuda), doctest::Contains("finds no GPU"),
                         std::runtime_error);
  }

  TEST_CASE("a GPU that fails at any call of the start is passed over") {
    const Machine machine(2);
    choose();
    int passed_over = 0;
    for (long call = 0; call < 60; ++call) {
      CAPTURE(call);
      gpu().calls = 0;
      gpu().fail_call = call;
      std::unique_ptr<Engine> engine;
      int notices = 0;
      engine = make_engine(small_universe(), {}, [&](const std::string&) { ++notices; });
      gpu().fail_call = -1;
      CHECK(engine->describe().engine == "cuda");
      passed_over += notices;
    }
    CHECK(passed_over > 20);
  }
}
