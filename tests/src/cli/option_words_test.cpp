// SPDX-License-Identifier: GPL-2.0-or-later
// What the library says of settings is said of options at a command line.
#include "src/cli/option_words.h"

#include <doctest/doctest.h>

#include <string>

using lifereel::cli::with_option_words;

TEST_SUITE("src.cli") {
  TEST_CASE("settings become options") {
    CHECK(with_option_words("engine cuda: no GPU; engine = cpu needs no GPU") ==
          "engine cuda: no GPU; --engine cpu needs no GPU");
    CHECK(with_option_words("overwrite = yes renders it again") == "--overwrite renders it again");
    CHECK(with_option_words("set container = matroska, or size = 720x480") ==
          "set --container matroska, or --size 720x480");
    CHECK(with_option_words("(chunk-frames = 0)") == "(--chunk-frames 0)");
    CHECK(with_option_words("stopped; a render with the same settings resumes there") ==
          "stopped; the same command resumes there");
  }

  TEST_CASE("all else stays as it is") {
    for (const char* const sentence :
         {"", "'", "=", " = ", "'x", "x = y", "unknown-key = 3", "2 = 2", "fps=30",
          "'resume = off' is no file", "'a render with the same settings'", "fps =", "fps 25"}) {
      CAPTURE(std::string(sentence));
      CHECK(with_option_words(sentence) == sentence);
    }
  }

  TEST_CASE("an apostrophe quotes nothing") {
    CHECK(with_option_words("the film's folder; fps = 25, or the caller's") ==
          "the film's folder; --fps 25, or the caller's");
    CHECK(with_option_words("'it's = fps = 1.mkv' exists; overwrite = yes, or 'fps = 2'") ==
          "'it's = fps = 1.mkv' exists; --overwrite, or 'fps = 2'");
  }
}
