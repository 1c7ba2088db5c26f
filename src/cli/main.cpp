// SPDX-License-Identifier: GPL-2.0-or-later
// The command line: finds the command, runs it, and turns failures into one line and a status.
//   0 done
//   1 failed, or refused: settings that do not go together, files in the way
//   2 a command line that cannot be understood
//   75 the same may succeed later, or elsewhere: no space, a file that went stale, tasks missing
//   129, 130, 143 ended by SIGHUP, SIGINT, SIGTERM
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>
#include <stdexcept>

#include "src/build_facts.h"
#include "src/cli/commands.h"
#include "src/cli/completion.h"
#include "src/cli/manual.h"
#include "src/cli/option_words.h"
#include "src/cli/signals.h"
#include "src/cli/stack.h"
#include "src/errors.h"
#include "src/version.h"

namespace lifereel::cli {
namespace {

const Command& find_command(const std::string& name) {
  std::string known;
  for (const Command* command : commands()) {
    if (name == command->name) return *command;
    known += (known.empty() ? "" : ", ") + std::string(command->name);
  }
  throw UsageError("there is no command '" + name + "'; there are " + known);
}

// A film must not get the number of a closed standard stream: what is printed would go into it. To
// write where standard output was closed stays an error.
void occupy_standard_descriptors() {
  int descriptor = 0;
  while (descriptor >= 0 && descriptor <= STDERR_FILENO) {
    const bool is_output = fcntl(STDIN_FILENO, F_GETFD) >= 0 && fcntl(STDOUT_FILENO, F_GETFD) < 0;
    descriptor = open("/dev/null", is_output ? O_RDONLY : O_RDWR);
  }
  if (descriptor > STDERR_FILENO) close(descriptor);
}

constexpr int try_again_status = 75;  // EX_TEMPFAIL of sysexits.h

int fail(int status, const std::string& error) {
  std::string sentence = with_option_words(error);
  std::replace(sentence.begin(), sentence.end(), '\n', ' ');
  std::fprintf(stderr, "lifereel: %s\n", sentence.c_str());
  return status;
}

// Status and sentence when what was printed did not arrive. A film is no worse for that.
int check_printed(int status, const Command* command) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
  const std::string sentence =
      std::string("cannot write to standard output: ") + std::strerror(errno);
  if ((command == &render_command || command == &join_command) && status == 0)
    return fail(0, "the film is finished, but its report is not printed: " + sentence);
  return fail(1, sentence);
}

void print_overview() {
  std::printf("lifereel %s: Particle Life, from one seed to a finished film\n\n", version());
  for (const Command* command : commands()) {
    std::printf("  lifereel %-8s %s\n", command->name, command->summary);
  }
  std::printf(
      "\n"
      "  lifereel render --preset dvd_video --seconds 20 -o seed480.mpg\n"
      "  lifereel render --seed 7 --size 1280x720 --fps 30 --crf 20 --seconds 60 -o film.mp4\n"
      "\n"
      "lifereel COMMAND --help lists the options of a command; lifereel --version the version.\n");
}

/// For installation, and for what is installed then.
void generate(const std::vector<std::string>& words) {
  constexpr std::string_view shells = "complete-";
  const std::string what = words.size() == 2 ? words[1] : "";
  if (what == "man")
    std::fputs(manual().c_str(), stdout);
  else if (what.starts_with(shells))
    std::fputs(completion(what.substr(shells.size())).c_str(), stdout);
  else
    throw UsageError("--generate takes man, complete-bash, complete-zsh or complete-fish");
}

int run(const std::vector<std::string>& words) {
  if (words.empty()) throw UsageError("name a command; lifereel --help lists them");
  const std::string& first = words.front();
  if (first == "--version") {
    std::printf("lifereel %s\n", version());
    for (const BuildFact& fact : build_facts())
      std::printf("%-13s %s\n", fact.name.c_str(), fact.value.c_str());
    return check_printed(0, nullptr);
  }
  if (first == "--generate") {
    generate(words);
    return check_printed(0, nullptr);
  }
  if (first == "--words") {  // completions ask
    if (words.size() != 2) throw UsageError("--words takes an option's name");
    for (const std::string& word : value_words(words[1])) std::printf("%s\n", word.c_str());
    return check_printed(0, nullptr);
  }
  if (first == "--help" || first == "-h" || first == "help") {
    if (words.size() > 1) {
      std::fputs(help(find_command(words[1])).c_str(), stdout);
    } else {
      print_overview();
    }
    return check_printed(0, nullptr);
  }
  const Command& command = find_command(first);
  const Arguments arguments(command, {words.begin() + 1, words.end()});
  if (arguments.has("help")) {
    std::fputs(help(command).c_str(), stdout);
    return check_printed(0, nullptr);
  }
  return check_printed(command.run(arguments), &command);
}

// What fails when a signal has come fails because of it: a pipe without another end is no longer
// waited for.
int status_after(int status) { return caught_signal() != 0 ? 128 + caught_signal() : status; }

int run_or_fail(const std::vector<std::string>& words) {
  try {
    occupy_standard_descriptors();
    cancelled();  // from here on signals are caught
    return run(words);
  } catch (const UsageError& error) {
    return fail(status_after(2), error.what());
  } catch (const Cancelled& error) {
    return fail(128 + caught_signal(), error.what());
  } catch (const std::bad_alloc&) {
    return fail(1, "out of memory; fewer particles or a smaller size need less");
  } catch (const FinishedWithError& error) {
    return fail(1, error.what());
  } catch (const TryAgain& error) {
    return fail(status_after(try_again_status), error.what());
  } catch (const std::exception& error) {
    return fail(status_after(1), error.what());
  }
}

}  // namespace

const std::atomic<bool>& cancelled() {
  static const std::atomic<bool>& flag = catch_signals();
  return flag;
}

}  // namespace lifereel::cli

int main(int argc, char** argv) {
  using namespace lifereel::cli;
  return with_enough_stack([&] { return run_or_fail({argv + 1, argv + argc}); });
}
