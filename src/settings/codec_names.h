// SPDX-License-Identifier: GPL-2.0-or-later
// What people call encoders.
#pragma once

#include <string>
#include <string_view>

namespace lifereel {

/// FFmpeg's name of an encoder as it is; the name of a format as that of its usual encoder.
std::string parse_codec(std::string_view text);

/// Throws std::invalid_argument where this FFmpeg has no such encoder, with the nearest name.
void check_codec_exists(const std::string& codec);

}  // namespace lifereel
