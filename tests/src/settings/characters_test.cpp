// SPDX-License-Identifier: GPL-2.0-or-later
// Keys of characters, tubes and scenes: what they bring, what they print, what they refuse.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "src/settings.h"
#include "tests/messages.h"
#include "tests/temporary_folder.h"

using namespace lifereel;
using test::contains;
using test::refusal_of;

namespace {

using Keys = std::vector<std::pair<const char*, const char*>>;

RenderSettings set(const Keys& keys, RenderSettings settings = {}) {
  for (const auto& [key, value] : keys) apply_setting(settings, key, value, "test");
  return settings;
}

RenderSettings of_preset(const char* name) {
  RenderSettings settings;
  apply_preset(settings, name);
  return settings;
}

LookSettings look_of(const char* name) { return set({{"look", name}}).universe.look; }

RenderSettings read_back(const RenderSettings& settings) {
  RenderSettings read;
  apply_embedded_config(read, print_config(settings), "a film");
  return read;
}

}  // namespace

TEST_SUITE("src.characters") {
  TEST_CASE("films of looks that were there before say what they always said") {
    for (const char* name : {"aurora", "neon", "ember", "abyss", "published"}) {
      CAPTURE(std::string(name));
      const RenderSettings settings = set({{"look", name}, {"codec", "ffv1"}, {"frames", "2"}});
      CHECK(print_config(settings) ==
            test::contents(std::string(LIFEREEL_TEST_DATA "/looks/") + name + ".txt"));
    }
  }

  TEST_CASE("characters and tubes survive print and read, and say nothing where they are none") {
    for (const Keys& keys :
         {Keys{{"look", "glyphs"}},
          {{"look", "phosphor"}},
          {{"look", "rain"}, {"glyphs", "no"}},
          {{"look", "aurora"}, {"glyph-set", " .:-=+*#%@"}},
          {{"look", "glyphs"}, {"glyph-set", "\"\\#x"}, {"glyph-cell", "64"}},
          {{"scene", "rain"}, {"scanlines", "0.25"}, {"glyph-set", "blocks"}},
          {{"look", "ember"}, {"scene", "fire"}, {"particles", "77"}, {"trail-decay", "0.5"}}}) {
      const RenderSettings settings = set(keys);
      CAPTURE(print_config(settings));
      CHECK(read_back(settings) == settings);
    }
    const std::string glyphs = print_config(set({{"look", "glyphs"}}));
    CHECK(contains(glyphs, "\nglyphs = yes\nglyph-set = ascii\nglyph-cell = auto\n"));
    for (const char* key : {"scene", "scanlines", "mask", "barrel"})
      CHECK_FALSE(contains(glyphs, key));
    // A scene's look might say another thing.
    CHECK(contains(print_config(set({{"scene", "rain"}})), "\nmask = 0\n"));
    const std::string tube = print_config(set({{"look", "aurora"}, {"barrel", "0.5"}}));
    CHECK(contains(tube, "\nbarrel = 0.5\n"));
    CHECK_FALSE(contains(tube, "glyph"));
    CHECK_FALSE(contains(tube, "mask"));
  }

  TEST_CASE("a scene comes with its look and its particles") {
    for (const char* scene : {"rain", "fire"}) {
      const RenderSettings settings = set({{"scene", scene}});
      CHECK(settings.universe.look == look_of(scene));
      CHECK(settings.universe.look.glyphs);
      CHECK_NOTHROW(validate(settings.universe));
      const RenderSettings disc = set({{"scene", scene}}, of_preset("dvd_video"));
      CHECK(disc.universe.look == look_of(scene));
      CHECK_NOTHROW(validate(disc.universe));
      // A preset's look is nobody's wish.
      CHECK(set({{"scene", scene}}, of_preset("film_1080p")).universe.look == look_of(scene));
    }
    CHECK(print_config(set({{"scene", "particle-life"}})) == print_config({}));
  }

  TEST_CASE("what is given beside a scene holds") {
    LookSettings ember = look_of("ember");
    ember.glyphs = true;
    CHECK(set({{"look", "ember"}, {"scene", "fire"}}).universe.look == ember);
    CHECK(set({{"scene", "fire"}, {"look", "ember"}}).universe.look == ember);
    RenderSettings settings;
    apply_config_text(settings, "preset = dvd_video\nlook = ember\nscene = fire\n", "text");
    CHECK(settings.universe.look == ember);
    // In a file, wherever it stands.
    RenderSettings before, after;
    apply_config_text(before, "glyph-set = blocks\nparticles = 12\nscene = fire\n", "text");
    apply_config_text(after, "scene = fire\nglyph-set = blocks\nparticles = 12\n", "text");
    CHECK(before == after);
    CHECK(before.universe.look.glyph_set == "blocks");
    CHECK(before.universe.particles == 12);
    CHECK(set({{"scene", "rain"}, {"bloom", "2"}}).universe.look.bloom == 2.0f);
    CHECK(set({{"scene", "fire"}, {"particles", "12"}}).universe.particles == 12);
    CHECK(set({{"scene", "fire"}, {"particles", "12"}, {"scene", "fire"}}).universe.particles ==
          12);
  }

  TEST_CASE("a fire has more sparks in larger pictures") {
    for (const auto& [size, sparks] : {std::pair{"720x480", 500},
                                       {"1280x720", 500},
                                       {"1920x1080", 1500},
                                       {"1080x1920", 1500},
                                       {"3840x2160", 3000}}) {
      const std::string picture = size;
      CAPTURE(picture);
      CHECK(set({{"scene", "fire"}, {"size", size}}).universe.particles == sparks);
      CHECK(set({{"size", size}, {"scene", "fire"}}).universe.particles == sparks);
      CHECK(set({{"particles", "9000"}, {"size", size}, {"scene", "fire"}}).universe.particles ==
            sparks);
      const RenderSettings again =
          set({{"scene", "fire"}, {"scene", "particle-life"}, {"size", size}});
      CHECK(again.universe.particles == set({{"size", size}}).universe.particles);
    }
  }

  TEST_CASE("what cannot be drawn is refused with the sentence that helps") {
    const auto refused = [](const Keys& keys) {
      return refusal_of([&] { validate(set(keys).universe); });
    };
    CHECK(refused({{"look", "aurora"}, {"scanlines", "1"}, {"size", "720x480"}}).empty());
    CHECK(refused({{"look", "aurora"}, {"scanlines", "0.5"}, {"size", "640x478"}}) ==
          "scanlines need a picture of at least 480 lines, not 478; make the film larger, or set "
          "scanlines = 0");
    CHECK(refused({{"look", "aurora"}, {"mask", "0.5"}, {"size", "640x300"}}) ==
          "mask needs a picture of at least 480 lines, not 300; make the film larger, or set mask "
          "= 0");
    CHECK(refused({{"look", "aurora"}, {"barrel", "0.5"}, {"size", "640x48"}, {"rmax", "16"}}) ==
          "barrel needs a picture of at least 64x64 pixels, not 640x48; make the film larger, or "
          "set barrel = 0");
    for (const char* key : {"glyph-edges", "glyph-floor", "scanlines", "mask", "barrel"}) {
      CHECK(refused({{"look", "glyphs"}, {key, "1.5"}}) ==
            std::string(key) + " 1.5 is out of range: 0 to 1");
      CHECK(refused({{"look", "glyphs"}, {key, "-0.5"}}) ==
            std::string(key) + " -0.5 is out of range: 0 to 1");
      CHECK(refused({{"look", "glyphs"}, {key, "1"}}).empty());
    }
    CHECK(refused({{"look", "glyphs"}, {"glyph-cell", "20"}}) ==
          "glyph-cell 20 is none of the heights that there are: take 16, 24, 32 or 64, or set "
          "glyph-cell = auto");
    CHECK(refused({{"look", "glyphs"}, {"glyph-cell", "64"}, {"size", "800x48"}, {"rmax", "16"}}) ==
          "a glyph-cell of 32x64 pixels is larger than the picture of 800x48; make the film "
          "larger, or set glyph-cell = auto");
    CHECK(refused({{"glyphs", "yes"}}) ==
          "characters are of looks in colour, and tone is published; set look = glyphs or another, "
          "or glyphs = no");
    CHECK(contains(refused({{"mask", "1"}}), "looks in colour"));
    CHECK(refused({{"scene", "rain"}, {"glyphs", "no"}}) ==
          "scene = rain is drawn in characters: set glyphs = yes");
    CHECK(refused({{"look", "published"}, {"scene", "fire"}}) ==
          "scene = fire is drawn in colour, and the look published has none: leave the look out, "
          "or choose another");
    CHECK(refused({{"scene", "fire"}, {"particles", "3000"}}).empty());
    CHECK(refused({{"scene", "fire"}, {"particles", "3001"}}) ==
          "particles 3001 is out of range: a fire has 1 to 3000 sparks; set particles = auto");
    for (const char* key : {"steps-per-frame", "substeps"})
      CHECK(refused({{"scene", "rain"}, {key, "2"}}) ==
            "scene = rain has no steps: leave steps-per-frame and substeps out");
    CHECK(refused({{"scene", "fire"}, {"species", "1"}, {"matrix", "[1]"}}) ==
          "scene = fire has no forces: set matrix = seed and matrix-family = random");
    CHECK(refused({{"scene", "rain"}, {"size", "64x64"}}).empty());  // rmax means nothing to it
  }

  TEST_CASE("sets and scenes are read strictly") {
    const auto refused = [](const char* key, const std::string& value) {
      RenderSettings settings;
      return refusal_of([&] { apply_setting(settings, key, value, "test"); });
    };
    CHECK(refused("scene", "rian") ==
          "test: scene: 'rian' is not one of particle-life, rain, fire; did you mean rain?");
    CHECK(contains(refused("glyph-set", "asci"), "ascii"));
    CHECK(contains(refused("glyph-set", "\xe6\x97\xa5x"), "\xe6\x97\xa5"));
    CHECK(contains(refused("glyph-set", ""), "2 to 256"));
    CHECK(contains(refused("glyph-set", "\xff\xfe"), "UTF-8"));
    CHECK(contains(refused("glyph-cell", "big"), "'big'"));
    CHECK(contains(refused("glyphs", "maybe"), "maybe"));
    for (const std::string& name : glyph_set_names()) CHECK(refused("glyph-set", name).empty());
    RenderSettings film;
    CHECK(contains(refusal_of([&] {
                     const test::TemporaryFolder folder;
                     folder.write("mine.cfg", "tone = log\nscene = rain\n");
                     apply_look(film, folder.file("mine.cfg"));
                   }),
                   "a look may not set scene"));
  }

  TEST_CASE("a tube is refused in an interlaced film") {
    RenderSettings settings = set({{"look", "phosphor"},
                                   {"codec", "ffv1"},
                                   {"frames", "2"},
                                   {"output", "never/made.mkv"},
                                   {"filter", "hflip,tinterlace=4"}});
    CHECK(refusal_of([&] { validate(settings); }) ==
          "scanlines flicker in an interlaced film, and filter = tinterlace makes it one; leave "
          "that out, or set scanlines = 0");
    settings.film.filter.clear();
    settings.film.codec_options = {{"flags", "+ildct"}};
    settings.universe.look.scanlines = 0;
    CHECK(refusal_of([&] { validate(settings); }) ==
          "mask flickers in an interlaced film, and codec-option = flags=+ildct makes it one; "
          "leave that out, or set mask = 0");
    settings.universe.look.mask = settings.universe.look.barrel = 0;
    CHECK_FALSE(contains(refusal_of([&] { validate(settings); }), "interlaced"));
  }
}
