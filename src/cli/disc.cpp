// SPDX-License-Identifier: GPL-2.0-or-later
// disc: from finished films to the image of a disc, and to a disc.
#include "src/disc.h"

#include <cstdio>
#include <iostream>
#include <string>

#include "src/cli/commands.h"
#include "src/cli/progress.h"

namespace lifereel::cli {
namespace {

DiscSettings disc_settings(const Arguments& arguments) {
  if (arguments.positional().empty())
    throw UsageError("disc needs a film: lifereel disc FILM... -o disc.iso");
  const RenderSettings given = arguments.settings();
  DiscSettings settings;
  settings.films = arguments.positional();
  settings.output = given.output;
  settings.overwrite = given.overwrite;
  if (arguments.has("label")) settings.label = arguments.value("label");
  settings.extras = arguments.value("extras");
  settings.keep = arguments.value("keep");
  settings.medium = arguments.value("disc");
  if (!arguments.has("chapters")) return settings;
  try {
    settings.chapters = DiscChapters::parse(arguments.value("chapters"));
  } catch (const std::invalid_argument& error) {
    throw UsageError(std::string("--chapters: ") + error.what());
  }
  return settings;
}

/// Whoever cannot be asked has not agreed.
bool agrees_to_burn(const BurnSettings& burning) {
  std::fprintf(stderr, "Burn it to %s? What a rewritable disc there holds is lost. [y/N] ",
               burning.device.c_str());
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

int run_disc(const Arguments& arguments) {
  const bool quiet = arguments.has("quiet");
  const DiscSettings settings = disc_settings(arguments);
  BurnSettings burning{settings.output,
                       arguments.has("burn") ? arguments.value("burn") : usual_drive};
  if (arguments.has("burn")) check_burning(burning);
  JobControl control;
  control.cancel = &cancelled();
  DiscReport report;
  {
    ProgressLine line(stderr, quiet);
    control.progress = [&](const JobProgress& progress) { line.show_step(progress); };
    report = make_disc(settings, control);
  }
  burning.image = report.image;
  if (!quiet) std::fputs(describe(report).c_str(), stdout);
  std::printf("to burn         %s\n", burn_command(burning).c_str());
  if (!arguments.has("burn")) return 0;
  if (!agrees_to_burn(burning))
    throw std::runtime_error("nothing was burnt; the image is finished");
  {
    ProgressLine line(stderr, quiet);
    control.progress = [&](const JobProgress& progress) { line.show_step(progress); };
    burn_disc(burning, control);
  }
  std::printf("burnt           %s holds the image, sector by sector\n", burning.device.c_str());
  return 0;
}

}  // namespace

const Command disc_command{
    "disc",
    "FILM... -o disc.iso [options]",
    "Finished films onto the image of a disc, checked, and onto a disc.",
    {"--output", "--overwrite"},
    {{"label", "NAME", "A-Z 0-9 _ [PARTICLE_LIFE]"},
     {"chapters", "TIME", "every so long [5:00]"},
     {"extras", "FOLDER", "its contents, too"},
     {"keep", "FOLDER", "keep VIDEO_TS there"},
     {"disc", "NAME", "fits on dvd, bd25, ..."},
     {"burn", "DRIVE", "ask, burn, read back"},
     {"quiet", "", "no progress, no report"}},
    99,
    "\nProgram streams as --preset dvd_video makes them become the titles of a DVD-Video; they "
    "are\n"
    "of one standard. Other films become files of a data disc. Every film is verified first.\n"
    "--chapters 0,5:00,12:30 lists those of one film, and --chapters none leaves one.\n"
    "The same films make the same image, dated 2000 or by SOURCE_DATE_EPOCH.\n"
    "Needs dvdauthor and genisoimage, for data discs xorriso, to burn growisofs; lsdvd is asked\n"
    "where it is installed. lifereel verify also takes an image, or a folder with VIDEO_TS.\n",
    run_disc};

}  // namespace lifereel::cli
