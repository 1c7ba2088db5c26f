// SPDX-License-Identifier: GPL-2.0-or-later
// DVD-Video by dvdauthor. Private to src/.
#pragma once

#include <atomic>
#include <string>
#include <string_view>

#include "src/disc/disc_plan.h"
#include "src/disc/external_program.h"
#include "src/disc/step_progress.h"

namespace lifereel {

class DvdAuthor {
 public:
  /// Throws where dvdauthor is not installed.
  DvdAuthor() : program_("dvdauthor", "dvdauthor") {}

  /// Makes DISC_FOLDER/VIDEO_TS in `folder`, which keeps nothing else of it, not even AUDIO_TS.
  /// What dvdauthor warns of is a failure: a player might stumble over it. Throws as
  /// ExternalProgram::run() does.
  void author(const DiscPlan& plan, const std::string& folder, const std::string& disc_folder,
              const TellShare& tell, const std::atomic<bool>* cancel) const;

 private:
  ExternalProgram program_;
};

/// What dvdauthor says in a line.
struct DvdAuthorLine {
  bool fault = false;  ///< a warning, or an error
  double share = -1;   ///< of all films, 0 to 1; below 0: it does not say
};

/// Follows dvdauthor through the films of a plan, line by line.
class DvdAuthorReader {
 public:
  explicit DvdAuthorReader(const DiscPlan& plan) : plan_(plan) {}

  DvdAuthorLine read(std::string_view line);

 private:
  double share(double bytes_of_film) const;

  const DiscPlan& plan_;
  std::size_t begun_ = 0;  // films
};

}  // namespace lifereel
