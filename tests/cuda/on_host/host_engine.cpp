// SPDX-License-Identifier: GPL-2.0-or-later
// The engine on a GPU made of the host, for programs: what is defined here takes the place of what
// an archive defines.
#include "cuda/cuda_engine.cu"
#include "cuda/runtime/cuda_devices.cu"
