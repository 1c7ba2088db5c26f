// SPDX-License-Identifier: GPL-2.0-or-later
// The command line as data: what a command takes, what was given, and the help made from it.
#pragma once

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/settings.h"

namespace lifereel::cli {

/// Invalid usage; exit status 2.
struct UsageError : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

/// An option of a command that is not a setting. An empty `value` makes it a flag. A value called
/// FILE, FILM or FOLDER, and others of completion.cpp, is completed as one.
struct CommandOption {
  const char* name;
  const char* value;
  const char* help;
  std::vector<std::string> words = {};  ///< values that have names
};

class Arguments;

struct Command {
  const char* name;
  const char* synopsis;  ///< what follows "lifereel NAME"
  const char* summary;
  std::vector<std::string_view> settings;  ///< groups of setting_keys(), and single keys as "--isa"
  std::vector<CommandOption> options;
  int most_positional = 0;
  const char* notes = "";  ///< lines below the options in the help
  int (*run)(const Arguments&) = nullptr;
  std::vector<std::string> words = {};  ///< that positional arguments are; none: files
};

/// An option of a command, its own or a setting, as the parser, the help, the manual and the
/// completions have it.
struct Option {
  std::string name;
  char letter;        ///< -o; 0: none
  std::string value;  ///< what follows it, "FILE"; empty: a flag
  std::string help;
  std::string group;    ///< of a setting; empty: the command's own
  std::string initial;  ///< of a setting
  bool repeatable = false;
  std::vector<std::string> words = {};  ///< of a command's own; settings have setting_words()
};

/// Its own options, the settings it takes, group by group, and --help.
std::vector<Option> options_of(const Command& command);

/// "-o, --output FILE"
std::string option_with_value(const Option& option);

/// What was given to a command.
class Arguments {
 public:
  /// Throws UsageError.
  Arguments(const Command& command, const std::vector<std::string>& words);

  bool has(const std::string& option) const { return options_.contains(option); }
  /// An option's value; empty when it was not given.
  std::string value(const std::string& option) const;
  /// An option that counts something, 1 or more; `otherwise` when it was not given. Throws
  /// UsageError.
  int count(const std::string& option, int otherwise) const;
  const std::vector<std::string>& positional() const noexcept { return positional_; }
  /// Settings given as options, in order.
  const std::vector<std::pair<std::string, std::string>>& given_settings() const noexcept {
    return settings_;
  }

  /// Preset, then config file or film, then the command line, each on top of the one before. Throws
  /// UsageError for a value on the command line, std::invalid_argument or std::runtime_error for a
  /// file.
  RenderSettings settings() const { return settings(quality()); }
  /// The same with a quality between the preset, or the film, and what is given by key.
  RenderSettings settings(std::optional<Quality> quality) const;
  /// --quality; nothing where it was not given or is auto. Throws UsageError.
  std::optional<Quality> quality() const;
  bool chooses_quality() const { return value("quality") == "auto"; }

 private:
  bool encodes_;  // else what in a film's settings could do harm is not used
  std::map<std::string, std::string> options_;
  std::vector<std::pair<std::string, std::string>> settings_;
  std::vector<std::string> positional_;
};

/// Fits a screen: two options a line.
std::string help(const Command& command);

/// --preset, --config and --from, which Arguments::settings() understands.
const std::vector<CommandOption>& source_options();
/// --quality and --within.
const std::vector<CommandOption>& quality_options();
std::vector<std::string> preset_names();

}  // namespace lifereel::cli
