// SPDX-License-Identifier: GPL-2.0-or-later
// Is everything in an image? Private to src/.
#pragma once

#include <atomic>
#include <string>

#include "encoders/libav/checksum.h"
#include "src/disc/disc_contents.h"
#include "src/disc/disc_plan.h"
#include "src/disc/dvd_author.h"

namespace lifereel {

/// Reads every file back, of a DVD-Video through UDF as players do, and compares it with what was
/// to be packed. Throws std::runtime_error where something differs or is missing, Cancelled.
void compare_image(const std::string& image, const DiscContents& contents, bool dvd_video,
                   const TellShare& tell, const std::atomic<bool>* cancel);

/// Whether a title's VOBs are its film but for the navigation packs, which dvdauthor fills in, so
/// that what was found of the film holds for the disc. Adds the film's bytes to `films`. Throws
/// std::runtime_error, Cancelled.
void compare_title(const PlannedTitle& title, const std::string& disc_folder, int title_set,
                   Checksum& films, const std::atomic<bool>* cancel);

/// Asks lsdvd where it is installed, which reads as libdvdread's players do. Returns what it was
/// asked, empty where it is not there. Throws std::runtime_error where it sees other titles.
std::string ask_lsdvd(const std::string& image, const DiscPlan& plan,
                      const std::atomic<bool>* cancel);

/// What lsdvd tells of a title in a line, "Title: 01, Length: 00:00:03.000 Chapters: 02, ...".
struct LsdvdTitle {
  double seconds = 0;
  int chapters = 0;
};
/// False for a line that tells of none.
bool read_lsdvd_title(std::string_view line, LsdvdTitle& title);

}  // namespace lifereel
