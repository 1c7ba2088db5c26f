// SPDX-License-Identifier: GPL-2.0-or-later
// What fits on which disc.
#include "src/media/medium.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/messages.h"

using namespace lifereel;
using test::contains;
using test::refusal_of;

TEST_SUITE("src.medium") {
  TEST_CASE("discs hold what drives say they do") {
    REQUIRE(find_medium("dvd+r") != nullptr);
    CHECK(find_medium("cd")->bytes() == 737'280'000);
    CHECK(find_medium("dvd+r")->bytes() == 4'700'372'992);
    CHECK(find_medium("dvd-r")->bytes() == 4'707'319'808);
    CHECK(find_medium("dvd")->sectors == find_medium("dvd+r")->sectors);
    CHECK(find_medium("bd25")->bytes() == 24'756'879'360);
    CHECK(find_medium("bd50")->bytes() == 50'050'629'632 - (256 << 20));
    CHECK(find_medium("bd100")->bytes() == 100'103'356'416 - (256 << 20));
    CHECK(find_medium("bd128")->bytes() == 128'001'769'472 - (256 << 20));
    CHECK(find_medium("DVD") == nullptr);
  }

  TEST_CASE("a size is said by the discs that it fits on") {
    const std::string large = "BD-R of 25 GB, BD-R of 50 GB, BD-R of 100 GB or BD-R of 128 GB";
    CHECK(fitting_media(1) == "CD, any DVD, " + large);
    CHECK(fitting_media(4'700'372'992) == "any DVD, " + large);
    CHECK(fitting_media(4'700'372'993) == "DVD-R, " + large);
    CHECK(fitting_media(100'000'000'000) == "BD-R of 128 GB");
    CHECK(fitting_media(130'000'000'000) == "");
  }

  TEST_CASE("a medium is a name or a size") {
    CHECK(parse_medium("dvd+r").description == "DVD+R");
    CHECK(parse_medium(" BD25 ").bytes() == 24'756'879'360);
    CHECK(parse_medium("400MB").bytes() == 400'000'000 / 2048 * 2048);
    CHECK(parse_medium("400MB").description == "a medium of 400MB");
    CHECK(parse_medium("4.7 gb").sectors == 4'700'000'000 / 2048);
    CHECK(parse_medium("1.5GiB").sectors == 3 * (1 << 29) / 2048);
    CHECK(parse_medium("700000000").sectors == 700'000'000 / 2048);
    CHECK(parse_medium("1").sectors == 0);
    CHECK(contains(refusal_of([] { parse_medium("dvdr"); }), "(did you mean dvd?); there are cd"));
    CHECK(
        contains(refusal_of([] { parse_medium("floppy"); }), "there is no medium 'floppy'; there"));
    CHECK(contains(refusal_of([] { parse_medium(""); }), "there is no medium"));
    for (const char* const size : {"4 parsecs", "1e", "12 12MB", "5MBit", "1.2.3MB"}) {
      CAPTURE(size);
      CHECK(contains(refusal_of([&] { parse_medium(size); }), "is no size of a medium"));
    }
    CHECK(contains(refusal_of([] { parse_medium("99999999TB"); }), "larger than any medium"));
    CHECK(contains(refusal_of([] { parse_medium("-5MB"); }), "there is no medium"));
  }

  TEST_CASE("sectors are counted up") {
    CHECK(disc_sectors(0) == 0);
    CHECK(disc_sectors(1) == 1);
    CHECK(disc_sectors(2048) == 1);
    CHECK(disc_sectors(2049) == 2);
  }
}
