// SPDX-License-Identifier: GPL-2.0-or-later
// What a render does about sound before its first frame. Private to src/.
#pragma once

#include <functional>
#include <string>

#include "encoders/film_settings.h"
#include "src/job_control.h"

namespace lifereel {

/// From now on the film's sound is the file that is there now: fills in its digest. Throws
/// std::invalid_argument for a file that cannot be read, or is another than the film's.
void identify_sound(FilmSettings& film, const JobControl& control);

/// FilmOutput::measuring_sound: ends what is long when the job is asked to end, and says what takes
/// so long. `control` must outlive it.
std::function<void(double)> watch_measuring(const JobControl& control, const std::string& file);

}  // namespace lifereel
