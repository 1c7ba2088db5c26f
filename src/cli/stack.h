// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <functional>

namespace lifereel::cli {

/// Returns what `work` does. Where `ulimit -s` or the C library gives threads less stack than
/// codecs take, every thread from now on gets enough, and `work` a thread of its own. `work` must
/// not throw.
int with_enough_stack(const std::function<int()>& work);

}  // namespace lifereel::cli
