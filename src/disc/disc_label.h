// SPDX-License-Identifier: GPL-2.0-or-later
// Names of discs. Private to src/.
#pragma once

#include <string>

namespace lifereel {

/// Throws std::invalid_argument, with one that would do, for what ISO 9660 does not take as a
/// volume's name: more than 32 letters, and others than A-Z, 0-9 and _.
void check_disc_label(const std::string& label);

}  // namespace lifereel
