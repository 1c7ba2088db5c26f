// SPDX-License-Identifier: GPL-2.0-or-later
// The packs of a DVD from which players search: one begins every object unit. Internal to
// encoders/.
#pragma once

#include <cstddef>
#include <functional>

#include "encoders/libav/byte_file.h"

namespace lifereel {

/// What is left of such a pack's two packets after their length fields; each begins with the number
/// of its substream, 0 and 1.
inline constexpr std::size_t presentation_control_bytes = 980;
inline constexpr std::size_t data_search_bytes = 1018;

/// Whether an authoring program has made a disc's object of this film since: it fills in both
/// packets of the navigation packs, which a film has empty, and changes headers. `go_on` is asked
/// now and then. Throws std::runtime_error when the file cannot be read.
bool is_authored(const ByteFile& file, const std::function<bool()>& go_on);

}  // namespace lifereel
