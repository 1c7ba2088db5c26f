// SPDX-License-Identifier: GPL-2.0-or-later
// What shells complete the program's command lines by, made from the same table as its help.
#pragma once

#include <string>
#include <vector>

#include "src/cli/arguments.h"

namespace lifereel::cli {

/// A shell's file of completions for every command, option and value. "bash", "zsh" or "fish";
/// throws UsageError for another shell.
std::string completion(const std::string& shell);

/// Values that have names, of an option of either kind.
std::vector<std::string> words_of(const Option& option);

/// The words that can stand for the value of an option, in any command: "preset", "look". Those of
/// codec and container depend on the FFmpeg that is there now, which is why completions ask for
/// them when a key is pressed. Throws UsageError for an option without such words.
std::vector<std::string> value_words(const std::string& option);

}  // namespace lifereel::cli
