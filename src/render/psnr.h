// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "encoders/picture.h"
#include "sim/checkpoint.h"
#include "sim/engine.h"
#include "src/job_control.h"

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
/// of the settings. Throws std::invalid_argument where it cannot be saved and restored.
Checkpoint film_start(Engine& engine);

/// Decodes the finished film of so many frames and has `engine` draw it again from `start`: what is
/// measured is what was written. `control` is shown its progress, the warm-up's and then the
/// film's. Throws std::runtime_error, Cancelled.
Psnr measure_psnr(const std::string& film_path, Engine& engine, const Checkpoint& start,
                  const PictureFormat& format, std::int64_t warmup, std::int64_t frames,
                  const JobControl& control);

}  // namespace lifereel
