// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

namespace lifereel::cli {

/// The library's sentences speak of settings as config files write them, "resume = off", and of
/// "a render with the same settings"; people at a command line have options, "--resume off", and
/// "the same command". What stands in single quotes is not touched: it may be anybody's file name.
std::string with_option_words(const std::string& sentence);

}  // namespace lifereel::cli
