// SPDX-License-Identifier: GPL-2.0-or-later
// Whole films pass in every container, also where it tells less than others; damaged ones do not.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <random>

#include "src/render.h"
#include "src/verify.h"
#include "tests/encoders/films.h"

using namespace lifereel;
using namespace lifereel::test;

namespace {

struct Kind {
  const char* name;
  const char* codec;
  Rational rate{25, 1};
};

void make(const Kind& kind, const std::string& path, int frames) {
  RenderSettings settings;
  settings.universe.width = 320;
  settings.universe.height = 270;
  settings.universe.particles = 300;
  settings.film.codec = kind.codec;
  settings.film.frames_per_second = kind.rate;
  settings.frames = frames;
  settings.output = path;
  render(settings);
}

}  // namespace

TEST_SUITE_BEGIN("src.containers");

TEST_CASE("whole films pass, whatever their containers tell") {
  const TemporaryFolder folder;
  for (const Kind& kind : {Kind{"a.mxf", "libx264"},
                           Kind{"b.mxf", "mpeg2video", {30000, 1001}},
                           Kind{"a.mpg", "mpeg2video"},
                           Kind{"b.mpg", "mpeg1video"},
                           Kind{"a.m2v", "mpeg2video"},
                           Kind{"slow.mp4", "mpeg4", {1, 1}},
                           Kind{"slow.mkv", "ffv1", {1, 2}},
                           Kind{"a.f4v", "libx264", {20, 1}},
                           Kind{"a.3gp", "mpeg4"},
                           Kind{"a.ts", "libx264"},
                           Kind{"a.avi", "libx264"},
                           Kind{"b.avi", "mjpeg"},
                           Kind{"a.flv", "libx264"},
                           Kind{"a.ogv", "libtheora"},
                           Kind{"a.webm", "libvpx-vp9"},
                           Kind{"a.mov", "prores_ks"},
                           Kind{"a.nut", "ffv1"},
                           Kind{"a.gif", "gif"},
                           Kind{"a.264", "libx264"},
                           Kind{"b.mkv", "mpeg1video"},
                           Kind{"d.mkv", "ljpeg"}}) {
    if (!has_encoder(kind.codec)) continue;
    CAPTURE(kind.name);
    const std::string path = folder.file(kind.name);
    make(kind, path, 30);
    const VerifyReport report = verify(path);
    CAPTURE(describe(report));
    CHECK(report.passes());
    CHECK(report.frames == 30);
    CHECK(report.duration_seconds == doctest::Approx(30 / kind.rate.value()));
  }
}

TEST_CASE(
    "a container that gives uncertain times is not held to them where no picture is missing") {
  const TemporaryFolder folder;
  for (const Kind& kind : {Kind{"a.avi", "mpeg1video"}, Kind{"a.asf", "mpeg2video"}}) {
    CAPTURE(kind.name);
    const std::string path = folder.file(kind.name);
    make(kind, path, 30);
    const VerifyReport report = verify(path);
    CAPTURE(describe(report));
    CHECK(report.passes());
    CHECK(report.frames == 30);
  }
}

TEST_CASE("bytes that are overwritten or missing fail") {
  const TemporaryFolder folder;
  for (const Kind& kind :
       {Kind{"a.mp4", "libx264"}, Kind{"a.mkv", "libx264"}, Kind{"a.webm", "libvpx"}}) {
    if (!has_encoder(kind.codec)) continue;
    CAPTURE(kind.name);
    const std::string path = folder.file(kind.name);
    make(kind, path, 30);
    const std::string bytes = read_bytes(path), bad = std::string("bad-") + kind.name;
    std::mt19937 random(7);
    const auto fails = [&](const std::string& damaged) {
      folder.write(bad, damaged);
      try {
        return !verify(folder.file(bad)).passes();
      } catch (const std::runtime_error&) {
        return true;
      }
    };
    for (int attempt = 0; attempt < 12; ++attempt) {
      std::string damaged = bytes;
      const std::size_t place = 1000 + random() % (bytes.size() - 1006);
      for (std::size_t i = 0; i < 6; ++i) damaged[place + i] ^= static_cast<char>(0x5a + i);
      CAPTURE(place);
      CHECK(fails(damaged));
    }
    for (const std::size_t cut : {1, 2, 50, 300}) CHECK(fails(bytes.substr(0, bytes.size() - cut)));
  }
}

TEST_CASE("a pipe is refused, for a film is read at more than one place") {
  const TemporaryFolder folder;
  const std::string pipe = folder.file("pipe");
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(contains(error_of([&] { verify(pipe); }), "is a pipe"));
}

TEST_SUITE_END();
