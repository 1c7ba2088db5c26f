// SPDX-License-Identifier: GPL-2.0-or-later
// Memory of the host for pictures, on machines that pin all of it, some or none.
#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <thread>

#include "cuda/cuda_engine.h"
#include "cuda_runtime.h"
#include "fresh_gpu.h"
#include "tests/sanitizers.h"

using namespace lifereel;
using host_gpu::gpu;

namespace {

constexpr int width = 270, height = 270;
constexpr std::size_t bytes = width * height, pictures = 10;

UniverseSettings universe() { return universe_of(width, height, 50); }

struct Given {
  std::size_t pictures_at_once;  // that the system pins
  int pieces;                    // that it pins in all
  int pieces_taken;
  std::size_t slow;
};

/// The same pictures in memory that is pinned as far as that, and in plain memory.
void compare(const Given& given, std::size_t picture_bytes) {
  CAPTURE(given.pictures_at_once);
  CAPTURE(given.pieces);
  CAPTURE(picture_bytes);
  const auto engine = make_cuda_engine(universe());
  const std::size_t each = (picture_bytes + 63) / 64 * 64;
  gpu().pinned_bytes = given.pictures_at_once * each + (given.pictures_at_once == 0 ? 0 : bytes);
  gpu().pinned_pieces = given.pieces;
  const int before = gpu().allocations;
  {
    const auto memory = engine->allocate_picture_memory(picture_bytes, pictures);
    CHECK(gpu().allocations == before + given.pieces_taken);
    CHECK(memory.slow_pictures() == given.slow);
    REQUIRE(memory.pictures() == pictures);
    const auto other = make_cuda_engine(universe());
    std::vector<std::vector<std::uint8_t>> want;
    for (std::size_t picture = 0; picture < pictures; ++picture) {
      engine->step();
      engine->draw(luma_target(memory.picture(picture), width, ColourRange::full));
      other->step();
      other->draw(luma_target(want.emplace_back(bytes).data(), width, ColourRange::full));
    }
    for (std::size_t picture = 0; picture < pictures; ++picture)
      CHECK(std::equal(want[picture].begin(), want[picture].end(), memory.picture(picture)));
  }
  CHECK(gpu().allocations == before);
}

}  // namespace

TEST_SUITE("cuda.pinned_memory_on_host") {
  TEST_CASE("what is pinned in pieces or not at all shows the same pictures") {
    const FreshGpu fresh;
    // Pictures that are small together, and such that two of them fill a huge page.
    for (const std::size_t picture_bytes : {bytes, std::size_t{1} << 20})
      for (const Given& given :
           {Given{10, 9, 1, 0}, {3, 9, 4, 0}, {3, 2, 2, 4}, {1, 7, 7, 3}, {0, 9, 0, 10}}) {
        compare(given, picture_bytes);
      }
  }

  TEST_CASE("where the caller's memory cannot be pinned, CUDA's is") {
    const FreshGpu fresh;
    gpu().registers = false;
    compare({10, 9, 1, 0}, std::size_t{1} << 20);
    compare({3, 2, 2, 4}, std::size_t{1} << 20);
  }

  TEST_CASE("it is aligned, written from end to end, and not a child's") {
    const FreshGpu fresh;
    const auto engine = make_cuda_engine(universe());
    const std::size_t large = (std::size_t{2} << 20) + 4096;
    auto memory = std::make_unique<PictureMemory>(engine->allocate_picture_memory(large, 3));
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(reinterpret_cast<std::uintptr_t>(memory->picture(i)) % 64 == 0);
      std::memset(memory->picture(i), static_cast<int>(i), large);
    }
    CHECK(memory->picture(1)[large - 1] == 1);
    if (!test::sanitized) {
      const pid_t child = fork();
      if (child == 0) {
        signal(SIGSEGV, SIG_DFL);
        _exit(*static_cast<volatile std::uint8_t*>(memory->picture(2)));
      }
      int status = 0;
      REQUIRE(waitpid(child, &status, 0) == child);
      CHECK(WIFSIGNALED(status));
    }
    std::thread([&memory] { memory.reset(); }).join();
  }
}
