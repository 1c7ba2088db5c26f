// SPDX-License-Identifier: GPL-2.0-or-later
// scout: which film.
#include "src/scout.h"

#include <charconv>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "src/cli/commands.h"
#include "src/cli/progress.h"
#include "src/errors.h"

namespace lifereel::cli {
namespace {

/// As a shell takes it.
std::string for_shell(const std::string& word) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=:,./@%";
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

/// Of a film, but for its seed and its name.
std::string ready_command(const Arguments& arguments) {
  std::string command = "lifereel render";
  for (const char* const source : {"preset", "config", "from"})
    if (arguments.has(source))
      command += std::string(" --") + source + " " + for_shell(arguments.value(source));
  if (arguments.has("trust-film")) command += " --trust-film";
  for (const auto& [key, text] : arguments.given_settings())
    if (key != "seed" && key != "output" && key != "threads" && key != "isa")
      command += " --" + key + "=" + for_shell(text);
  const bool disc = arguments.settings().film.target != DiscTarget::none;
  return command + " --seed {seed} -o seed{seed}" + (disc ? ".mpg" : ".mp4");
}

std::vector<std::int64_t> parse_rungs(const std::string& text) {
  std::vector<std::int64_t> rungs;
  std::string_view left = text;
  while (left != "none") {
    const std::string_view part = left.substr(0, left.find(','));
    RenderSettings number;
    try {
      apply_setting(number, "frames", part, "--rungs");
    } catch (const std::invalid_argument& error) {
      throw UsageError(error.what());
    }
    if (*number.frames < 1) throw UsageError("--rungs: frames are 1 or more");
    rungs.push_back(*number.frames);
    if (part.size() == left.size()) break;
    left.remove_prefix(part.size() + 1);
  }
  return rungs;
}

/// "3/16"
void parse_share(const std::string& text, ScoutSettings& settings) {
  const std::size_t slash = text.find('/');
  const auto number = [&](std::string_view part, int& to) {
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), to);
    return !part.empty() && error == std::errc{} && end == part.data() + part.size();
  };
  if (slash == std::string::npos ||
      !number(std::string_view(text).substr(0, slash), settings.share) ||
      !number(std::string_view(text).substr(slash + 1), settings.shares) || settings.share < 1 ||
      settings.share > settings.shares)
    throw UsageError("--share: '" + text + "' is not K/N, a share K of N, as 3/16");
}

ScoutSettings scout_settings(const Arguments& arguments) {
  ScoutSettings settings;
  settings.film = arguments.settings();
  settings.folder = settings.film.output;
  settings.threads = settings.film.engine.threads;
  settings.command = ready_command(arguments);
  if (!arguments.has("seeds")) throw UsageError("scout needs seeds to look at: --seeds 1-5000");
  if (settings.folder.empty() || settings.folder == "-")
    throw UsageError("scout needs a folder to write to: -o scout");
  const auto seeds = [&](const char* option) {
    try {
      return parse_seeds(arguments.value(option));
    } catch (const std::invalid_argument& error) {
      throw UsageError(std::string("--") + option + ": " + error.what());
    }
  };
  for (const auto& given : arguments.given_settings())
    if (given.first == "seed") throw UsageError("scout looks at --seeds; leave --seed out");
  settings.seeds = seeds("seeds");
  if (arguments.has("held-out")) settings.held_out = seeds("held-out");
  if (arguments.has("rungs")) settings.rungs = parse_rungs(arguments.value("rungs"));
  if (arguments.has("keep")) settings.keep_percent = arguments.count("keep", 0);
  settings.finalists = arguments.count("finalists", settings.finalists);
  if (arguments.has("share")) parse_share(arguments.value("share"), settings);
  settings.films = !arguments.has("no-films");
  if (!settings.film.frames && !settings.film.seconds)
    throw UsageError(
        "a scout runs universes for as long as the film: give --preset, --frames or --seconds");
  return settings;
}

int run_scouting(const Arguments& arguments) {
  const bool quiet = arguments.has("quiet");
  const ScoutSettings settings = scout_settings(arguments);
  ScoutReport report;
  {
    ProgressLine line(stderr, quiet);
    JobControl control;
    control.cancel = &cancelled();
    control.progress = [&](const JobProgress& progress) { line.show_step(progress); };
    const auto notice = notices_to(stderr, quiet);
    control.notice = [&](const std::string& sentence) {
      if (!notice) return;
      line.make_way();
      notice(sentence);
    };
    report = run_scout(settings, control);
  }
  if (!quiet) std::fputs(describe(report).c_str(), stdout);
  if (report.complete) std::printf("to look at      %s/index.html\n", settings.folder.c_str());
  if (!report.waits_for.empty()) throw TryAgain(report.waits_for);
  return 0;
}

std::vector<CommandOption> scout_options() {
  std::vector<CommandOption> list = source_options();
  list.push_back({"seeds", "RANGE", "1-5000, or 7,480,1000-1999"});
  list.push_back({"rungs", "FRAMES", "first runs [1000,10000]"});
  list.push_back({"keep", "PERCENT", "go on from each rung [10]"});
  list.push_back({"finalists", "N", "run to the end, unlike [12]"});
  list.push_back({"held-out", "RANGE", "run to the end, to compare"});
  list.push_back({"share", "K/N", "a part: see below"});
  list.push_back({"no-films", "", "stills of finalists alone"});
  list.push_back({"quiet", "", "print only where to look"});
  list.push_back({"trust-film", "", "with filter, codec-option"});
  return list;
}

}  // namespace

const Command scout_command{
    "scout",
    "--seeds 1-5000 [options as for render] -o FOLDER",
    "Which seed to film: runs universes as long as the film, and shows the liveliest.",
    {"universe", "look", "length", "film", "--isa", "--threads", "--output"},
    scout_options(),
    0,
    "\nEvery seed is run for the first rung's frames, the best for the next one's, and a few that "
    "are\nunlike each other as long as the film. FOLDER/index.html shows them; scout.csv and "
    "scout.json have\nthe figures. Stopped at any moment, the same command goes on; more seeds may "
    "be given then.\n"
    "On many machines that share FOLDER, each runs --share K/N, again and again while it ends with "
    "status\n75 (others have to come first), and a last one without --share joins what is there.\n",
    run_scouting};

}  // namespace lifereel::cli
