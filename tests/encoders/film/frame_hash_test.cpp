// SPDX-License-Identifier: GPL-2.0-or-later
// Frame hashes, pictures on disk, and what libav logs.
#include "encoders/frame_hash.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <sstream>
#include <thread>

#include "encoders/png.h"
#include "tests/encoders/films.h"
#include "tests/sanitizers.h"

using namespace lifereel;
using namespace lifereel::test;

namespace {

/// The lines with hashes of one stream, spaces squeezed.
std::vector<std::string> lines_of(const std::string& text, int stream) {
  std::vector<std::string> lines;
  std::istringstream all(text);
  for (std::string line; std::getline(all, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::erase(line, ' ');
    if (line.substr(0, line.find(',')) == std::to_string(stream)) lines.push_back(line);
  }
  return lines;
}

std::string hash_blobs(PixelFormat format, int width, int height, Rational rate, int frames,
                       int stride, const std::string& path = {}) {
  FrameHashSettings settings;
  settings.format = format;
  settings.width = width;
  settings.height = height;
  settings.frames_per_second = rate;
  const Blobs blobs(width, height);
  PictureOwner owner(width, height, format, stride);
  FrameHash hash(settings, path, false);
  for (int i = 0; i < frames; ++i)
    hash.write(owner.lend(i, blobs.draw(i, format == PixelFormat::yuv420p)));
  CHECK(owner.each_released_once());
  hash.finish();
  return hash.text();
}

std::string run(const std::string& command) {
  std::string output;
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return output;
  char buffer[4096];
  for (std::size_t n; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) output.append(buffer, n);
  pclose(pipe);
  return output;
}

}  // namespace

TEST_SUITE_BEGIN("encoders.frame_hash");

TEST_CASE("the hash of known planes") {
  FrameHashSettings settings;
  settings.format = PixelFormat::gray8;
  settings.width = 3;
  settings.height = 1;
  settings.frames_per_second = {25, 1};
  settings.comments = {"seed = 480", "two\nlines"};
  FrameHash hash(settings, "", false);
  const std::uint8_t abc[8] = {'a', 'b', 'c', 'x', 'x', 'x', 'x', 'x'};
  Picture picture;
  picture.format = PixelFormat::gray8;
  picture.width = 3;
  picture.height = 1;
  picture.planes[0] = abc;
  picture.stride_bytes[0] = 8;
  hash.write(picture);
  hash.finish();
  // FIPS 180-2's example.
  CHECK(lines_of(hash.text(), 0) ==
        std::vector<std::string>{
            "0,0,0,1,3,ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"});
  CHECK(hash.text().starts_with("#lifereel seed = 480\n#lifereel two\n#lifereel lines\n#format:"));
  CHECK(contains(hash.text(), "#tb 0: 1/25\n"));
  CHECK(contains(hash.text(), "#dimensions 0: 3x1\n"));
}

TEST_CASE("padding does not count, a file holds the same text") {
  const TemporaryFolder folder;
  const std::string text = hash_blobs(PixelFormat::yuv420p, 64, 48, {20, 1}, 5, 64);
  CHECK(lines_of(text, 0).size() == 5);
  CHECK(hash_blobs(PixelFormat::yuv420p, 64, 48, {20, 1}, 5, 97) == text);
  CHECK(hash_blobs(PixelFormat::yuv420p, 64, 48, {20, 1}, 5, 64, folder.file("a")).empty());
  CHECK(read_bytes(folder.file("a")) == text);
  CHECK(folder.names().size() == 1);
}

TEST_CASE("the ffmpeg program prints the same hashes" * doctest::skip(looks_for_races)) {
  REQUIRE_ENCODER("ffv1");
  if (std::system("ffmpeg -version > /dev/null 2>&1") != 0) {
    SKIP_TEST("there is no ffmpeg program");
    return;
  }
  const TemporaryFolder folder;
  for (const Rational rate : {Rational{20, 1}, Rational{30000, 1001}}) {
    const std::string name = folder.file(std::to_string(rate.num));
    make_film(film_settings("ffv1", rate), film_output(name + ".mkv"), 40);
    const auto ours = lines_of(hash_blobs(PixelFormat::yuv420p, 320, 240, rate, 40, 333), 0);
    CHECK(ours.size() == 40);
    CHECK(lines_of(run("ffmpeg -v error -i " + name + ".mkv -f framehash -"), 0) == ours);
    make_film(film_settings("rawvideo", rate), film_output(name + ".gray"), 10);
    CHECK(lines_of(run("ffmpeg -v error -f rawvideo -pix_fmt gray -s 320x240 -framerate " +
                       std::to_string(rate.num) + "/" + std::to_string(rate.den) + " -i " + name +
                       ".gray -f framehash -"),
                   0) == lines_of(hash_blobs(PixelFormat::gray8, 320, 240, rate, 10, 320), 0));
  }
}

TEST_CASE("states follow their pictures, whichever thread brings them") {
  FrameHashSettings settings;
  settings.width = 64;
  settings.height = 48;
  settings.with_states = true;
  const Blobs blobs(64, 48);
  const auto in_order = [&](bool threads) {
    PictureOwner owner(64, 48);
    FrameHash hash(settings, "", false);
    const auto states = [&] {
      for (int i = 0; i < 50; ++i)
        hash.write_state(i, std::vector<std::uint8_t>(100, static_cast<std::uint8_t>(i)));
    };
    std::thread other;
    if (threads) {
      states();
      other = std::thread([&] {
        for (int i = 50; i < 60; ++i) hash.write_state(i, std::vector<std::uint8_t>(100, 1));
      });
      other.join();
    }
    for (int i = 0; i < 60; ++i) {
      hash.write(owner.lend(i, blobs.draw(i)));
      if (!threads)
        hash.write_state(i,
                         std::vector<std::uint8_t>(100, static_cast<std::uint8_t>(i < 50 ? i : 1)));
    }
    hash.finish();
    CHECK(owner.each_released_once());
    return hash.text();
  };
  const std::string text = in_order(false);
  CHECK(in_order(true) == text);
  CHECK(lines_of(text, 0).size() == 60);
  CHECK(lines_of(text, 1).size() == 60);
  CHECK(text.find("\n1,          0") > text.find("\n0,          0"));
  CHECK(contains(text, "#media_type 1: data"));
  settings.with_states = false;
  CHECK(contains(error_of([&] { FrameHash(settings, "", false).write_state(0, {}); }),
                 "without states"));
}

TEST_CASE("a wrong picture is refused and released") {
  FrameHashSettings settings;
  settings.width = 64;
  settings.height = 48;
  PictureOwner owner(32, 32);
  {
    FrameHash hash(settings, "", false);
    CHECK(contains(error_of([&] { hash.write(owner.lend(0, Blobs(32, 32).draw(0))); }), "32x32"));
  }
  CHECK(owner.each_released_once());
  settings.width = 0;
  CHECK(contains(error_of([&] { FrameHash(settings, "", false); }), "positive size"));
}

TEST_CASE("a PNG holds the gray or the colours it was given") {
  const TemporaryFolder folder;
  const Still gray{100, 60, 1, Blobs(100, 60).draw(3, false)};
  const std::string path = folder.file("a.png");
  write_png(path, gray);
  CHECK(read_bytes(path).substr(1, 3) == "PNG");
  if (avcodec_find_decoder(AV_CODEC_ID_PNG) != nullptr) {
    FilmReader reader(path);
    std::vector<std::uint8_t> back;
    CHECK(reader.read_luma(back));
    CHECK(back == gray.samples);
  }
  Still colours{2, 2, 3, {255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 8, 7}};
  write_png(path, colours);  // may replace an older one
  CHECK(folder.names().size() == 1);
  CHECK(contains(error_of([&] { write_png(path, Still{0, 60, 1, {}}); }), "positive size"));
  CHECK(contains(error_of([&] { write_png(path, Still{2, 2, 1, {1, 2, 3}}); }), "samples"));
  CHECK(contains(error_of([&] { write_png(folder.file("x/a.png"), gray); }), "No such file"));
}

TEST_SUITE_END();
