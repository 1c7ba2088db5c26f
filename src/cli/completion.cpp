// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/cli/completion.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "src/cli/commands.h"
#include "src/setting_words.h"

namespace lifereel::cli {
namespace {

enum class Values { none, text, words, words_or_files, files, folders, asked };

/// What helps to write an option's value.
Values values_of(const Option& option) {
  if (option.value.empty()) return Values::none;
  if (option.name == "codec" || option.name == "container") return Values::asked;
  if (option.name == "look" || option.name == "audio") return Values::words_or_files;
  if (!words_of(option).empty()) return Values::words;
  if (option.value == "FOLDER") return Values::folders;
  for (const std::string_view file : {"FILE", "FILM", "PNG", "DRIVE"})
    if (option.value == file) return Values::files;
  return Values::text;
}

std::string join(const std::vector<std::string>& words, const std::string& between = " ") {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

/// In single quotes, as all three shells have them, where `quote` is what stands for one inside.
std::string in_quotes(std::string_view text, std::string_view quote) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'')
      quoted += quote;
    else
      quoted += c;
  }
  return quoted + "'";
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const Command* command : commands()) names.push_back(command->name);
  return names;
}

std::vector<std::string> spellings(const Option& option) {
  std::vector<std::string> words{"--" + option.name};
  if (option.letter != 0) words.push_back(std::string("-") + option.letter);
  return words;
}

constexpr const char* bash_begin =
    R"sh(# bash completion for lifereel, made by: lifereel --generate complete-bash
_lifereel() {
  local command=${COMP_WORDS[1]} current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
  local words= kind=
  COMPREPLY=()
  # Bash makes three words of --look=neon.
  if [[ $current == '=' ]]; then
    current=
  elif [[ $before == '=' ]]; then
    before=${COMP_WORDS[COMP_CWORD-2]}
  fi
  if ((COMP_CWORD == 1)); then
    command=
    before=
  fi
)sh";

constexpr const char* bash_end = R"sh(  case $kind in
    text) return ;;
    files) compopt -o default; return ;;
    folders) compopt -o dirnames; return ;;
    asked) words=$("$1" --words "${before#--}" 2> /dev/null) ;;
    or-files) compopt -o default ;;  # where no word fits
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -F _lifereel lifereel
)sh";

/// "kind=...; words=..." of a value.
std::string bash_value(Values values, const std::vector<std::string>& words) {
  switch (values) {
    case Values::files:
      return "kind=files";
    case Values::folders:
      return "kind=folders";
    case Values::asked:
      return "kind=asked";
    case Values::words:
      return "kind=words words=" + in_quotes(join(words), "'\\''");
    case Values::words_or_files:
      return "kind=or-files words=" + in_quotes(join(words), "'\\''");
    case Values::none:
    case Values::text:
      break;
  }
  return "kind=text";
}

std::string bash_completion() {
  // Options of several commands whose values are the same share a line.
  std::map<std::string, std::vector<std::string>> patterns;
  std::string rest;
  for (const Command* command : commands()) {
    std::vector<std::string> all;
    for (const Option& option : options_of(*command)) {
      for (const std::string& spelling : spellings(option)) {
        all.push_back(spelling);
        if (!option.value.empty())
          patterns[bash_value(values_of(option), words_of(option))].push_back(
              "'" + std::string(command->name) + " " + spelling + "'");
      }
    }
    rest += "      '" + std::string(command->name) +
            " -'*) words=" + in_quotes(join(all), "'\\''") + " ;;\n";
    if (command->most_positional > 0)
      rest += "      '" + std::string(command->name) + " '*) " +
              bash_value(command->words.empty() ? Values::files : Values::words, command->words) +
              " ;;\n";
  }
  std::string text = bash_begin;
  text += "  case \"$command $before\" in\n    ' ') words=" +
          in_quotes(join(command_names()) + " help --help --version", "'\\''") + " ;;\n" +
          "    'help help') words=" + in_quotes(join(command_names()), "'\\''") + " ;;\n";
  for (const auto& [value, all] : patterns)
    text += "    " + join(all, " | ") + ") " + value + " ;;\n";
  text += "    *) case \"$command $current\" in\n" + rest + "    esac ;;\n  esac\n";
  return text + bash_end;
}

std::string escape(std::string_view text, std::string_view which) {
  std::string escaped;
  for (const char c : text) {
    if (which.find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

constexpr const char* zsh_begin = R"sh(#compdef lifereel
# zsh completion for lifereel, made by: lifereel --generate complete-zsh
_lifereel_or_files() { _alternative "words:word:($*)" 'files:file:_files' }
_lifereel_asked() {
  local -a words
  words=(${(f)"$(_call_program words $service --words $1)"})
  compadd -a words
}
_lifereel() {
  local curcontext=$curcontext state line
  local -a commands
  _arguments -C '(- *)'{-h,--help}'[the commands]' '(- *)--version[the version and how it was built]' \
    '1:command:->command' '*::argument:->argument'
  case $state in
)sh";

constexpr const char* zsh_end = R"sh(    esac ;;
  esac
}
_lifereel "$@"
)sh";

/// What _arguments does for a value.
std::string zsh_action(const Option& option) {
  switch (values_of(option)) {
    case Values::words:
      return "(" + join(words_of(option)) + ")";
    case Values::words_or_files:
      return " _lifereel_or_files " + join(words_of(option));
    case Values::files:
      return "_files";
    case Values::folders:
      return "_files -/";
    case Values::asked:
      return " _lifereel_asked " + option.name;
    case Values::none:
    case Values::text:
      break;
  }
  return " ";
}

std::string zsh_option(const Option& option) {
  const std::string value =
      option.value.empty() ? "" : ":" + escape(option.value, ":") + ":" + zsh_action(option);
  const std::string told = "[" + escape(option.help, "[]:\\") + "]" + value;
  const std::string equals = option.value.empty() ? "" : "=";
  const auto quoted = [](const std::string& text) { return in_quotes(text, "'\\''"); };
  if (option.letter == 0)
    return quoted((option.repeatable ? "*--" : "--") + option.name + equals + told);
  const std::string letter = std::string("-") + option.letter, name = "--" + option.name;
  return quoted("(" + letter + " " + name + ")") + "{" + letter + "," + name + equals + "}" +
         quoted(told);
}

std::string zsh_completion() {
  std::string listed, rest;
  for (const Command* command : commands()) {
    listed +=
        "        " +
        in_quotes(std::string(command->name) + ":" + escape(command->summary, ":\\"), "'\\''") +
        "\n";
    rest += "      " + std::string(command->name) + ") _arguments -S";
    for (const Option& option : options_of(*command)) rest += " \\\n        " + zsh_option(option);
    if (command->most_positional > 0) {
      const std::string each = command->most_positional == 1 ? "1" : "*";
      rest +=
          " \\\n        " + (command->words.empty()
                                 ? in_quotes(each + ":file:_files", "")
                                 : in_quotes(each + ":name:(" + join(command->words) + ")", ""));
    }
    rest += " ;;\n";
  }
  return std::string(zsh_begin) + "    command)\n      commands=(\n" + listed +
         "        'help:the options of a command')\n      _describe command commands ;;\n" +
         "    argument) case $words[1] in\n      help) _values command " + join(command_names()) +
         " ;;\n" + rest + zsh_end;
}

std::string fish_value(Values values, const std::vector<std::string>& words,
                       const std::string& name) {
  const std::string list = " -a " + in_quotes(join(words), "\\'");
  switch (values) {
    case Values::none:
      return "";
    case Values::text:
      return " -x";
    case Values::words:
      return " -x" + list;
    case Values::words_or_files:
      return " -r -F" + list;
    case Values::files:
      return " -r -F";
    case Values::folders:
      return " -x -a '(__fish_complete_directories)'";
    case Values::asked:
      return " -x -a '(lifereel --words " + name + " 2> /dev/null)'";
  }
  return "";
}

std::string fish_completion() {
  const auto quoted = [](const std::string& text) { return in_quotes(escape(text, "\\"), "\\'"); };
  std::string text =
      "# fish completion for lifereel, made by: lifereel --generate complete-fish\n"
      "complete -c lifereel -f\n"
      "complete -c lifereel -n __fish_use_subcommand -s h -l help -d 'the commands'\n"
      "complete -c lifereel -n __fish_use_subcommand -l version"
      " -d 'the version and how it was built'\n"
      "complete -c lifereel -n __fish_use_subcommand -a help -d 'the options of a command'\n"
      "complete -c lifereel -n '__fish_seen_subcommand_from help' -a " +
      quoted(join(command_names())) + "\n";
  for (const Command* command : commands()) {
    const std::string name = command->name;
    text += "complete -c lifereel -n __fish_use_subcommand -a " + name + " -d " +
            quoted(command->summary) + "\n";
    const std::string within = "complete -c lifereel -n '__fish_seen_subcommand_from " + name + "'";
    for (const Option& option : options_of(*command)) {
      text += within;
      if (option.letter != 0) text += std::string(" -s ") + option.letter;
      text += " -l " + option.name + fish_value(values_of(option), words_of(option), option.name) +
              " -d " + quoted(option.help) + "\n";
    }
    if (command->most_positional > 0)
      text +=
          within + (command->words.empty() ? " -F" : " -a " + quoted(join(command->words))) + "\n";
  }
  return text;
}

}  // namespace

std::string completion(const std::string& shell) {
  if (shell == "bash") return bash_completion();
  if (shell == "zsh") return zsh_completion();
  if (shell == "fish") return fish_completion();
  throw UsageError("there are no completions for '" + shell + "'; write bash, zsh or fish");
}

std::vector<std::string> words_of(const Option& option) {
  return option.group.empty() ? option.words : setting_words(option.name);
}

std::vector<std::string> value_words(const std::string& name) {
  for (const Command* command : commands())
    for (const Option& option : options_of(*command))
      if (option.name == name && !words_of(option).empty()) return words_of(option);
  throw UsageError("--words: no option '" + name + "' has values with names");
}

}  // namespace lifereel::cli
