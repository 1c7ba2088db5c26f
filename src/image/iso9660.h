// SPDX-License-Identifier: GPL-2.0-or-later
// ISO 9660 (ECMA-119), with the names of Rock Ridge where it has them. Private to src/.
#pragma once

#include "encoders/libav/byte_file.h"
#include "src/image/image_tree.h"

namespace lifereel {

/// Whether a file begins like an image with such a file system.
bool has_iso9660(const ByteFile& image);

/// Throws DamagedImage, and std::runtime_error where it cannot be read.
ImageTree read_iso9660(const ByteFile& image);

}  // namespace lifereel
