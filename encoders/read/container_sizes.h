// SPDX-License-Identifier: GPL-2.0-or-later
// What containers state of the sizes of their parts, and Ogg of their checksums. Internal to
// encoders/.
#pragma once

#include <functional>

#include "encoders/libav/byte_file.h"
#include "encoders/read/integrity.h"

namespace lifereel {

/// Whether the boxes at the top of an mp4 or mov end where the file does.
Integrity check_boxes(const ByteFile& file);
/// Likewise the chunks at the top of an AVI.
Integrity check_riff(const ByteFile& file);
/// Likewise the tags of a Flash video, each of which states its size before and behind it.
Integrity check_flv_tags(const ByteFile& file);
/// Pages have checksums, and the last one says so. `go_on` is asked now and then.
Integrity check_ogg_pages(const ByteFile& file, const std::function<bool()>& go_on);

}  // namespace lifereel
