// SPDX-License-Identifier: GPL-2.0-or-later
#include "equality.h"

#include <cstdio>
#include <deque>
#include <stdexcept>
#include <string>
#include <vector>

#include "check_universes.h"
#include "cuda/cuda_engine.h"
#include "slots.h"

namespace lifereel {
namespace {

// Pictures overlap as they do in a render; every one is compared, and states now and then. Half way
// the GPU goes on from a checkpoint of its own, past a frame that nobody looks at.
void compare(const std::string& name, const UniverseSettings& settings,
             const CudaEngineSettings& cuda, int most_frames, int bit_depth = 8) {
  const auto start = Clock::now();
  const int frames = frames_of(most_frames);
  const auto cpu = make_cpu_engine(settings);
  const auto gpu = make_cuda_engine(settings, cuda);
  const Layout layout(*cpu, bit_depth);
  std::deque<std::vector<std::uint8_t>> wanted;
  Slots slots(*gpu, bit_depth);
  int compared = 0;
  const auto compare_oldest = [&](std::uint8_t* got) {
    ++compared;
    try {
      layout.compare(wanted.front().data(), got);
    } catch (const std::runtime_error& where) {
      throw std::runtime_error(name + ": pictures differ at frame " + std::to_string(compared) +
                               ", " + where.what());
    }
    wanted.pop_front();
  };
  for (int frame = 1; frame <= frames; ++frame) {
    cpu->step();
    gpu->step();
    cpu->draw(layout.target(wanted.emplace_back(layout.bytes()).data()));
    if (std::uint8_t* const got = slots.draw()) compare_oldest(got);
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
      std::vector<std::uint8_t> unseen(layout.bytes());
      for (Engine* const engine : {cpu.get(), gpu.get()}) {
        engine->step();
        engine->pass(layout.target(unseen.data()));
      }
    }
  }
  while (slots.in_flight()) compare_oldest(slots.finish());
  std::printf("| %s, lanes %d, block %d, in flight %d | %d frames equal | %.1f s |\n", name.c_str(),
              cuda.lanes_per_particle, cuda.threads_per_block, cuda.pictures_in_flight, compared,
              seconds_since(start));
  std::fflush(stdout);
}

void compare_look(const std::string& name, const UniverseSettings& settings, const char* look,
                  int most_frames) {
  const UniverseSettings looked_at = in_look(settings, look);
  compare(name + ", " + look, looked_at, {}, most_frames);
  if (looked_at.look.draws_colour())
    compare(name + ", " + look + ", 10 bits", looked_at, {}, most_frames, 10);
}

void compare_scenes(const std::string& name, const UniverseSettings& settings, int most_frames) {
  for (const Scene scene : {Scene::rain, Scene::fire})
    for (const int bit_depth : {8, 10})
      compare(name + (scene == Scene::rain ? ", scene rain, " : ", scene fire, ") +
                  std::to_string(bit_depth) + " bits",
              in_scene(settings, scene), {}, most_frames, bit_depth);
}

std::vector<CudaEngineSettings> block_shapes() {
  std::vector<CudaEngineSettings> shapes = {{}};
  for (const int lanes : {8, 16, 32})
    for (const int threads : {64, 128, 256, 512}) shapes.push_back({-1, lanes, threads, 0});
  return shapes;
}

}  // namespace

void compare_tiny() {
  for (const int lanes : {8, 16, 32})
    compare("300x270 N=333", universe_of(300, 270, 333), {-1, lanes, 64, 2}, 2);
  UniverseSettings published = universe_of(360, 270, 300);
  published.seam = Seam::published;
  compare("360x270 N=300, published seam", published, {-1, 0, 0, 2}, 2);
  const UniverseSettings every_stage = in_every_stage(universe_of(300, 270, 333));
  compare("300x270 N=333, every stage", every_stage, {-1, 0, 0, 2}, 2);
  compare("300x270 N=333, every stage, 10 bits, 3 steps a frame", of_steps(every_stage, 3),
          {-1, 0, 0, 2}, 2, 10);
  compare_scenes("300x270", universe_of(300, 270, 333), 2);
}

void compare_small() {
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
  const UniverseSettings looked_at = universe_of(302, 482, 333);
  for (const Look& look : looks()) compare_look("302x482 N=333", looked_at, look.name, 30);
  compare("302x482 N=333, every stage", in_every_stage(looked_at), {}, 30);
  compare("302x482 N=333, every stage, 10 bits, 8 steps a frame",
          of_steps(in_every_stage(looked_at), 8), {}, 30, 10);
  compare_scenes("302x482", looked_at, 30);
}

void compare_long() {
  for (const CudaEngineSettings& shape : block_shapes()) {
    compare("dvd_video", preset_universe("dvd_video"), shape,
            shape.lanes_per_particle ? 300 : 2000);
    compare("1280x720 N=6000", universe_of(1280, 720, 6000), shape, 60);
  }
  UniverseSettings published = preset_universe("dvd_video");
  published.seam = Seam::published;
  compare("dvd_video, published seam", published, {}, 500);
  compare("265x1001 N=7000 K=32", universe_of(265, 1001, 7000, 32), {}, 200);
  for (const Look& look : looks())
    compare_look("dvd_video", preset_universe("dvd_video"), look.name, 300);
  const UniverseSettings aurora = in_look(preset_universe("dvd_video"), "aurora");
  compare("dvd_video, aurora, 4 steps a frame", of_steps(aurora, 4), {}, 100);
  const UniverseSettings wide = in_look(preset_universe("panoramic"), "aurora");
  for (const int bit_depth : {8, 10})
    compare("panoramic, aurora, " + std::to_string(bit_depth) + " bits", wide, {}, 20, bit_depth);
  compare_scenes("dvd_video", preset_universe("dvd_video"), 300);
  compare_scenes("panoramic", preset_universe("panoramic"), 5);
  for (const int lanes : {0, 8, 16, 32})
    compare("panoramic", preset_universe("panoramic"), {-1, lanes, 0, 0}, lanes ? 20 : 200);
}

}  // namespace lifereel
