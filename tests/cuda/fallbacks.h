// SPDX-License-Identifier: GPL-2.0-or-later
// What the engine does beside other users of the card, and where the card or the system refuses:
// only a real one can tell whether CUDA behaves as cuda/ takes it to.
#pragma once

namespace lifereel {

/// Prints rows of a Markdown table; throws std::runtime_error at the first that is not as it should
/// be.
void check_fallbacks();

}  // namespace lifereel
