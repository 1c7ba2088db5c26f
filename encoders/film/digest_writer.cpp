// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/film/digest_writer.h"

#include <algorithm>
#include <array>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "encoders/dvd/pack_header.h"
#include "encoders/libav/log_capture.h"

namespace lifereel {

// ismv is written in fragments, which programs may cut and join; Matroska has checksums of its own.
std::optional<FilmDigest::Element> digest_element_of(const AVOutputFormat& muxer) {
  const std::string_view name = muxer.name;
  for (const std::string_view boxes : {"mp4", "mov", "ipod", "f4v", "3gp", "3g2", "psp"})
    if (name == boxes) return FilmDigest::Element::box;
  if (name == "webm") return FilmDigest::Element::ebml_void;
  for (const std::string_view program_stream : {"dvd", "vob", "svcd", "mpeg"})
    if (name == program_stream) return FilmDigest::Element::padding_packet;
  return std::nullopt;
}

namespace {

// A packet stands in a pack; where the last sector is a pack of its own, this one is another. Empty
// where packs have several packets, of which it is one more.
std::string header_of_next_pack(const ByteFile& file) {
  constexpr std::int64_t sector_bytes = 2048;
  std::array<std::uint8_t, PackHeader::bytes> last{};
  const std::int64_t size = file.size();
  if (size < sector_bytes || size % sector_bytes != 0 || !file.read(size - sector_bytes, last))
    return {};
  const std::span<const std::uint8_t, PackHeader::bytes> bytes(last);
  constexpr std::array<std::uint8_t, 4> start_code = {0, 0, 1, 0xBA};
  if (!std::equal(start_code.begin(), start_code.end(), last.begin())) return {};
  const auto pack = read_pack_header(bytes.subspan<4, 10>());
  if (!pack || pack->mux_rate == 0) return {};
  const auto next = pack->after(sector_bytes).write();
  return {next.begin(), next.end()};
}

}  // namespace

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

void DigestWriter::append(AVIOContext& avio, const std::string& bytes) const {
  avio_seek(&avio, file_.size(), SEEK_SET);  // an error is the file's, and kept there
  avio_write(&avio, reinterpret_cast<const unsigned char*>(bytes.data()),
             static_cast<int>(bytes.size()));
  avio_flush(&avio);
}

void DigestWriter::finish(AVIOContext& avio) {
  try {
    if (element_ == FilmDigest::Element::padding_packet) append(avio, header_of_next_pack(file_));
    const std::int64_t size = file_.size();
    // An index that was moved to the front has moved all else by its own size.
    const std::int64_t moved = moved_index_ ? size - digest_.end() : 0;
    append(avio, digest_element(element_, digest_.finish(file_, moved)));
  } catch (const std::runtime_error& error) {
    if (LogCapture* const log = LogCapture::current())
      log->add(AV_LOG_WARNING, "",
               std::string("the film carries no digest of its bytes: ") + error.what() + "\n");
  }
}

}  // namespace lifereel
