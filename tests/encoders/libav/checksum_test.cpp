// SPDX-License-Identifier: GPL-2.0-or-later
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "encoders/libav/checksum.h"

using namespace lifereel;

namespace {

std::string checksum(const std::vector<std::uint8_t>& bytes, std::size_t piece) {
  Checksum sum;
  for (std::size_t at = 0; at < bytes.size(); at += piece)
    sum.add(bytes.data() + at, std::min(piece, bytes.size() - at));
  return sum.hex();
}

}  // namespace

TEST_SUITE("encoders.checksum") {
  TEST_CASE("it does not depend on the pieces, and tells every bit and every length") {
    std::set<std::string> all;
    for (std::size_t size = 0; size <= 70; ++size) {
      std::vector<std::uint8_t> bytes(size);
      for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(37 * i);
      const std::string whole = checksum(bytes, 1000);
      CHECK(whole.size() == Checksum::hex_bytes);
      CHECK(all.insert(whole).second);
      for (const std::size_t piece : {1, 3, 8, 15, 16, 17, 32, 48})
        CHECK(checksum(bytes, piece) == whole);
      for (std::size_t bit = 0; bit < 8 * size; ++bit) {
        bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ 1 << bit % 8);
        CHECK(checksum(bytes, 1000) != whole);
        bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ 1 << bit % 8);
      }
      bytes.push_back(0);
      CHECK(checksum(bytes, 1000) != whole);
    }
  }
}
