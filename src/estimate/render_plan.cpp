// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>

#include "cuda/cuda_engine.h"
#include "encoders/film.h"
#include "src/estimate.h"
#include "src/pipeline.h"
#include "src/pipeline/picture_layout.h"
#include "src/pipeline/resources.h"

namespace lifereel {
namespace {

/// As seen: the program and its libraries; what encoders that look ahead have beside pictures; what
/// CUDA keeps on the host; the index of an mp4, a frame.
constexpr std::uint64_t program_bytes = 38 << 20, encoder_bytes_each = 4 << 20,
                        encoder_bytes_once = 18 << 20, cuda_bytes = 180 << 20, index_bytes = 64;

/// The first GPU that would be taken; nullptr for none.
const CudaDevice* gpu_for(const RenderSettings& settings, const CudaDevices& gpus) {
  const EngineSettings& engine = settings.engine;
  const bool asks_for_cpu =
      engine.engine == EngineChoice::cpu || engine.isa != Isa::automatic || engine.threads != 0;
  if (asks_for_cpu) return nullptr;
  const bool is_scene = settings.universe.scene != Scene::particle_life;
  if (is_scene && engine.engine == EngineChoice::automatic && engine.device < 0) return nullptr;
  for (const CudaDevice& gpu : gpus.devices)
    if (gpu.unusable.empty() && (engine.device < 0 || engine.device == gpu.index)) return &gpu;
  return nullptr;
}

}  // namespace

RenderPlan plan_render(const RenderSettings& settings) {
  const UniverseSettings& universe = settings.universe;
  validate(universe);
  const bool colour = universe.look.draws_colour();
  const ResourceShare share = share_resources(settings, usable_resources(), colour);
  RenderPlan plan;
  const CudaDevices gpus = cuda_devices();
  const CudaDevice* const gpu = gpu_for(settings, gpus);
  plan.engine = gpu == nullptr ? "cpu" : gpu->name;
  plan.engine_threads = gpu == nullptr ? share.engine_threads : 1;
  plan.engine_bytes = gpu == nullptr
                          ? make_cpu_engine(universe, {settings.engine.isa, plan.engine_threads})
                                ->describe()
                                .memory_bytes
                          : cuda_bytes;
  plan.lanes = share.lanes;
  const bool encodes = settings.film.codec != "null";
  const PictureLayout layout(
      format_for_size(settings.film.pixel_format, universe.width, universe.height), universe.width,
      universe.height, colour);
  const int chunk = encodes && settings.hash.empty() ? chunk_frames(settings.film) : 0;
  constexpr int pictures_held = 2;
  const auto wanted = [&](int lanes) {
    return default_ring_slots(encodes ? pictures_held : 1, 1, lanes, chunk);
  };
  plan.ring_slots = settings.engine.ring_slots > 0
                        ? settings.engine.ring_slots
                        : ring_slots_within(share.ring_bytes, wanted(plan.lanes), wanted(1),
                                            plan.lanes, layout.slot_bytes());
  const auto lanes = static_cast<std::uint64_t>(plan.lanes);
  plan.ring_bytes = lanes * static_cast<std::uint64_t>(plan.ring_slots) * layout.slot_bytes();
  if (encodes) {
    const EncoderNeeds needs = encoder_needs(settings.film, universe.width, universe.height);
    const auto pixels =
        static_cast<std::uint64_t>(universe.width) * static_cast<std::uint64_t>(universe.height);
    constexpr std::uint64_t looks_ahead = 100;  // bytes a pixel
    plan.encoder_bytes = lanes * needs.memory_bytes;
    if (needs.memory_bytes > looks_ahead * pixels)
      plan.encoder_bytes = lanes * (needs.memory_bytes + encoder_bytes_each) + encoder_bytes_once;
  }
  plan.memory_bytes = program_bytes + plan.engine_bytes + plan.ring_bytes + plan.encoder_bytes;
  if (settings.frames || settings.seconds)
    plan.memory_bytes += index_bytes * static_cast<std::uint64_t>(frame_count(settings));
  return plan;
}

}  // namespace lifereel
