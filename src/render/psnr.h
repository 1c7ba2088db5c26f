// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "encoders/picture.h"
#include "sim/checkpoint.h"
#include "sim/engine.h"
#include "src/settings.h"

namespace lifereel {

/// How far decoded pictures are from those that were drawn, plane by plane.
class Psnr {
 public:
  void add(const PictureView& decoded, const PictureView& drawn);

  std::int64_t pictures() const noexcept { return pictures_; }
  /// Decibels, of all pictures and of the worst; infinite where all are equal, nothing where there
  /// is no such plane, or none of the same size.
  std::optional<double> mean(int plane) const;
  std::optional<double> minimum(int plane) const;

 private:
  std::int64_t pictures_ = 0, planes_[3] = {};
  double sums_[3] = {}, worst_[3] = {};  // of mean squares
};

/// Where the film begins: an engine of the caller's may be anywhere in a universe that is not that
/// of the settings. Throws std::invalid_argument where it cannot be saved.
Checkpoint film_start(const Engine& engine);

/// Decodes the finished film and draws the universe again: what is measured is what was written.
/// Throws std::runtime_error, Cancelled.
Psnr measure_psnr(const RenderSettings& settings, const Checkpoint& start,
                  const PictureFormat& format, std::int64_t frames,
                  const std::atomic<bool>* cancel);

}  // namespace lifereel
