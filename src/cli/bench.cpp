// SPDX-License-Identifier: GPL-2.0-or-later
// bench: figures that people can paste.
#include "src/bench.h"

#include <unistd.h>

#include <cstdio>

#include "encoders/finished_file.h"
#include "src/cli/commands.h"
#include "src/cli/progress.h"
#include "src/setting_words.h"

namespace lifereel::cli {
namespace {

/// What is measured, on one line of a terminal; nothing elsewhere.
JobControl job_control(bool quiet) {
  JobControl control;
  control.cancel = &cancelled();
  control.notice = notices_to(stderr, quiet);
  if (!quiet && isatty(STDERR_FILENO) == 1)
    control.progress = [](const JobProgress& progress) {
      std::fprintf(stderr, "\r%.100s\x1b[K", progress.measuring.c_str());
    };
  return control;
}

/// Ends the progress line, also when something throws.
struct EndOfProgress {
  const JobControl& control;
  ~EndOfProgress() {
    if (control.progress) std::fputs("\r\x1b[K", stderr);
  }
};

int measure(const Arguments& arguments) {
  const RenderSettings settings = arguments.settings();
  const std::string json = arguments.value("json");
  const std::string csv = arguments.value("csv");
  if (settings.seconds) throw UsageError("bench takes --frames, not --seconds");
  if (settings.frames && *settings.frames < 1) throw UsageError("--frames must be 1 or more");
  const bool scaling = arguments.has("scaling");
  if (!csv.empty() && !scaling) throw UsageError("--csv belongs to --scaling");
  if (scaling && !arguments.positional().empty())
    throw UsageError("--scaling measures the engine alone and takes no preset");
  for (const char* option : {"rounds", "look"})
    if (scaling && arguments.has(option))
      throw UsageError("--" + std::string(option) + " does not go with --scaling");
  for (const std::string& path : {json, csv})
    if (!path.empty()) FinishedFile::require_writable(path, settings.overwrite);

  const JobControl control = job_control(arguments.has("quiet"));
  std::string text, as_json, as_csv;
  {
    const EndOfProgress end{control};
    if (scaling) {
      ScalingSettings bench;
      bench.frames = settings.frames.value_or(0);
      bench.engine = settings.engine;
      const ScalingReport report = run_scaling(bench, control);
      text = describe(report);
      as_json = to_json(report);
      as_csv = to_csv(report);
    } else {
      BenchSettings bench;
      bench.presets = arguments.positional();
      bench.look = arguments.value("look");
      bench.frames = settings.frames.value_or(0);
      bench.engine = settings.engine;
      bench.rounds = arguments.count("rounds", bench.rounds);
      const BenchReport report = run_bench(bench, control);
      text = describe(report);
      as_json = to_json(report);
    }
  }
  std::fputs(text.c_str(), stdout);
  if (!json.empty()) write_text_file(json, settings.overwrite, as_json);
  if (!csv.empty()) write_text_file(csv, settings.overwrite, as_csv);
  return 0;
}

}  // namespace

const Command bench_command{
    "bench",
    "[options] [PRESET ...]   or   lifereel bench --scaling [--csv FILE]",
    "Engine alone, encoder alone and whole films, as a table to paste.",
    {"--frames", "engine", "--overwrite"},
    {{"look", "NAME", "in place of the presets' own", setting_words("look")},
     {"rounds", "N", "medians of N (3)"},
     {"scaling", "", "engine: fps against N, pixels"},
     {"json", "FILE", "the same as JSON"},
     {"csv", "FILE", "of --scaling, to plot"},
     {"quiet", "", "no progress"}},
    16,
    "\nWithout --frames every part takes some seconds. Films go to $TMPDIR and are removed.\n",
    measure,
    preset_names()};

}  // namespace lifereel::cli
