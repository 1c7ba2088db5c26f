// SPDX-License-Identifier: GPL-2.0-or-later
// In the macros of man(7) alone, which groff and mandoc both know.
#include "src/cli/manual.h"

#include <string_view>

#include "src/cli/commands.h"
#include "src/cli/completion.h"
#include "src/version.h"

namespace lifereel::cli {
namespace {

struct Row {
  const char* name;
  const char* text;
};

constexpr Row statuses[] = {
    {"0", "Done, and nothing is wrong."},
    {"1",
     "Failed or refused, with one sentence on standard error; or verify and hash --check have "
     "found "
     "something wrong. Nothing is left that looks finished."},
    {"2", "The command line cannot be understood."},
    {"75",
     "The same may succeed later, or on another machine: no space for a task, a file handle that "
     "went stale; join: tasks are missing, which the last words name; scout --share: others have "
     "to come first. Engines requeue it."},
    {"129, 130, 143",
     "Ended by SIGHUP, SIGINT (Ctrl-C) or SIGTERM. A render has kept what is finished, and the "
     "same "
     "command resumes there."},
};

constexpr Row variables[] = {
    {"XDG_CACHE_HOME", "Estimates are kept in its folder lifereel. Unset: HOME/.cache."},
    {"HOME", "Where XDG_CACHE_HOME is unset."},
    {"TMPDIR", "Films that bench measures, and what a disc is made of. Unset: /tmp."},
    {"SOURCE_DATE_EPOCH",
     "The date in a disc's image, in seconds since 1970. Unset: the year 2000."},
    {"CUDA_VISIBLE_DEVICES", "The GPUs that NVIDIA's driver shows."},
    {"TERM", "On a dumb terminal progress is told in lines."},
    {"PATH", "Where disc finds dvdauthor, genisoimage, xorriso, lsdvd and growisofs."},
};

constexpr Row files[] = {
    {"FILM.lifereel/",
     "Beside a film until it is complete: its finished chunks, the state of its universe, and its "
     "settings, from which the same command resumes. Removed when the film has its name."},
    {"FILM.farm/",
     "Of a film that plan shares out: the sealed plan, the chunks of all tasks, states that they "
     "begin with, and what submits them. It stays until it is removed; join --remove leaves the "
     "plan."},
    {"FOLDER/index.html, scout.csv, scout.json",
     "What scout has found. What is beside them is what it goes on from, or is extended by."},
    {"~/.cache/lifereel/", "What estimates have measured, and what finished renders took."},
    {"FILE.cfg",
     "Settings, for --config: lines \"key = value\", where a key is an option without its dashes. "
     "# "
     "begins a comment. A line \"preset = NAME\" may stand first. lifereel presets NAME prints one "
     "to begin with. A look, for --look, is such a file with the keys of a look alone."},
};

constexpr Row examples[] = {
    {"lifereel render --preset dvd_video -o two_hours.mpg", "Two hours for a DVD."},
    {"lifereel render --seed 7 --size 1280x720 --fps 30 --crf 20 --seconds 60 -o film.mp4",
     "A minute of another universe."},
    {"lifereel render --seed 11 --size 1920x1080 --look neon --frame 900 -o wallpaper.png",
     "One picture."},
    {"lifereel scout --preset dvd_video --seeds 1-2000 -o scout", "Which seed to film."},
    {"lifereel estimate --preset film_4k", "What that film will take on this machine."},
    {"lifereel verify film.mpg", "Whether a film is what it should be."},
    {"lifereel plan --preset bd_4k_6h -o film.mp4 --tasks 100 --slurm && film.mp4.farm/submit.sh",
     "Six hours in 4K on a hundred machines."},
    {"lifereel disc film.mpg -o disc.iso", "From the film to the image of a DVD-Video."},
    {"lifereel hash --frames 100 -o golden.txt && lifereel hash --check golden.txt",
     "Whether a machine computes the same universe."},
};

constexpr Row groups[] = {
    {"universe", "What is simulated. Each of these makes another universe."},
    {"look", "How it is drawn. Nothing here changes the simulation."},
    {"length", "How much of it is filmed."},
    {"film", "How it is encoded, and its sound."},
    {"engine", "What computes it. The pictures are the same, whatever stands here."},
    {"output", "Where it goes."},
};

/// Plain text for roff.
std::string text(std::string_view plain) {
  std::string roff;
  for (const char c : plain) {
    const bool begins_line = roff.empty() || roff.back() == '\n';
    if (begins_line && (c == '.' || c == '\'')) roff += "\\&";
    switch (c) {
      case '\\':
        roff += "\\e";
        break;
      case '-':
        roff += "\\-";
        break;
      case '\'':
        roff += "\\(aq";
        break;
      case '^':
        roff += "\\(ha";
        break;
      case '~':
        roff += "\\(ti";
        break;
      case '`':
        roff += "\\(ga";
        break;
      default:
        roff += c;
    }
  }
  return roff;
}

/// An argument of a macro, in quotes.
std::string argument(std::string_view plain) {
  std::string quoted = "\"";
  for (const char c : text(plain)) quoted += c == '"' ? std::string("\\(dq") : std::string(1, c);
  return quoted + "\"";
}

std::string bold(std::string_view plain) { return "\\fB" + text(plain) + "\\fR"; }

std::string entry(const std::string& tag, const std::string& body) {
  return ".TP\n" + tag + "\n" + body + "\n";
}

template <std::size_t N>
std::string section(std::string_view title, const Row (&rows)[N]) {
  std::string roff = ".SH " + argument(title) + "\n";
  for (const Row& row : rows) roff += entry(bold(row.name), text(row.text));
  return roff;
}

/// Sentences of a help, whose lines are broken for a screen.
std::string unbroken(std::string_view lines) {
  std::string joined;
  for (const char c : lines) joined += c == '\n' ? ' ' : c;
  joined.erase(0, joined.find_first_not_of(' '));
  joined.erase(joined.find_last_not_of(' ') + 1);
  return text(joined);
}

std::string described(const Option& option) {
  std::string tag;
  if (option.letter != 0) tag = bold(std::string("-") + option.letter) + ", ";
  tag += bold("--" + option.name);
  if (!option.value.empty()) tag += " \\fI" + text(option.value) + "\\fR";
  std::string body = text(option.help) + ".";
  std::string words;
  // Which codecs and containers there are is a matter of the FFmpeg that it runs with.
  if (option.name != "codec" && option.name != "container")
    for (const std::string& word : words_of(option)) words += (words.empty() ? "" : ", ") + word;
  if (words.find(',') != std::string::npos) body += "\nNames: " + text(words) + ".";
  if (!option.initial.empty()) body += "\nInitially " + text(option.initial) + ".";
  if (option.repeatable) body += "\nMay be given again and again.";
  return entry(tag, body);
}

std::string command_section(const Command& command) {
  std::string roff = ".SS " + argument("lifereel " + std::string(command.name)) + "\n";
  std::string groups_taken, keys_taken;
  for (const std::string_view taken : command.settings) {
    std::string& list = taken.starts_with("--") ? keys_taken : groups_taken;
    list += (list.empty() ? "" : ", ") + (taken.starts_with("--") ? bold(taken) : text(taken));
  }
  roff += bold("lifereel " + std::string(command.name)) + " " + text(command.synopsis) + "\n.PP\n" +
          text(command.summary) + "\n";
  for (const Option& option : options_of(command))
    if (option.group.empty()) roff += described(option);
  if (!groups_taken.empty() || !keys_taken.empty()) {
    roff += ".PP\nSettings, below:";
    if (!groups_taken.empty()) roff += " all of " + groups_taken;
    if (!keys_taken.empty()) roff += (groups_taken.empty() ? " " : "; ") + keys_taken;
    roff += ".\n";
  }
  if (*command.notes != '\0') roff += ".PP\n" + unbroken(command.notes) + "\n";
  return roff;
}

std::string settings_sections() {
  std::string roff = ".SH SETTINGS\n" +
                     text(
                         "Each is a key of config files, looks and presets, and an option with "
                         "two dashes. Flags also take yes or no.") +
                     "\n";
  std::string group;
  for (const SettingKey& key : setting_keys()) {
    if (group != key.group) {
      group = key.group;
      roff += ".SS " + argument("Of the " + group) + "\n";
      for (const Row& row : groups)
        if (group == row.name) roff += text(row.text) + "\n";
    }
    Option option{key.name, char{0}, key.value, key.help, key.group, key.initial};
    option.repeatable = key.repeatable;
    if (option.name == "output") option.letter = 'o';
    roff += described(option);
  }
  return roff;
}

}  // namespace

std::string manual() {
  std::string roff = ".\\\" Made by: lifereel --generate man\n.TH LIFEREEL 1 \"" LIFEREEL_DATE
                     "\" " +
                     argument("lifereel " + std::string(version())) + " " +
                     argument("User Commands") + "\n.SH NAME\n" + "lifereel \\- " +
                     text("Particle Life, from one seed to a finished film") + "\n.SH SYNOPSIS\n";
  for (const Command* command : commands())
    roff += std::string(command == commands().front() ? "" : ".br\n") +
            bold("lifereel " + std::string(command->name)) + " " + text(command->synopsis) + "\n";
  roff += ".br\n" + bold("lifereel help") + " [\\fICOMMAND\\fR]\n.br\n" +
          bold("lifereel --version") + "\n";
  roff += ".SH DESCRIPTION\n" +
          text(
              "lifereel simulates Particle Life (particles of several species on a torus, with an "
              "asymmetric matrix of forces between the species) and encodes it in the same "
              "process, with FFmpeg's libraries, as DVD-Video, H.264, HEVC or lossless films of "
              "any length. One seed is one universe, bit for bit, on every machine.") +
          "\n.PP\n" +
          text(
              "A film gets its name only when it is complete. A render that was stopped goes on "
              "where it was when the same command is given again.") +
          "\n.SH COMMANDS\n";
  for (const Command* command : commands()) roff += command_section(*command);
  roff += settings_sections();
  roff += ".SH PRESETS\n";
  for (const Preset& preset : presets()) roff += entry(bold(preset.name), text(preset.summary));
  roff += ".SH LOOKS\n";
  for (const Look& look : looks()) roff += entry(bold(look.name), text(look.summary));
  roff += section("EXIT STATUS", statuses) + section("ENVIRONMENT", variables) +
          section("FILES", files);
  roff += ".SH SHELLS\n" +
          text(
              "lifereel --generate man, complete-bash, complete-zsh or complete-fish prints this "
              "manual, or what a shell completes command lines by.") +
          "\n";
  roff += section("EXAMPLES", examples);
  roff +=
      ".SH SEE ALSO\n.BR ffmpeg (1),\n.BR dvdauthor (1),\n.BR genisoimage (1),\n.BR growisofs "
      "(1)\n";
  return roff;
}

}  // namespace lifereel::cli
