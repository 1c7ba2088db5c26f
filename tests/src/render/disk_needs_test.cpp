// SPDX-License-Identifier: GPL-2.0-or-later
// What is known of a disk before a film is begun on it.
#include "src/render/disk_needs.h"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <cstdint>
#include <exception>
#include <functional>
#include <string>

#include "sim/checkpoint.h"
#include "src/render.h"
#include "tests/messages.h"
#include "tests/temporary_folder.h"

using namespace lifereel;
using test::contains;
using test::error_of;

namespace {

RenderSettings film_of(const std::string& output, const char* codec) {
  RenderSettings settings;
  settings.universe.width = 352;
  settings.universe.height = 288;
  settings.universe.particles = 300;
  settings.film.codec = codec;
  settings.film.frames_per_second = {25, 1};
  settings.film.gop = 12;
  settings.film.chunk_frames = 12;
  settings.film.codec_threads = 1;
  settings.output = output;
  return settings;
}

}  // namespace

TEST_SUITE("src.disk_needs") {
  TEST_CASE("a disk that is too small is told beforehand") {
    const test::TemporaryFolder folder;
    RenderSettings settings = film_of(folder.file("film.mp4"), "libx264");
    settings.film.bitrate = 50'000'000;
    settings.frames = 1'000'000'000'000;
    CHECK(contains(error_of([&] { render(settings); }), "make space"));
    CHECK(folder.names().empty());
    std::string said;
    settings.frames = 12;
    JobControl control;
    control.notice = [&](const std::string& sentence) { said += sentence; };
    render(settings, control);
    CHECK(contains(said, "until it is finished"));
  }

  TEST_CASE("checkpoints are as large as was said, in gray and in colour") {
    for (const char* look : {"published", "aurora"}) {
      CAPTURE(look);
      RenderSettings settings = film_of("film.mkv", "ffv1");
      settings.frames = 12;
      apply_look(settings, look);
      Checkpoint checkpoint;
      make_cpu_engine(settings.universe, {Isa::automatic, 1})->save(checkpoint);
      const std::uint64_t three = 3 * serialize_checkpoint(checkpoint).size();
      const std::uint64_t said = disk_needs(settings, 1).checkpoints;
      CHECK(said <= three);
      CHECK(said + 3 * 1000 > three);  // but for what stands at its beginning and end
    }
  }

  TEST_CASE("free space that nobody knows is no reason to refuse") {
    RenderSettings settings = film_of("/proc/film.mp4", "libx264");  // it has no blocks at all
    CHECK(contains(check_disk(settings, {std::uint64_t{1} << 60, 0}, 0), "is not known"));
    CHECK(contains(check_disk(settings, {std::nullopt, 0}, 0), "is not known"));
  }

  TEST_CASE("a film that is larger than a file may be is refused beforehand") {
    const test::TemporaryFolder folder;
    RenderSettings settings = film_of(folder.file("film.mp4"), "libx264");
    settings.film.bitrate = 8'000'000;
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
    rlimit limited = before;
    limited.rlim_cur = 4'000'000;
    REQUIRE(setrlimit(RLIMIT_FSIZE, &limited) == 0);
    settings.seconds = 5;
    settings.frames.reset();
    const std::string told = error_of([&] { render(settings); });
    const DiskNeeds needs = disk_needs(settings, 1);
    REQUIRE(setrlimit(RLIMIT_FSIZE, &before) == 0);
    CHECK(needs.film > 4'000'000u);
    CHECK(contains(told, "ulimit -f"));
    CHECK(folder.names().empty());
  }
}
