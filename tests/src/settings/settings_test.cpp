// SPDX-License-Identifier: GPL-2.0-or-later
// One vocabulary: every key both ways, every bad value with its message, layers, presets.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>
#include <stdexcept>

#include "src/settings.h"
#include "src/text/setting_text.h"
#include "tests/messages.h"
#include "tests/src/settings/typed_settings.h"
#include "tests/temporary_folder.h"

using namespace lifereel;
using test::preset;
using test::refusal_of;
using test::refused;

namespace {

std::string refused_config(const std::string& text) {
  RenderSettings settings;
  return refusal_of([&] { apply_config_text(settings, text, "mine.cfg"); });
}

/// Settings with every field of the film changed at random.
RenderSettings random_settings(std::mt19937_64& random) {
  const auto whole = [&](int least, int most) {
    return std::uniform_int_distribution<int>(least, most)(random);
  };
  const auto real = [&] {
    return std::ldexp(static_cast<float>(random() >> 40), whole(-40, 20)) * (random() % 2 ? 1 : -1);
  };
  const auto text = [&] {
    constexpr std::string_view alphabet = "ab=#\"\\ ,;:[]'\n\r\t%\xc3\xa4";
    std::string result = "x";
    for (int i = whole(0, 12); i > 0; --i) result += alphabet[random() % alphabet.size()];
    return result;
  };
  const auto maybe = [&] { return random() % 4 != 0; };
  const auto rate = [&] { return std::int64_t{1} + static_cast<std::int64_t>(random() >> 20); };

  RenderSettings settings;
  UniverseSettings& universe = settings.universe;
  universe.seed = random();
  universe.width = whole(1, 1 << 20);
  universe.height = whole(1, 1 << 20);
  universe.particles = whole(1, 1 << 30);
  universe.species = whole(1, 4);
  universe.seam = random() % 2 ? Seam::exact : Seam::published;
  for (float* field : {&universe.rmax, &universe.beta, &universe.force_scale, &universe.friction,
                       &universe.dt, &universe.trail_decay}) {
    *field = real();
  }
  if (maybe()) {
    for (int i = 0; i < universe.species * universe.species; ++i) universe.matrix.push_back(real());
  }
  if (maybe()) universe.steps_per_frame = whole(0, 2000);
  if (maybe()) universe.substeps = whole(0, 100);
  LookSettings& look = universe.look;
  look.tone = static_cast<ToneCurve>(whole(0, 2));
  if (look.draws_colour()) {  // else none of it is printed
    look.colour_by = static_cast<ColourBy>(whole(0, 3));
    if (maybe()) look.palette = "inferno";
    look.background = static_cast<Rgb>(whole(0, 0xffffff));
    for (float* field : {&look.exposure, &look.white, &look.bloom, &look.vignette, &look.grain})
      *field = real();
    for (int* field : {&look.point_size, &look.streaks, &look.bloom_radius}) *field = whole(0, 99);
    look.dither = random() % 2;
    universe.scene = static_cast<Scene>(whole(0, 2));
    look.glyphs = random() % 2;
    if (maybe()) look.glyph_set = random() % 2 ? "braille" : " \"#\\=";
    if (maybe()) look.glyph_cell = whole(0, 99);
    for (float* field :
         {&look.glyph_edges, &look.glyph_floor, &look.scanlines, &look.mask, &look.barrel})
      if (maybe()) *field = real();
  }
  FilmSettings& film = settings.film;
  film.target = static_cast<DiscTarget>(whole(0, 2));
  film.frames_per_second = {whole(1, 120000), whole(1, 2000)};
  film.codec = text();
  if (maybe()) film.pixel_format = PixelFormat::yuv420p10;
  if (maybe()) film.codec_preset = text();
  if (maybe()) film.crf = std::ldexp(static_cast<double>(random()), -60);
  if (maybe()) film.bitrate = rate();
  if (maybe()) film.maxrate = rate();
  if (maybe()) film.bufsize = rate() * 1000;
  if (maybe()) film.audio_bitrate = rate();
  if (maybe()) film.gop = whole(0, 1000);
  if (maybe()) film.chunk_frames = static_cast<int>(whole(0, 1000));
  if (maybe()) film.aspect = Rational{whole(1, 100), whole(1, 100)};
  film.codec_threads = whole(0, 64);
  for (int i = whole(0, 3); i > 0; --i)
    film.codec_options.emplace_back("o" + std::to_string(i), text());
  if (maybe()) film.filter = text();
  if (maybe()) film.container = text();
  film.faststart = random() % 2;
  if (random() % 2) {
    settings.frames = whole(0, 1 << 30);
  } else {
    settings.seconds = std::ldexp(static_cast<double>(random() >> 11), whole(-60, -20));
  }
  if (maybe()) settings.warmup = whole(0, 1 << 30);
  return settings;
}

}  // namespace

TEST_SUITE("src.settings") {
  TEST_CASE("print and read are lossless, whatever the settings") {
    std::mt19937_64 random(480);
    for (int i = 0; i < 500; ++i) {
      const RenderSettings settings = random_settings(random);
      const std::string text = print_config(settings);
      CAPTURE(text);
      RenderSettings read;
      apply_config_text(read, text, "text");
      REQUIRE(read == settings);
      REQUIRE(print_config(read) == text);
    }
  }

  TEST_CASE("every preset survives print and read") {
    for (const Preset& each : presets()) {
      CAPTURE(each.name);
      const RenderSettings settings = preset(each.name);
      RenderSettings read;
      apply_config_text(read, print_config(settings), "text");
      CHECK(read == settings);
      CHECK(std::string(each.text).starts_with("# " + std::string(each.summary) + "\n"));
    }
  }

  TEST_CASE("presets carry the published figures") {
    const RenderSettings panoramic = preset("panoramic");
    CHECK(panoramic.universe.width == 7680);
    CHECK(panoramic.universe.height == 2160);
    CHECK(panoramic.universe.particles == 115000);
    CHECK(panoramic.frames == 4000);
    CHECK(panoramic.film.frames_per_second == Rational{20, 1});
    CHECK(panoramic.film.codec == "libx264");
    CHECK(panoramic.film.codec_preset == "medium");
    CHECK(panoramic.film.crf == 23);
    CHECK_FALSE(panoramic.film.aspect);

    const RenderSettings dvd_mp4 = preset("dvd_mp4");
    CHECK(dvd_mp4.universe.width == 720);
    CHECK(dvd_mp4.universe.height == 480);
    CHECK(dvd_mp4.universe.particles == 2500);
    CHECK(dvd_mp4.frames == 540000);
    CHECK(dvd_mp4.film.bitrate == 1370000);
    CHECK(dvd_mp4.film.maxrate == 2500000);
    CHECK(dvd_mp4.film.bufsize == 5000000);
    CHECK(dvd_mp4.film.aspect == Rational{16, 9});

    const RenderSettings dvd = preset("dvd_video");
    CHECK(dvd.universe.width == 720);
    CHECK(dvd.universe.height == 480);
    CHECK(dvd.universe.particles == 2500);
    CHECK(dvd.frames == 216000);
    CHECK(dvd.film.frames_per_second == Rational{30000, 1001});
    CHECK(dvd.film.target == DiscTarget::ntsc_dvd);
    CHECK(dvd.film.bitrate == 4400000);
    CHECK(dvd.film.audio_bitrate == 192000);
    CHECK(dvd.film.aspect == Rational{16, 9});

    RenderSettings pal = preset("dvd_video_pal");
    CHECK(pal.universe.height == 576);
    CHECK(pal.film.frames_per_second == Rational{25, 1});
    CHECK(pal.frames == 180000);
    CHECK(pal.film.target == DiscTarget::pal_dvd);
    pal.universe.height = 480;
    pal.film.frames_per_second = dvd.film.frames_per_second;
    pal.film.target = dvd.film.target;
    pal.frames = dvd.frames;
    CHECK(pal == dvd);

    const RenderSettings bd = preset("bd_4k_6h");
    CHECK(bd.universe.width == 3840);
    CHECK(bd.universe.height == 2160);
    CHECK(bd.universe.particles == 115000);
    CHECK(bd.frames == 432000);
    CHECK(bd.film.codec == "libx265");
    CHECK(bd.film.bitrate == 9000000);
    CHECK(bd.film.maxrate == 15000000);
    CHECK(bd.film.bufsize == 30000000);

    const RenderSettings film_4k = preset("film_4k");
    CHECK(film_4k.universe.width == 3840);
    CHECK(film_4k.universe.height == 2160);
    CHECK(film_4k.universe.particles == 60000);  // as dense as the default universe
    CHECK(film_4k.universe.look.draws_colour());
    CHECK(film_4k.film.frames_per_second == Rational{60, 1});
    CHECK(film_4k.film.pixel_format == PixelFormat::yuv420p10);

    for (const Preset& each : presets()) {
      const UniverseSettings universe = preset(each.name).universe;
      UniverseSettings constants;  // all but size, N and look are the published constants
      constants.width = universe.width;
      constants.height = universe.height;
      constants.particles = universe.particles;
      constants.look = universe.look;
      if (universe.look.draws_colour()) constants.trail_decay = universe.trail_decay;
      CHECK(universe == constants);
    }
    CHECK(refusal_of([] { preset("dvd"); }) ==
          "there is no preset 'dvd'; there are panoramic, panoramic_hevc, dvd_mp4, dvd_video, "
          "dvd_video_pal, bd_4k_6h, film_1080p, film_4k, phone");
  }

  TEST_CASE("a preset starts over, and leaves engine and output alone") {
    RenderSettings settings = preset("dvd_mp4");
    settings.engine.threads = 3;
    settings.output = "film.mp4";
    apply_preset(settings, "panoramic");
    CHECK_FALSE(settings.film.bitrate);
    CHECK(settings.engine.threads == 3);
    CHECK(settings.output == "film.mp4");
  }

  TEST_CASE("values are read in the forms people write") {
    RenderSettings settings;
    const auto set = [&](const char* key, const char* value) {
      apply_setting(settings, key, value, key);
    };
    set("seed", "18446744073709551615");
    CHECK(settings.universe.seed == std::numeric_limits<std::uint64_t>::max());
    set("seed", "0xFFffffffFFFFFFFE");
    CHECK(settings.universe.seed == std::numeric_limits<std::uint64_t>::max() - 1);
    const std::pair<const char*, Rational> rates[] = {{"25", {25, 1}},
                                                      {"30000/1001", {30000, 1001}},
                                                      {"29.97", {30000, 1001}},
                                                      {"12.5", {25, 2}},
                                                      {"23.976", {24000, 1001}},
                                                      {"59.94", {60000, 1001}},
                                                      {"29.98", {1499, 50}},
                                                      {"60/2", {60, 2}},
                                                      {"23.98", {24000, 1001}},
                                                      {"29.970", {30000, 1001}},
                                                      {"23.9760", {24000, 1001}},
                                                      {"59.940", {60000, 1001}},
                                                      {"119.88", {120000, 1001}},
                                                      {"47.952", {48000, 1001}},
                                                      {"23.976024", {24000, 1001}},
                                                      {"29.97003", {30000, 1001}},
                                                      {"29.971", {29971, 1000}},
                                                      {"30.000", {30, 1}},
                                                      {"25.00", {25, 1}},
                                                      {"24.98", {1249, 50}}};
    for (const auto& rate : rates) {
      CAPTURE(rate.first);
      set("fps", rate.first);
      CHECK(settings.film.frames_per_second == rate.second);
    }
    const std::pair<const char*, std::int64_t> bitrates[] = {
        {"4400k", 4400000}, {"1.5M", 1500000}, {"123", 123}, {"0.5k", 500}, {"2K", 2000}};
    for (const auto& bitrate : bitrates) {
      CAPTURE(bitrate.first);
      set("bitrate", bitrate.first);
      CHECK(settings.film.bitrate == bitrate.second);
    }
    set("bitrate", "none");
    CHECK_FALSE(settings.film.bitrate);
    set("aspect", "1.85");
    CHECK(settings.film.aspect == Rational{37, 20});
    set("rmax", "0.1");
    CHECK(settings.universe.rmax == 0.1f);
    for (const char* yes : {"yes", "true", "on", "1"}) {
      settings.film.faststart = false;
      set("faststart", yes);
      CHECK(settings.film.faststart);
    }
    set("faststart", "off");
    CHECK_FALSE(settings.film.faststart);
    set("codec-option", "a=1");
    set("codec-option", "b=x=y");
    set("codec-option", "a=2");
    CHECK(settings.film.codec_options == StringPairs{{"a", "2"}, {"b", "x=y"}});
    set("codec-option", "none");
    CHECK(settings.film.codec_options.empty());
    set("seconds", "20");
    set("frames", "7");
    CHECK_FALSE(settings.seconds);
    set("seconds", "1.5");
    CHECK_FALSE(settings.frames);
  }

  TEST_CASE("every bad value has its message") {
    const char* const bad[][3] = {
        {"seed", "-1",
         "--seed: '-1' is not a seed; write 0 to 18446744073709551615, or 0x and "
         "hexadecimal"},
        {"seed", "18446744073709551616", "is not a seed"},
        {"seed", "0x", "is not a seed"},
        {"size", "720", "--size: '720' is not a size; write WIDTHxHEIGHT in pixels, 1280x720"},
        {"size", "720x", "is not a size"},
        {"size", "720x480x2", "is not a size"},
        {"particles", "many", "--particles: 'many' is not a whole number"},
        {"particles", "3000000000", "--particles: '3000000000' is out of range"},
        {"particles", "2.5", "is not a whole number"},
        {"particles", "", "'' is not a whole number"},
        {"species", "5 ", "is not a whole number"},
        {"seam", "none", "--seam: 'none' is not one of exact, published"},
        {"rmax", "nan", "--rmax: 'nan' is not a finite number"},
        {"rmax", "inf", "is not a finite number"},
        {"rmax", "1e99", "is out of range"},
        {"beta", "0,3", "--beta: '0,3' is not a number"},
        {"fps", "0", "--fps: '0' is not a frame rate; write 25, 12.5 or 30000/1001"},
        {"fps", "-25", "is not a frame rate"},
        {"fps", "30/0", "is not a frame rate"},
        {"fps", "1/2/3", "is not a frame rate"},
        {"fps", ".", "is not a frame rate"},
        {"frames", "-1", "--frames: '-1' is negative"},
        {"seconds", "-0.5", "is negative"},
        {"seconds", "nan", "is not a finite number"},
        {"target", "svcd", "--target: 'svcd' is not one of none, ntsc-dvd, pal-dvd"},
        {"bitrate", "0",
         "--bitrate: '0' is not a positive rate; write bits per second as 4400k, "
         "1.5M or 4400000"},
        {"bitrate", "4400kb", "is not a positive rate"},
        {"bitrate", "9999999999999999999M", "is not a positive rate"},
        {"bitrate", "0.0001k", "is not a positive rate"},
        {"aspect", "16:", "--aspect: '16:' is not an aspect ratio; write 16:9"},
        {"codec-option", "bf", "--codec-option: 'bf' is not NAME=VALUE, bf=2"},
        {"codec-option", "=2", "is not NAME=VALUE"},
        {"faststart", "maybe", "--faststart: 'maybe' is neither yes nor no"},
        {"engine", "gpu", "--engine: 'gpu' is not one of auto, cpu, cuda"},
        {"isa", "sse9", "--isa: 'sse9' is not one of auto, baseline, avx2, avx512"},
        {"matrix", "[1 2; 3]", "--matrix: matrix row 2 has 1 numbers, the first row has 2"},
        {"matrix", "[1 2]",
         "the matrix has 1 rows of 2 numbers; it needs as many rows as numbers "
         "in a row"},
        {"matrix", "[1 x; 3 4]", "matrix row 1: 'x' is not a number"},
        {"matrix", "[]", "matrix row 1 is empty"},
        {"matrix", "[1", "is not a matrix"},
        {"matrix", "no-such-file", "--matrix: cannot read no-such-file: No such file or directory"},
        {"trail_decay", "1",
         "--trail_decay: there is no setting 'trail_decay'; did you mean trail-decay?"},
        {"partcles", "1", "did you mean particles?"},
        {"wibble", "1", "--wibble: there is no setting 'wibble'"},
    };
    for (const auto& row : bad) {
      const std::string said = refused(row[0], row[1]);
      CAPTURE(row[1]);
      CAPTURE(said);
      CHECK(said.find(row[2]) != std::string::npos);
      CHECK(said.find('\n') == std::string::npos);
    }
  }

  TEST_CASE("config errors name file and line") {
    CHECK(refused_config("seed = 1\n\n# so\nfps = x\n") ==
          "mine.cfg:4: fps: 'x' is not a frame rate; write 25, 12.5 or 30000/1001");
    CHECK(refused_config("seed 1") == "mine.cfg:1: 'seed 1' is not KEY = VALUE");
    CHECK(refused_config("frmes = 1") ==
          "mine.cfg:1: there is no setting 'frmes'; did you mean frames?");
    CHECK(refused_config("seed = 1\nseed = 2\n") == "mine.cfg:2: seed stands here twice");
    CHECK(refused_config("frames = 1\nseconds = 2\n") ==
          "mine.cfg:2: frames and seconds exclude each other");
    CHECK(refused_config("seed = 1\npreset = dvd_video\n") ==
          "mine.cfg:2: preset must stand before every other setting");
    CHECK(refused_config("preset = dvd\n").starts_with("mine.cfg:1: there is no preset 'dvd'"));
    CHECK(refused_config("filter = \"abc\n") ==
          "mine.cfg:1: a quoted value without its closing quote");
    CHECK(refused_config("filter = \"a\" b\n") == "mine.cfg:1: 'b' follows a quoted value");
    CHECK(refused_config("filter = \"a\\x\"\n").starts_with("mine.cfg:1: \\x in a quoted value"));
    CHECK(refused_config(std::string("\x01\x02\xff\x00zz", 6)).starts_with("mine.cfg:1: '"));

    RenderSettings untouched;
    CHECK(refusal_of([&] { apply_config_text(untouched, "seed = 1\nbad\n", "x"); }) != "");
    CHECK(untouched == RenderSettings());
  }

  TEST_CASE("config text: comments, quotes, line ends") {
    RenderSettings settings;
    apply_config_text(settings,
                      "\xef\xbb\xbf# head\r\n seed=7 # tail\r\nfilter = drawbox=c=#ff0000\n"
                      "codec = \"a # b\" # c\n\tsize\t=\t640x480",
                      "text");
    CHECK(settings.universe.seed == 7);
    CHECK(settings.film.filter == "drawbox=c=#ff0000");
    CHECK(settings.film.codec == "a # b");
    CHECK(settings.universe.width == 640);
  }

  TEST_CASE("layers: a later one goes before, preset lines start over") {
    RenderSettings settings = preset("dvd_mp4");
    apply_config_text(settings, "seed = 7\nseconds = 20\n", "mine.cfg");
    apply_setting(settings, "seed", "8", "--seed");
    CHECK(settings.universe.seed == 8);
    CHECK(settings.film.bitrate == 1370000);
    CHECK(frame_count(settings) == 400);

    apply_config_text(settings, "preset = panoramic\nfps = 10\n", "mine.cfg");
    CHECK(settings.universe.seed == 480);
    CHECK_FALSE(settings.film.bitrate);
    CHECK(settings.film.frames_per_second == Rational{10, 1});
  }

  TEST_CASE("particles go by the size, unless they are given") {
    const auto particles = [](const std::string& text) {
      RenderSettings settings;
      apply_config_text(settings, text, "text");
      return settings.universe.particles;
    };
    CHECK(particles("seed = 1") == 2500);
    CHECK(particles("size = 1920x1080") == 15000);
    CHECK(particles("size = 720x480") == 2500);
    CHECK(particles("size = 1x1") == 1);
    CHECK(particles("size = 1920x1080\nparticles = 2500") == 2500);
    CHECK(particles("particles = 2500\nsize = 1920x1080") == 2500);
    CHECK(particles("preset = dvd_video\nsize = 1920x1080") == 2500);
    RenderSettings settings = preset("panoramic");
    apply_setting(settings, "particles", "auto", "--particles");
    CHECK(settings.universe.particles == 120000);
    apply_setting(settings, "size", "3840x1080", "--size");
    CHECK(settings.universe.particles == 30000);
    CHECK(print_config(settings).find("\nparticles = 30000\n") != std::string::npos);
    // A preset starts over in this, too.
    apply_setting(settings, "particles", "7", "--particles");
    apply_preset(settings, "dvd_mp4");
    CHECK(settings.universe.particles == 2500);
  }

  TEST_CASE("a matrix from a file is relative to the config file, and read at once") {
    const test::TemporaryFolder folder;
    folder.write("m.txt", "# mine\n1, -0.5\n\n0.25\t1e-3 # tail\n");
    const std::string config = folder.write("c.cfg", "species = 2\nmatrix = m.txt\n");
    RenderSettings settings;
    apply_config_file(settings, config);
    CHECK(settings.universe.matrix == std::vector<float>{1, -0.5f, 0.25f, 1e-3f});
    CHECK(print_config(settings).find("matrix = [1 -0.5; 0.25 0.001]\n") != std::string::npos);
    apply_setting(settings, "matrix", "seed", "--matrix");
    CHECK(settings.universe.matrix.empty());

    const auto refused_file = [&](const std::string& text) {
      const std::string path = folder.write("bad.txt", text);
      const std::string said = refusal_of([&] { read_matrix_file(path); });
      CHECK(said.starts_with(path));
      return said.substr(std::min(path.size(), said.size()));
    };
    CHECK(refused_file("1 2\n3 nan\n") == ":2: matrix row 2: 'nan' is not a finite number");
    CHECK(refused_file("1 2\n\n3 -inf\n") == ":3: matrix row 2: '-inf' is not a finite number");
    CHECK(refused_file("1 2\n3\n") == ":2: matrix row 2 has 1 numbers, the first row has 2");
    CHECK(refused_file("1 2\n") ==
          ": the matrix has 1 rows of 2 numbers; it needs as many rows as numbers in a row");
    CHECK(refused_file("# nothing\n") == ": the matrix has no rows");
    const std::string marked = folder.write("marked.txt",
                                            "\xef\xbb\xbf"
                                            "1 2\r\n3 4\r\n");
    CHECK(read_matrix_file(marked) == std::vector<float>{1, 2, 3, 4});
    CHECK(refusal_of([&] { read_matrix_file(folder.path()); }) ==
          "cannot read " + folder.path() + ": Is a directory");

    settings = preset("dvd_video");
    apply_setting(settings, "matrix", "[1 2; 3 4]", "--matrix");
    settings.film.codec = "null";
    CHECK(refusal_of([&] { validate(settings); }).find("matrix") != std::string::npos);
  }

  TEST_CASE("the number of frames is exact") {
    const auto frames = [](double seconds, Rational fps) {
      RenderSettings settings;
      settings.seconds = seconds;
      settings.film.frames_per_second = fps;
      return frame_count(settings);
    };
    CHECK(frames(20, {30000, 1001}) == 600);
    CHECK(frames(1001, {30000, 1001}) == 30000);
    CHECK(frames(7200, {30000, 1001}) == 215785);
    CHECK(frames(0.1, {20, 1}) == 2);
    CHECK(frames(0.3, {10, 1}) == 3);
    CHECK(frames(1e-300, {25, 1}) == 1);
    CHECK(frames(1e10, {1, 1}) == 10'000'000'000);
    CHECK(frames(33.36666666666666, {30000, 1001}) == 1000);
    CHECK(frames(0.05, {20, 1}) == 1);
    CHECK(frames(0.050000000000000003, {20, 1}) == 1);
    CHECK(frames(0.05000000000000001, {20, 1}) == 2);
    CHECK_THROWS_AS(frames(1e13, {1, 1}), std::invalid_argument);
    CHECK_THROWS_AS(frames(1e300, {1, 1}), std::invalid_argument);
    CHECK_THROWS_AS(frames(0, {1, 1}), std::invalid_argument);

    RenderSettings settings;
    CHECK(refusal_of([&] { frame_count(settings); }) ==
          "the length is missing: give frames or seconds");
    settings.frames = 0;
    CHECK(refusal_of([&] { frame_count(settings); }) == "frames must be at least 1");
    settings.seconds = 1;
    CHECK(refusal_of([&] { frame_count(settings); }) == "frames and seconds exclude each other");
  }

  TEST_CASE("validate: contradictions and paths") {
    const test::TemporaryFolder folder;
    const auto said = [&](const char* key, const std::string& value) {
      RenderSettings settings = preset("dvd_mp4");
      settings.output = folder.file("film.mp4");
      apply_setting(settings, key, value, key);
      return refusal_of([&] { validate(settings); });
    };
    CHECK(said("seed", "1") == "");
    CHECK(said("output", "").starts_with("output is missing"));
    CHECK(said("codec", "null") == "");
    CHECK(said("crf", "20").find("crf") != std::string::npos);
    CHECK(said("particles", "0").find("particles") != std::string::npos);
    CHECK(said("size", "100x100") != "");
    CHECK(said("size", "721x481") != "");
    CHECK(said("species", "33").find("species") != std::string::npos);
    CHECK(said("lanes", "-1").starts_with("lanes must be"));
    CHECK(said("lanes", "257").starts_with("lanes must be"));
    const auto lanes = [&](auto change) {
      RenderSettings settings = preset("dvd_mp4");
      settings.output = folder.file("film.mp4");
      settings.engine.lanes = 2;
      change(settings);
      return refusal_of([&] { validate(settings); });
    };
    CHECK(lanes([](RenderSettings&) {}) == "");
    CHECK(lanes([](RenderSettings& s) { s.film.chunk_frames = 0; }) ==
          "lanes encode chunks of a film, but this film is in one piece (set chunk-frames); leave "
          "lanes out");
    CHECK(lanes([](RenderSettings& s) { s.film.filter = "hflip"; }).find("a filter chain") !=
          std::string::npos);
    CHECK(lanes([&](RenderSettings& s) { s.hash = folder.file("hash"); }).find("hash takes") !=
          std::string::npos);
    CHECK(lanes([](RenderSettings& s) { s.film.codec = "null"; }).find("null encodes nothing") !=
          std::string::npos);
    CHECK(lanes([](RenderSettings& s) {
            s.film.chunk_frames = 0;
            s.engine.lanes = 1;
          }) == "");
    CHECK(said("ring-slots", "2").starts_with("ring-slots must be"));
    CHECK(said("ring-slots", "4097").starts_with("ring-slots must be"));
    CHECK(said("threads", "-1").starts_with("threads must be"));
    CHECK(said("output", folder.file("none/film.mp4")) != "");
    CHECK(said("output", folder.path()) != "");
    CHECK(said("stats", "-").starts_with("stats needs the name of a file"));
    CHECK(said("stats", folder.file("none/a.json")).starts_with("stats: "));
    CHECK(said("hash", folder.file("./film.mp4")) == "hash and output name the same file");
    CHECK(said("stats", folder.write("there.json", "{}")).starts_with("stats: "));

    RenderSettings psnr = preset("dvd_mp4");
    psnr.output = folder.file("film.mp4");
    psnr.psnr = true;
    CHECK(refusal_of([&] { validate(psnr); }) == "");
    psnr.film.filter = "scale=360:-2";
    CHECK(refusal_of([&] { validate(psnr); }).starts_with("psnr compares"));
    psnr.film.filter.clear();
    psnr.output = "-";
    psnr.film.container = "matroska";
    CHECK(refusal_of([&] { validate(psnr); }).starts_with("psnr reads the film back"));

    RenderSettings pal = preset("dvd_video");
    pal.output = folder.file("film.mpg");
    pal.universe.height = 576;
    CHECK(refusal_of([&] { validate(pal); }) != "");
  }

  TEST_CASE("every key is in the table once, with its help") {
    std::vector<std::string> names;
    for (const SettingKey& key : setting_keys()) {
      CAPTURE(key.name);
      CHECK(std::string_view(key.help).size() > 0);
      const std::size_t initial = key.initial.empty() ? 0 : key.initial.size() + 3;  // " [20]"
      CHECK(std::string_view(key.help).size() + initial <= 27);
      CHECK(std::find(names.begin(), names.end(), std::string(key.name)) == names.end());
      names.push_back(key.name);
    }
    const auto initial = [](const char* name) {
      for (const SettingKey& key : setting_keys())
        if (std::string(name) == key.name) return key.initial;
      return std::string("?");
    };
    CHECK(initial("size") == "720x480");
    CHECK(initial("codec") == "libx264");
    CHECK(initial("resume") == "auto");
    CHECK(initial("crf") == "");
    CHECK(initial("psnr") == "");
    CHECK(nearest_key("force_scale") == "force-scale");
    CHECK(nearest_key("zzzzzzzz") == "");
  }

  TEST_CASE("what a film carries may not name paths or engines") {
    for (const char* text : {"output = /tmp/x.mp4", "overwrite = yes", "hash = h", "stats = s",
                             "engine = cuda", "matrix = /etc/hostname", "frame = 3"}) {
      RenderSettings settings;
      CHECK_THROWS_AS(apply_embedded_config(settings, text, "film"), std::invalid_argument);
      CHECK(settings == RenderSettings());
    }
    const auto said = [](const char* text) {
      return refusal_of([&] {
        RenderSettings newer;
        apply_embedded_config(newer, text, "film");
      });
    };
    CHECK(said("# lifereel 99.1\nseed = 1\nvortex = 2\n").find("settings of lifereel 99.1, and") !=
          std::string::npos);
    CHECK(said("seed = 1\nvortex = 2\n") == "film:2: there is no setting 'vortex'");
    RenderSettings settings;
    apply_embedded_config(settings, "species = 1\nmatrix = [0.5]\nframes = 3", "film");
    CHECK(settings.universe.matrix == std::vector<float>{0.5f});
  }
}
