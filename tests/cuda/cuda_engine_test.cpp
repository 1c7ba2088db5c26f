// SPDX-License-Identifier: GPL-2.0-or-later
// The CUDA engine on a real GPU where there is one; else that its absence is told. The same engine
// on a GPU made of the host: on_host/. Everything that takes longer: check-gpu.sh.
#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "cuda/cuda_engine.h"
#include "sim/engine.h"

using namespace lifereel;

namespace {

bool has_gpu() {
  const CudaDevices gpus = cuda_devices();
  return std::any_of(gpus.devices.begin(), gpus.devices.end(),
                     [](const CudaDevice& gpu) { return gpu.unusable.empty(); });
}

}  // namespace

TEST_SUITE("cuda.cuda_engine") {
  TEST_CASE("without a usable GPU, the engine says why and what to do") {
    const CudaDevices gpus = cuda_devices();
    CHECK(gpus.devices.empty() != gpus.none_because.empty());
    if (has_gpu()) return;
    const std::string reason =
        gpus.devices.empty() ? gpus.none_because : gpus.devices.front().unusable;
    CHECK_THROWS_WITH_AS(make_cuda_engine({}), doctest::Contains(reason.c_str()),
                         std::runtime_error);
    CHECK_THROWS_WITH_AS(make_cuda_engine({}), doctest::Contains("engine = cpu needs no GPU"),
                         std::runtime_error);
  }

  TEST_CASE("invalid settings are told before a GPU is looked for") {
    UniverseSettings settings;
    settings.particles = 0;
    CHECK_THROWS_AS(make_cuda_engine(settings), std::invalid_argument);
    CHECK_THROWS_AS(cuda_engine_memory_bytes(settings), std::invalid_argument);
  }

  TEST_CASE("states and pictures equal the CPU's") {
    if (!has_gpu()) {
      MESSAGE("skipped: no GPU; cuda.on_host and cuda.check_gpu_dry_run run the engine without");
      return;
    }
    for (const int lanes : {0, 8, 16, 32}) {
      UniverseSettings settings;
      settings.width = 300;
      settings.height = 270;
      settings.particles = 333;
      const auto cpu = make_cpu_engine(settings);
      const auto gpu = make_cuda_engine(settings, {-1, lanes, 0});
      const auto memory = gpu->allocate_picture_memory(300 * 270, 1);
      std::vector<std::uint8_t> want(300 * 270);
      for (int frame = 0; frame < 50; ++frame) {
        cpu->step();
        gpu->step();
        cpu->draw(luma_target(want.data(), 300, ColourRange::limited));
        gpu->draw(luma_target(memory.picture(0), 300, ColourRange::limited));
        REQUIRE(std::equal(want.begin(), want.end(), memory.picture(0)));
        REQUIRE(cpu->hash_state() == gpu->hash_state());
      }
    }
  }
}
