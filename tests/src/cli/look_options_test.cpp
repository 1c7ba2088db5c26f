// SPDX-License-Identifier: GPL-2.0-or-later
// Options of the group "look" as people get them wrong.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/messages.h"
#include "tests/sanitizers.h"
#include "tests/src/cli/program.h"

using namespace lifereel::test;

TEST_SUITE("src.look_options") {
  TEST_CASE("what no look can be is refused before the first frame, and leaves nothing") {
    const Program program;
    program.write("film.cfg", "bloom = 1\noutput = victim.mkv\n");
    program.write("path.cfg", "palette = ../palette.txt\n");
    const struct {
      int status;
      std::vector<std::string> words;
      const char* sentence;
    } cases[] = {
        {2, {"--look", "aurorra"}, "--look: there is no look 'aurorra'; did you mean aurora?"},
        {2, {"--look", "no/such.cfg"}, "there are aurora, neon, ember, abyss, glyphs, "},
        {2, {"--look", "film.cfg"}, "film.cfg:2: a look may not set output"},
        {2, {"--look", "path.cfg"}, "path.cfg:1: palette: palette '../palette.txt' is neither"},
        {2, {"--palette", "virdis"}, "did you mean viridis?"},
        {2, {"--palette", "FF0000 GG0000"}, "is neither colours as RRGGBB nor one of oklch"},
        {2, {"--background", "blue"}, "--background: 'blue' is not one colour RRGGBB"},
        {2, {"--background", "#12345"}, "--background: '#12345' is not one colour RRGGBB"},
        {2, {"--grian", "2"}, "there is no option --grian; did you mean --grain?"},
        {2, {"--vingette", "2"}, "did you mean --vignette?"},
        {2, {"--bloom", "nan"}, "--bloom: 'nan' is not a finite number"},
        {1, {"--bloom", "4.1"}, "bloom 4.1 is out of range: 0 to 4"},
        {1, {"--bloom", "-0.1"}, "bloom -0.1 is out of range: 0 to 4"},
        {1, {"--bloom-radius", "0"}, "bloom-radius 0 is out of range: 1 to 8"},
        {1, {"--grain", "17"}, "grain 17 is out of range: 0 to 16"},
        {1, {"--grain", "-1"}, "grain -1 is out of range: 0 to 16"},
        {1, {"--pixel-format", "yuv420p10", "--codec", "mjpeg"}, "mjpeg has no 10 bits a sample"},
        {1, {"--look", "published", "--bloom", "1"}, "choose a look such as aurora, or leave"},
        {2, {"--glyphs=maybe"}, "--glyphs: 'maybe' is neither yes nor no"},
        {2, {"--glyph-set", "asci"}, "--glyph-set: "},
        {2, {"--glyph-sets", "ascii"}, "there is no option --glyph-sets; did you mean --glyph-set"},
        {2, {"--scanline", "1"}, "did you mean --scanlines?"},
        {1, {"--glyph-cell", "20"}, "take 16, 24, 32 or 64, or set --glyph-cell auto"},
        {1, {"--glyph-floor", "2"}, "glyph-floor 2 is out of range: 0 to 1"},
        {1, {"--look", "published", "--glyphs"}, "set --look glyphs or another, or --glyphs no"},
        {1, {"--scanlines", "1"}, "at least 480 lines, not 270; make the film larger, or set "},
        {1, {"--look", "phosphor"}, "or set --scanlines 0"},
        {1, {"--barrel", "1", "--filter", "interlace"}, "and --filter interlace makes it one"},
        {2, {"--scene", "rian"}, "--scene: 'rian' is not one of particle-life, rain, fire"},
        {1, {"--scene", "rain", "--look", "published"}, "--scene rain is drawn in colour"},
        {1, {"--scene", "rain", "--substeps", "2"}, "--scene rain has no steps: leave"},
    };
    for (const auto& one : cases) {
      if (sanitized && one.status == 2) continue;  // settings' own tests read words that are wrong
      CAPTURE(one.sentence);
      std::vector<std::string> words{"render", "--frames", "2", "-o", "film.mkv"};
      words.insert(words.end(), one.words.begin(), one.words.end());
      CHECK(contains(program.failure(one.status, with_small_universe(words)), one.sentence));
      CHECK_FALSE(std::filesystem::exists(program.path("film.mkv")));
      CHECK_FALSE(std::filesystem::exists(program.path("film.mkv.lifereel")));
    }
    CHECK(contains(program.failure(2, {"state", "--scene", "fire", "--frames", "2", "-o", "s.npy"}),
                   "no state to write; leave --scene out"));
    CHECK_FALSE(std::filesystem::exists(program.path("victim.mkv")));

    const auto drawn_in = [&](const char* colours) {
      return program
          .run(with_small_universe({"render", "--frames", "2", "--codec", "ffv1", "--overwrite",
                                    "--species", "3", "--palette", colours, "-o", "film.mkv"}))
          .out;
    };
    CHECK(
        contains(drawn_in("FF0000 00FF00"), "palette has 2 colours for 3 species, some of which"));
    CHECK_FALSE(contains(drawn_in("FF0000 00FF00 0000FF"), "palette has"));
    CHECK_FALSE(contains(drawn_in("oklch"), "palette has"));
  }
}
