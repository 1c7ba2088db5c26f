// SPDX-License-Identifier: GPL-2.0-or-later
// The universe as it was released: golden files that every instruction set and thread count must
// reproduce. A change here is a breaking change (CHANGELOG).
#include <doctest/doctest.h>

#include <string>

#include "src/golden.h"

using namespace lifereel;

TEST_SUITE("src.golden_universes") {
  TEST_CASE("golden files hold on every instruction set and any number of threads") {
    for (const char* name : {"dvd_video_300", "hd_6000_60", "panoramic_10"}) {
      const Golden golden = read_golden(std::string(LIFEREEL_TEST_DATA "/golden/") + name + ".txt");
      REQUIRE(golden.pictures.size() == golden.states.size());
      for (const Isa isa : available_isas())
        for (const int threads : {1, 2, 3, 8}) {
          const GoldenCheck check = check_golden(golden, {EngineChoice::cpu, isa, threads, 0});
          CAPTURE(std::string(name));
          CAPTURE(std::string(isa_name(isa)));
          CAPTURE(threads);
          CAPTURE(check.difference ? check.difference->frame : -1);
          CHECK_FALSE(check.difference);
          CHECK(check.frames_equal == static_cast<std::int64_t>(golden.pictures.size()));
        }
    }
  }
}
