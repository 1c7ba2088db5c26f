// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/read/integrity.h"

#include <functional>
#include <optional>
#include <utility>

#include "encoders/libav/film_digest.h"
#include "encoders/read/container_sizes.h"
#include "encoders/read/ebml.h"

namespace lifereel {
namespace {

constexpr std::size_t faults_told = 32;

using GoOn = std::function<bool()>;

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
  if (container == "flv") return check_flv_tags(file);
  if (container == "ogg") return check_ogg_pages(file, go_on);
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
