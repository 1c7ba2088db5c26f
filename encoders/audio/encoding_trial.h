// SPDX-License-Identifier: GPL-2.0-or-later
// What a codec makes of a film's sound. Internal to encoders/.
#pragma once

#include <cstdint>
#include <functional>

#include "encoders/audio/audio_codec.h"
#include "encoders/audio/audio_source.h"
#include "encoders/audio/loudness_meter.h"

namespace lifereel {

/// Encodes the source's next `samples` as a film would, decodes that again and measures it: what is
/// lost raises peaks, by more than any margin allows for. `ask` is called now and then; what it
/// throws ends the trial.
Loudness try_encoding(const AudioCodec& codec, std::int64_t bitrate, AudioSource& source,
                      std::int64_t samples, const std::function<void()>& ask);

}  // namespace lifereel
