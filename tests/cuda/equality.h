// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

namespace lifereel {

// CPU and GPU side by side: a row of a Markdown table each, and std::runtime_error at the first
// difference.
void compare_tiny();   ///< for tools under which everything takes a hundred times as long
void compare_small();  ///< every block shape
void compare_long();

}  // namespace lifereel
