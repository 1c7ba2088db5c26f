// SPDX-License-Identifier: GPL-2.0-or-later
// A film opened for reading. Internal to encoders/.
#pragma once

#include <string>

#include "encoders/libav/libav.h"

namespace lifereel {

struct FilmInput {
  UniqueInput input;
  const AVStream* video = nullptr;  ///< the first one; belongs to input
};

/// Throws std::runtime_error when the file cannot be read or has no video.
FilmInput open_film(const std::string& path);

}  // namespace lifereel
