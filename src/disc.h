// SPDX-License-Identifier: GPL-2.0-or-later
// From finished films to the image of a disc, and from that to a disc: by dvdauthor, genisoimage,
// xorrisofs and growisofs, which must be on the PATH.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "job_control.h"

namespace [[gnu::visibility("default")]] lifereel {

/// Where chapters begin beside a film's own beginning.
struct DiscChapters {
  double every_seconds = 300;  ///< 0: nowhere
  /// Instead, of a disc with one film: these.
  std::vector<double> at_seconds;

  /// "5:00", "0,5:00,12:30" or "none". Throws std::invalid_argument.
  static DiscChapters parse(const std::string& text);
};

struct DiscSettings {
  /// DVD-Video program streams of one standard, which become titles in this order, or films of any
  /// other kind, which become files of a data disc.
  std::vector<std::string> films;
  std::string output;      ///< path of the image
  bool overwrite = false;  ///< else an existing one is an error
  std::string label = "PARTICLE_LIFE";
  std::string extras;     ///< folder whose contents come on the disc, too; empty: none
  DiscChapters chapters;  ///< of DVD-Video
  /// Path that the folder with VIDEO_TS gets, which must not exist; empty: it is not kept.
  std::string keep;
  /// That the image must fit on: "dvd", "dvd+r", "bd25" and so on, or a size, "400MB"; empty: the
  /// largest there is.
  std::string medium;
};

struct DiscTitle {
  std::string film;
  double seconds = 0;
  int chapters = 0;  ///< 0: on a data disc
};

struct DiscReport {
  std::string image;
  std::int64_t bytes = 0;
  std::string sha256;  ///< of the image
  std::string kind;    ///< "DVD-Video, NTSC", "data disc"
  std::vector<DiscTitle> titles;
  std::string media;    ///< that it fits on, "any DVD or BD-R"
  std::string checked;  ///< what the image was held against
};

/// Verifies the films (verify.h), authors them, packs the image beside `output` and gives it its
/// name when every file in it has been read back and compared, and the disc's tables with what they
/// speak of. The same films, extras and settings make the same bytes, with the same programs:
/// SOURCE_DATE_EPOCH, or else the year 2000, is the date of all that is in it.
///
/// Needs about twice the films' size on the disk of `output`, or of `keep`. Blocks; what it keeps
/// in a folder beside the image is gone when it returns, but not after a kill. JobProgress::step
/// tells what is done. Throws std::invalid_argument (settings, films that do not go together or are
/// not what they should be, what a disc cannot hold, what is larger than the medium),
/// std::runtime_error (a program that is missing
/// or fails, the disk), Cancelled, as FinishedFile does.
DiscReport make_disc(const DiscSettings& settings, const JobControl& control = {});

/// As lines of text.
std::string describe(const DiscReport& report);

/// Where drives usually are.
inline constexpr const char* usual_drive = "/dev/sr0";

struct BurnSettings {
  std::string image;
  std::string device;  ///< "/dev/sr0"
};

/// Whether burning can be begun: throws std::invalid_argument for what is no drive,
/// std::runtime_error where growisofs is missing.
void check_burning(const BurnSettings& settings);

/// What burns an image, as a line for a shell.
std::string burn_command(const BurnSettings& settings);

/// Runs that line, which ends with the disc being closed, reads the disc back and compares it with
/// the image. Throws std::invalid_argument (no such device or image), std::runtime_error (growisofs
/// is missing or fails; the disc is not the image), Cancelled: then the disc is spoilt, unless it
/// can be written again.
void burn_disc(const BurnSettings& settings, const JobControl& control = {});

/// Ends the programs that are at work in this process, at once: for the handler of a second signal,
/// which need not wait until they have ended by themselves. Their jobs fail or are cancelled, and
/// clear up. False where none is at work. Any thread; safe in a signal's handler.
bool end_disc_programs() noexcept;

}  // namespace lifereel
