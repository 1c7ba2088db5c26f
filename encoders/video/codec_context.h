// SPDX-License-Identifier: GPL-2.0-or-later
// A film's settings as libavcodec takes them: fields of a context, and options by name. Internal to
// encoders/.
#pragma once

#include <string>

#include "encoders/film_settings.h"
#include "encoders/libav/libav.h"

namespace lifereel {

/// nullptr where the codec has none of that name.
const AVOption* find_codec_option(const AVCodec& codec, const std::string& name);

/// "those of libx264 are a, b, c", for errors.
std::string own_codec_options(const AVCodec& codec);

/// Throws std::invalid_argument: there is no option of that name.
[[noreturn]] void refuse_codec_option(const AVCodec& codec, const std::string& name);

/// The options in the order they are applied: ours, then the user's. For pictures of a size, or 0x0
/// to learn their names.
StringPairs codec_options(const ResolvedFilm& film, int width, int height);

/// A context with everything set that needs no options.
UniqueCodecContext make_codec_context(const ResolvedFilm& film);

/// As it will be opened, but not opened. Throws std::invalid_argument for what libav does not take.
UniqueCodecContext configured_codec_context(const ResolvedFilm& film);

/// The most pictures the encoder will hold between two frames.
int pictures_held_at_most(const ResolvedFilm& film);

}  // namespace lifereel
