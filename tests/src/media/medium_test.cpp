// SPDX-License-Identifier: GPL-2.0-or-later
// What fits on which disc.
#include "src/media/medium.h"

#include <doctest/doctest.h>

using namespace lifereel;

TEST_SUITE("src.medium") {
  TEST_CASE("discs hold what drives say they do") {
    REQUIRE(find_medium("dvd+r") != nullptr);
    CHECK(find_medium("cd")->bytes() == 737'280'000);
    CHECK(find_medium("dvd+r")->bytes() == 4'700'372'992);
    CHECK(find_medium("dvd-r")->bytes() == 4'707'319'808);
    CHECK(find_medium("dvd")->sectors == find_medium("dvd+r")->sectors);
    CHECK(find_medium("bd25")->bytes() == 24'756'879'360);
    CHECK(find_medium("bd50")->bytes() == 50'050'629'632 - (256 << 20));
    CHECK(find_medium("DVD") == nullptr);
  }

  TEST_CASE("a size is said by the discs that it fits on") {
    CHECK(fitting_media(1) == "CD, any DVD, BD-R of 25 GB or BD-R of 50 GB");
    CHECK(fitting_media(4'700'372'992) == "any DVD, BD-R of 25 GB or BD-R of 50 GB");
    CHECK(fitting_media(4'700'372'993) == "DVD-R, BD-R of 25 GB or BD-R of 50 GB");
    CHECK(fitting_media(30'000'000'000) == "BD-R of 50 GB");
    CHECK(fitting_media(60'000'000'000) == "");
  }

  TEST_CASE("sectors are counted up") {
    CHECK(disc_sectors(0) == 0);
    CHECK(disc_sectors(1) == 1);
    CHECK(disc_sectors(2048) == 1);
    CHECK(disc_sectors(2049) == 2);
  }
}
