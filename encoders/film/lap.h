// SPDX-License-Identifier: GPL-2.0-or-later
// How long something takes. Internal to encoders/.
#pragma once

#include <chrono>

namespace lifereel {

/// Adds its own lifetime to `seconds`.
class Lap {
 public:
  explicit Lap(double& seconds) : seconds_(seconds) {}
  ~Lap() {
    seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }
  Lap(const Lap&) = delete;
  Lap& operator=(const Lap&) = delete;

 private:
  double& seconds_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace lifereel
