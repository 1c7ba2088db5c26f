// SPDX-License-Identifier: GPL-2.0-or-later
// What GPU engines have in common: one device, its memory, and pictures on their way to the host.
// Internal to cuda/.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include "cuda/cuda_engine.h"
#include "cuda/kernels/device_arrays.h"
#include "cuda/painters/painter.h"
#include "cuda/runtime/cuda_devices.h"
#include "cuda/runtime/cuda_handles.h"
#include "cuda/runtime/device_context.h"
#include "cuda/runtime/pinned_memory.h"
#include "sim/arithmetic/float_environment.h"
#include "sim/engine.h"

namespace lifereel {

// Pictures begun and not yet finished: one drawn, one on its way to the host, one waited for; and
// more where several pictures are made in the time that a thread takes to wake up.
inline int choose_pictures_in_flight(int wanted, const UniverseSettings& universe) {
  if (wanted != 0) return wanted;
  return std::int64_t{universe.width} * universe.height <= 1 << 20 ? 16 : 3;
}

/// The device that an engine is for.
struct UsedDevice {
  CudaDevice described;
  DeviceContext context;
  cudaDeviceProp properties{};
};

class DeviceEngine : public Engine {
 public:
  ~DeviceEngine() override {
    leaving_.emplace(context_, std::nothrow);
    // Copies into the caller's memory must have landed before it goes.
    cudaStreamSynchronize(compute_);
    cudaStreamSynchronize(copy_);
  }

  const UniverseSettings& settings() const noexcept final { return settings_; }
  std::uint64_t frame() const noexcept final { return frames_; }
  int draws_in_flight() const noexcept final { return in_flight_; }
  bool draws_colour() const noexcept final { return settings_.look.draws_colour(); }

  EngineDescription describe() const final {
    EngineDescription description;
    description.engine = "cuda";
    description.device = device_.name;
    description.isa = device_.architecture;
    description.threads = 1;
    description.memory_bytes = arrays_.bytes;
    return description;
  }

  void begin_draw(const PictureTarget& target) final {
    check(target);
    if (begun_ - finished_ == in_flight_)
      throw std::logic_error("begin_draw: finish_draw() comes first, all pictures are in flight");
    const auto current = use_device();
    const FloatEnvironment ieee;  // for tables of light that a picture may ask for
    const auto picture = static_cast<std::size_t>(begun_ % in_flight_);
    draw_as(target,
            {true, static_cast<int>(picture), target.colour.range, target.colour.bit_depth});
    check_cuda(cudaEventRecord(drawn_[picture], compute_), "cudaEventRecord");
    check_cuda(cudaStreamWaitEvent(copy_, drawn_[picture], 0), "cudaStreamWaitEvent");
    painter().copy_to(target, static_cast<int>(picture), {copy_, 0, 0});
    if (const SpeciesMotion* const motion = motion_of(target, static_cast<int>(picture)))
      Launcher{copy_, 0, 0}.copy(target.motion, motion, static_cast<std::size_t>(settings_.species),
                                 cudaMemcpyDeviceToHost);
    check_cuda(cudaEventRecord(copied_[picture], copy_), "cudaEventRecord");
    ++begun_;
  }

  // in_flight_ pictures later the same planes on the device are drawn into: its copy is over by
  // then.
  void finish_draw() final {
    if (begun_ == finished_) throw std::logic_error("finish_draw: no picture is in flight");
    const auto current = use_device();
    copied_[static_cast<std::size_t>(finished_++ % in_flight_)].synchronize();
  }

  // Not waited for: whoever looks at what follows waits.
  void pass(const PictureTarget& target) final {
    check(target);
    const auto current = use_device();
    const FloatEnvironment ieee;
    draw_as(target, {.fades = true});
  }

  PictureMemory allocate_picture_memory(std::size_t picture_bytes,
                                        std::size_t pictures) const final {
    const auto current = use_device();
    return allocate_pinned(picture_bytes, pictures, context_);
  }

 protected:
  /// Of valid settings; `bytes` is what they take of the device, which is current.
  DeviceEngine(const UniverseSettings& universe, const CudaEngineSettings& cuda,
               const UsedDevice& device, std::size_t bytes)
      : context_(device.context),
        settings_(universe),
        device_(device.described),
        threads_(cuda.threads_per_block != 0 ? cuda.threads_per_block : 128),
        in_flight_(choose_pictures_in_flight(cuda.pictures_in_flight, universe)),
        memory_(bytes),
        arrays_(Arena(memory_.data()), universe, in_flight_),
        launcher_{compute_, threads_, std::int64_t{4} * device.properties.multiProcessorCount},
        drawn_(static_cast<std::size_t>(in_flight_)),
        copied_(static_cast<std::size_t>(in_flight_)) {}

  virtual DevicePainter& painter() = 0;
  /// Queues a picture, or what of it is left for the next; the target is valid and the device
  /// current.
  virtual void draw_as(const PictureTarget& target, Drawing drawing) = 0;

  /// Where the motion that the target wants with the picture is on the device; nullptr: it wants
  /// none, or there is none.
  virtual const SpeciesMotion* motion_of(const PictureTarget& target, int picture) const {
    static_cast<void>(target);
    static_cast<void>(picture);
    return nullptr;
  }

  /// The device is current while what is returned lives. Every call needs it that may come from a
  /// caller; throws std::runtime_error.
  [[nodiscard]] DeviceContext::Current use_device() const {
    return DeviceContext::Current(context_);
  }

  void empty_device() {
    check_cuda(cudaMemsetAsync(memory_.data(), 0, arrays_.bytes, compute_), "cudaMemsetAsync");
    painter().fill();
  }

  /// Throws where what is restored would be drawn over.
  void require_nothing_in_flight() const {
    if (begun_ != finished_)
      throw std::logic_error("restore: finish_draw() comes first, a picture is in flight");
  }

  /// What `queue` queues, as one launch. Lives as long as the engine.
  template <class Queue>
  const Graph& capture(Queue&& queue) {
    return *graphs_.emplace_back(std::make_unique<Graph>(compute_, queue));
  }
  /// What queue(drawing) queues, for every drawing that is toned.
  template <class Queue>
  void capture_frames(Queue&& queue) {
    for (int bit_depth = 8; bit_depth <= most_bits(); bit_depth += 2)
      for (const ColourRange range : {ColourRange::full, ColourRange::limited})
        for (int picture = 0; picture < in_flight_; ++picture)
          frame_.push_back(&capture([&] { queue(Drawing{true, picture, range, bit_depth}); }));
  }
  const Graph& frame_of(const Drawing& drawing) const {
    const std::size_t kind = drawing.bit_depth == 10 ? 2 : 0;
    const std::size_t range = drawing.range == ColourRange::limited ? 1 : 0;
    return *frame_[(kind + range) * drawn_.size() + static_cast<std::size_t>(drawing.picture)];
  }

 private:
  const DeviceContext context_;
  std::optional<DeviceContext::Current> leaving_;  // goes after all that needs the device to go

 protected:
  const UniverseSettings settings_;
  const CudaDevice device_;
  const int threads_;
  const int in_flight_;
  const DeviceMemory memory_;
  const DeviceArrays arrays_;
  const Stream compute_, copy_;
  const Launcher launcher_;
  std::uint64_t frames_ = 0;

 private:
  int most_bits() const { return draws_colour() ? 10 : 8; }

  void check(const PictureTarget& target) const {
    lifereel::validate(target, settings_.width, settings_.height, most_bits());
  }

  std::vector<std::unique_ptr<Graph>> graphs_;
  std::vector<const Graph*> frame_;  // frame_of()
  std::vector<Event> drawn_;         // a picture each, and so is
  std::vector<HostEvent> copied_;
  std::int64_t begun_ = 0, finished_ = 0;  // pictures
};

}  // namespace lifereel
