// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/scout/deflated_size.h"

#include <algorithm>
#include <bit>

namespace lifereel {
namespace {

constexpr std::size_t least_match = 3, most_match = 258;
constexpr std::int32_t window = 32768;
constexpr int most_tries = 16;
constexpr int hash_bits = 14;

/// Of a literal, or of the code of a length (RFC 1951, 3.2.6).
int code_bits(int symbol) { return symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8; }

/// Code and extra bits of a match's length, 3 to 258 (3.2.5).
int length_bits(std::size_t length) {
  if (length == most_match) return code_bits(285);
  const auto from = static_cast<unsigned>(length - least_match);
  if (from < 8) return code_bits(257 + static_cast<int>(from));
  const int extra = std::bit_width(from) - 3;
  return code_bits(257 + 4 * extra + static_cast<int>(from >> extra)) + extra;
}

/// Likewise of its distance, 1 to 32768.
int distance_bits(std::int32_t distance) {
  const auto from = static_cast<unsigned>(distance - 1);
  constexpr int code = 5;
  return from < 4 ? code : code + std::bit_width(from) - 2;
}

std::size_t hash(const std::uint8_t* at) {
  const std::uint32_t three = at[0] | at[1] << 8 | at[2] << 16;
  return three * 2654435761u >> (32 - hash_bits);
}

}  // namespace

std::int64_t DeflatedSize::operator()(const std::vector<std::uint8_t>& bytes) {
  constexpr std::int32_t none = -1;
  last_.assign(std::size_t{1} << hash_bits, none);
  before_.resize(bytes.size());
  const std::uint8_t* const data = bytes.data();
  std::int64_t bits = 3 + code_bits(256);  // header and end of the block
  const auto note = [&](std::size_t at) {
    if (at + least_match > bytes.size()) return;
    std::int32_t& last = last_[hash(data + at)];
    before_[at] = last;
    last = static_cast<std::int32_t>(at);
  };
  for (std::size_t at = 0; at < bytes.size();) {
    std::size_t length = 0;
    std::int32_t distance = 0;
    if (at + least_match <= bytes.size()) {
      const std::size_t most = std::min(most_match, bytes.size() - at);
      std::int32_t from = last_[hash(data + at)];
      for (int tries = 0; from != none && tries < most_tries; ++tries) {
        const std::int32_t back = static_cast<std::int32_t>(at) - from;
        if (back > window) break;
        const std::uint8_t* const earlier = data + from;
        const auto same = static_cast<std::size_t>(
            std::mismatch(earlier, earlier + most, data + at).first - earlier);
        if (same > length) {
          length = same;
          distance = back;
          if (length == most) break;
        }
        from = before_[static_cast<std::size_t>(from)];
      }
    }
    if (length < least_match) {
      bits += code_bits(data[at]);
      note(at++);
      continue;
    }
    bits += length_bits(length) + distance_bits(distance);
    for (const std::size_t end = at + length; at < end; ++at) note(at);
  }
  return (bits + 7) / 8;
}

}  // namespace lifereel
