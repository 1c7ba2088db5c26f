// SPDX-License-Identifier: GPL-2.0-or-later
// The manual and the completions say all that there is; check-manual.sh has their readers read
// them.
#include <doctest/doctest.h>

#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "src/setting_words.h"
#include "src/settings.h"
#include "tests/messages.h"
#include "tests/sanitizers.h"
#include "tests/src/cli/program.h"

namespace {

using namespace lifereel;
using namespace lifereel::test;

/// As the overview lists them.
std::vector<std::string> command_names(const Program& program) {
  std::vector<std::string> names;
  std::istringstream lines(program.run({"--help"}).out);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string lifereel, name, summary;
    words >> lifereel >> name >> summary;
    // Those with a capital's summary; examples follow.
    if (lifereel == "lifereel" && line.starts_with("  ") && !summary.starts_with('-'))
      names.push_back(name);
  }
  REQUIRE(names.size() >= 10);
  return names;
}

/// Every --option of a command's help, without the dashes.
std::set<std::string> option_names(const Program& program, const std::string& command) {
  std::set<std::string> names;
  const std::string help = program.run({command, "--help"}).out;
  // Two columns of options, behind two blanks each, before the empty line and notes.
  std::istringstream lines(help);
  for (std::string line; std::getline(lines, line);) {
    const bool is_example = line.starts_with("  lifereel ");  // of another command, in the notes
    if (!line.starts_with("  ") || is_example) continue;
    for (std::size_t at = 0; (at = line.find(" --", at)) != std::string::npos;) {
      at += 3;
      const std::size_t end = line.find_first_not_of("abcdefghijklmnopqrstuvwxyz-", at);
      names.insert(line.substr(at, end - at));
    }
  }
  return names;
}

std::string for_roff(std::string text) {
  for (std::size_t at = 0; (at = text.find('-', at)) != std::string::npos; at += 2)
    text.replace(at, 1, "\\-");
  return text;
}

std::string generated(const Program& program, const std::string& what) {
  const Result result = program.run({"--generate", what});
  CHECK(result.status == 0);
  CHECK(result.err == "");
  return result.out;
}

/// What bash completes the last of `words` to.
std::string completed_by_bash(const Program& program, const std::string& words) {
  const Result result = program.shell(
      "\"$0\" --generate complete-bash > lifereel.bash && bash -c '"
      "shopt -s expand_aliases; compopt() { echo \"compopt $*\"; }; . ./lifereel.bash; "
      "COMP_WORDS=(" +
      words +
      "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _lifereel \"'\"$0\"'\"; "
      "echo \"${COMPREPLY[@]}\"'");
  CHECK(result.err == "");
  return result.out;
}

}  // namespace

TEST_SUITE("src.manual") {
  TEST_CASE("the manual has every command, option, key, preset and look" *
            doctest::skip(sanitized)) {
    const Program program;
    const std::string manual = generated(program, "man");
    for (const std::string& command : command_names(program)) {
      CAPTURE(command);
      CHECK(contains(manual, ".SS \"lifereel " + command + "\""));
      for (const std::string& option : option_names(program, command)) {
        CAPTURE(option);
        CHECK(contains(manual, "\\-\\-" + for_roff(option)));
      }
    }
    for (const SettingKey& key : setting_keys()) {
      CAPTURE(key.name);
      CHECK(contains(manual, "\\fB\\-\\-" + for_roff(key.name) + "\\fR"));
    }
    for (const Preset& preset : presets())
      CHECK(contains(manual, "\n\\fB" + for_roff(preset.name) + "\\fR\n"));
    for (const Look& look : looks())
      CHECK(contains(manual, "\n\\fB" + for_roff(look.name) + "\\fR\n"));
    for (const char* status : {"0", "1", "2", "129, 130, 143"})
      CHECK(contains(manual, std::string("\n\\fB") + status + "\\fR\n"));
    CHECK(manual == generated(program, "man"));
  }

  TEST_CASE("the completions have every command and option" * doctest::skip(sanitized)) {
    const Program program;
    const std::string bash = generated(program, "complete-bash");
    const std::string zsh = generated(program, "complete-zsh");
    const std::string fish = generated(program, "complete-fish");
    for (const std::string& command : command_names(program)) {
      CAPTURE(command);
      const std::string in_bash = completed_by_bash(program, "lifereel " + command + " -");
      const std::size_t in_zsh = zsh.find("\n      " + command + ") _arguments");
      REQUIRE(in_zsh != std::string::npos);
      const std::string zsh_part = zsh.substr(in_zsh, zsh.find(";;", in_zsh) - in_zsh);
      for (const std::string& option : option_names(program, command)) {
        CAPTURE(option);
        CHECK(contains(in_bash, "--" + option));
        CHECK(contains(zsh_part, "--" + option));
        CHECK(contains(fish, "__fish_seen_subcommand_from " + command + "' "));
        CHECK(contains(fish, " -l " + option));
      }
    }
  }

  TEST_CASE("bash completes commands, options and values" * doctest::skip(sanitized)) {
    const Program program;
    CHECK(completed_by_bash(program, "lifereel r") == "render\n");
    CHECK(completed_by_bash(program, "lifereel help ver") == "verify\n");
    CHECK(completed_by_bash(program, "lifereel render --pres") == "--preset\n");
    CHECK(completed_by_bash(program, "lifereel render --preset dvd_v") ==
          "dvd_video dvd_video_pal\n");
    CHECK(completed_by_bash(program, "lifereel render --seed 3 --look = ne") ==
          "compopt -o default\nneon\n");
    CHECK(completed_by_bash(program, "lifereel hash --palette vir") == "viridis\n");
    CHECK(completed_by_bash(program, "lifereel render --quality d") == "draft\n");
    CHECK(completed_by_bash(program, "lifereel render --codec mpeg2v") == "mpeg2video\n");
    CHECK(completed_by_bash(program, "lifereel render --container matr") == "matroska\n");
    CHECK(completed_by_bash(program, "lifereel looks ab") == "abyss\n");
    CHECK(completed_by_bash(program, "lifereel bench dvd_video panoramic_h") == "panoramic_hevc\n");
    CHECK(completed_by_bash(program, "lifereel verify fi") == "compopt -o default\n\n");
    CHECK(completed_by_bash(program, "lifereel render -o fi") == "compopt -o default\n\n");
    CHECK(completed_by_bash(program, "lifereel disc film.mpg --extras fo") ==
          "compopt -o dirnames\n\n");
    CHECK(completed_by_bash(program, "lifereel render --seed 4") == "\n");
  }

  TEST_CASE("words of values are values") {
    for (const SettingKey& key : setting_keys()) {
      CAPTURE(key.name);
      const std::string_view name = key.name;
      const bool of_choice = name != "codec" && name != "container";
      for (const std::string& word : setting_words(key.name)) {
        CAPTURE(word);
        RenderSettings settings;
        if (of_choice) CHECK_NOTHROW(apply_setting(settings, key.name, word, "word"));
      }
    }
    CHECK(setting_words("look").size() == looks().size());
    CHECK(setting_words("seed").empty());
    CHECK(setting_words("no such key").empty());
  }

  TEST_CASE("what cannot be generated is refused") {
    const Program program;
    CHECK(contains(program.failure(2, {"--generate"}), "--generate takes man, complete-bash"));
    CHECK(contains(program.failure(2, {"--generate", "complete-tcsh"}), "bash, zsh or fish"));
    CHECK(contains(program.failure(2, {"--words", "seed"}), "no option 'seed' has values"));
  }
}
