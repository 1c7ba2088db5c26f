// SPDX-License-Identifier: GPL-2.0-or-later
// Films in chunks: the same bytes whoever makes them, and joins that no decoder notices.
#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "encoders/chunk_plan.h"
#include "encoders/dvd/dvd_video.h"
#include "encoders/vbv.h"
#include "encoders/video/chunk_encoder.h"
#include "encoders/video/chunk_rules.h"
#include "tests/encoders/films.h"
#include "tests/sanitizers.h"

using namespace lifereel;
using namespace lifereel::test;

namespace {

/// Makes the film from `threads` threads, each with every threads-th chunk, last chunks first where
/// `backwards`.
void make_in_chunks(const FilmSettings& settings, const FilmOutput& output, int threads,
                    bool backwards = false, FilmStatistics* statistics = nullptr) {
  const Blobs blobs(output.width, output.height);
  std::vector<std::unique_ptr<PictureOwner>> owners;
  Film film(settings, output);
  ChunkedSink& chunks = film.chunks();
  const ChunkPlan plan{output.frames, chunks.chunk_frames()};
  const bool limited = film.picture_format().pixel_format == PixelFormat::yuv420p;
  const auto make_chunk = [&](std::int64_t index, PictureOwner& owner) {
    const auto sink = chunks.begin_chunk(index, plan.length(index));
    for (std::int64_t i = 0; i < plan.length(index); ++i)
      sink->write(owner.lend(i, blobs.draw(static_cast<int>(plan.begin(index) + i), limited)));
    sink->finish();
  };
  std::vector<std::thread> running;
  for (int t = 0; t < threads; ++t) {
    owners.push_back(std::make_unique<PictureOwner>(output.width, output.height,
                                                    film.picture_format().pixel_format));
    running.emplace_back([&, t, owner = owners.back().get()] {
      for (std::int64_t index = t; index < plan.count(); index += threads)
        make_chunk(backwards ? plan.count() - 1 - index : index, *owner);
    });
  }
  for (std::thread& thread : running) thread.join();
  chunks.finish();
  for (const auto& owner : owners) CHECK(owner->each_released_once());
  if (statistics != nullptr) *statistics = film.statistics();
}

/// Presentation times are every multiple of a frame once, decoding times increase.
void check_times(const std::string& path, std::int64_t frames) {
  const Streams streams = open_streams(path);
  const AVStream& video = *streams.first(AVMEDIA_TYPE_VIDEO);
  const AVRational frame_time = av_inv_q(video.r_frame_rate);
  std::vector<std::int64_t> times;
  std::int64_t last_dts = INT64_MIN;
  int backwards = 0;
  each_packet(streams, [&](const AVPacket& packet) {
    if (packet.stream_index != video.index || packet.pts == AV_NOPTS_VALUE) return;
    times.push_back(av_rescale_q(packet.pts, video.time_base, frame_time));
    if (packet.dts != AV_NOPTS_VALUE) {
      if (packet.dts <= last_dts) ++backwards;
      last_dts = packet.dts;
    }
  });
  CHECK(backwards == 0);
  std::sort(times.begin(), times.end());
  REQUIRE(static_cast<std::int64_t>(times.size()) == frames);
  int gaps = 0;
  for (std::size_t i = 1; i < times.size(); ++i) gaps += times[i] - times[i - 1] == 1 ? 0 : 1;
  CHECK(gaps == 0);
}

void check_joins(FilmSettings settings, const std::string& name, int width, int height,
                 int frames) {
  CAPTURE(name);
  REQUIRE(chunk_frames(settings) > 0);
  const TemporaryFolder folder;
  FilmOutput output = film_output(folder.file("whole-" + name), width, height);
  output.frames = frames;
  FilmStatistics whole, shared;
  make_film(settings, output, frames, &whole);
  const std::string bytes = read_bytes(output.path);
  CHECK(whole.frames == frames);
  CHECK(whole.late_frames == 0);
  check_times(output.path, frames);
  const Decoded decoded = decode(output.path);
  CHECK(decoded.frames == frames);
  CHECK(decoded.worst_psnr > 22);
  for (const int threads : {1, 3}) {
    if (sanitized && threads == 1) continue;
    CAPTURE(threads);
    output.path = folder.file("shared-" + name);
    output.overwrite = true;
    make_in_chunks(settings, output, threads, false, &shared);
    CHECK(read_bytes(output.path) == bytes);
    CHECK(shared.video_bytes == whole.video_bytes);
    CHECK(shared.frames_i == whole.frames_i);
  }
  make_in_chunks(settings, output, 3, true);
  CHECK(read_bytes(output.path) == bytes);
}

}  // namespace

TEST_SUITE("encoders.chunks") {
  TEST_CASE("what a chunk depends on names the encoder's version, and of the processor its kind") {
    for (const char* codec : {"mpeg2video", "libx264", "libx265"}) {
      if (!has_encoder(codec)) continue;
      CAPTURE(codec);
      FilmSettings settings = film_settings(codec);
      settings.chunk_frames = 48;
      const std::vector<std::string> lines =
          chunk_dependencies(resolve(settings, film_output("film.mkv", 352, 288)));
      const auto value = [&lines](const std::string& name) {
        for (const std::string& line : lines)
          if (line.starts_with(name + " = ")) return line.substr(name.size() + 3);
        return std::string();
      };
      CHECK_FALSE(value("libavcodec").empty());
#if defined(__x86_64__)
      constexpr int newer = AV_CPU_FLAG_AVX2 | AV_CPU_FLAG_FMA3;
      CHECK((value("processor") == "x86-64 with AVX2 and FMA") ==
            ((av_get_cpu_flags() & newer) == newer));
#endif
      if (std::string(codec) == "libx264") CHECK(value("encoder").starts_with("x264 - core "));
      if (std::string(codec) == "libx265") CHECK(value("encoder").starts_with("x265 (build "));
    }
  }

  TEST_CASE("a film is cut into equal chunks, and the last is no stump") {
    const auto lengths = [](std::int64_t frames, std::int64_t chunk) {
      const ChunkPlan plan{frames, chunk};
      std::vector<std::int64_t> all;
      std::int64_t next = 0;
      for (std::int64_t k = 0; k < plan.count(); ++k) {
        CHECK((k == 0 || plan.begin(k) == next));
        all.push_back(plan.length(k));
        next += all.back();
      }
      CHECK(next == frames);
      return all;
    };
    using Lengths = std::vector<std::int64_t>;
    CHECK(lengths(100, 0) == Lengths{100});
    CHECK(lengths(5, 20) == Lengths{5});
    CHECK(lengths(40, 20) == Lengths{20, 20});
    CHECK(lengths(49, 20) == Lengths{20, 29});
    CHECK(lengths(50, 20) == Lengths{20, 20, 10});
    CHECK(ChunkPlan{INT64_MAX, 360}.length(1'000'000) == 360);
  }

  TEST_CASE("chunks are whole GOPs, and what cannot be cut is not") {
    FilmSettings settings = film_settings("libx264");
    CHECK(chunk_frames(settings) == 0);
    settings.chunk_frames = 100;
    CHECK(chunk_frames(settings) == 100);
    settings.gop = 48;
    CHECK(chunk_frames(settings) == 144);
    settings.filter = "hflip";
    CHECK(chunk_frames(settings) == 0);
    settings.filter.clear();
    for (const char* codec : {"libsvtav1", "rawvideo"}) {
      settings.codec = codec;
      CHECK(chunk_frames(settings) == 0);
    }
    settings = dvd_settings();
    settings.chunk_frames = 100;
    CHECK(chunk_frames(settings) == 108);
    settings = dvd_settings(DiscTarget::pal_dvd);
    settings.chunk_frames = 100;
    CHECK(chunk_frames(settings) == 105);
  }

  TEST_CASE("threads whose number the bytes depend on do not come from the machine") {
    const auto threads = [](const char* codec, int chunk, bool rate) {
      FilmSettings settings = film_settings(codec);
      settings.chunk_frames = chunk;
      if (rate) settings.bitrate = settings.maxrate = settings.bufsize = 1'000'000;
      return resolve_encoding(settings).settings.codec_threads;
    };
    for (const char* codec : {"libx264", "libx265"})
      for (const bool rate : {false, true})
        if (has_encoder(codec)) CHECK(threads(codec, 100, rate) == 1);
    if (has_encoder("libx265")) CHECK(threads("libx265", 0, true) == 1);
    if (has_encoder("libx264")) CHECK(threads("libx264", 0, false) == 0);

    const TemporaryFolder folder;
    const FilmOutput output = film_output(folder.file("film.mkv"));
    if (has_encoder("libx265")) {
      // x265 writes its options into the film where it is asked to.
      FilmSettings settings = film_settings("libx265");
      settings.codec_preset = "ultrafast";
      settings.chunk_frames = 12;
      ResolvedFilm film = resolve(settings, output);
      film.settings.codec_options = {{"x265-params", "info=1"}};
      const ChunkEncoder encoder(film, true);
      const AVCodecContext& codec = *encoder.codec();
      CHECK(contains({reinterpret_cast<const char*>(codec.extradata),
                      static_cast<std::size_t>(codec.extradata_size)},
                     "numa-pools=4 "));
    }

    REQUIRE_ENCODER("libx264");
    FilmSettings settings = film_settings("libx264");
    settings.chunk_frames = 100;
    settings.crf = 20;
    settings.codec_threads = 3;
    CHECK(error_of([&] { validate(settings, output); }).empty());
    settings.maxrate = settings.bufsize = 1'000'000;
    CHECK(contains(error_of([&] { validate(settings, output); }), "other bytes every time"));
    settings.chunk_frames = 0;
    CHECK(error_of([&] { validate(settings, output); }).empty());
  }

  TEST_CASE("chunks too short for their buffer are refused with the least that will do") {
    const TemporaryFolder folder;
    const FilmOutput output = film_output(folder.file("film.mkv"));
    const auto error = [&](int chunk, std::int64_t maxrate, std::int64_t bufsize) {
      FilmSettings settings = film_settings("libx264", {20, 1});
      settings.chunk_frames = chunk;
      settings.bitrate = maxrate / 2;
      settings.maxrate = maxrate;
      settings.bufsize = bufsize;
      return error_of([&] { validate(settings, output); });
    };
    CHECK(contains(error(11, 1'000'000, 1'000'000), "0 (the whole film in one) or 12 to"));
    CHECK(contains(error(-2, 1'000'000, 1'000'000), "0 (the whole film in one) or 12 to"));
    CHECK(contains(error(39, 1'000'000, 1'000'000), "set chunk-frames to 40 or more, or 0"));
    CHECK(error(40, 1'000'000, 1'000'000).empty());
  }

  TEST_CASE("a bit rate that joins leave too little of maxrate for is refused with what will do") {
    const TemporaryFolder folder;
    const FilmOutput output = film_output(folder.file("film.mkv"));
    FilmSettings settings = film_settings("libx264", {20, 1});
    settings.chunk_frames = 100;
    settings.maxrate = settings.bufsize = 1'000'000;  // joins take 100 kb/s
    const auto error = [&](std::int64_t bitrate) {
      settings.bitrate = bitrate;
      return error_of([&] { validate(settings, output); });
    };
    CHECK(error(909'000).empty());
    CHECK(contains(error(910'000), "lower bitrate to 899999, set chunk-frames to 101 or more"));
    CHECK(contains(error(1'000'000), "set chunk-frames to 1000 or more, or 0"));
    settings.chunk_frames = 1000;
    CHECK(error(1'000'000).empty());
    settings.chunk_frames = 0;
    CHECK(error(1'000'000).empty());
  }

  TEST_CASE(
      "an encoder that keeps its half of the buffer leaves the film's as full as it found it" *
      doctest::skip(looks_for_races)) {
    REQUIRE_ENCODER("libx264");
    FilmSettings settings = film_settings("libx264", {20, 1});
    settings.chunk_frames = 100;
    settings.maxrate = 2'500'000;
    settings.bufsize = 5'000'000;
    const ChunkRate rate = *resolve_encoding(settings).chunk_rate;
    const VbvModel half{rate.maxrate, rate.bufsize, rate.bufsize, {20, 1}};
    const VbvModel film{2'500'000, 5'000'000, 2'500'000, {20, 1}};
    // The worst an encoder may do: whatever its own bucket allows, in many shapes.
    for (unsigned shape = 1; shape < 400; ++shape) {
      VbvBuffer own(half), whole(film);
      for (unsigned frame = 0; frame < 100; ++frame) {
        const std::int64_t share = frame * shape / 40 % 4 == 0 ? 4 : (frame + shape) % 5;
        const std::int64_t bits = own.fill_bits() * share / 4;
        REQUIRE(own.take(bits));
        REQUIRE(whole.take(bits));
      }
      CHECK(whole.fill_bits() >= film.initial_fill_bits);
    }
  }

  TEST_CASE("DVD-Video: joins, headers and time codes as of one encoder" *
            doctest::skip(looks_for_races)) {
    REQUIRE_ENCODER("mpeg2video");
    for (const DiscTarget target : {DiscTarget::ntsc_dvd, DiscTarget::pal_dvd}) {
      if (sanitized && target == DiscTarget::pal_dvd) continue;
      FilmSettings settings = dvd_settings(target);
      settings.chunk_frames = 30;
      check_joins(settings, "film.mpg", 720, target == DiscTarget::ntsc_dvd ? 480 : 576,
                  sanitized ? 100 : 190);
    }
    FilmSettings settings = film_settings("mpeg2video", {25, 1});
    settings.chunk_frames = 36;
    settings.codec_options = {{"bf", "2"}};
    check_joins(settings, "b.mkv", 320, 240, 100);
  }

  TEST_CASE("a minute of DVD-Video keeps its buffer and counts its time" *
            doctest::skip(sanitized)) {
    REQUIRE_ENCODER("mpeg2video");
    FilmSettings settings = dvd_settings();
    const TemporaryFolder folder;
    FilmOutput output = film_output(folder.file("one.mpg"), 720, 480);
    output.frames = 1836;  // a minute and a bit
    settings.chunk_frames = 36;
    make_film(settings, output, 1836);
    const FilmVbv vbv = check_film_vbv(output.path);
    CHECK(vbv.report.conforms());
    CHECK(vbv.model.max_rate == 9'000'000);
    CHECK(vbv.model.buffer_bits == 1'835'008);
    std::int64_t frame = 0, gops = 0;
    const Streams streams = open_streams(output.path);
    each_packet(streams, [&](const AVPacket& packet) {
      if (packet.stream_index != streams.first(AVMEDIA_TYPE_VIDEO)->index) return;
      for (int at = 0; at + 8 < packet.size; ++at) {
        const std::uint8_t* const unit = packet.data + at;
        if (unit[0] != 0 || unit[1] != 0 || unit[2] != 1 || unit[3] != 0xB8) continue;
        const int hours = unit[4] >> 2 & 0x1F;
        const int minutes = (unit[4] & 3) << 4 | unit[5] >> 4;
        const int seconds = (unit[5] & 7) << 3 | unit[6] >> 5;
        const int pictures = (unit[6] & 0x1F) << 1 | unit[7] >> 7;
        CHECK(((hours * 60 + minutes) * 60 + seconds) * 30 + pictures == gops * 18);
        CHECK((unit[5] & 8) != 0);     // marker
        CHECK((unit[7] & 0x40) != 0);  // closed
        ++gops;
        break;
      }
      ++frame;
    });
    CHECK(gops == 1836 / 18);
  }

  TEST_CASE("H.264 with a decoder's buffer, HEVC, and lossless films join" *
            doctest::skip(looks_for_races)) {
    for (const auto& [codec, name] : {std::pair{"libx264", "film.mp4"},
                                      {"libx264", "film.mkv"},
                                      {"libx265", "film.mp4"},
                                      {"ffv1", "film.mkv"},
                                      {"mpeg2video", "film.mkv"}}) {
      const std::string text = codec;
      if (!has_encoder(codec) || (sanitized && text.starts_with("lib"))) continue;
      FilmSettings settings = film_settings(codec, {25, 1});
      settings.chunk_frames = 50;
      if (text.starts_with("lib")) {
        settings.codec_preset = "veryfast";
        settings.bitrate = 600'000;
        settings.maxrate = 900'000;
        settings.bufsize = 900'000;
        settings.gop = 25;
      }
      check_joins(settings, name, 320, 240, 130);
    }
  }

  TEST_CASE("the buffer that a film states and keeps is the one asked for" *
            doctest::skip(looks_for_races)) {
    REQUIRE_ENCODER("libx264");
    const TemporaryFolder folder;
    FilmSettings settings = film_settings("libx264", {25, 1});
    settings.chunk_frames = 50;
    settings.codec_preset = "veryfast";
    settings.bitrate = 780'000;
    settings.maxrate = 900'000;
    settings.bufsize = 450'000;
    FilmOutput output = film_output(folder.file("film.mkv"));
    output.frames = 400;
    make_film(settings, output, 400);
    CHECK(check_film_vbv(output.path, *vbv_model(settings)).report.conforms());
  }

  TEST_CASE("a chunk that is missing, short or doubled makes no film") {
    REQUIRE_ENCODER("ffv1");
    const TemporaryFolder folder;
    FilmSettings settings = film_settings("ffv1");
    settings.chunk_frames = 20;
    FilmOutput output = film_output(folder.file("film.mkv"));
    output.frames = 60;
    const Blobs blobs(320, 240);
    PictureOwner owner(320, 240);
    const auto make_chunk = [&](Film& film, std::int64_t index, int frames) {
      const auto sink = film.chunks().begin_chunk(index, 20);
      for (int i = 0; i < frames; ++i) sink->write(owner.lend(i, blobs.draw(i)));
      sink->finish();
    };
    CHECK(contains(error_of([&] {
                     Film film(settings, output);
                     make_chunk(film, 0, 20);
                     make_chunk(film, 2, 20);
                     film.chunks().finish();
                   }),
                   "chunks missing"));
    CHECK(contains(error_of([&] {
                     Film film(settings, output);
                     make_chunk(film, 0, 20);
                     film.chunks().finish();
                   }),
                   "the film ended after 20 of 60 pictures"));
    CHECK(contains(error_of([&] {
                     Film film(settings, output);
                     make_chunk(film, 0, 19);
                   }),
                   "ended after 19 of 20 pictures"));
    CHECK(contains(error_of([&] {
                     Film film(settings, output);
                     film.write(owner.lend(0, blobs.draw(0)));
                     film.write(owner.lend(2, blobs.draw(1)));
                   }),
                   "numbered from 0 without gaps"));
    for (const std::int64_t first : {0, 7, -1}) {
      CAPTURE(first);
      Film film(settings, output);
      const auto chunk = film.chunks().begin_chunk(1, 20);
      const std::string told = error_of([&] {
        chunk->write(owner.lend(first, blobs.draw(0)));
        chunk->write(owner.lend(2, blobs.draw(1)));
      });
      CHECK(contains(told, first == 0 ? "picture 2 of chunk 1 came where picture 1 was awaited"
                                      : "of chunk 1 came where picture 0 was awaited"));
      CHECK(contains(told, "numbered from 0 without gaps"));
    }
    CHECK(contains(error_of([&] {
                     Film film(settings, output);
                     for (int i = 0; i < 50; ++i) film.write(owner.lend(i, blobs.draw(i)));
                     film.finish();
                   }),
                   "the film ended after 50 of 60 pictures"));
    CHECK(owner.each_released_once());
    CHECK(folder.names().empty());
  }

  TEST_CASE("a length that was not announced makes the same film, but for a last stump") {
    REQUIRE_ENCODER("ffv1");
    const TemporaryFolder folder;
    FilmSettings settings = film_settings("ffv1");
    settings.chunk_frames = 20;
    FilmOutput output = film_output(folder.file("announced.mkv"));
    output.frames = 55;
    make_film(settings, output, 55);
    FilmOutput unannounced = film_output(folder.file("unannounced.mkv"));
    make_film(settings, unannounced, 55);
    CHECK(read_bytes(output.path) == read_bytes(unannounced.path));
    unannounced.path = folder.file("stump.mkv");
    make_film(settings, unannounced, 41);
    CHECK(decode(unannounced.path).frames == 41);
    CHECK(decode(unannounced.path).worst_psnr == 99);
  }

  TEST_CASE("a chunk that fails lets go of its pictures at once") {
    REQUIRE_ENCODER("mpeg2video");
    const TemporaryFolder folder;
    FilmSettings settings = dvd_settings();
    settings.chunk_frames = 36;
    FilmOutput output = film_output(folder.file("film.mpg"), 720, 480);
    output.frames = 72;
    const Blobs blobs(720, 480), small(320, 240);
    PictureOwner owner(720, 480, PixelFormat::yuv420p, 768), other(320, 240);
    {
      Film film(settings, output);
      const auto sink = film.chunks().begin_chunk(1, 36);
      for (int i = 0; i < 5; ++i) sink->write(owner.lend(i, blobs.draw(i)));
      CHECK_THROWS_AS(sink->write(other.lend(5, small.draw(5))), std::runtime_error);
      CHECK(owner.each_released_once());
      CHECK_THROWS_AS(sink->write(owner.lend(6, blobs.draw(6))), std::logic_error);
      CHECK_THROWS_AS(sink->finish(), std::logic_error);
      CHECK_THROWS_AS(film.chunks().finish(), std::logic_error);
    }
    CHECK(owner.each_released_once());
    CHECK(other.each_released_once());
    CHECK(folder.names().empty());
  }
}
