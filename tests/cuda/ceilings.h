// SPDX-License-Identifier: GPL-2.0-or-later
// What a card can do at best, measured on it: what gpu_check's figures stand beside.
#pragma once

#include <cstddef>

/// Of the current device; calls throw std::runtime_error with CUDA's text.
struct Ceilings {
  double operations_per_second = 0;    ///< float32 additions and multiplications, none fused
  double memory_bytes_per_second = 0;  ///< of a copy on the device: read and written
  double frame_seconds = 0;            ///< launch after launch of as many kernels as a frame has
  double pinned_gib_seconds = 0;       ///< to allocate 1 GiB of pinned memory, as rings are
};
Ceilings measure_ceilings();

/// One copy after another into pinned memory, a picture of so many bytes each.
double seconds_to_host(std::size_t bytes);
