// SPDX-License-Identifier: GPL-2.0-or-later
// Ends a film's file with a digest of it (film_digest.h). Internal to encoders/.
#pragma once

#include <optional>

#include "encoders/libav/avio.h"
#include "encoders/libav/film_digest.h"
#include "encoders/libav/libav.h"

namespace lifereel {

/// Where the muxer's files have a place for a digest, and no checksums of their own.
std::optional<FilmDigest::Element> digest_element_of(const AVOutputFormat& muxer);

/// Of a file that can be read back. Note: [one pass] What the muxer appends is summed on its way to
/// the disk; before the trailer is written that is nearly all of the film, and only the rest is
/// read back.
class DigestWriter {
 public:
  /// `moved_index`: the trailer puts the index before all else. `target` must outlive this
  /// object. Throws std::runtime_error when its file cannot be read back.
  DigestWriter(FilmDigest::Element element, bool moved_index, ByteTarget& target);
  DigestWriter(const DigestWriter&) = delete;
  DigestWriter& operator=(const DigestWriter&) = delete;

  /// The header is written.
  void start(AVIOContext& avio);
  /// The trailer comes next.
  void stop(AVIOContext& avio);
  /// Nothing follows it. What was not read back is reported, and no error: the film is whole.
  void finish(AVIOContext& avio);

 private:
  void append(AVIOContext& avio, const std::string& bytes) const;

  const FilmDigest::Element element_;
  const bool moved_index_;
  ByteTarget& target_;
  const ByteFile file_;  // open from the start, when there is nothing to lose yet
  RunningDigest digest_;
};

}  // namespace lifereel
