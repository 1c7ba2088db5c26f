// SPDX-License-Identifier: GPL-2.0-or-later
// The buffering verifier against sums done by hand.
#include "encoders/vbv.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <climits>
#include <random>
#include <vector>

#include "tests/encoders/films.h"

using namespace lifereel;
using namespace lifereel::test;

namespace {

// 100 bits arrive in a frame time, 500 fit.
constexpr VbvModel small{2500, 500, 300, {25, 1}};

VbvReport simulate(const VbvModel& model, const std::vector<std::int64_t>& bits) {
  return simulate_vbv(model, bits);
}

}  // namespace

TEST_SUITE_BEGIN("encoders.vbv");

TEST_CASE("fills by hand") {
  VbvBuffer buffer(small);
  CHECK(buffer.fill_bits() == 300);
  CHECK(buffer.take(250));  // 50 left, 150 at the next
  CHECK(buffer.fill_bits() == 150);
  CHECK(buffer.take(150));  // empty is not underflow
  CHECK(buffer.fill_bits() == 100);
  CHECK(buffer.report().minimum_fill_bits == 0);
  CHECK(buffer.report().minimum_fill_frame == 1);
  for (const std::int64_t expected : {200, 300, 400, 500, 500, 500}) {
    CHECK(buffer.take(0));
    CHECK(buffer.fill_bits() == expected);  // and no more than it holds
  }
  CHECK(buffer.take(500));
  const VbvReport& report = buffer.report();
  CHECK(report.frames == 9);
  CHECK(report.total_bits == 900);
  CHECK(report.largest_frame_bits == 500);
  CHECK(report.end_fill_bits == 100);
  CHECK(report.minimum_fill_frame == 1);  // the first of equals
  CHECK(report.conforms());
  CHECK_FALSE(report.first_underflow.has_value());
}

TEST_CASE("a capped buffer loses what arrives in vain") {
  // 450 + 100 are 500, not 550.
  CHECK(simulate({2500, 500, 500, {25, 1}}, {50, 501}).minimum_fill_bits == -1);
  CHECK(simulate({2500, 500, 500, {25, 1}}, {50, 500}).minimum_fill_bits == 0);
}

TEST_CASE("the first late picture is told with its time and what is missing") {
  const VbvReport report = simulate(small, {100, 250, 170, 90, 10});
  REQUIRE(report.first_underflow.has_value());
  // 300 - 100 + 100 = 300; - 250 + 100 = 150; - 170 = -20.
  CHECK(report.first_underflow->frame == 2);
  CHECK(report.first_underflow->seconds == doctest::Approx(0.08));
  CHECK(report.first_underflow->missing_bits == 20);
  // What is missing is owed: -20 + 100 = 80; - 90 = -10 is late again; + 100 = 90; - 10 = 80.
  CHECK(report.late_frames == 2);
  CHECK(report.minimum_fill_bits == -20);
  CHECK(report.minimum_fill_frame == 2);
  CHECK(report.end_fill_bits == 180);
  CHECK_FALSE(report.conforms());
}

TEST_CASE("a picture larger than the buffer is late whatever came before") {
  const VbvReport report = simulate({2500, 500, 500, {25, 1}}, {0, 0, 501});
  REQUIRE(report.first_underflow.has_value());
  CHECK(report.first_underflow->frame == 2);
  CHECK(report.first_underflow->missing_bits == 1);
}

TEST_CASE("fractions of a bit are kept, and shown rounded down") {
  // 1000 bits per second at 30000/1001: 33 + 11/30 bits a frame.
  VbvBuffer buffer({1000, 100, 0, {30000, 1001}});
  CHECK(buffer.take(0));
  CHECK(buffer.fill_bits() == 33);
  CHECK(buffer.take(33));
  CHECK(buffer.report().minimum_fill_bits == 0);
  CHECK(buffer.fill_bits() == 33);  // 11/30 + 33 11/30
  CHECK(buffer.take(33));
  CHECK(buffer.fill_bits() == 34);  // 3 x 11/30
  CHECK_FALSE(buffer.take(35));     // 34 1/10 are there
  CHECK(buffer.report().first_underflow->missing_bits == 1);
  CHECK(buffer.report().minimum_fill_bits == -1);
}

TEST_CASE("no drift: six hours at exactly the rate end where they began") {
  // 6 000 000 bits per second at 30000/1001 are 200 200 bits a frame; with 9 999 999 the fraction
  // comes round every 30000 frames.
  const std::int64_t frames = 6 * 3600 * 30;
  VbvBuffer even({6'000'000, 1'835'008, 900'000, {30000, 1001}});
  for (std::int64_t i = 0; i < frames; ++i) REQUIRE(even.take(200'200));
  CHECK(even.fill_bits() == 900'000);

  VbvBuffer odd({9'999'999, 1'835'008, 900'000, {30000, 1001}});
  const std::int64_t numerator = std::int64_t{9'999'999} * 1001;
  for (std::int64_t i = 0; i < frames; ++i) {
    // What has arrived in whole bits since the last frame.
    REQUIRE(odd.take(numerator * (i + 1) / 30000 - numerator * i / 30000));
    REQUIRE(odd.fill_bits() == 900'000);
  }
}

TEST_CASE("more at the start is never less later, so accepted chunks can be joined in any order") {
  std::mt19937 random(5);
  std::uniform_int_distribution<std::int64_t> size(0, 190);
  const std::int64_t start = 200;
  std::vector<std::vector<std::int64_t>> chunks;
  while (chunks.size() < 50) {
    std::vector<std::int64_t> chunk(12);
    for (std::int64_t& bits : chunk) bits = size(random);
    const VbvReport alone = simulate({2500, 500, start, {25, 1}}, chunk);
    if (alone.conforms() && alone.end_fill_bits >= start) chunks.push_back(chunk);
    const VbvReport more = simulate({2500, 500, 400, {25, 1}}, chunk);
    REQUIRE(more.minimum_fill_bits >= alone.minimum_fill_bits);
    REQUIRE(more.end_fill_bits >= alone.end_fill_bits);
  }
  for (int round = 0; round < 20; ++round) {
    std::shuffle(chunks.begin(), chunks.end(), random);
    VbvBuffer film({2500, 500, start, {25, 1}});
    for (const auto& chunk : chunks)
      for (const std::int64_t bits : chunk) REQUIRE(film.take(bits));
  }
}

TEST_CASE("the model of settings: the disc's own, what was set, or none") {
  const std::optional<VbvModel> disc = vbv_model(dvd_settings());
  REQUIRE(disc.has_value());
  CHECK(*disc == VbvModel{9'000'000, 1'835'008, 1'835'008, {30000, 1001}});
  FilmSettings file = film_settings("libx264", {20, 1});
  CHECK_FALSE(vbv_model(file).has_value());
  file.maxrate = 2'500'000;
  file.bufsize = 5'000'000;
  CHECK(*vbv_model(file) == VbvModel{2'500'000, 5'000'000, 5'000'000, {20, 1}});
}

TEST_CASE("models that cannot be are refused with the reason") {
  const auto refused = [](const VbvModel& model) { return error_of([&] { VbvBuffer{model}; }); };
  CHECK(contains(refused({0, 500, 0, {25, 1}}), "above 0"));
  CHECK(contains(refused({2500, 0, 0, {25, 1}}), "above 0"));
  CHECK(contains(refused({2500, 500, 501, {25, 1}}), "cannot begin with 501"));
  CHECK(contains(refused({2500, 500, -1, {25, 1}}), "cannot begin with -1"));
  CHECK(contains(refused({2500, 500, 0, {0, 1}}), "frame rate"));
  CHECK(contains(refused({INT64_MAX, 500, 0, {30000, 1001}}), "beyond"));
  VbvBuffer buffer(small);
  CHECK(contains(error_of([&] { buffer.take(-1); }), "cannot have -1 bits"));
  CHECK(contains(error_of([&] { buffer.take(INT64_MAX); }), "bits"));
  CHECK(buffer.fill_bits() == 300);
  CHECK(buffer.report().frames == 0);
  // The largest sizes neither wrap nor trap.
  VbvBuffer fine({2500, 500, 300, {INT_MAX, 1001}});
  for (int i = 0; i < 1000; ++i) CHECK_FALSE(fine.take(std::int64_t{1} << 40));
}

TEST_CASE("an MPEG-2 film tells its own model and keeps it") {
  const TemporaryFolder folder;
  const std::string path = folder.file("film.mpg");
  FilmStatistics statistics;
  make_film(dvd_settings(), film_output(path, 720, 480), 90, &statistics);
  const FilmVbv film = check_film_vbv(path);
  CHECK(film.model == *vbv_model(dvd_settings()));
  CHECK(film.report.conforms());
  CHECK(film.report.frames == 90);
  CHECK(film.report.total_bits == statistics.video_bytes * 8);
  CHECK(film.report.minimum_fill_bits >= 0);

  FilmSettings pal = dvd_settings(DiscTarget::pal_dvd);
  pal.maxrate = 5'000'000;
  pal.bufsize = 1'000'000;
  const std::string other = folder.file("pal.mpg");
  make_film(pal, film_output(other, 720, 576), 30);
  // As the header rounds it up: 16 Kibit are the unit.
  CHECK(check_film_vbv(other).model == VbvModel{5'000'000, 1'015'808, 1'015'808, {25, 1}});
  CHECK(check_film_vbv(other, vbv_model(pal)).report.conforms());
}

TEST_CASE("a film with a picture that is too large, or made for a higher rate, fails") {
  REQUIRE_ENCODER("mpeg2video");
  const TemporaryFolder folder;
  const std::string path = folder.file("film.mkv");
  // Noise in picture 7 of a calm film, at a fixed quantiser: the encoder knows of no buffer.
  FilmSettings settings = film_settings("mpeg2video", {25, 1});
  settings.codec_options = {{"flags", "+qscale"}, {"global_quality", "236"}};
  settings.gop = 100;
  settings.codec_threads = 1;
  const int width = 320, height = 240, planted = 7;
  PictureOwner owner(width, height);
  {
    Film film(settings, film_output(path, width, height));
    std::mt19937 random(1);
    for (int i = 0; i < 20; ++i) {
      std::vector<std::uint8_t> luma(static_cast<std::size_t>(width) * height, 120);
      if (i == planted)
        for (std::uint8_t& sample : luma) sample = static_cast<std::uint8_t>(16 + random() % 220);
      film.write(owner.lend(i, luma));
    }
    film.finish();
  }
  const VbvModel model{1'000'000, 200'000, 200'000, {25, 1}};
  const FilmVbv result = check_film_vbv(path, model);
  CHECK(result.report.frames == 20);
  CHECK(result.report.largest_frame_bits > 200'000);
  REQUIRE(result.report.first_underflow.has_value());
  CHECK(result.report.first_underflow->frame == planted);
  CHECK(result.report.first_underflow->seconds == doctest::Approx(planted / 25.0));

  // The same film for a decoder that is wide enough, but for the rate.
  const std::int64_t most = result.report.largest_frame_bits;
  CHECK(check_film_vbv(path, VbvModel{9'000'000, most, most, {25, 1}}).report.conforms());
  CHECK_FALSE(check_film_vbv(path, VbvModel{10'000, most, most, {25, 1}}).report.conforms());
}

TEST_CASE("films that do not say what decoder they suit need to be told") {
  const TemporaryFolder folder;
  const std::string path = folder.file("film.mkv");
  make_film(film_settings("ffv1"), film_output(path), 3);
  CHECK(contains(error_of([&] { check_film_vbv(path); }), "give the maxrate"));
  CHECK(check_film_vbv(path, VbvModel{100'000'000, 100'000'000, 100'000'000, {20, 1}})
            .report.conforms());
  CHECK(contains(error_of([&] { check_film_vbv(folder.file("none.mpg")); }), "cannot read"));
}

TEST_CASE("H.264 and HEVC films keep the model of their settings") {
  for (const std::string codec : {"libx264", "libx265"}) {
    CAPTURE(codec);
    if (!has_encoder(codec.c_str())) continue;
    const TemporaryFolder folder;
    const std::string path = folder.file("film.mp4");
    FilmSettings settings = film_settings(codec, {20, 1});
    settings.codec_preset = "fast";
    settings.bitrate = 500'000;
    settings.maxrate = 600'000;
    settings.bufsize = 600'000;
    settings.codec_threads = 1;
    make_film(settings, film_output(path), 100);
    const FilmVbv film = check_film_vbv(path, vbv_model(settings));
    CHECK(film.report.frames == 100);
    CHECK(film.report.conforms());
    // It was not just far away.
    CHECK_FALSE(
        check_film_vbv(path, VbvModel{100'000, 100'000, 100'000, {20, 1}}).report.conforms());
    MESSAGE(codec << ": at least " << film.report.minimum_fill_bits << " of 600000 bits");
  }
}

TEST_SUITE_END();
