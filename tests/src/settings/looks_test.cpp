// SPDX-License-Identifier: GPL-2.0-or-later
// Looks: those compiled in, files of one's own, keys of each, and what is refused.
#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include "src/settings.h"
#include "tests/messages.h"
#include "tests/temporary_folder.h"

using namespace lifereel;
using test::contains;
using test::refusal_of;

namespace {

RenderSettings with_look(const std::string& name) {
  RenderSettings settings;
  apply_look(settings, name);
  return settings;
}

std::string refused(const char* key, const std::string& value) {
  RenderSettings settings;
  return refusal_of([&] { apply_setting(settings, key, value, "--" + std::string(key)); });
}

}  // namespace

TEST_SUITE("src.looks") {
  TEST_CASE("every look can be drawn, says what it is, and survives print and read") {
    REQUIRE(looks().size() >= 5);
    for (const Look& look : looks()) {
      CAPTURE(look.name);
      const RenderSettings settings = with_look(look.name);
      CHECK_NOTHROW(validate(settings.universe));
      CHECK(std::string(look.text).starts_with("# " + std::string(look.summary) + "\n"));
      RenderSettings read;
      apply_config_text(read, print_config(settings), "text");
      CHECK(read == settings);
      CHECK(settings.universe.look.draws_colour() == (std::string(look.name) != "published"));
    }
  }

  TEST_CASE("published is what it always was, and says nothing of looks in a film") {
    RenderSettings settings = with_look("neon");
    apply_look(settings, "published");
    CHECK(settings == RenderSettings());
    const std::string text = print_config(settings);
    for (const char* key : {"tone", "palette", "bloom", "streaks", "look"})
      CHECK_FALSE(contains(text, "\n" + std::string(key) + " ="));
    for (const char* preset :
         {"dvd_video", "dvd_video_pal", "dvd_mp4", "panoramic", "panoramic_hevc", "bd_4k_6h"}) {
      RenderSettings of_preset;
      apply_preset(of_preset, preset);
      CHECK_FALSE(of_preset.universe.look.draws_colour());
    }
  }

  TEST_CASE("a look starts over; keys after it change it") {
    RenderSettings settings;
    apply_setting(settings, "bloom", "2", "test");
    apply_setting(settings, "look", "aurora", "test");
    CHECK(settings.universe.look.bloom == 0.3f);
    CHECK(settings.universe.trail_decay == 0.88f);
    apply_setting(settings, "palette", "FF8800,0088FF", "test");
    apply_setting(settings, "background", "010203", "test");
    CHECK(settings.universe.look.palette == "FF8800,0088FF");
    CHECK(settings.universe.look.background == 0x010203);
    CHECK(palette_colours(settings.universe.look.palette, 3) ==
          std::vector<Rgb>{0xff8800, 0x0088ff, 0xff8800});
    apply_setting(settings, "look", "neon", "test");
    CHECK(settings.universe.look == with_look("neon").universe.look);
  }

  TEST_CASE("a look of one's own is a file, found beside the config file that names it") {
    const test::TemporaryFolder folder;
    std::ofstream(folder.file("mine.cfg")) << "# mine\ntone = filmic\npalette = FF0000\n"
                                              "trail-decay = 0.5\n";
    const RenderSettings settings = with_look(folder.file("mine.cfg"));
    CHECK(settings.universe.look.tone == ToneCurve::filmic);
    CHECK(settings.universe.trail_decay == 0.5f);
    std::ofstream(folder.file("film.cfg")) << "look = mine.cfg\nbloom = 1\n";
    RenderSettings film;
    apply_config_file(film, folder.file("film.cfg"));
    CHECK(film.universe.look.tone == ToneCurve::filmic);
    CHECK(film.universe.look.bloom == 1.0f);
  }

  TEST_CASE("what is no look is refused with one sentence that helps") {
    const test::TemporaryFolder folder;
    const auto refused_file = [&](const std::string& text) {
      std::ofstream(folder.file("bad.cfg"), std::ios::trunc) << text;
      return refusal_of([&] { with_look(folder.file("bad.cfg")); });
    };
    CHECK(contains(refused_file("output = victim.mp4\n"), "may not set output"));
    CHECK(contains(refused_file("look = aurora\n"), "may not set look"));
    CHECK(contains(refused_file("matrix = /etc/passwd\n"), "may not set matrix"));
    CHECK(contains(refused_file("blooom = 1\n"), "did you mean bloom"));
    CHECK(contains(refused("look", "auror"), "did you mean aurora"));
    CHECK(contains(refused("look", "xyzzy"), "ember"));
    CHECK(contains(refused("palette", "rainbow"), "oklch"));
    CHECK(contains(refused("palette", "batlov"), "did you mean batlow?"));
    CHECK(contains(refused("palette", "12345G"), "RRGGBB"));
    CHECK(contains(refused("palette", ""), "RRGGBB"));
    CHECK(contains(refused("background", "FF0000 00FF00"), "one colour"));
    CHECK(contains(refused("background", "oklch"), "one colour"));
    CHECK(contains(refused("tone", "aces"), "filmic"));
    CHECK(contains(refused("color-by", "mood"), "density"));
    RenderSettings film;
    CHECK(contains(refusal_of([&] { apply_embedded_config(film, "look = aurora\n", "a film"); }),
                   "not its name"));
  }

  TEST_CASE("palettes") {
    CHECK(palette_colours("oklch", 5) ==
          std::vector<Rgb>{0xff9495, 0xdcb300, 0x0bd79b, 0x58c4ff, 0xd19cff});
    for (const std::string& name : palette_names()) {
      for (const int count : {1, 2, 7, 32}) CHECK(palette_colours(name, count).size() == count);
      CHECK(palette_colours(name, 64, true).size() == 64);
    }
    // Ends and middle of Crameri's published tables.
    CHECK(palette_colours("batlow", 3) == std::vector<Rgb>{0x011959, 0x828231, 0xfaccfa});
    CHECK(palette_colours("vik", 3, true) == std::vector<Rgb>{0x001261, 0xece5e0, 0x590008});
    const auto ramp = palette_colours("000000 FFFFFF", 256, true);
    for (Rgb level = 0; level < 256; ++level) CHECK(ramp[level] == level * 0x010101);
  }
}
