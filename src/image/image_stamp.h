// SPDX-License-Identifier: GPL-2.0-or-later
// Private to src/.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "encoders/libav/byte_file.h"

namespace lifereel {

/// Seconds since 1970 of SOURCE_DATE_EPOCH, by which reproducible builds date what they make, or of
/// the year 2000 where it is not set. Throws std::invalid_argument for what is no such time.
std::int64_t repeatable_date();

/// What genisoimage makes of the clock and of memory that it has not cleared, in a DVD-Video image:
/// every date becomes `date_seconds`, the name of the set of volumes is made of `id`, 16 digits,
/// and what lies between files is 0. `write` puts bytes to a place of the image. Throws as
/// read_udf() and read_iso9660() do, and what `write` throws.
void stamp_image(const ByteFile& image, std::int64_t date_seconds, const std::string& id,
                 const std::function<void(std::int64_t, std::span<const std::uint8_t>)>& write);

}  // namespace lifereel
