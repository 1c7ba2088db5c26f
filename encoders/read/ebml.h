// SPDX-License-Identifier: GPL-2.0-or-later
// Matroska's and WebM's sizes and checksums. Internal to encoders/.
#pragma once

#include <cstdint>
#include <functional>

#include "encoders/libav/byte_file.h"
#include "encoders/read/integrity.h"

namespace lifereel {

/// Walks the elements at the top of the file and of its segment; those that begin with a CRC-32 are
/// held against it. `go_on` is asked now and then.
Integrity check_ebml(const ByteFile& file, const std::function<bool()>& go_on);

}  // namespace lifereel
