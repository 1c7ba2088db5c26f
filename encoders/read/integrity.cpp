// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/read/integrity.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <span>
#include <utility>

#include "encoders/libav/film_digest.h"
#include "encoders/read/container_sizes.h"
#include "encoders/read/ebml.h"

namespace lifereel {
namespace {

constexpr std::size_t faults_told = 32;

const std::string unnoticed = "what the decoder does not notice is not found";

using GoOn = std::function<bool()>;

void check_digest(Integrity& result, const ByteFile& file, FilmDigest::Element element,
                  const GoOn& go_on) {
  const std::optional<FoundDigest> found = find_digest(file, element);
  if (!found) return;
  result.proof = Integrity::Proof::bytes;
  result.summary = "the digest of all " + std::to_string(file.size()) + " bytes compared";
  if (!found->digest) {
    result.add_fault("the digest at the end of the film is damaged, or the film was cut off there");
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

/// Whether an authoring program has made a DVD's object of this film since: it fills in the
/// navigation packs, which a film has empty, and changes headers.
bool is_authored(const ByteFile& file, const GoOn& go_on) {
  constexpr std::size_t sector_bytes = 2048, system_header = 14, control = 38, control_bytes = 986;
  std::array<std::uint8_t, sector_bytes> sector{};
  std::int64_t navigation_packs = 0, filled = 0;
  for (std::int64_t place = 0; file.read(place, sector) && go_on(); place += sector_bytes) {
    const std::span<const std::uint8_t> bytes(sector);
    const auto has_code = [&](std::size_t at, std::uint8_t code) {
      return bytes[at] == 0 && bytes[at + 1] == 0 && bytes[at + 2] == 1 && bytes[at + 3] == code;
    };
    if (!has_code(system_header, 0xBB) || !has_code(control, 0xBF)) continue;
    const auto control_information = bytes.subspan(control + 6, control_bytes - 7);
    ++navigation_packs;
    if (std::any_of(control_information.begin(), control_information.end(),
                    [](std::uint8_t byte) { return byte != 0; }))
      ++filled;
  }
  return filled > navigation_packs / 2;
}

Integrity check_packets(const ByteFile& file, const GoOn& go_on) {
  Integrity result;
  result.summary = "the film carries no digest of its bytes: " + unnoticed;
  check_digest(result, file, FilmDigest::Element::padding_packet, go_on);
  if (result.faults.empty() || !is_authored(file, go_on)) return result;
  result = {};
  result.summary =
      "the film was authored for a DVD since its digest was made, which changes its bytes: " +
      unnoticed;
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
