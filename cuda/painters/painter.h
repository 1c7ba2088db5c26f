// SPDX-License-Identifier: GPL-2.0-or-later
// How GPU engines draw. Internal to cuda/.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "cuda/kernels/device_arrays.h"
#include "cuda/kernels/frame_kernels.h"
#include "cuda/kernels/gpu_launch.h"
#include "cuda/runtime/cuda_handles.h"
#include "sim/engine.h"

namespace lifereel {

constexpr std::int64_t blocks_for(std::int64_t threads, int threads_per_block) {
  return (threads + threads_per_block - 1) / threads_per_block;
}

/// Queues on one stream of one device.
struct Launcher {
  cudaStream_t stream;
  int threads;               ///< of a block, where nothing speaks for another number
  std::int64_t many_blocks;  ///< enough to keep memory busy, few enough to run all at once

  template <class Body>
  void queue(const Body& body, std::int64_t blocks, int threads_per_block) const {
    check_cuda(launch(body, blocks, threads_per_block, stream), "cudaLaunchKernel");
  }
  template <class First, class Second>
  void queue_both(const First& first, std::int64_t first_blocks, const Second& second,
                  std::int64_t second_blocks, int threads_per_block) const {
    if (first_blocks + second_blocks == 0) return;
    check_cuda(launch_both(first, first_blocks, second, second_blocks, threads_per_block, stream),
               "cudaLaunchKernel");
  }
  template <class T>
  void copy(T* to, const T* from, std::size_t count, cudaMemcpyKind kind) const {
    check_cuda(cudaMemcpyAsync(to, from, count * sizeof(T), kind, stream), "cudaMemcpyAsync");
  }
  template <class T>
  void upload(T* to, const std::vector<T>& from) const {
    copy(to, from.data(), from.size(), cudaMemcpyHostToDevice);
  }
  /// Rows of `width` values; pitches in values.
  template <class T>
  void copy_rows(T* to, std::int64_t to_pitch, const T* from, std::int64_t from_pitch,
                 std::int64_t width, std::int64_t height, cudaMemcpyKind kind) const {
    const auto bytes = [](std::int64_t count) {
      return static_cast<std::size_t>(count) * sizeof(T);
    };
    check_cuda(cudaMemcpy2DAsync(to, bytes(to_pitch), from, bytes(from_pitch), bytes(width),
                                 static_cast<std::size_t>(height), kind, stream),
               "cudaMemcpy2DAsync");
  }
  void wait() const { check_cuda(cudaStreamSynchronize(stream), "cudaStreamSynchronize"); }
  /// One plane of a picture, to the host, all in bytes; in one piece where rows lie alike: faster
  /// than many short ones.
  void copy_plane(const WritablePlane& plane, const void* from, std::size_t pitch,
                  std::size_t width, std::size_t height) const {
    if (plane.stride_bytes == pitch)
      check_cuda(cudaMemcpyAsync(plane.data, from, pitch * (height - 1) + width,
                                 cudaMemcpyDeviceToHost, stream),
                 "cudaMemcpyAsync");
    else
      check_cuda(cudaMemcpy2DAsync(plane.data, plane.stride_bytes, from, pitch, width, height,
                                   cudaMemcpyDeviceToHost, stream),
                 "cudaMemcpy2DAsync");
  }
};

/// The launches that particles are sorted with, and how many blocks: none where they are not.
struct Sorting {
  CountStarts count;
  Scatter scatter;
  std::int64_t count_blocks, scatter_blocks;
};

/// What of a picture is made.
struct Drawing {
  /// What was there fades and particles are added: all that is done for a picture that nobody looks
  /// at.
  bool fades = false;
  int picture = -1;  ///< which of those in flight is toned; -1: none
  ColourRange range = ColourRange::limited;
  int bit_depth = 8;
  /// With the light of the frame's steps before the last, in looks that have it.
  bool earlier_steps = true;

  bool tones() const { return picture >= 0; }
};

/// What MoveParticles does for a painter whose splats it can add.
struct MovingSplats {
  SplatImage image;
  std::int32_t* brightest;
  bool draws;
};

/// Owns no memory: it is the engine's. Called by the engine's thread alone, with the engine's
/// device current. What is queued may be captured in a graph.
class DevicePainter {
 public:
  DevicePainter() = default;
  virtual ~DevicePainter() = default;
  DevicePainter(const DevicePainter&) = delete;
  DevicePainter& operator=(const DevicePainter&) = delete;

  /// All of the device's memory is 0: puts there what never changes. Waits for it.
  virtual void fill() = 0;
  /// Before anything of a picture is queued. Throws std::invalid_argument where it cannot follow
  /// those before.
  virtual void begin(const PictureTarget& target) = 0;
  /// The picture's planes into the target.
  virtual void copy_to(const PictureTarget& target, int picture, const Launcher& to_host) const = 0;
};

/// Draws particles, beside the sorting of them.
class ParticlePainter : public DevicePainter {
 public:
  virtual MovingSplats moving_splats(bool draws) const = 0;
  /// For a picture without a step before it: what MoveParticles would have added.
  virtual void queue_splats() const = 0;
  /// All that is left when particles have moved, or have been placed, or only splatted.
  virtual void queue_sort_and_picture(const Sorting& sorting, const Drawing& drawing) const = 0;
  /// The part of a checkpoint that is the painter's. Both wait.
  virtual void save(Checkpoint& checkpoint) const = 0;
  /// After fill().
  virtual void restore(const Checkpoint& checkpoint) = 0;
};

}  // namespace lifereel
