// SPDX-License-Identifier: GPL-2.0-or-later
// Golden files: what is written is equal when checked, whatever the engine; what is changed is
// found.
#include "src/golden.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "encoders/frame_hash.h"
#include "sim/hash/sha256.h"
#include "src/errors.h"
#include "src/npy.h"
#include "src/render.h"
#include "src/version.h"
#include "tests/temporary_folder.h"

using namespace lifereel;

namespace {

RenderSettings small_settings() {
  RenderSettings settings;
  settings.universe.seed = 7;
  settings.universe.width = 320;
  settings.universe.height = 270;
  settings.universe.particles = 200;
  settings.frames = 4;
  return settings;
}

const std::string& golden_text() {
  static const std::string text = run_golden(small_settings(), "");
  return text;
}

std::string refusal(const std::string& text) {
  try {
    parse_golden(text, "golden.txt");
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

/// The text with the line that begins so changed at its last character.
std::string tampered(const std::string& begin) {
  std::string text = golden_text();
  const std::size_t line = text.find("\n" + begin) + 1;
  REQUIRE(line != 0);
  char& last = text[text.find('\n', line) - 1];
  last = last == '0' ? '1' : '0';
  return text;
}

int line_of(const std::string& text, std::size_t at) {
  return 1 + static_cast<int>(std::count(text.begin(), text.begin() + static_cast<long>(at), '\n'));
}

}  // namespace

TEST_SUITE("src.golden") {
  TEST_CASE("text says what was computed") {
    const Golden golden = parse_golden(golden_text(), "golden.txt");
    CHECK(golden.settings == small_settings());
    CHECK(golden.version == version());
    REQUIRE(golden.pictures.size() == 4);
    REQUIRE(golden.states.size() == 4);

    // By hand: luma in limited range, then chroma of 128.
    const auto engine = make_engine(small_settings().universe, {});
    std::vector<std::uint8_t> picture(320 * 270 * 3 / 2, 128);
    for (std::size_t frame = 0; frame < 4; ++frame) {
      engine->step();
      engine->draw(luma_target(picture.data(), 320, ColourRange::limited));
      CHECK(golden.pictures[frame] == sha256_hex(picture.data(), picture.size()));
      CHECK(golden.states[frame] == engine->hash_state());
    }
  }

  TEST_CASE("equal for every instruction set and thread count") {
    const Golden golden = parse_golden(golden_text(), "golden.txt");
    for (const Isa isa : available_isas()) {
      for (const int threads : {1, 3}) {
        EngineSettings engine;
        engine.isa = isa;
        engine.threads = threads;
        const GoldenCheck check = check_golden(golden, engine);
        CHECK(check.frames_equal == 4);
        CHECK_FALSE(check.difference);
        CHECK(check.engine.isa == isa_name(isa));
      }
    }
  }

  TEST_CASE("the first difference is found and told apart") {
    const auto check = [](const std::string& text) {
      return check_golden(parse_golden(text, "golden.txt"));
    };
    const GoldenCheck state = check(tampered("1,          2,"));
    REQUIRE(state.difference);
    CHECK(state.frames_equal == 2);
    CHECK(state.difference->frame == 2);
    CHECK(state.difference->state_differs);
    CHECK_FALSE(state.difference->picture_differs);
    CHECK(state.difference->state != state.difference->golden_state);
    CHECK(state.difference->still.samples.size() == 320 * 270);

    const GoldenCheck picture = check(tampered("0,          1,"));
    REQUIRE(picture.difference);
    CHECK(picture.difference->frame == 1);
    CHECK(picture.difference->picture_differs);
    CHECK_FALSE(picture.difference->state_differs);

    std::string other_seed = golden_text();
    other_seed.replace(other_seed.find("seed = 7"), 8, "seed = 8");
    const GoldenCheck seed = check(other_seed);
    REQUIRE(seed.difference);
    CHECK(seed.difference->frame == 0);
    CHECK(seed.difference->state_differs);
    CHECK(seed.difference->picture_differs);
  }

  TEST_CASE("pictures alone, as render writes them, gray too") {
    for (const PixelFormat format : {PixelFormat::yuv420p, PixelFormat::gray8}) {
      FrameHashSettings settings;
      settings.format = format;
      settings.width = 320;
      settings.height = 270;
      settings.comments = {"seed = 7", "size = 320x270", "particles = 200", "frames = 2"};
      FrameHash hash(settings, "", false);
      const auto engine = make_engine(small_settings().universe, {});
      const bool gray = format == PixelFormat::gray8;
      std::vector<std::uint8_t> bytes(320 * 270 * 3 / 2, 128);
      for (int frame = 0; frame < 2; ++frame) {
        engine->step();
        engine->draw(
            luma_target(bytes.data(), 320, gray ? ColourRange::full : ColourRange::limited));
        Picture picture;
        picture.format = format;
        picture.width = 320;
        picture.height = 270;
        picture.planes[0] = bytes.data();
        picture.stride_bytes[0] = 320;
        if (!gray) {
          picture.planes[1] = picture.planes[2] = bytes.data() + 320 * 270;
          picture.stride_bytes[1] = picture.stride_bytes[2] = 160;
        }
        picture.pts_frames = frame;
        hash.write(picture);
      }
      hash.finish();
      const Golden golden = parse_golden(hash.text(), "golden.txt");
      CHECK(golden.format == format);
      CHECK(golden.states.empty());
      CHECK(check_golden(golden).frames_equal == 2);
    }
  }

  TEST_CASE("malformed files are refused by file and line") {
    const std::string text = golden_text();
    CHECK(refusal("") ==
          "golden.txt:1: there are no \"#lifereel\" lines with settings; lifereel hash -o writes "
          "them");
    CHECK(refusal("hello\n") == "golden.txt:1: 'hello' is no line of hashes");

    const std::size_t last_line = text.rfind('\n', text.size() - 2) + 1;
    const int lines = line_of(text, last_line);
    const std::string at_end = "golden.txt:" + std::to_string(lines);
    CHECK(refusal(text.substr(0, text.size() - 1)) == at_end + ": the last line is cut off");
    CHECK(refusal(text.substr(0, text.size() - 9)).starts_with(at_end + ": '"));
    CHECK(refusal(text.substr(0, last_line)).find("the file ends with 3 of 4") !=
          std::string::npos);
    CHECK(refusal(text.substr(0, text.find("\n0,") + 1)).find("ends with 0 of 4 pictures") !=
          std::string::npos);

    std::string twice = text;
    const std::size_t first = text.find("\n0,") + 1;
    twice.insert(first, text.substr(first, text.find('\n', first) + 1 - first));
    CHECK(refusal(twice) == "golden.txt:" + std::to_string(line_of(text, first) + 1) +
                                ": frame 0 stands where frame 1 is expected");

    std::string bad_setting = text;
    const std::size_t seed = text.find("seed = 7");
    bad_setting.replace(seed, 8, "seed = x");
    CHECK(refusal(bad_setting)
              .starts_with("golden.txt:" + std::to_string(line_of(text, seed)) +
                           ": seed: 'x' is not a seed"));

    std::string md5 = text;
    md5.replace(md5.find("SHA256"), 6, "MD5");
    CHECK(refusal(md5).find("the hashes are not SHA256") != std::string::npos);

    std::string other_size = text;
    other_size.replace(other_size.find("320x270"), 7, "640x540");
    CHECK(refusal(other_size).find("the pictures are not of 640x540 pixels") != std::string::npos);
    CHECK_THROWS_AS(read_golden("no-such-file"), std::invalid_argument);
  }

  TEST_CASE("a file of any length is read") {
    const test::TemporaryFolder folder;
    const std::string& text = golden_text();
    const std::string head = text.substr(0, text.find("\n0,") + 1);
    const std::string hash = text.substr(text.size() - 65, 64);
    constexpr int frames = 100'000;  // 18 MB
    std::string long_text = head;
    long_text.replace(long_text.find("frames = 4"), 10, "frames = " + std::to_string(frames));
    for (int frame = 0; frame < frames; ++frame) {
      const std::string at = ", " + std::to_string(frame) + ", " + std::to_string(frame);
      long_text += "0" + at + ", 1, 129600, " + hash + "\n1" + at + ", 1, 4000, " + hash + "\n";
    }
    REQUIRE(long_text.size() > std::size_t{16} << 20);
    folder.write("long.txt", long_text);
    const Golden golden = read_golden(folder.file("long.txt"));
    CHECK(golden.pictures.size() == frames);
    CHECK(golden.states.size() == frames);
    CHECK(golden.states.back() == hash);

    folder.write("cut.txt", long_text.substr(0, long_text.size() - 1));
    CHECK_THROWS_WITH_AS(read_golden(folder.file("cut.txt")),
                         doctest::Contains("the last line is cut off"), std::invalid_argument);
    folder.write("line.txt", std::string(std::size_t{2} << 20, 'x'));
    CHECK_THROWS_WITH_AS(read_golden(folder.file("line.txt")),
                         doctest::Contains("a line of more than 1 MiB"), std::invalid_argument);
    folder.write("whole.txt", text);
    CHECK(read_golden(folder.file("whole.txt")).pictures ==
          parse_golden(text, "golden.txt").pictures);
  }

  TEST_CASE("cancelled") {
    const std::atomic<bool> cancel{true};
    JobControl control;
    control.cancel = &cancel;
    CHECK_THROWS_AS(run_golden(small_settings(), "", false, control), Cancelled);
    CHECK_THROWS_AS(check_golden(parse_golden(golden_text(), "g"), {}, control), Cancelled);
  }
}

TEST_SUITE("src.npy") {
  TEST_CASE("header and records, byte by byte") {
    State state;
    state.y = {1.0f, -2.0f};
    state.x = {0.5f, 3.0f};
    state.vy = {0, 0};
    state.vx = {-0.0f, 4.0f};
    state.species = {3, 258};
    const std::vector<std::uint8_t> bytes = state_as_npy(state);
    const std::string text(bytes.begin(), bytes.end());
    CHECK(text.substr(0, 8) == std::string("\x93NUMPY\x01\x00", 8));
    const std::size_t header = bytes[8] + 256u * bytes[9];
    CHECK((10 + header) % 64 == 0);
    REQUIRE(bytes.size() == 10 + header + 2 * 20);
    CHECK(text[10 + header - 1] == '\n');
    CHECK(text.substr(10).starts_with(
        "{'descr': [('y', '<f4'), ('x', '<f4'), ('vy', '<f4'), ('vx', '<f4'), ('species', "
        "'<i4')], 'fortran_order': False, 'shape': (2,), }"));
    const std::uint8_t first[] = {0, 0, 0x80, 0x3f, 0, 0,    0, 0x3f, 0, 0,
                                  0, 0, 0,    0,    0, 0x80, 3, 0,    0, 0};
    CHECK(std::memcmp(bytes.data() + 10 + header, first, sizeof first) == 0);
    CHECK(bytes[bytes.size() - 4] == 2);
    CHECK(bytes[bytes.size() - 3] == 1);
  }
}
