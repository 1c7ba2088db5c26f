// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/scout/deflated_size.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <string_view>
#include <vector>

using namespace lifereel;

namespace {

std::int64_t size_of(std::string_view text) {
  return DeflatedSize()(std::vector<std::uint8_t>(text.begin(), text.end()));
}

}  // namespace

TEST_SUITE("src.scout") {
  // Compared with zlib's Z_FIXED, which never finds what begins at the first byte.
  TEST_CASE("sizes are those of deflate's fixed codes") {
    CHECK(size_of("") == 2);
    CHECK(size_of("a") == 3);
    CHECK(size_of("abcdefgh") == 10);
    CHECK(size_of("abcabcabcabcabcabcabcabc") == 6);
    CHECK(DeflatedSize()(std::vector<std::uint8_t>(100'000, 0)) == 634);
    std::vector<std::uint8_t> cells;
    for (int i = 0; i < 20'000; ++i)
      cells.push_back(static_cast<std::uint8_t>(i * 7919 % 1009 < 60 ? i % 200 : 0));
    CHECK(DeflatedSize()(cells) >= 1451);  // zlib's best, which looks further
    CHECK(DeflatedSize()(cells) < 2100);
  }

  TEST_CASE("noise does not shrink, and the same again is small") {
    std::vector<std::uint8_t> noise;
    std::uint32_t state = 1;
    for (int i = 0; i < 10'000; ++i) {
      state = state * 1664525 + 1013904223;
      noise.push_back(static_cast<std::uint8_t>(state >> 24));
    }
    DeflatedSize size;
    const std::int64_t once = size(noise);
    CHECK(once > 10'000);
    noise.insert(noise.end(), noise.begin(), noise.begin() + 10'000);
    CHECK(size(noise) < once + 200);
  }
}
