// SPDX-License-Identifier: GPL-2.0-or-later
// hash and state: a universe without an encoder.
#include "src/golden.h"

#include <cstdio>

#include "encoders/finished_file.h"
#include "encoders/png.h"
#include "src/cli/commands.h"
#include "src/cli/progress.h"
#include "src/errors.h"
#include "src/npy.h"
#include "src/render.h"
#include "src/version.h"

namespace lifereel::cli {
namespace {

std::vector<CommandOption> state_options() {
  std::vector<CommandOption> list = source_options();
  list.push_back({"quiet", "", "print only errors"});
  return list;
}

std::vector<CommandOption> hash_options() {
  std::vector<CommandOption> list = state_options();
  list.push_back({"check", "FILE", "compute again and compare"});
  list.push_back({"png", "FILE", "of the first difference"});
  return list;
}

JobControl control(const Arguments& arguments, ProgressLine& line) {
  JobControl result;
  result.notice = notices_to(stderr, arguments.has("quiet"));
  result.progress = [&line](const JobProgress& progress) { line.show_frames(progress); };
  result.cancel = &cancelled();
  return result;
}

void print_difference(const GoldenDifference& difference, const Golden& golden,
                      const EngineDescription& engine) {
  std::printf("first difference: frame %lld of %zu, %s\n", static_cast<long long>(difference.frame),
              golden.pictures.size(),
              !difference.picture_differs ? "the state; the picture is equal"
              : !difference.state_differs ? "the picture; the state is equal"
                                          : "state and picture");
  const auto pair = [](const char* what, const std::string& before, const std::string& now) {
    std::printf("%s golden  %s\n%s now     %s\n", what, before.c_str(), what, now.c_str());
  };
  if (difference.state_differs) pair("state  ", difference.golden_state, difference.state);
  if (difference.picture_differs) pair("picture", difference.golden_picture, difference.picture);
  std::printf("golden file by lifereel %s, now lifereel %s: %s, %s, %s, %d threads\n",
              golden.version.empty() ? "?" : golden.version.c_str(), version(),
              engine.engine.c_str(), engine.device.c_str(), engine.isa.c_str(), engine.threads);
  std::fputs(print_config(golden.settings).c_str(), stdout);
}

int check(const Arguments& arguments) {
  for (const char* option : {"preset", "config", "from"}) {
    if (arguments.has(option)) {
      throw UsageError(std::string("--check takes its settings from the golden file, so --") +
                       option + " cannot be given");
    }
  }
  for (const auto& [key, text] : arguments.given_settings()) {
    if (key != "engine" && key != "isa" && key != "threads") {
      throw UsageError(
          "--check takes its settings from the golden file; beside it only --engine, "
          "--isa, --threads, --png and --quiet can be given");
    }
  }
  const EngineSettings engine = arguments.settings().engine;
  const std::string path = arguments.value("check");
  if (arguments.has("png")) FinishedFile::require_writable(arguments.value("png"), true);
  const Golden golden = read_golden(path);
  GoldenCheck result;
  {
    ProgressLine line(stderr, arguments.has("quiet"));
    result = check_golden(golden, engine, control(arguments, line));
  }
  if (!result.difference) {
    if (!arguments.has("quiet")) {
      std::printf("%lld frames equal\n", static_cast<long long>(result.frames_equal));
    }
    return 0;
  }
  const GoldenDifference& difference = *result.difference;
  print_difference(difference, golden, result.engine);
  const std::string frame = std::to_string(difference.frame);
  const std::string png =
      arguments.has("png") ? arguments.value("png") : path + ".frame" + frame + ".png";
  write_png(png, difference.still);
  throw std::runtime_error("frame " + frame + " differs from " + path + "; its picture is " + png);
}

int run_hash(const Arguments& arguments) {
  if (arguments.has("check")) return check(arguments);
  if (arguments.has("png")) throw UsageError("--png belongs to --check");
  const RenderSettings settings = arguments.settings();
  const bool to_file = !settings.output.empty() && settings.output != "-";
  if (to_file) FinishedFile::require_writable(settings.output, settings.overwrite);
  std::string text;
  {
    ProgressLine line(stderr, arguments.has("quiet"));
    text = run_golden(settings, to_file ? settings.output : "", settings.overwrite,
                      control(arguments, line));
  }
  if (!to_file) std::fputs(text.c_str(), stdout);
  return 0;
}

int run_state(const Arguments& arguments) {
  const RenderSettings settings = arguments.settings();
  if (settings.universe.scene != Scene::particle_life)
    throw UsageError("rain and fire have no state to write; leave --scene out");
  if (settings.output.empty()) throw UsageError("state needs the file to write: -o state.npy");
  const bool initial = settings.frames == 0 || settings.seconds == 0.0;
  const std::int64_t frames = settings.warmup + (initial ? 0 : frame_count(settings));
  validate(settings.universe);
  FinishedFile::require_writable(settings.output, settings.overwrite);
  const std::unique_ptr<Engine> engine =
      make_engine(settings.universe, settings.engine, notices_to(stderr, arguments.has("quiet")));
  engine->cancel_steps(&cancelled());
  {
    ProgressLine line(stderr, arguments.has("quiet"));
    const FrameMeter meter;
    for (std::int64_t frame = 0; frame < frames; ++frame) {
      if (cancelled()) throw Cancelled();
      engine->step();
      line.show_frames(meter.measure(frame + 1, frames));
    }
  }
  State state;
  engine->read_state(state);
  write_state_npy(state, settings.output, settings.overwrite);
  return 0;
}

}  // namespace

const Command hash_command{
    "hash",
    "[options] [-o GOLDEN]   or   lifereel hash --check GOLDEN [--isa NAME] [--threads N]",
    "SHA-256 of every state and picture, without an encoder, as framehash text.",
    {"universe", "look", "length", "--pixel-format", "--engine", "--isa", "--threads", "--output",
     "--overwrite"},
    hash_options(),
    0,
    "\nA golden file holds its settings. --check ends with status 1 and a PNG at the first "
    "difference.\n",
    run_hash};

const Command state_command{
    "state",
    "[options] --frames N -o STATE.npy",
    "The particles after N steps (0: at the beginning) as a NumPy array.",
    {"universe", "look", "length", "--engine", "--isa", "--threads", "--output", "--overwrite"},
    state_options(),
    0,
    "",
    run_state};

}  // namespace lifereel::cli
