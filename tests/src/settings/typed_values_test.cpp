// SPDX-License-Identifier: GPL-2.0-or-later
// Values as people type them, and as strangers' films hold them.
#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <utility>

#include "src/settings.h"
#include "tests/src/settings/typed_settings.h"

using namespace lifereel;
using test::preset;
using test::refusal_of;
using test::refused;

TEST_SUITE("src.typed_values") {
  TEST_CASE("lengths and large numbers are read in the forms people write") {
    RenderSettings settings;
    const std::pair<const char*, double> lengths[] = {
        {"90", 90},      {"90s", 90},      {"1:30", 90},        {"1:30.5", 90.5},
        {"0:00.1", 0.1}, {"1:00.1", 60.1}, {"7:30:00", 27000},  {"07:30:00", 27000},
        {"7.5h", 27000}, {"7h30m", 27000}, {"7h30m10s", 27010}, {"90m", 5400},
        {"90min", 5400}, {"1h5s", 3605},   {"0.25s", 0.25},     {"1e3", 1000},
        {"100:00", 6000}};
    for (const auto& length : lengths) {
      CAPTURE(length.first);
      apply_setting(settings, "seconds", length.first, "seconds");
      CHECK(settings.seconds == length.second);
    }
    for (const char* const bad : {"1:60", "1:2:3:4", ":30", "1:", "1.5:30", "1:60:00", "s", "90sec",
                                  "30m1h", "1h1h", "-1:30", "1h30", "9999999999:00"}) {
      CAPTURE(bad);
      CHECK(refused("seconds", bad).find("is not a length; write seconds, 90 or 90s") !=
            std::string::npos);
    }
    const std::pair<const char*, int> counts[] = {
        {"2500", 2500},    {"1e6", 1'000'000}, {"1.5e5", 150'000}, {"2.5k", 2500},
        {"115K", 115'000}, {"1M", 1'000'000},  {"2500e0", 2500},   {"+5", 5}};
    for (const auto& count : counts) {
      CAPTURE(count.first);
      apply_setting(settings, "particles", count.first, "particles");
      CHECK(settings.universe.particles == count.second);
      apply_setting(settings, "frames", count.first, "frames");
      CHECK(settings.frames == count.second);
    }
    for (const char* const bad : {"1e", "e6", "1e-1", "1.5e0", "1kk", "1e99", "1 M", "2.55555k"}) {
      CAPTURE(bad);
      CHECK(refused("particles", bad).find("is not a whole number; write 2500, 1e6") !=
            std::string::npos);
    }
    CHECK(refused("particles", "1e12").find("is out of range") != std::string::npos);
    CHECK(refused("frames", "1e12").empty());
  }

  TEST_CASE("a format is its usual encoder, and an unknown codec has a near name") {
    RenderSettings settings;
    const auto codec = [&](const char* name) {
      apply_setting(settings, "codec", name, "codec");
      return settings.film.codec;
    };
    for (const char* const name : {"h264", "H.264", "avc", "x264", "libx264"})
      CHECK(codec(name) == "libx264");
    for (const char* const name : {"hevc", "HEVC", "h265", "x265"}) CHECK(codec(name) == "libx265");
    CHECK(codec("av1").find("av1") != std::string::npos);
    CHECK(codec("av1") != "av1");
    CHECK(codec("vp9") == "libvpx-vp9");
    CHECK(codec("mpeg2") == "mpeg2video");
    for (const char* const name : {"ffv1", "null", "prores", "no-such"}) CHECK(codec(name) == name);

    settings = preset("dvd_mp4");
    settings.output = "film.mp4";
    const auto told = [&](const char* name) {
      settings.film.codec = name;
      return refusal_of([&] { validate(settings); });
    };
    CHECK(told("libx246") ==
          "codec: this FFmpeg has no video encoder 'libx246'; did you mean libx264?");
    CHECK(told("wibblewobble") ==
          "codec: this FFmpeg has no video encoder 'wibblewobble'; lifereel info lists those it "
          "has");
  }

  TEST_CASE("a film's filter and codec options are taken of a trusted one alone") {
    const std::string text =
        "codec = libx264\nfilter = metadata=print:file=victim.txt\n"
        "codec-option = stats=victim.log\ncodec-option = \"flags=+pass1\\n\x1b[2J\"\n";
    RenderSettings settings;
    std::string told;
    try {
      apply_embedded_config(settings, text, "film.mp4");
    } catch (const UntrustedFilm& error) {
      told = error.what();
    }
    CHECK(told ==
          "film.mp4 sets what could read, write or empty files on this machine: 'filter = "
          "metadata=print:file=victim.txt'; 'codec-option = stats=victim.log'; 'codec-option = "
          "flags=+pass1??[2J'");
    CHECK(settings == RenderSettings());
    // None of these may hide the others, wherever they stand.
    CHECK_THROWS_AS(apply_embedded_config(settings, "frames = 3\nfilter = null", "film"),
                    UntrustedFilm);
    CHECK_THROWS_AS(apply_embedded_config(settings, "preset = dvd_mp4\ncodec-option=bf=2", "film"),
                    UntrustedFilm);
    CHECK_THROWS_AS(
        apply_embedded_config(settings, "codec-option = \"aq-mode=3\\ngop = 120\"", "film"),
        UntrustedFilm);
    apply_embedded_config(settings, text, "film.mp4", FilmTrust::filters_and_codec_options);
    CHECK(settings.film.filter == "metadata=print:file=victim.txt");
    CHECK(settings.film.codec_options.size() == 2);
    RenderSettings own;
    apply_config_text(own, text, "mine.cfg");
    CHECK(own.film == settings.film);
    for (const Preset& each : presets()) {
      CAPTURE(each.name);
      apply_embedded_config(settings, print_config(preset(each.name)), "film");
    }
  }
}
