// SPDX-License-Identifier: GPL-2.0-or-later
// The universe as it was released: golden files that every instruction set and thread count must
// reproduce. A change here is a breaking change (CHANGELOG).
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "src/golden.h"
#include "tests/sanitizers.h"

using namespace lifereel;

namespace {

// Sanitizers look for faults in the code, not for other bits: one universe is enough.
#if defined(LIFEREEL_ADDRESS_SANITIZER) || defined(LIFEREEL_THREAD_SANITIZER)
constexpr const char* names[] = {"dvd_video_300", "ember_60",    "ember_60_10_bits",
                                 "glyphs_30",     "phosphor_30", "fire_30"};
#else
constexpr const char* names[] = {
    "dvd_video_300", "hd_6000_60",  "panoramic_10",  "aurora_60",      "neon_60",
    "ember_60",      "abyss_60",    "time_lapse_30", "slow_motion_30", "ember_60_10_bits",
    "glyphs_30",     "phosphor_30", "rain_30",       "fire_30"};
#endif

// An odd number; of the widest instruction set in the release also one, and more than there are
// processors here. What threads share out is the same for all instruction sets
// (tests/sim/cpu has every pair, of smaller universes).
std::vector<int> thread_counts(Isa isa) {
#if !defined(LIFEREEL_ADDRESS_SANITIZER) && !defined(LIFEREEL_THREAD_SANITIZER)
  if (isa == available_isas().back()) return {1, 3, 8};
#endif
  static_cast<void>(isa);
  return {3};
}

}  // namespace

TEST_SUITE("src.golden_universes") {
  TEST_CASE("golden files hold on every instruction set and any number of threads") {
    for (const char* name : names) {
      const Golden golden = read_golden(std::string(LIFEREEL_TEST_DATA "/golden/") + name + ".txt");
      REQUIRE(golden.pictures.size() == golden.states.size());
      for (const Isa isa : available_isas())
        for (const int threads : thread_counts(isa)) {
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
