// SPDX-License-Identifier: GPL-2.0-or-later
// Files into an image: by genisoimage as DVD-Video, by xorrisofs as data. Private to src/.
#pragma once

#include <atomic>
#include <string>

#include "encoders/finished_file.h"
#include "src/disc/disc_contents.h"
#include "src/disc/dvd_author.h"
#include "src/disc/external_program.h"

namespace lifereel {

class ImagePacker {
 public:
  enum class Kind { dvd_video, data };

  /// Throws where the program is not installed.
  explicit ImagePacker(Kind kind);

  struct Job {
    std::string label;
    /// What is in them comes into the image's root; of a data disc, links are followed. Absolute.
    std::vector<std::string> folders;
    /// Of a DVD-Video, which has one folder with VIDEO_TS alone: a folder for what is needed
    /// meanwhile, and what comes beside VIDEO_TS, out of `extras_folder`.
    std::string work_folder, extras_folder;
    DiscContents extras;
    std::int64_t bytes = 0;  ///< of all of it, for `tell`
    std::int64_t date_seconds = 0;
    std::string id;  ///< 16 digits, of a DVD-Video
  };

  /// Writes the image; the same job makes the same bytes. What the program warns of is a failure:
  /// something may be lacking. Throws as ExternalProgram::run() does, and what FinishedFile does.
  void pack(const Job& job, FinishedFile& image, const TellShare& tell,
            const std::atomic<bool>* cancel) const;

 private:
  std::vector<std::string> arguments(const Job& job) const;
  static void list_extras(const Job& job);

  const Kind kind_;
  ExternalProgram program_;
};

/// Whether a line of these programs tells of something that is wrong.
bool is_packer_fault(std::string_view line);

}  // namespace lifereel
