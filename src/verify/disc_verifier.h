// SPDX-License-Identifier: GPL-2.0-or-later
// A DVD-Video as a folder or an image, verified. Private to src/.
#pragma once

#include <string>

#include "src/verify.h"

namespace lifereel {

/// verify() of what DvdFiles::is_disc() says is one.
VerifyReport verify_disc(const std::string& path, const JobControl& control);

}  // namespace lifereel
