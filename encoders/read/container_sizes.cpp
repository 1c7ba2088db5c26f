// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/read/container_sizes.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "encoders/libav/libav.h"

extern "C" {
#include <libavutil/crc.h>
}

namespace lifereel {
namespace {

std::uint64_t read_number(std::span<const std::uint8_t> bytes) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

std::string at_byte(std::int64_t place) { return "byte " + std::to_string(place) + ": "; }

/// A page of Ogg, as long as it says it is; empty where none begins or the file ends within it.
std::vector<std::uint8_t> read_page(const ByteFile& file, std::int64_t place) {
  constexpr std::size_t header_bytes = 27;
  std::vector<std::uint8_t> page(header_bytes);
  if (!file.read(place, page) || std::memcmp(page.data(), "OggS", 4) != 0) return {};
  const std::size_t segments = page[26];
  page.resize(header_bytes + segments);
  if (!file.read(place + header_bytes, std::span(page).subspan(header_bytes))) return {};
  std::size_t content = 0;
  for (std::size_t i = 0; i < segments; ++i) content += page[header_bytes + i];
  page.resize(header_bytes + segments + content);
  if (!file.read(place + static_cast<std::int64_t>(header_bytes + segments),
                 std::span(page).subspan(header_bytes + segments)))
    return {};
  return page;
}

/// Whether a page has the checksum that it states, of itself with nothing in the checksum's place.
bool is_whole(std::vector<std::uint8_t>& page) {
  constexpr std::size_t sum_place = 22;
  std::array<std::uint8_t, 4> stated{};
  std::copy_n(page.begin() + sum_place, 4, stated.rbegin());
  std::fill_n(page.begin() + sum_place, 4, std::uint8_t{0});
  // libavutil keeps this polynomial's sums with their bytes the other way round.
  const std::uint32_t sum =
      __builtin_bswap32(av_crc(av_crc_get_table(AV_CRC_32_IEEE), 0, page.data(), page.size()));
  return sum == read_number(stated);
}

}  // namespace

Integrity check_boxes(const ByteFile& file) {
  Integrity result;
  result.proof = Integrity::Proof::sizes;
  result.summary =
      "the film carries no digest of its bytes, so damage that the decoder does not notice is not "
      "found; its boxes end where the file does";
  for (std::int64_t place = 0; place < file.size();) {
    std::array<std::uint8_t, 16> head{};
    const auto there = std::min<std::int64_t>(16, file.size() - place);
    file.read(place, {head.data(), static_cast<std::size_t>(there)});
    std::uint64_t size = read_number({head.data(), 4});
    const bool large = size == 1;
    if (large) size = read_number({head.data() + 8, 8});
    if (size == 0) break;  // to the end of the file
    if (there < (large ? 16 : 8) || size < (large ? 16u : 8u) ||
        size > static_cast<std::uint64_t>(file.size() - place)) {
      result.add_fault(at_byte(place) +
                       "the box that begins here does not end where the file or a box does");
      break;
    }
    place += static_cast<std::int64_t>(size);
  }
  return result;
}

Integrity check_riff(const ByteFile& file) {
  Integrity result;
  result.proof = Integrity::Proof::sizes;
  result.summary =
      "AVI has no checksums, so damage that the decoder does not notice is not found; its chunks "
      "end where the file does";
  for (std::int64_t place = 0; place < file.size();) {
    std::array<std::uint8_t, 8> head{};
    const bool whole = file.read(place, head) && head[0] == 'R' && head[1] == 'I' &&
                       head[2] == 'F' && head[3] == 'F';
    const std::int64_t size = head[4] | head[5] << 8 | head[6] << 16 | std::int64_t{head[7]} << 24;
    if (!whole || size > file.size() - place - 8) {
      result.add_fault(at_byte(place) +
                       "the chunk that begins here does not end where the file does");
      break;
    }
    place += 8 + size + size % 2;
  }
  return result;
}

Integrity check_flv_tags(const ByteFile& file) {
  constexpr int header_bytes = 9, tag_bytes = 11, size_bytes = 4;
  Integrity result;
  result.proof = Integrity::Proof::sizes;
  result.summary =
      "Flash video has no checksums, so damage that the decoder does not notice is not found; its "
      "tags end where the file does";
  for (std::int64_t place = header_bytes + size_bytes; place < file.size();) {
    std::array<std::uint8_t, tag_bytes> head{};
    std::array<std::uint8_t, size_bytes> behind{};
    const bool begins = file.read(place, head);
    const auto size =
        tag_bytes + static_cast<std::int64_t>(read_number(std::span(head).subspan(1, 3)));
    if (!begins || !file.read(place + size, behind) ||
        read_number(behind) != static_cast<std::uint64_t>(size)) {
      result.add_fault(at_byte(place) + "the tag that begins here does not end where it says");
      break;
    }
    place += size + size_bytes;
  }
  return result;
}

Integrity check_ogg_pages(const ByteFile& file, const std::function<bool()>& go_on) {
  constexpr std::size_t flags_place = 5;
  constexpr std::uint8_t last_flag = 4;
  Integrity result;
  result.proof = Integrity::Proof::bytes;
  result.summary = "checksums of all " + std::to_string(file.size()) + " bytes compared";
  bool last = false;
  for (std::int64_t place = 0; place < file.size() && go_on();) {
    std::vector<std::uint8_t> page = read_page(file, place);
    if (page.empty()) {
      result.add_fault(at_byte(place) + "no whole page is where one should be");
      return result;
    }
    last = (page[flags_place] & last_flag) != 0;
    if (!is_whole(page))
      result.add_fault(at_byte(place) + "this page has not the checksum that it states");
    place += static_cast<std::int64_t>(page.size());
  }
  if (!last) result.add_fault("the last page does not say that it is the last");
  return result;
}

}  // namespace lifereel
