// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/film/digest_writer.h"

#include <stdexcept>
#include <string>
#include <string_view>

#include "encoders/libav/log_capture.h"

namespace lifereel {

// ismv is written in fragments, which programs may cut and join; Matroska has checksums of its own.
std::optional<FilmDigest::Element> digest_element_of(const AVOutputFormat& muxer) {
  const std::string_view name = muxer.name;
  for (const std::string_view boxes : {"mp4", "mov", "ipod", "f4v", "3gp", "3g2", "psp"})
    if (name == boxes) return FilmDigest::Element::box;
  if (name == "webm") return FilmDigest::Element::ebml_void;
  return std::nullopt;
}

DigestWriter::DigestWriter(FilmDigest::Element element, bool moved_index, ByteTarget& target)
    : element_(element),
      moved_index_(moved_index),
      target_(target),
      file_(target.file->temporary_path()) {}

void DigestWriter::start(AVIOContext& avio) {
  avio_flush(&avio);
  digest_.start(target_.place);
  target_.digest = &digest_;
}

void DigestWriter::stop(AVIOContext& avio) {
  avio_flush(&avio);
  digest_.stop();
  target_.digest = nullptr;
}

void DigestWriter::finish(AVIOContext& avio) {
  try {
    const std::int64_t size = file_.size();
    // An index that was moved to the front has moved all else by its own size.
    const std::int64_t moved = moved_index_ ? size - digest_.end() : 0;
    const std::string element = digest_element(element_, digest_.finish(file_, moved));
    avio_seek(&avio, size, SEEK_SET);  // an error is the file's, and kept there
    avio_write(&avio, reinterpret_cast<const unsigned char*>(element.data()),
               static_cast<int>(element.size()));
    avio_flush(&avio);
  } catch (const std::runtime_error& error) {
    if (LogCapture* const log = LogCapture::current())
      log->add(AV_LOG_WARNING, "",
               std::string("the film carries no digest of its bytes: ") + error.what() + "\n");
  }
}

}  // namespace lifereel
