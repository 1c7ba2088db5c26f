// SPDX-License-Identifier: GPL-2.0-or-later
// What can be known of a film's sound before the film is made.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "film_settings.h"

namespace [[gnu::visibility("default")]] lifereel {

/// What a file of sound says of itself; empty where it says nothing.
struct SoundTags {
  std::string title, artist;
};

/// AudioSettings::digest of the file that is there now: reads all of it. Throws
/// std::invalid_argument with one sentence for what is no file that can be read at any place (a
/// pipe, standard input), or is empty; or where `audio.digest` is given and the file has another.
/// `ask` is called now and then; what it throws ends that.
std::string sound_digest(const AudioSettings& audio, const std::function<void()>& ask = {});

/// Opens the file and decodes the begin of its track. Throws std::invalid_argument with one
/// sentence where that is no sound that can be under a film: damaged, encrypted, without that
/// track.
SoundTags check_sound(const AudioSettings& audio);

/// Of the sound, bits per second: exactly where the codec has a bit rate, else about as many as
/// music comes to; 0 without sound. Of a disc's silence, too.
std::int64_t sound_bitrate(const ResolvedFilm& film);

/// Samples (48 000 a second) of the sound of a film of so many frames: the nearest whole number to
/// its length, half a sample counting as one.
std::int64_t sound_samples(std::int64_t frames, Rational frames_per_second);

}  // namespace lifereel
