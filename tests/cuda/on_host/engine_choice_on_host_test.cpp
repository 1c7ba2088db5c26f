// SPDX-License-Identifier: GPL-2.0-or-later
// Which engine is taken on a machine whose GPUs are shared: busy, full, old, or failing at any
// call.
#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
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
  TEST_CASE("a busy GPU is passed over for the next, with a notice") {
    const Machine machine(3);
    gpu().busy = {cudaErrorDevicesUnavailable, cudaErrorMemoryAllocation};
    for (const EngineChoice asked : {EngineChoice::automatic, EngineChoice::cuda}) {
      const Choice choice = choose(asked);
      CHECK(choice.engine == "cuda");
      REQUIRE(choice.notices.size() == 2);
      CHECK(choice.notices[0].starts_with("GPU 0 (Host GPU) is passed over: cudaSetDevice: "));
      CHECK(choice.notices[1].starts_with("GPU 1 (Host GPU) is passed over: "));
    }
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
      REQUIRE(choice.notices.size() == 3);
      CHECK(choice.notices[2] == "no GPU can be used; the CPU computes");
      CHECK_THROWS(choose(EngineChoice::cuda));
      CHECK_THROWS(choose(EngineChoice::automatic, 1));
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
    CHECK_THROWS_WITH_AS(choose(EngineChoice::automatic, 0), doctest::Contains("cudaSetDevice"),
                         std::runtime_error);
    CHECK(choose(EngineChoice::automatic, 1).notices.empty());
  }

  TEST_CASE("an old driver is told of, none at all is not") {
    const Machine machine(0);
    gpu().count_error = cudaErrorInsufficientDriver;
    const Choice old = choose();
    CHECK(old.engine == "cpu");
    REQUIRE(old.notices.size() == 1);
    CHECK(has(old.notices[0], "the NVIDIA driver is too old"));
    CHECK(has(old.notices[0], "the CPU computes"));
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

  TEST_CASE("what is pinned in pieces or not at all shows the same pictures") {
    const Machine machine(1);
    const auto first = make_cuda_engine(small_universe());
    constexpr std::size_t bytes = 270 * 270, pictures = 10;
    const auto pinned = first->allocate_picture_memory(bytes, pictures);
    CHECK(pinned.slow_pictures() == 0);
    struct Given {
      std::size_t pictures_at_once;
      int pieces, pieces_taken;
      std::size_t slow;
    };
    for (const Given& given :
         {Given{10, 9, 1, 0}, {3, 9, 4, 0}, {3, 2, 2, 4}, {1, 7, 7, 3}, {0, 9, 0, 10}}) {
      CAPTURE(given.pictures_at_once);
      CAPTURE(given.pieces);
      gpu().pinned_bytes = given.pictures_at_once * pinned.picture_bytes();
      gpu().pinned_pieces = given.pieces;
      const auto engine = make_cuda_engine(small_universe());
      const int before = gpu().allocations;
      const auto memory = engine->allocate_picture_memory(bytes, pictures);
      CHECK(gpu().allocations == before + given.pieces_taken);
      CHECK(memory.slow_pictures() == given.slow);
      REQUIRE(memory.pictures() == pictures);
      const auto other = make_cuda_engine(small_universe());
      for (std::size_t picture = 0; picture < pictures; ++picture) {
        engine->step();
        engine->draw(luma_target(memory.picture(picture), 270, ColourRange::full));
        other->step();
        other->draw(luma_target(pinned.picture(picture), 270, ColourRange::full));
      }
      for (std::size_t picture = 0; picture < pictures; ++picture)
        CHECK(std::equal(pinned.picture(picture), pinned.picture(picture) + bytes,
                         memory.picture(picture)));
    }
  }
}
