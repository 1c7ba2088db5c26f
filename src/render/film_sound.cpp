// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/render/film_sound.h"

#include <chrono>
#include <stdexcept>

#include "encoders/sound_file.h"
#include "src/pipeline/cancellation.h"

namespace lifereel {

void identify_sound(FilmSettings& film, const JobControl& control) {
  if (film.audio.file.empty() || film.codec == "null") return;
  try {
    film.audio.digest = sound_digest(film.audio, [&control] {
      throw_if_cancelled(control.cancel);
      throw_if_cancelled(control.end_early);
    });
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument("audio: " + std::string(error.what()));
  }
}

std::function<void(double)> watch_measuring(const JobControl& control, const std::string& file) {
  using Clock = std::chrono::steady_clock;
  return [&control, file, told = false, begin = Clock::now()](double) mutable {
    throw_if_cancelled(control.cancel);
    throw_if_cancelled(control.end_early);
    if (told || Clock::now() - begin < std::chrono::seconds(1)) return;
    told = true;
    if (control.notice) control.notice("measuring how loud '" + file + "' is");
  };
}

}  // namespace lifereel
