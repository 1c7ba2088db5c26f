// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/disc/external_program.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "src/disc/child_process.h"
#include "src/disc/line_splitter.h"
#include "src/pipeline/cancellation.h"
#include "src/text/setting_text.h"

namespace lifereel {
namespace {

constexpr int tick_milliseconds = 100;

bool is_program(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         access(path.c_str(), X_OK) == 0;
}

/// Empty where it is not there.
std::string find_on_path(const std::string& name) {
  const char* const variable = std::getenv("PATH");
  std::string_view folders = variable != nullptr ? variable : "/usr/local/bin:/usr/bin:/bin";
  while (true) {
    const std::size_t colon = folders.find(':');
    const std::string_view folder = folders.substr(0, colon);
    // Others would be of whatever folder lifereel is started in, and it works in another.
    const std::string path = std::string(folder) + "/" + name;
    if (folder.starts_with('/') && is_program(path)) return path;
    if (colon == std::string_view::npos) return {};
    folders.remove_prefix(colon + 1);
  }
}

}  // namespace

std::optional<double> told_number(std::string_view text) {
  try {
    return parse_double(text);
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

ExternalProgram::ExternalProgram(std::string name, const std::string& package)
    : name_(std::move(name)), path_(find_on_path(name_)) {
  if (path_.empty())
    throw std::runtime_error("the program " + name_ +
                             ", which this needs, is not on the PATH; install it (Debian: apt "
                             "install " +
                             package + ")");
}

bool ExternalProgram::is_installed(const std::string& name) { return !find_on_path(name).empty(); }

void ExternalProgram::run(const Run& run, const std::atomic<bool>* cancel) const {
  std::string reason;
  const auto take_line = [&](std::string_view line) {
    if (line.empty()) return;
    if (!run.is_reason || run.is_reason(line)) reason = line;
    if (run.line) run.line(line);
  };
  LineSplitter output_lines(take_line), error_lines(take_line);

  std::vector<std::string> words{name_};
  words.insert(words.end(), run.arguments.begin(), run.arguments.end());
  // Its messages are read here, and dates in its files should not depend on where that is.
  auto environment = run.environment;
  environment.emplace_back("LC_ALL", "C");
  environment.emplace_back("TZ", "UTC");
  ChildProcess child(path_, words, environment, run.folder, run.patience);
  while (child.wait_for_output(tick_milliseconds)) {
    throw_if_cancelled(cancel, name_ + " was stopped");
    if (const auto bytes = child.read_output(); !bytes.empty())
      run.output ? run.output(bytes) : output_lines.add(bytes);
    error_lines.add(child.read_errors());
    if (run.tick) run.tick();
  }
  output_lines.finish();
  error_lines.finish();
  std::string failure;
  while (!child.ended(tick_milliseconds, failure))
    throw_if_cancelled(cancel, name_ + " was stopped");
  throw_if_cancelled(cancel, name_ + " was stopped");
  if (!failure.empty())
    throw ProgramFailure(name_ + " " + failure + (reason.empty() ? "" : ": " + reason));
}

}  // namespace lifereel
