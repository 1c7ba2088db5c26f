// SPDX-License-Identifier: GPL-2.0-or-later
// Which device an engine is made on. Internal to cuda/.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "cuda/cuda_engine.h"
#include "sim/engine.h"

namespace lifereel {

/// Makes an engine on a device. What it throws as std::runtime_error is why that one cannot be
/// used.
using MakeOnDevice = std::function<std::unique_ptr<Engine>(const CudaDevice&)>;

/// On the device asked for or, of -1, on the first on which it can be made; as make_cuda_engine().
std::unique_ptr<Engine> make_on_chosen_device(int wanted, const MakeOnDevice& make,
                                              std::string* passed_over);

}  // namespace lifereel
