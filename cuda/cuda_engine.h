// SPDX-License-Identifier: GPL-2.0-or-later
// The same universe on an NVIDIA GPU, behind the same Engine. No CUDA header is needed to use it,
// and it may be called in a build without CUDA: then there are no devices, and the reason says so.
#pragma once

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "../sim/engine.h"  // as installed

namespace [[gnu::visibility("default")]] lifereel {

/// One GPU of this machine.
struct CudaDevice {
  int index = 0;                 ///< the setting device
  std::string name;              ///< "NVIDIA H200"
  std::string architecture;      ///< "sm_90"
  std::size_t memory_bytes = 0;  ///< of the device, whether free or not
  std::string unusable;          ///< why this build cannot use it; empty: it can
};

struct CudaDevices {
  std::vector<CudaDevice> devices;
  /// Why `devices` is empty: no driver, a driver too old, no device, a build without CUDA.
  std::string none_because;
  /// There is a driver, but it is too old or out of order: there may be GPUs that it cannot show.
  bool driver_fails = false;
};

/// Looks for GPUs. Never throws for what it finds or does not find.
CudaDevices cuda_devices();

/// How the CUDA engine computes. None of it changes a bit of the result.
struct CudaEngineSettings {
  int device = -1;  ///< as in cuda_devices(); -1: the first that can be used now
  /// Threads that share the candidates of one particle: 8, 16 or 32; 0: chosen for the device.
  int lanes_per_particle = 0;
  int threads_per_block = 0;  ///< 64, 128, 256 or 512; 0: chosen
  /// Pictures that may be begun before the first must be finished: 2..64; 0: chosen.
  int pictures_in_flight = 0;

  bool operator==(const CudaEngineSettings&) const = default;
};

/// Device memory that such an engine allocates, all of it at once, when it is made.
std::size_t cuda_engine_memory_bytes(const UniverseSettings& universe,
                                     const CudaEngineSettings& settings = {});

/// No device can be used, or not the one asked for. what() is a sentence with a remedy.
class NoUsableGpu : public std::runtime_error {
 public:
  explicit NoUsableGpu(const std::string& reason);
  /// Without the remedy; every device and what is wrong with it: "no GPU can be used: GPU 0 (NVIDIA
  /// H200): ...; GPU 1 (NVIDIA H200): ...".
  const std::string& reason() const noexcept { return reason_; }

 private:
  std::string reason_;
};

/// Makes an engine at frame 0, of particle-life or of another of lifereel's scenes. Pictures are
/// copied into the caller's memory asynchronously, up to draws_in_flight() at once; at full speed
/// only into memory of allocate_picture_memory(), which is pinned as far as the system pins memory,
/// and may outlive the engine. No call changes the calling thread's current device, and any thread
/// may make the calls. A device that is busy, full or out of order is passed over for the next,
/// unless it was asked for; `passed_over` says which and why ("GPU 0 (NVIDIA H200): ..."), and is
/// empty where it was none. Throws std::invalid_argument for invalid settings, NoUsableGpu; later,
/// from any call, std::runtime_error when CUDA reports an error, with its call and text.
std::unique_ptr<Engine> make_cuda_engine(const UniverseSettings& universe,
                                         const CudaEngineSettings& settings = {},
                                         std::string* passed_over = nullptr);

}  // namespace lifereel
