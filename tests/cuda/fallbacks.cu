// SPDX-License-Identifier: GPL-2.0-or-later
#include "fallbacks.h"

#include <cuda.h>
#include <cuda_runtime.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "check_universes.h"
#include "cuda/cuda_engine.h"
#include "cuda/runtime/cuda_handles.h"
#include "cuda/runtime/driver_function.h"
#include "sim/engine.h"
#include "slots.h"

namespace lifereel {
namespace {

void row(const std::string& what, const std::string& found) {
  std::printf("| %s | %s |\n", what.c_str(), found.c_str());
  std::fflush(stdout);
}

void require(bool condition, const std::string& what) {
  if (!condition) throw std::runtime_error("not as it should be: " + what);
}

std::size_t free_bytes() {
  std::size_t free = 0, all = 0;
  check_cuda(cudaMemGetInfo(&free, &all), "cudaMemGetInfo");
  return free;
}

std::string gib(double bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f GiB", bytes / 0x1p30);
  return text;
}

// In a thread that has never used CUDA, as a render's is.
template <class Work>
void in_new_thread(Work&& work) {
  std::exception_ptr failed;
  std::thread([&] {
    try {
      work();
    } catch (...) {
      failed = std::current_exception();
    }
  }).join();
  if (failed) std::rethrow_exception(failed);
}

bool thread_has_context() {
  CUcontext current = nullptr;
  driver_function<decltype(cuCtxGetCurrent)>("cuCtxGetCurrent", 4000)(&current);
  return current != nullptr;
}

void check_callers_context() {
  in_new_thread([] {
    const auto engine = make_cuda_engine(universe_of(300, 270, 333));
    const auto memory = engine->allocate_picture_memory(std::size_t{4} << 20, 2);
    engine->step();
    engine->draw(Layout(*engine).target(memory.picture(0)));
    require(!thread_has_context(), "a caller's thread has a context that it did not have");
  });
  row("context of a thread that calls the engine", "as before: none");
}

void check_engines_at_once() {
  struct Pair {
    std::unique_ptr<Engine> gpu, cpu;
    PictureMemory memory;
  };
  std::vector<Pair> pairs;
  for (int i = 0; i < 8; ++i) {
    UniverseSettings settings = universe_of(300, 270, 333);
    settings.seed = static_cast<std::uint64_t>(i);
    auto engine = make_cuda_engine(settings);
    PictureMemory memory = engine->allocate_picture_memory(Layout(*engine).bytes(), 1);
    pairs.push_back({std::move(engine), make_cpu_engine(settings), std::move(memory)});
  }
  const Layout layout(*pairs.front().cpu);
  std::vector<std::uint8_t> want(layout.bytes());
  for (int frame = 0; frame < frames_of(20); ++frame) {
    for (Pair& pair : pairs) {
      pair.gpu->step();
      pair.gpu->begin_draw(layout.target(pair.memory.picture(0)));
    }
    for (Pair& pair : pairs) {
      pair.cpu->step();
      pair.cpu->draw(layout.target(want.data()));
      pair.gpu->finish_draw();
      layout.compare(want.data(), pair.memory.picture(0));
    }
  }
  row("8 engines at once", "equal to the CPU's");
}

// As good as a card whose memory somebody else has.
void check_full_card() {
  if (dry) return row("a full card", "not tried: memory of the host would be filled");
  const UniverseSettings settings = universe_of(3000, 2000, 20000);
  const std::size_t needed = cuda_engine_memory_bytes(settings);
  std::string told;
  {
    std::vector<std::unique_ptr<DeviceMemory>> taken;
    for (std::size_t piece = free_bytes(); piece > needed / 8; piece /= 2)
      while (free_bytes() >= needed && free_bytes() >= piece) {
        try {
          taken.push_back(std::make_unique<DeviceMemory>(piece));
        } catch (const std::runtime_error&) {
          cudaGetLastError();
          break;
        }
      }
    try {
      make_cuda_engine(settings);
    } catch (const NoUsableGpu& full) {
      told = full.what();
    }
    require(!told.empty(), "an engine that does not fit was made");
  }
  make_cuda_engine(settings);
  row("a full card", told);
  row("the same card, when there is room again", "an engine is made");
}

double seconds_to_copy(const std::uint8_t* pinned, std::size_t bytes) {
  const DeviceMemory device(bytes);
  const Stream stream;
  double best = 1e9;
  for (int round = 0; round < 5; ++round) {
    const auto start = Clock::now();
    check_cuda(cudaMemcpyAsync(const_cast<std::uint8_t*>(pinned), device.data(), bytes,
                               cudaMemcpyDeviceToHost, stream),
               "cudaMemcpyAsync");
    stream.synchronize();
    best = std::min(best, seconds_since(start));
  }
  return best;
}

// `copied` of the `bytes` that were pinned in so many seconds are copied into.
std::string pinned_text(double seconds, std::size_t bytes, const std::uint8_t* pinned,
                        std::size_t copied) {
  char text[96];
  std::snprintf(
      text, sizeof text, "%s in %.2f s; a copy into it: %.1f GB/s",
      gib(static_cast<double>(bytes)).c_str(), seconds,
      1e-9 * static_cast<double>(copied) / std::max(seconds_to_copy(pinned, copied), 1e-9));
  return text;
}

// At most so many that a copy takes no longer than it must.
std::size_t bytes_of_first_piece(const PictureMemory& memory) {
  std::size_t count = 1;
  while (count < memory.pictures() / 8 &&
         memory.picture(count) == memory.picture(count - 1) + memory.picture_bytes())
    ++count;
  return count * memory.picture_bytes();
}

// As large as the rings of 16 lanes of dvd_video.
void check_pinned_memory() {
  const std::size_t picture = std::size_t{720} * 480, pictures = dry ? 20 : 6500;
  const std::size_t bytes = picture * pictures;
  const auto engine = make_cuda_engine(universe_of(300, 270, 50));
  auto start = Clock::now();
  {
    const PictureMemory rings = engine->allocate_picture_memory(picture, pictures);
    const double took = seconds_since(start);
    row("rings, as the engine pins them, " + std::to_string(rings.slow_pictures()) +
            " of the pictures in plain memory",
        pinned_text(took, bytes, rings.picture(0), bytes_of_first_piece(rings)));
    start = Clock::now();
  }
  char text[32];
  std::snprintf(text, sizeof text, "%.2f s", seconds_since(start));
  row("the same, given back", text);
  void* data = nullptr;
  start = Clock::now();
  check_cuda(cudaHostAlloc(&data, bytes, cudaHostAllocPortable), "cudaHostAlloc");
  const double took = seconds_since(start);
  row("rings, as cudaHostAlloc() pins them",
      pinned_text(took, bytes, static_cast<std::uint8_t*>(data), bytes / 8));
  check_cuda(cudaFreeHost(data), "cudaFreeHost");
}

}  // namespace

void check_fallbacks() {
  std::printf("| beside other users of the card | found |\n|---|---|\n");
  check_callers_context();
  check_engines_at_once();
  check_pinned_memory();
  check_full_card();
}

}  // namespace lifereel
