// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/read/ebml.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "encoders/libav/libav.h"

extern "C" {
#include <libavutil/crc.h>
}

namespace lifereel {
namespace {

constexpr std::uint32_t ebml_id = 0x1A45DFA3, segment_id = 0x18538067, cluster_id = 0x1F43B675;
constexpr std::uint32_t void_id = 0xEC, crc_id = 0xBF, timestamp_id = 0xE7;

struct SegmentPart {
  std::uint32_t id;
  const char* name;
};
constexpr SegmentPart segment_parts[] = {{0x114D9B74, "SeekHead"}, {0x1549A966, "Info"},
                                         {0x1654AE6B, "Tracks"},   {0x1254C367, "Tags"},
                                         {cluster_id, "Cluster"},  {0x1C53BB6B, "Cues"},
                                         {0x1043A770, "Chapters"}, {0x1941A469, "Attachments"}};

const char* part_name(std::uint32_t id) {
  for (const SegmentPart& part : segment_parts)
    if (part.id == id) return part.name;
  return nullptr;
}

/// A number in the file's header, and what it may be in files that are known.
struct HeaderNumber {
  std::uint32_t id;
  std::uint64_t least, most;
};
constexpr HeaderNumber header_numbers[] = {
    {0x4286, 1, 1},  // EBMLVersion
    {0x42F7, 1, 1},  // EBMLReadVersion
    {0x42F2, 4, 4},  // EBMLMaxIDLength
    {0x42F3, 1, 8},  // EBMLMaxSizeLength
    {0x4287, 1, 8},  // DocTypeVersion
    {0x4285, 1, 8},  // DocTypeReadVersion
};
constexpr std::uint32_t doc_type_id = 0x4282;

struct Element {
  std::uint32_t id = 0;
  std::int64_t place = 0;             ///< of the identifier
  std::int64_t content = 0, end = 0;  ///< places
  bool endless = false;               ///< its size is not known; `end` is its parent's
};

class EbmlCheck {
 public:
  EbmlCheck(const ByteFile& file, const std::function<bool()>& go_on)
      : file_(file), go_on_(go_on) {}

  Integrity run() {
    bool segment_seen = false;
    for (std::int64_t place = 0; place < file_.size();) {
      const std::optional<Element> element = read_element(place, file_.size(), "the file");
      if (!element) break;
      if (element->id == ebml_id && place == 0) {
        check_header(*element);
      } else if (element->id == segment_id && !segment_seen) {
        segment_seen = true;
        if (!check_segment(*element)) break;
      } else if (element->id != void_id) {
        tell(place, "what stands here belongs into no Matroska file");
        break;
      }
      place = element->end;
    }
    if (!segment_seen) result_.add_fault("the file has no segment");
    conclude();
    return std::move(result_);
  }

 private:
  void tell(std::int64_t place, const std::string& what) {
    result_.add_fault("byte " + std::to_string(place) + ": " + what);
  }

  /// std::nullopt where there is none, which is told.
  std::optional<Element> read_element(std::int64_t place, std::int64_t end, const char* parent) {
    std::array<std::uint8_t, 12> bytes{};
    const std::int64_t there = std::min<std::int64_t>(bytes.size(), end - place);
    if (!file_.read(place, {bytes.data(), static_cast<std::size_t>(there)}))
      return there_is_none(place);
    const int id_bytes = length(bytes[0]);
    const int size_bytes = id_bytes > 4 ? 9 : length(bytes[static_cast<std::size_t>(id_bytes)]);
    if (id_bytes > 4 || size_bytes > 8) return there_is_none(place);
    if (id_bytes + size_bytes > there) return ends_within(place, parent);
    Element element;
    element.place = place;
    for (int i = 0; i < id_bytes; ++i)
      element.id = element.id << 8 | bytes[static_cast<std::size_t>(i)];
    std::uint64_t size = bytes[static_cast<std::size_t>(id_bytes)] & (0xFFu >> size_bytes);
    for (int i = 1; i < size_bytes; ++i)
      size = size << 8 | bytes[static_cast<std::size_t>(id_bytes + i)];
    element.content = place + id_bytes + size_bytes;
    element.end = end;
    element.endless = size == (std::uint64_t{1} << 7 * size_bytes) - 1;
    if (element.endless) return element;
    if (size > static_cast<std::uint64_t>(end - element.content)) return ends_within(place, parent);
    element.end = element.content + static_cast<std::int64_t>(size);
    return element;
  }
  std::optional<Element> there_is_none(std::int64_t place) {
    tell(place, "no element begins where one should");
    return std::nullopt;
  }
  std::optional<Element> ends_within(std::int64_t place, const char* parent) {
    tell(place, std::string(parent) + " ends within the element that begins here");
    return std::nullopt;
  }

  /// Of an identifier or a size, as its first byte says; 9: of none.
  static int length(std::uint8_t first) {
    int bytes = 1;
    for (unsigned bit = 0x80; bytes <= 8 && (first & bit) == 0; bit >>= 1) ++bytes;
    return bytes;
  }

  void check_header(const Element& header) {
    for (std::int64_t place = header.content; place < header.end;) {
      const std::optional<Element> element = read_element(place, header.end, "the header");
      if (!element) return;
      const std::int64_t size = element->end - element->content;
      std::string content(static_cast<std::size_t>(std::min<std::int64_t>(size, 8)), '\0');
      file_.read(element->content,
                 {reinterpret_cast<std::uint8_t*>(content.data()), content.size()});
      if (!is_header_part(element->id, size, content)) tell(place, "the file's header is damaged");
      place = element->end;
    }
  }

  static bool is_header_part(std::uint32_t id, std::int64_t size, const std::string& content) {
    if (id == void_id || id == crc_id) return true;
    if (id == doc_type_id) return content == "matroska" || content == "webm";
    std::uint64_t value = 0;
    for (const char byte : content) value = value << 8 | static_cast<std::uint8_t>(byte);
    return std::any_of(
        std::begin(header_numbers), std::end(header_numbers), [&](const HeaderNumber& number) {
          return number.id == id && size <= 8 && value >= number.least && value <= number.most;
        });
  }

  /// False where nothing behind it can be found.
  bool check_segment(const Element& segment) {
    for (std::int64_t place = segment.content; place < segment.end;) {
      if (!go_on_()) return false;
      const std::optional<Element> element = read_element(place, segment.end, "the segment");
      if (!element) return false;
      const char* const name = part_name(element->id);
      if (name == nullptr && element->id != void_id) {
        // What follows a segment without a size is behind it.
        if (segment.endless && element->id == ebml_id) return false;
        tell(place, "the segment has no such element as begins here");
        return false;
      }
      if (element->endless) {
        ++unsummed_clusters_;
        return false;
      }
      if (name != nullptr) check_part(*element, name);
      place = element->end;
    }
    return true;
  }

  void check_part(const Element& part, const char* name) {
    std::array<std::uint8_t, 6> head{};
    const bool has_head = part.end - part.content >= 6 && file_.read(part.content, head);
    // A checksum whose first byte is damaged is known by its size: not by a cluster's first
    // element, a time stamp, which may have that size.
    const bool begins = head[0] == crc_id;
    const bool sized = head[1] == 0x84 && head[0] != timestamp_id;
    if (!has_head || (!begins && !sized)) {
      if (part.id == cluster_id) note_unsummed(part);
      return;
    }
    std::uint32_t crc = UINT32_MAX;
    const AVCRC* const table = av_crc_get_table(AV_CRC_32_IEEE_LE);
    file_.read_all(part.content + 6, part.end, [&](std::span<const std::uint8_t> bytes) {
      crc = av_crc(table, crc, bytes.data(), bytes.size());
    });
    const std::uint32_t stated =
        head[2] | head[3] << 8 | head[4] << 16 | static_cast<std::uint32_t>(head[5]) << 24;
    if (!begins || head[1] != 0x84 || ~crc != stated)
      tell(part.place,
           std::string("the bytes of this ") + name + " have not the checksum it states");
    if (part.id == cluster_id) ++summed_clusters_;
    summed_bytes_ += part.end - part.content;
  }

  void note_unsummed(const Element& cluster) {
    ++unsummed_clusters_;
    if (summed_clusters_ > 0)
      tell(cluster.place, "this Cluster has lost the checksum that the others have");
  }

  void conclude() {
    if (summed_clusters_ > 0 && unsummed_clusters_ == 0) {
      result_.proof = Integrity::Proof::bytes;
      result_.summary = "checksums of " + std::to_string(summed_bytes_) + " of " +
                        std::to_string(file_.size()) + " bytes compared";
      return;
    }
    result_.proof = unsummed_clusters_ > 0 || summed_bytes_ > 0 ? Integrity::Proof::sizes
                                                                : Integrity::Proof::none;
    result_.summary =
        "the film's clusters have no checksums, so damage that the decoder does not "
        "notice is not found";
  }

  const ByteFile& file_;
  const std::function<bool()>& go_on_;
  Integrity result_;
  std::int64_t summed_clusters_ = 0, unsummed_clusters_ = 0, summed_bytes_ = 0;
};

}  // namespace

Integrity check_ebml(const ByteFile& file, const std::function<bool()>& go_on) {
  return EbmlCheck(file, go_on).run();
}

}  // namespace lifereel
