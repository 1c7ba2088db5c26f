// SPDX-License-Identifier: GPL-2.0-or-later
// What a display shows of a picture. Private to src/.
#pragma once

#include "encoders/picture.h"
#include "encoders/png.h"

namespace lifereel {

/// Gray where the picture has luma alone or no colour anywhere, else R'G'B'. Chroma may be of any
/// size; a pixel takes the sample it lies in.
Still to_still(const PictureView& picture);

}  // namespace lifereel
