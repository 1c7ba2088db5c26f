// SPDX-License-Identifier: GPL-2.0-or-later
// verify: is a finished film what it should be?
#include "src/verify.h"

#include <cstdio>

#include "encoders/finished_file.h"
#include "src/cli/commands.h"
#include "src/cli/progress.h"

namespace lifereel::cli {
namespace {

int run_verify(const Arguments& arguments) {
  if (arguments.positional().empty())
    throw UsageError("verify needs the film: lifereel verify FILM");
  const std::string& film = arguments.positional().front();
  const RenderSettings given = arguments.settings();
  const std::string json = arguments.value("json");
  VerifySettings settings;
  settings.sample = arguments.count("sample", settings.sample);
  settings.against_universe = arguments.has("against-universe");
  settings.engine = given.engine;
  settings.contact_sheet = arguments.value("contact-sheet");
  settings.overwrite = given.overwrite;
  if (!json.empty()) {
    if (is_same_file(json, film) || is_same_file(json, settings.contact_sheet))
      throw UsageError("--json names a file that is used already; name another");
    FinishedFile::require_writable(json, given.overwrite);
  }
  if (!settings.contact_sheet.empty())
    FinishedFile::require_writable(settings.contact_sheet, given.overwrite);

  VerifyReport report;
  {
    ProgressLine line(stderr, arguments.has("quiet"));
    JobControl control;
    control.cancel = &cancelled();
    control.notice = notices_to(stderr, arguments.has("quiet"));
    control.progress = [&](const JobProgress& progress) { line.show_frames(progress); };
    report = verify(film, settings, control);
  }
  if (json != "-") std::fputs(describe(report).c_str(), stdout);
  if (!json.empty()) write_text_file(json, given.overwrite, to_json(report));
  return report.passes() ? 0 : 1;
}

}  // namespace

const Command verify_command{
    "verify",
    "[options] FILM",
    "Decodes a finished film and reports what is wrong with it, and where.",
    {"--engine", "--isa", "--threads", "--device", "--overwrite"},
    {{"sample", "N", "a second at N points"},
     {"against-universe", "", "draw it again: PSNR, SSIM"},
     {"contact-sheet", "PNG", "stills with time codes"},
     {"json", "FILE", "the same as JSON"},
     {"quiet", "", "no progress"}},
    1,
    "\nA folder with VIDEO_TS or an image of a DVD-Video is taken, too, with --json and --quiet.\n"
    "--json - prints JSON alone.\n"
    "Status 0: nothing is wrong, warnings "
    "aside; 1: something is wrong, or the film cannot be "
    "read.\n",
    run_verify};

}  // namespace lifereel::cli
