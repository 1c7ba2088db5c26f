// SPDX-License-Identifier: GPL-2.0-or-later
// UDF 1.02 as on a DVD (ECMA-167): one volume, one partition. Private to src/.
#pragma once

#include <cstdint>
#include <span>

#include "encoders/libav/byte_file.h"
#include "src/image/image_tree.h"

namespace lifereel {

/// Throws DamagedImage, also for a descriptor whose checksums are wrong, and std::runtime_error
/// where it cannot be read.
ImageTree read_udf(const ByteFile& image);

/// Writes the checksums of a descriptor that has been changed.
void seal_udf_descriptor(std::span<std::uint8_t> descriptor);

}  // namespace lifereel
