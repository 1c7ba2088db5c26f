// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/read/integrity.h"

#include <array>
#include <functional>
#include <optional>
#include <utility>

#include "encoders/libav/film_digest.h"
#include "encoders/read/ebml.h"

namespace lifereel {
namespace {

constexpr std::size_t faults_told = 32;

using GoOn = std::function<bool()>;

std::uint64_t read_number(std::span<const std::uint8_t> bytes) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

/// Whether the sizes of the boxes at the top of an mp4 or mov end where the file does.
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
      result.add_fault("byte " + std::to_string(place) +
                       ": the box that begins here does not end where the file or a box does");
      break;
    }
    place += static_cast<std::int64_t>(size);
  }
  return result;
}

void check_digest(Integrity& result, const ByteFile& file, FilmDigest::Element element,
                  const GoOn& go_on) {
  const std::optional<FoundDigest> found = find_digest(file, element);
  if (!found) return;
  result.proof = Integrity::Proof::bytes;
  result.summary = "the digest of all " + std::to_string(file.size()) + " bytes compared";
  if (!found->digest) {
    result.add_fault("the digest at the end of the film is damaged");
    return;
  }
  const FilmDigest& digest = *found->digest;
  Checksum checksum;
  const bool read = file.read_all(digest.begin, digest.end, [&](std::span<const std::uint8_t> b) {
    if (go_on()) checksum.add(b.data(), b.size());
  });
  if (!read || !add_rest(checksum, file, digest.begin, digest.end, found->place, go_on)) return;
  if (checksum.hex() != digest.hex)
    result.add_fault("the film's bytes are not those that its digest was made of");
}

/// Whether the chunks at the top of an AVI end where the file does.
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
      result.add_fault("byte " + std::to_string(place) +
                       ": the chunk that begins here does not end where the file does");
      break;
    }
    place += 8 + size + size % 2;
  }
  return result;
}

Integrity check_bytes(const ByteFile& file, const std::string& container, const GoOn& go_on) {
  if (container.starts_with("mov,")) {
    Integrity result = check_boxes(file);
    check_digest(result, file, FilmDigest::Element::box, go_on);
    return result;
  }
  if (container.starts_with("matroska")) {
    Integrity result = check_ebml(file, go_on);
    check_digest(result, file, FilmDigest::Element::ebml_void, go_on);
    return result;
  }
  if (container == "avi") return check_riff(file);
  Integrity result;
  result.summary = "nothing is known of checksums in the container " + container +
                   ": what the decoder does not notice is not found";
  return result;
}

}  // namespace

void Integrity::add_fault(std::string sentence) {
  if (faults.size() < faults_told)
    faults.push_back(std::move(sentence));
  else
    ++untold;
}

Integrity check_integrity(const std::string& path, const std::string& container,
                          const std::atomic<bool>* stop) {
  const ByteFile file(path);
  return check_bytes(file, container,
                     [stop] { return stop == nullptr || !stop->load(std::memory_order_relaxed); });
}

}  // namespace lifereel
