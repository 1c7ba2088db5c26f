// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/libav/film_digest.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace lifereel {
namespace {

using namespace std::string_view_literals;

/// Size, type and the identifier of boxes of this kind.
constexpr std::string_view box_header =
    "\x00\x00\x00\x6b"
    "uuid"
    "\x6c\x69\x66\x65\x72\x65\x4e\x65\x9c\x1d\x64\x69\x67\x65\x73\x74"sv;
constexpr std::string_view void_header = "\xec\x01\x00\x00\x00\x00\x00\x00\x53"sv;
/// Start code, length, and MPEG-1's word for "without a time"; both parts of the standard have
/// decoders drop what follows.
constexpr std::string_view packet_header = "\x00\x00\x01\xbe\x07\xec\x0f"sv;
constexpr std::size_t packet_bytes = 2048 - 14;
static_assert(packet_bytes == 6 + 0x07ec);

// "lifereel digest BEGIN END SUM\n": what was summed first, and the sum, in hexadecimal.
constexpr std::string_view digest_name = "lifereel digest ";
constexpr std::size_t place_digits = 16;
constexpr std::size_t digest_bytes =
    digest_name.size() + 2 * (place_digits + 1) + Checksum::hex_bytes + 1;
static_assert(digest_bytes == 0x53);
static_assert(box_header.size() == 24 && 24 + digest_bytes == 0x6b);

std::string_view header_of(FilmDigest::Element element) {
  switch (element) {
    case FilmDigest::Element::box:
      return box_header;
    case FilmDigest::Element::ebml_void:
      return void_header;
    case FilmDigest::Element::padding_packet:
      break;
  }
  return packet_header;
}

std::size_t bytes_of(FilmDigest::Element element) {
  return element == FilmDigest::Element::padding_packet ? packet_bytes
                                                        : header_of(element).size() + digest_bytes;
}

std::optional<std::int64_t> read_place(std::string_view digits) {
  std::int64_t value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (error != std::errc() || end != digits.data() + digits.size() || value < 0) return {};
  return value;
}

std::optional<FilmDigest> read_digest(std::string_view text) {
  text.remove_prefix(digest_name.size());
  const auto begin = read_place(text.substr(0, place_digits));
  const auto end = read_place(text.substr(place_digits + 1, place_digits));
  if (!begin || !end || *begin > *end) return {};
  return FilmDigest{*begin, *end,
                    std::string(text.substr(2 * (place_digits + 1), Checksum::hex_bytes))};
}

// Packets tell their sizes, but nothing tells how many there are: a digest that is not at the end
// of its file shows that the file was cut off, or went on.
std::optional<FoundDigest> find_digest_elsewhere(const ByteFile& file) {
  const std::int64_t size = file.size();
  const std::int64_t begin = std::max<std::int64_t>(0, size - 2 * std::int64_t{packet_bytes});
  std::string bytes(static_cast<std::size_t>(size - begin), '\0');
  if (!file.read(begin, {reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()})) return {};
  const std::size_t place = bytes.find(digest_name);
  if (place == std::string::npos) return {};
  return FoundDigest{begin + static_cast<std::int64_t>(place), {}};
}

}  // namespace

std::string digest_element(FilmDigest::Element element, const FilmDigest& digest) {
  char places[2 * (place_digits + 1) + 1];
  std::snprintf(places, sizeof places, "%016llx %016llx ",
                static_cast<unsigned long long>(digest.begin),
                static_cast<unsigned long long>(digest.end));
  std::string bytes =
      std::string(header_of(element)) + std::string(digest_name) + places + digest.hex + '\n';
  bytes.resize(bytes_of(element), '\xff');
  return bytes;
}

std::optional<FoundDigest> find_digest(const ByteFile& file, FilmDigest::Element element) {
  const std::string_view header = header_of(element);
  std::string bytes(bytes_of(element), '\0');
  const std::int64_t place = file.size() - static_cast<std::int64_t>(bytes.size());
  if (place < 0 || !file.read(place, {reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()}))
    return {};
  // Damage to what makes it a digest must not make it none.
  const std::string constant = std::string(header) + std::string(digest_name);
  std::size_t alike = 0;
  for (std::size_t i = 0; i < constant.size(); ++i) alike += bytes[i] == constant[i] ? 1 : 0;
  if (alike < constant.size() / 2)
    return element == FilmDigest::Element::padding_packet ? find_digest_elsewhere(file)
                                                          : std::nullopt;
  FoundDigest found{place, {}};
  const std::optional<FilmDigest> digest =
      read_digest(std::string_view(bytes).substr(header.size()));
  // Written again it must be the same, to the last byte.
  if (digest && digest->end <= place && digest_element(element, *digest) == bytes)
    found.digest = digest;
  return found;
}

bool add_rest(Checksum& checksum, const ByteFile& file, std::int64_t begin, std::int64_t end,
              std::int64_t size, const std::function<bool()>& go_on) {
  struct Stopped {};
  const ByteFile::Take take = [&](std::span<const std::uint8_t> bytes) {
    if (go_on && !go_on()) throw Stopped();
    checksum.add(bytes.data(), bytes.size());
  };
  try {
    if (file.read_all(0, begin, take) && file.read_all(end, size, take)) return true;
  } catch (const Stopped&) {
    return false;
  }
  throw std::runtime_error("the file became shorter while it was read");
}

void RunningDigest::see(std::int64_t place, const std::uint8_t* bytes, std::size_t size) noexcept {
  if (!running_) return;
  if (place == end_) {
    checksum_->add(bytes, size);
    end_ += static_cast<std::int64_t>(size);
  } else if (place + static_cast<std::int64_t>(size) > begin_) {
    rewritten_ = true;
  }
}

FilmDigest RunningDigest::finish(const ByteFile& file, std::int64_t moved) {
  FilmDigest digest{begin_ + moved, end_ + moved, {}};
  if (rewritten_) {
    checksum_.emplace();
    digest.begin = digest.end = 0;
  }
  add_rest(*checksum_, file, digest.begin, digest.end, file.size());
  digest.hex = checksum_->hex();
  return digest;
}

}  // namespace lifereel
