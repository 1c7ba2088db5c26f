// SPDX-License-Identifier: GPL-2.0-or-later
// Good films of every kind pass; each kind of damage is found, where it is.
#include "src/verify.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <limits>
#include <optional>

#include "src/errors.h"
#include "src/pictures/planes.h"
#include "src/render.h"
#include "src/text/time_code.h"
#include "src/verify/frame_clock.h"
#include "tests/encoders/films.h"
#include "tests/sanitizers.h"
#include "tests/src/json_check.h"

using namespace lifereel;
using namespace lifereel::test;

namespace {

RenderSettings small(const std::string& output, const char* codec, int frames) {
  RenderSettings settings;
  settings.universe.width = 320;
  settings.universe.height = 270;
  settings.universe.particles = 300;
  settings.film.codec = codec;
  settings.film.frames_per_second = {25, 1};
  settings.frames = frames;
  settings.output = output;
  return settings;
}

RenderSettings small_disc(const std::string& output, int frames) {
  RenderSettings settings = small(output, "mpeg2video", frames);
  settings.universe.width = 720;
  settings.universe.height = 480;
  settings.universe.particles = 500;
  settings.film.frames_per_second = {30000, 1001};
  settings.film.target = DiscTarget::ntsc_dvd;
  return settings;
}

/// The first finding of a check whose sentence contains `part`, or nullptr.
const VerifyFinding* find(const VerifyReport& report, const std::string& check,
                          const std::string& part) {
  for (const VerifyFinding& finding : report.findings)
    if (finding.check == check && contains(finding.sentence, part)) return &finding;
  return nullptr;
}

VerifyCheck::Verdict verdict(const VerifyReport& report, const std::string& check) {
  for (const VerifyCheck& one : report.checks)
    if (one.name == check) return one.verdict;
  throw std::logic_error("there is no check " + check);
}

/// Copies a film, packet by packet, but for those of the video that `drop` names by number.
void remux(const std::string& from, const std::string& to, const std::function<bool(int)>& drop) {
  const Streams source = open_streams(from);
  AVFormatContext* context = nullptr;
  check(avformat_alloc_output_context2(&context, nullptr, nullptr, to.c_str()), "alloc_output");
  const UniqueOutput output(context);
  check(av_dict_copy(&context->metadata, source.input->metadata, 0), "av_dict_copy");
  AVStream* const stream = check_allocated(avformat_new_stream(context, nullptr));
  check(avcodec_parameters_copy(stream->codecpar, &source.video()), "parameters_copy");
  stream->codecpar->codec_tag = 0;
  const AVRational time_base = source.first(AVMEDIA_TYPE_VIDEO)->time_base;
  stream->time_base = time_base;
  stream->avg_frame_rate = source.first(AVMEDIA_TYPE_VIDEO)->avg_frame_rate;
  check(avio_open(&context->pb, to.c_str(), AVIO_FLAG_WRITE), "avio_open");
  check(avformat_write_header(context, nullptr), "write_header");
  int number = 0;
  each_packet(source, [&](const AVPacket& packet) {
    if (drop(number++)) return;
    UniquePacket copy(check_allocated(av_packet_clone(&packet)));
    av_packet_rescale_ts(copy.get(), time_base, stream->time_base);
    copy->pos = -1;
    check(av_interleaved_write_frame(context, copy.get()), "write_frame");
  });
  check(av_write_trailer(context), "write_trailer");
  check(avio_closep(&context->pb), "avio_closep");
}

/// A film of blobs, but for what `draw` puts in their place.
void make_blobs(const FilmSettings& settings, const FilmOutput& output, int frames,
                const std::function<std::vector<std::uint8_t>(const Blobs&, int)>& draw) {
  const Blobs blobs(output.width, output.height);
  PictureOwner owner(output.width, output.height);
  Film film(settings, output);
  for (int i = 0; i < frames; ++i) film.write(owner.lend(i, draw(blobs, i)));
  film.finish();
}

std::uint32_t big_endian(const std::string& bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

}  // namespace

TEST_SUITE_BEGIN("src.verify");

TEST_CASE("frames of timestamps, far out and across a wrap") {
  const FrameClock ntsc({1, 90000}, {30000, 1001});
  CHECK(ntsc.exact());
  CHECK(ntsc.ticks(1) == 3003);
  CHECK(ntsc.frame(3003 * 215784) == 215784);
  CHECK(ntsc.frame(3003 * 5 + 1501) == 5);
  CHECK(ntsc.frame(3003 * 5 + 1502) == 6);
  CHECK(ntsc.frame(-1502) == -1);
  CHECK(ntsc.frame(std::numeric_limits<std::int64_t>::max()) == furthest_frame);
  CHECK(ntsc.ticks(furthest_frame) <= furthest_ticks);
  CHECK_FALSE(FrameClock({1, 1000}, {30000, 1001}).exact());
  const FrameClock hostile({std::numeric_limits<int>::max(), 1},
                           {std::numeric_limits<int>::max(), 1});
  CHECK(hostile.frame(std::numeric_limits<std::int64_t>::min()) == -furthest_frame);

  Unwrapper dvd(33);
  const std::int64_t wrap = std::int64_t{1} << 33;
  CHECK(dvd(wrap - 3003) == wrap - 3003);
  CHECK(dvd(0) == wrap);
  CHECK(dvd(3003) == wrap + 3003);
  CHECK(dvd(wrap - 1) == wrap - 1);  // a step back remains one
  Unwrapper endless(64);
  CHECK(endless(std::numeric_limits<std::int64_t>::max()) == furthest_ticks);
  CHECK(endless(std::numeric_limits<std::int64_t>::min()) == -furthest_ticks);

  CHECK(time_code(0, {30000, 1001}) == "00:00:00:00");
  CHECK(time_code(30 * 3661 + 29, {30000, 1001}) == "01:01:01:29");
  CHECK(time_code(20 * 60, {20, 1}) == "00:01:00:00");
  CHECK(time_code(3, {1, 10}) == "00:00:03:00");
}

TEST_CASE("measures of pictures") {
  const Blobs blobs(64, 48, 20);
  const auto first = blobs.draw(0), second = blobs.draw(1);
  const auto view = [](const std::vector<std::uint8_t>& luma) {
    return PlaneView{luma.data(), 64, 64, 48};
  };
  CHECK(decibels(mean_square_difference(view(first), view(second))) ==
        doctest::Approx(psnr(first, second)));
  CHECK(structural_similarity(view(first), view(first)) == 1);
  CHECK(structural_similarity(view(first), view(second)) < 0.95);
  // Two even planes: only the means differ.
  const std::vector<std::uint8_t> gray(64 * 48, 100), lighter(64 * 48, 110);
  CHECK(structural_similarity(view(gray), view(lighter)) ==
        doctest::Approx((2 * 100 * 110 + 6.5025) / (100 * 100 + 110 * 110 + 6.5025)));
  CHECK(differs(view(first), view(second)));
  std::vector<std::uint8_t> noisy = first;
  for (std::size_t i = 0; i < noisy.size(); ++i) noisy[i] += i % 2 * 4;
  CHECK_FALSE(differs(view(first), view(noisy)));
  CHECK(brightness(view(gray)).mean == 100);
  CHECK(expand_range(16) == 0);
  CHECK(expand_range(235) == 255);
  CHECK(scaled(view(gray), 7, 5) == std::vector<std::uint8_t>(35, 100));
  std::vector<std::uint8_t> halves(64 * 48, 0);
  for (std::size_t i = 0; i < halves.size(); ++i) halves[i] = i % 64 < 32 ? 10 : 31;
  CHECK(scaled(view(halves), 2, 1) == std::vector<std::uint8_t>{10, 31});
  CHECK(scaled(view(halves), 1, 1) == std::vector<std::uint8_t>{21});
  CHECK(scaled({halves.data() + 31, 64, 2, 1}, 4, 1) == std::vector<std::uint8_t>{10, 10, 31, 31});
}

TEST_CASE("a disc whose last picture begins in another one's packet passes" *
          doctest::skip(looks_for_races)) {
  const TemporaryFolder folder;
  RenderSettings settings;
  apply_preset(settings, "dvd_video");
  settings.seconds = 20;
  settings.frames.reset();
  settings.output = folder.file("film.mpg");
  render(settings);
  for (const int points : {0, 5}) {
    VerifySettings how;
    how.sample = points;
    const VerifyReport report = verify(settings.output, how);
    CAPTURE(describe(report));
    CHECK(report.passes());
  }
}

TEST_CASE("a disc whose last pictures share a packet passes" * doctest::skip(looks_for_races)) {
  const TemporaryFolder folder;
  RenderSettings settings;
  apply_preset(settings, "dvd_video");
  settings.universe.particles = 20;
  settings.seconds.reset();
  settings.frames = 102;
  settings.output = folder.file("film.mpg");
  render(settings);
  const VerifyReport report = verify(settings.output);
  CAPTURE(describe(report));
  CHECK(report.passes());
}

TEST_CASE("good films pass, whole, by samples, and beside their universe") {
  const TemporaryFolder folder;
  struct Kind {
    const char* name;
    const char* codec;
  };
  for (const Kind& kind :
       {Kind{"film.mpg", "mpeg2video"}, Kind{"film.mp4", "libx264"}, Kind{"hevc.mp4", "libx265"},
        Kind{"film.mkv", "ffv1"}, Kind{"film.y4m", "rawvideo"}}) {
    CAPTURE(kind.name);
    if (!has_encoder(kind.codec)) continue;
    const bool disc = std::string(kind.codec) == "mpeg2video";
    if (looks_for_races && !disc) continue;
    const bool bare = std::string(kind.codec) == "rawvideo";
    const std::string path = folder.file(kind.name);
    RenderSettings settings = disc ? small_disc(path, 50) : small(path, kind.codec, 40);
    if (std::string(kind.codec).starts_with("libx26")) {
      settings.film.codec_preset = "veryfast";
      settings.film.bitrate = 1'000'000;
      settings.film.maxrate = 2'000'000;
      settings.film.bufsize = 2'000'000;
    }
    render(settings);

    VerifySettings whole;
    whole.against_universe = !bare;
    whole.contact_sheet = folder.file(std::string(kind.name) + ".png");
    const VerifyReport report = verify(path, whole);
    CAPTURE(describe(report));
    CHECK(report.passes());
    CHECK(std::none_of(
        report.findings.begin(), report.findings.end(),
        [](const VerifyFinding& one) { return one.severity == VerifySeverity::error; }));
    CHECK(report.frames == *settings.frames);
    CHECK(report.decode_errors == 0);
    CHECK(report.own_settings == !bare);
    CHECK(report.expected_frames.has_value() == !bare);
    CHECK(report.brightness.size() == 20);
    CHECK(report.duration_seconds ==
          doctest::Approx(report.frames / settings.film.frames_per_second.value()));
    CHECK((verdict(report, "dvd") == VerifyCheck::Verdict::passed) == disc);
    CHECK((verdict(report, "vbv") == VerifyCheck::Verdict::passed) ==
          (settings.film.maxrate.has_value() || disc));
    if (!bare) {
      CHECK(report.frames_compared == *settings.frames);
      CHECK(*report.psnr_luma_minimum > 25);
      CHECK(*report.ssim_luma_minimum > 0.8);
      CHECK(*report.ssim_luma_mean >= *report.ssim_luma_minimum);
      CHECK(std::isinf(*report.psnr_luma_mean) == (std::string(kind.codec) == "ffv1"));
    }
    CHECK(is_json(to_json(report)));
    CHECK(contains(describe(report), "The film is what it should be."));

    VerifySettings samples;
    samples.sample = 3;
    samples.against_universe = !bare;
    const VerifyReport sampled = verify(path, samples);
    CAPTURE(describe(sampled));
    CHECK(sampled.passes());
    CHECK(sampled.frames > 40);
    CHECK(sampled.brightness.size() == 3);
    CHECK(sampled.brightness[1].frame > 0);
    CHECK(sampled.brightness[2].frame > sampled.brightness[1].frame);
    CHECK(verdict(sampled, "frames") == VerifyCheck::Verdict::left_out);
    CHECK(is_json(to_json(sampled)));
  }
}

TEST_CASE("a contact sheet has its tiles") {
  const TemporaryFolder folder;
  const std::string path = folder.file("film.mpg"), sheet = folder.file("sheet.png");
  render(small_disc(path, 30));
  VerifySettings settings;
  settings.contact_sheet = sheet;
  verify(path, settings);
  const std::string png = read_bytes(sheet);
  CHECK(png.starts_with("\x89PNG"));
  // 20 stills in rows of 5, 320x180 for pictures of 16:9, with 8 pixels around each.
  CHECK(big_endian(png, 16) == 5 * 328 + 8);
  CHECK(big_endian(png, 20) == 4 * 188 + 8);
  CHECK(contains(error_of([&] { verify(path, settings); }), "exists"));
  settings.overwrite = true;
  settings.sample = 2;
  verify(path, settings);
  CHECK(big_endian(read_bytes(sheet), 16) == 2 * 328 + 8);
  CHECK(big_endian(read_bytes(sheet), 20) == 188 + 8);
}

TEST_CASE("packets that are missing") {
  const TemporaryFolder folder;
  for (const char* codec : {"ffv1", "libx264"}) {
    if (!has_encoder(codec)) continue;
    CAPTURE(codec);
    const std::string good = folder.file(std::string(codec) + ".mkv");
    const std::string bad = folder.file(std::string(codec) + "-bad.mkv");
    RenderSettings settings = small(good, codec, 50);
    settings.film.gop = 1;  // what follows does not depend on them
    render(settings);
    remux(good, bad, [](int) { return false; });
    CHECK(verify(bad).passes());
    remux(good, bad, [](int number) { return number == 20 || number == 21; });
    const VerifyReport report = verify(bad);
    CAPTURE(describe(report));
    CHECK_FALSE(report.passes());
    const VerifyFinding* const gap = find(report, "timestamps", "2 pictures are missing");
    REQUIRE(gap != nullptr);
    CHECK(gap->first_frame == 20);
    CHECK(gap->first_time_code == "00:00:00:20");
    CHECK(find(report, "frames", "48 pictures are decoded, its settings say 50") != nullptr);
    CHECK(report.findings.size() == 2);
  }
}

TEST_CASE("a film that is cut off" * doctest::skip(looks_for_races)) {
  const TemporaryFolder folder;
  for (const char* name : {"film.mpg", "film.mkv", "film.y4m", "film.mp4"}) {
    CAPTURE(name);
    const std::string path = folder.file(name), cut = folder.file(std::string("cut-") + name);
    const std::string extension = path.substr(path.size() - 3);
    if (extension == "mp4" && !has_encoder("libx264")) continue;
    RenderSettings settings = extension == "mpg"   ? small_disc(path, 60)
                              : extension == "mkv" ? small(path, "ffv1", 40)
                              : extension == "y4m" ? small(path, "rawvideo", 40)
                                                   : small(path, "libx264", 40);
    render(settings);
    const std::string bytes = read_bytes(path);
    folder.write(std::string("cut-") + name,
                 bytes.substr(0, bytes.size() * 2 / 3 / 2048 * 2048 - 100));
    if (extension == "mp4") {
      CHECK(contains(error_of([&] { verify(cut); }), "cannot read '" + cut + "'"));
      continue;
    }
    const VerifyReport report = verify(cut);
    CAPTURE(describe(report));
    CHECK_FALSE(report.passes());
    CHECK(report.frames < *settings.frames);
    CHECK(report.frames > 10);
    if (extension == "y4m") {
      CHECK(find(report, "decoding", "the file ends within a picture") != nullptr);
    } else {
      const VerifyFinding* const count = find(report, "frames", "its settings say");
      REQUIRE(count != nullptr);
      CHECK(count->first_frame == report.frames);
    }
    if (extension == "mpg") CHECK(find(report, "program stream", "ends within") != nullptr);
  }
}

TEST_CASE("bytes that are damaged") {
  const TemporaryFolder folder;
  const std::string path = folder.file("film.mkv");
  RenderSettings settings = small(path, "ffv1", 50);
  settings.film.codec_options = {{"slicecrc", "1"}};
  render(settings);
  std::string bytes = read_bytes(path);
  for (std::size_t i = 0; i < 100; ++i) bytes[bytes.size() / 2 + i] ^= 0x55;
  folder.write("bad.mkv", bytes);
  const VerifyReport report = verify(folder.file("bad.mkv"));
  CAPTURE(describe(report));
  CHECK_FALSE(report.passes());
  CHECK(report.decode_errors > 0);
  const VerifyFinding* const damage = find(report, "decoding", "");
  REQUIRE(damage != nullptr);
  CHECK(*damage->first_frame > 10);
  CHECK(*damage->first_frame < 40);
}

TEST_CASE("black and frozen pictures, and such as are only dim" * doctest::skip(looks_for_races)) {
  REQUIRE_ENCODER("libx264");
  const TemporaryFolder folder;
  const std::string path = folder.file("film.mp4");
  FilmSettings settings = film_settings("libx264");
  settings.codec_preset = "veryfast";
  const std::vector<std::uint8_t> black(320 * 240, 16);
  make_blobs(settings, film_output(path), 80, [&](const Blobs& blobs, int frame) {
    if (frame >= 10 && frame < 13) return black;
    return blobs.draw(frame >= 40 && frame < 70 ? 40 : frame);
  });
  VerifyReport report = verify(path);
  CAPTURE(describe(report));
  CHECK_FALSE(report.passes());
  const VerifyFinding* const dark = find(report, "motion", "3 pictures are black");
  REQUIRE(dark != nullptr);
  CHECK(dark->first_frame == 10);
  CHECK(dark->last_frame == 12);
  const VerifyFinding* const frozen = find(report, "motion", "stands still for 1.50 s");
  REQUIRE(frozen != nullptr);
  CHECK(frozen->first_time_code == "00:00:02:00");
  CHECK(frozen->last_time_code == "00:00:03:09");
  CHECK(report.findings.size() == 2);

  // Three blobs in the dark: a warning, no error.
  FilmOutput output = film_output(path);
  output.overwrite = true;
  const Blobs few(320, 240, 3);
  make_blobs(settings, output, 30, [&](const Blobs&, int frame) { return few.draw(frame); });
  report = verify(path);
  CHECK(report.passes());
  REQUIRE(report.findings.size() == 1);
  CHECK(report.findings[0].severity == VerifySeverity::warning);
  CHECK(contains(report.findings[0].sentence, "20 of 20 pictures looked at are dim"));
  CHECK(verdict(report, "brightness") == VerifyCheck::Verdict::warned);
}

TEST_CASE("what its settings say and the film does not keep" * doctest::skip(looks_for_races)) {
  const TemporaryFolder folder;
  const std::string path = folder.file("film.mkv");
  RenderSettings settings = small(path, "ffv1", 60);
  settings.film.maxrate = 100'000;
  settings.film.bufsize = 100'000;
  FilmOutput output = film_output(path, 320, 270);
  output.overwrite = true;
  output.comment = "# lifereel 0.1.0\n" + print_config(settings);
  const auto blobs = [](const Blobs& all, int frame) { return all.draw(frame); };
  make_blobs(film_settings("ffv1", {25, 1}), output, 50, blobs);
  VerifyReport report = verify(path);
  CAPTURE(describe(report));
  CHECK_FALSE(report.passes());
  CHECK(find(report, "frames", "50 pictures are decoded, its settings say 60") != nullptr);
  const VerifyFinding* const late = find(report, "vbv", "have not arrived");
  REQUIRE(late != nullptr);
  CHECK(*late->last_frame == 49);
  CHECK(*report.vbv_late_frames > 40);

  VerifySettings universe;
  universe.against_universe = true;
  report = verify(path, universe);
  const VerifyFinding* const unlike = find(report, "universe", "is not the universe's");
  REQUIRE(unlike != nullptr);
  CHECK(*unlike->last_frame == 49);

  // A universe that is shown a frame late has the right pictures, but none in its place.
  settings.film.maxrate.reset();
  settings.film.bufsize.reset();
  output.comment = "# lifereel 0.1.0\n" + print_config(settings);
  const auto engine = make_engine(settings.universe, {});
  std::vector<std::uint8_t> drawn(320 * 270);
  make_blobs(film_settings("ffv1", {25, 1}), output, 60, [&](const Blobs&, int frame) {
    if (frame != 1) {
      engine->step();
      engine->draw(luma_target(drawn.data(), 320, ColourRange::limited));
    }
    return drawn;
  });
  report = verify(path, universe);
  CAPTURE(describe(report));
  CHECK(find(report, "universe", "nearer to the universe's a frame before or after") != nullptr);

  output.comment = "# lifereel 0.1.0\nparticles = -1\x1b\xff\n";
  make_blobs(film_settings("ffv1", {25, 1}), output, 5, blobs);
  report = verify(path);
  CHECK(find(report, "streams", "its own settings cannot be read") != nullptr);
  CHECK(is_json(to_json(report)));
  CHECK(contains(error_of([&] { verify(path, universe); }), "carries no settings of lifereel: "));
}

TEST_CASE("discs that break the rules" * doctest::skip(looks_for_races)) {
  const TemporaryFolder folder;
  const std::string path = folder.file("film.mpg");
  render(small_disc(path, 60));
  const std::string good = read_bytes(path);
  const auto spoilt = [&](const std::string& from, const std::string& to, int skip) {
    std::string bytes = good;
    std::size_t at = bytes.find(from);
    for (; skip > 0; --skip) at = bytes.find(from, at + 1);
    REQUIRE(at != std::string::npos);
    bytes.replace(at, to.size(), to);
    return verify(folder.write("bad.mpg", bytes));
  };
  using namespace std::string_literals;
  const std::string extension = good.substr(good.find("\0\0\1\xB5\x14"s), 6);
  std::string progressive = extension;
  progressive[5] = static_cast<char>(progressive[5] | 0x08);

  VerifyReport report = spoilt(extension, progressive, 0);
  CHECK(find(report, "dvd", "progressive_sequence") != nullptr);
  report = spoilt("\0\0\1\xBF\x03\xD4"s, "\0\0\1\xBE"s, 0);
  CHECK(find(report, "dvd", "does not begin with a navigation pack") != nullptr);
  report = spoilt("\0\0\1\xBF\x03\xD4"s, "\0\0\1\xBE"s, 1);
  const VerifyFinding* const unit = find(report, "dvd", "object unit lasts 1201.200 ms");
  REQUIRE(unit != nullptr);
  // The header of the second GOP turned into user data: the first goes on for 36 pictures.
  report = spoilt("\0\0\1\xB8"s, "\0\0\1\xB2"s, 1);
  const VerifyFinding* const group = find(report, "dvd", "longer than the 18 pictures");
  REQUIRE(group != nullptr);
  CHECK(group->first_frame == 18);
  // Half a sector too much.
  report =
      verify(folder.write("bad.mpg", good + "\0\0\1\xBE\x03\xFA"s + std::string(1018, '\xFF')));
  CHECK(find(report, "dvd", "ends within a sector") != nullptr);
  // A pack of sound gone.
  std::size_t sound = good.find("\0\0\1\xBD"s, good.size() / 2) / 2048 * 2048;
  std::string bytes = good;
  bytes.erase(sound, 2048);
  report = verify(folder.write("bad.mpg", bytes));
  CAPTURE(describe(report));
  CHECK_FALSE(report.passes());
}

TEST_CASE("what cannot be verified") {
  const TemporaryFolder folder;
  CHECK(contains(error_of([&] { verify(folder.file("none.mp4")); }), "cannot read"));
  CHECK(contains(error_of([&] { verify(folder.write("text.mkv", "no film")); }), "cannot read"));
  const std::string path = folder.file("film.mkv");
  make_film(film_settings("ffv1"), film_output(path), 30);
  VerifySettings settings;
  settings.sample = -1;
  CHECK(contains(error_of([&] { verify(path, settings); }), "sample is -1"));
  settings.sample = 0;
  settings.contact_sheet = folder.file("none/sheet.png");
  CHECK(contains(error_of([&] { verify(path, settings); }), "none/sheet.png"));
  settings.contact_sheet.clear();
  settings.against_universe = true;
  CHECK(contains(error_of([&] { verify(path, settings); }), "carries no settings of lifereel"));

  const std::atomic<bool> cancel{true};
  JobControl control;
  control.cancel = &cancel;
  CHECK_THROWS_AS(verify(path, {}, control), Cancelled);
  std::int64_t last = 0;
  control.cancel = nullptr;
  control.progress = [&](const JobProgress& progress) {
    CHECK(progress.frames_done > last);
    CHECK(progress.frames_total == 30);
    last = progress.frames_done;
  };
  CHECK(verify(path, {}, control).passes());
  CHECK(last > 20);
}

TEST_CASE("bytes from anywhere end in a report or in an error" * doctest::skip(looks_for_races)) {
  const TemporaryFolder folder;
  for (const char* name : {"film.mpg", "film.mkv", "film.mp4", "film.y4m"}) {
    const std::string path = folder.file(name);
    const std::string extension = path.substr(path.size() - 3);
    if (extension == "mp4" && !has_encoder("libx264")) continue;
    render(extension == "mpg"   ? small_disc(path, 12)
           : extension == "mkv" ? small(path, "ffv1", 12)
           : extension == "y4m" ? small(path, "rawvideo", 12)
                                : small(path, "libx264", 12));
    const std::string good = read_bytes(path);
    std::uint32_t random = 12345;
    const auto draw = [&](std::size_t limit) {
      random = random * 1664525 + 1013904223;
      return static_cast<std::size_t>(random >> 4) % limit;
    };
    for (int round = 0; round < 8; ++round) {
      std::string bytes = good;
      if (round % 4 == 3) bytes.resize(draw(bytes.size()));
      // Every other time in the first headers.
      const std::size_t limit =
          round % 2 == 0 ? bytes.size() : std::min<std::size_t>(600, bytes.size());
      for (int flips = 0; flips < 6 && limit > 0; ++flips)
        bytes[draw(limit)] ^= static_cast<char>(1 << draw(8));
      const std::string spoilt = folder.write(std::string("bad.") + extension, bytes);
      std::optional<VerifyReport> report;
      try {
        report = verify(spoilt);
      } catch (const std::exception& error) {
        CHECK(std::string(error.what()).size() > 10);
        continue;
      }
      CHECK(is_json(to_json(*report)));
      const bool wrong = std::any_of(
          report->findings.begin(), report->findings.end(),
          [](const VerifyFinding& finding) { return finding.severity == VerifySeverity::error; });
      CHECK(report->passes() != wrong);
      if (round % 4 == 3) CHECK(wrong);  // cut short
      for (const VerifyFinding& finding : report->findings)
        CHECK(verdict(*report, finding.check) != VerifyCheck::Verdict::passed);
    }
  }
}

TEST_SUITE_END();
