// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/read/integrity.h"

#include <functional>
#include <optional>
#include <span>
#include <utility>

#include "encoders/dvd/navigation_packs.h"
#include "encoders/libav/film_digest.h"
#include "encoders/read/container_sizes.h"
#include "encoders/read/ebml.h"

namespace lifereel {
namespace {

constexpr std::size_t faults_told = 32;

constexpr const char* unnoticed = "what the decoder does not notice is not found";
constexpr const char* damaged_digest =
    "the digest at the end of the film is damaged, or the film was cut off there";
constexpr const char* other_bytes = "the film's bytes are not those that its digest was made of";

using GoOn = std::function<bool()>;

// False when `go_on` ended it.
bool add_range(Checksum& checksum, const ByteFile& file, std::int64_t begin, std::int64_t end,
               const GoOn& go_on) {
  bool going = true;
  const bool read = file.read_all(begin, end, [&](std::span<const std::uint8_t> bytes) {
    going = going && go_on();
    if (going) checksum.add(bytes.data(), bytes.size());
  });
  return read && going;
}

void check_digest(Integrity& result, const ByteFile& file, FilmDigest::Element element,
                  const GoOn& go_on) {
  const std::optional<FoundDigest> found = find_digest(file, element, file.size());
  if (!found) return;
  result.proof = Integrity::Proof::bytes;
  result.summary = "the digest of all " + std::to_string(file.size()) + " bytes compared";
  if (!found->digest) {
    result.add_fault(damaged_digest);
    return;
  }
  const FilmDigest& digest = *found->digest;
  Checksum checksum;
  if (!add_range(checksum, file, digest.begin, digest.end, go_on) ||
      !add_rest(checksum, file, digest.begin, digest.end, found->place, go_on))
    return;
  if (checksum.hex() != digest.hex) result.add_fault(other_bytes);
}

// One film, or several that were joined end to end, from the last to the first.
void check_joined_digests(Integrity& result, const ByteFile& file, const GoOn& go_on) {
  std::int64_t end = file.size();
  int films = 0;
  for (; end > 0 && go_on(); ++films) {
    const std::optional<FoundDigest> found =
        find_digest(file, FilmDigest::Element::padding_packet, end);
    if (!found) break;
    if (!found->digest) return result.add_fault(damaged_digest);
    end = found->place - found->digest->end;
    Checksum checksum;
    if (!add_range(checksum, file, end, found->place, go_on)) return;
    if (checksum.hex() != found->digest->hex) return result.add_fault(other_bytes);
  }
  if (films == 0) return;
  result.proof = Integrity::Proof::bytes;
  result.summary = films == 1 ? "the digest" : "the digests of " + std::to_string(films) + " films";
  result.summary += end == 0 ? " of all " : " of the last ";
  result.summary += std::to_string(file.size() - end) + " bytes compared";
  if (end > 0) result.summary += "; what stands before them carries none";
}

Integrity check_packets(const ByteFile& file, const GoOn& go_on) {
  Integrity result;
  result.summary = std::string("the film carries no digest of its bytes: ") + unnoticed;
  check_joined_digests(result, file, go_on);
  if (result.faults.empty() || !is_authored(file, go_on)) return result;
  result = {};
  result.summary =
      std::string("the film was authored for a DVD since its digest was made, which changes its ") +
      "bytes: " + unnoticed;
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
  if (container == "mpeg") return check_packets(file, go_on);
  if (container == "avi") return check_riff(file);
  if (container == "flv") return check_flv_tags(file);
  if (container == "ogg") return check_ogg_pages(file, go_on);
  Integrity result;
  result.summary = "nothing is known of checksums in the container " + container + ": " + unnoticed;
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
