// SPDX-License-Identifier: GPL-2.0-or-later
// Times of films that last for hours and days, without rendering them: packets made by hand where
// counters of 31, 32 and 33 bits end.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>

#include "encoders/audio/silent_ac3.h"
#include "encoders/chunk_plan.h"
#include "encoders/dvd/header_mending.h"
#include "encoders/film/container.h"
#include "encoders/film/film_writer.h"
#include "encoders/libav/picture_frame.h"
#include "encoders/program_stream.h"
#include "encoders/vbv.h"
#include "encoders/video/video_encoder.h"
#include "src/settings.h"
#include "tests/encoders/films.h"

using namespace lifereel;
using namespace lifereel::test;

namespace {

__extension__ typedef __int128 int128;  // -Wpedantic knows no other spelling

constexpr std::int64_t hour = 3600;
constexpr std::int64_t wrap_90khz = std::int64_t{1} << 33;  // 26 h 30 min 43.7 s
/// NTSC's frame in which a clock of 33 bits at 90 kHz starts over: a frame has 3003 ticks.
constexpr std::int64_t wrap_frame = wrap_90khz / 3003;

std::int64_t ceiling(int128 numerator, int128 denominator) {
  return static_cast<std::int64_t>((numerator + denominator - 1) / denominator);
}

UniquePacket filled_packet(int bytes, std::int64_t time, std::int64_t duration) {
  UniquePacket packet = make_packet();
  check(av_new_packet(packet.get(), bytes), "av_new_packet");
  std::memset(packet->data, 0x11, static_cast<std::size_t>(bytes));
  packet->pts = packet->dts = time;
  packet->duration = duration;
  packet->flags |= AV_PKT_FLAG_KEY;
  return packet;
}

struct TimeCode {
  int hours, minutes, seconds, pictures;
  bool operator==(const TimeCode&) const = default;
};

TimeCode time_code_at(std::int64_t frame, AVRational rate) {
  const std::uint8_t group[] = {0, 0, 1, 0xB8, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 1, 0, 0, 0, 0, 0};
  const UniquePacket packet = make_packet();
  check(av_new_packet(packet.get(), sizeof group), "av_new_packet");
  std::memcpy(packet->data, group, sizeof group);
  HeaderMending mending;
  mending.place = {frame, rate};
  mend_headers(*packet, mending);
  const std::uint8_t* const code = packet->data + 4;
  CHECK((code[0] & 0x80) == 0);     // no frames are dropped from the count
  CHECK((code[1] & 0x08) != 0);     // marker
  CHECK((code[3] & 0x7F) == 0x7F);  // not its own
  return {code[0] >> 2 & 31, (code[0] & 3) << 4 | code[1] >> 4, (code[1] & 7) << 3 | code[2] >> 5,
          (code[2] & 31) << 1 | code[3] >> 7};
}

/// Frames around every hour of a day and more, and where 31 and 32 bits end.
std::vector<std::int64_t> moments(Rational rate) {
  std::vector<std::int64_t> frames;
  for (std::int64_t h = 0; h <= 30; ++h) {
    const std::int64_t at = h * hour * rate.num / rate.den;
    for (std::int64_t i = h == 0 ? 0 : -2; i <= 2; ++i) frames.push_back(at + i);
  }
  for (std::int64_t i = -2; i <= 2; ++i) frames.push_back(wrap_frame + i);
  std::sort(frames.begin(), frames.end());
  frames.erase(std::unique(frames.begin(), frames.end()), frames.end());
  return frames;
}

}  // namespace

TEST_SUITE_BEGIN("encoders.timestamps");

TEST_CASE("a film's times are exact for more than a day in every container") {
  for (const auto& [codec, extension] : {std::pair{"mpeg2video", "mp4"},
                                         {"mpeg2video", "mkv"},
                                         {"mpeg2video", "mov"},
                                         {"ffv1", "mkv"}})
    for (const Rational rate : {Rational{30000, 1001}, Rational{25, 1}, Rational{60, 1}}) {
      if (!has_encoder(codec)) continue;
      const std::string name = std::string("film.") + extension;
      CAPTURE(name);
      CAPTURE(rate.num);
      const TemporaryFolder folder;
      const FilmSettings settings = film_settings(codec, rate);
      const FilmOutput output = film_output(folder.file(name), 64, 48);
      const std::vector<std::int64_t> frames = moments(rate);
      FilmStatistics statistics;
      {
        WrittenCount written;
        const ResolvedFilm film = resolve(settings, output);
        FilmWriter writer(film, output, written);
        const VideoEncoder encoder(
            film, source_format(settings, format_for_size(PixelFormat::yuv420p, 64, 48), 64, 48),
            writer.wants_global_header());
        writer.begin(encoder.codec());
        for (const std::int64_t frame : frames) writer.write(*filled_packet(200, frame, 1));
        writer.finish();
        writer.describe(statistics);
      }
      CHECK(statistics.duration_seconds ==
            doctest::Approx(static_cast<double>(frames.back() + 1) / rate.value()));
      const Streams streams = open_streams(output.path);
      const AVStream& video = *streams.first(AVMEDIA_TYPE_VIDEO);
      std::vector<std::int64_t> read;
      each_packet(streams, [&](const AVPacket& packet) {
        read.push_back(av_rescale_q(packet.pts, video.time_base, {rate.den, rate.num}));
      });
      CHECK(read == frames);
    }
}

TEST_CASE("a program stream goes on where its clock starts over") {
  REQUIRE_ENCODER("mpeg2video");
  for (const std::int64_t middle : {2 * hour * 30000 / 1001, wrap_frame}) {
    CAPTURE(middle);
    constexpr int frames = 180, bytes = 12'000;
    FilmSettings settings = film_settings("mpeg2video", {30000, 1001});
    settings.bitrate = 4'000'000;
    settings.maxrate = 9'000'000;
    settings.bufsize = 1'835'008;
    settings.container = "vob";  // a disc's own muxer counts from its first packet
    const TemporaryFolder folder;
    const FilmOutput output = film_output(folder.file("film.vob"), 720, 480);
    {
      WrittenCount written;
      const ResolvedFilm film = resolve(settings, output);
      FilmWriter writer(film, output, written);
      const VideoEncoder encoder(
          film, source_format(settings, format_for_size(PixelFormat::yuv420p, 720, 480), 720, 480),
          false);
      writer.begin(encoder.codec());
      for (std::int64_t i = middle - frames / 2; i < middle + frames / 2; ++i) {
        const UniquePacket picture = filled_packet(bytes, i, 1);
        // A sequence with its rate, for the check below, and a picture.
        const std::uint8_t start[] = {0, 0, 1, 0xB3, 0x2D, 0x01, 0xE0, 0x34, 0x15, 0xF9, 0x23, 0x80,
                                      0, 0, 1, 0,    0,    0x0F, 0xFF, 0xF8, 0,    0,    1,    1};
        std::memcpy(picture->data, start, sizeof start);
        writer.write(*picture);
      }
      writer.finish();
    }
    const ProgramStreamReport report = check_program_stream(output.path);
    CHECK(report.fault_count == 0);
    REQUIRE(report.streams.size() == 1);
    CHECK(report.streams[0].access_units == frames);
    CHECK(report.streams[0].longest_stay_seconds < 1);

    // As a player reads it: 33 bits, evenly.
    std::int64_t pictures = 0, last = AV_NOPTS_VALUE, uneven = 0;
    const Streams streams = open_streams(output.path);
    each_packet(streams, [&](const AVPacket& packet) {
      ++pictures;
      if (packet.pts == AV_NOPTS_VALUE) return;
      if (last != AV_NOPTS_VALUE)
        uneven += ((packet.pts - last) % wrap_90khz + wrap_90khz) % wrap_90khz % 3003 != 0 ? 1 : 0;
      last = packet.pts;
    });
    CHECK(pictures == frames);
    CHECK(uneven == 0);
  }
}

TEST_CASE("GOP time codes count whole seconds of frames, and a day starts over") {
  const AVRational ntsc{30000, 1001}, pal{25, 1};
  CHECK(time_code_at(0, ntsc) == TimeCode{0, 0, 0, 0});
  CHECK(time_code_at(29, ntsc) == TimeCode{0, 0, 0, 29});
  CHECK(time_code_at(2 * hour * 30 - 1, ntsc) == TimeCode{1, 59, 59, 29});
  CHECK(time_code_at(2 * hour * 30, ntsc) == TimeCode{2, 0, 0, 0});
  CHECK(time_code_at(24 * hour * 30 - 1, ntsc) == TimeCode{23, 59, 59, 29});
  CHECK(time_code_at(24 * hour * 30, ntsc) == TimeCode{0, 0, 0, 0});
  CHECK(time_code_at(24 * hour * 25 - 1, pal) == TimeCode{23, 59, 59, 24});
  CHECK(time_code_at(26 * hour * 25 + 1, pal) == TimeCode{2, 0, 0, 1});
  for (std::int64_t frame = 0; frame < 30 * hour * 30; frame += 17 * 1009) {
    const TimeCode code = time_code_at(frame, ntsc);
    CHECK(((code.hours * 60 + code.minutes) * 60 + code.seconds) * 30 + code.pictures ==
          frame % (24 * hour * 30));
  }
}

TEST_CASE("sound is as long as the pictures, to the frame, for as long as a film can be") {
  for (const auto& [den, num] : {std::pair{1001, 30000}, {1, 25}, {1, 24}, {1001, 60000}})
    for (const std::int64_t frames :
         {std::int64_t{1}, 2 * hour * 30, std::int64_t{2'859'141}, wrap_frame, wrap_frame + 1,
          std::int64_t{1} << 31, std::int64_t{1} << 33, std::int64_t{1'000'000'000'000}}) {
      const AVRational frame_time{den, num};
      CAPTURE(frames);
      CAPTURE(frame_time.num);
      CAPTURE(frame_time.den);
      CHECK(SilentAc3::frames_for(frames, frame_time) ==
            ceiling(static_cast<int128>(frames) * den * 48000, static_cast<int128>(num) * 1536));
    }
}

TEST_CASE("lengths in seconds and chunks of films of days") {
  RenderSettings settings;
  settings.film.frames_per_second = {30000, 1001};
  for (const auto& [length, frames] : {std::pair{7200.0, 215785},
                                       {7200.192, 215790},
                                       {95400.0, 2'859'141},
                                       {95443.5, 2'860'445},
                                       {31 * 86400.0, 80'271'729}}) {
    const double seconds = length;
    CAPTURE(seconds);
    settings.seconds = seconds;
    CHECK(frame_count(settings) == frames);
    CHECK(static_cast<double>(frames - 1) * 1001 / 30000 < seconds);
    CHECK(static_cast<double>(frames) * 1001 / 30000 >= seconds - 1e-6);
  }
  for (const std::int64_t frames : {std::int64_t{2'860'450}, std::int64_t{1'000'000'000'000}}) {
    const ChunkPlan plan{frames, 360};
    const std::int64_t last = plan.count() - 1;
    CHECK(plan.begin(last) == last * 360);
    CHECK(plan.begin(last) + plan.length(last) == frames);
    CHECK(plan.length(last) >= 180);
    CHECK(plan.length(last) < 540);
  }
}

TEST_CASE("the decoder's buffer is exact over a day") {
  // A frame time of NTSC brings 300 300 bits at 9 Mb/s.
  const VbvModel model{9'000'000, 1'835'008, 1'835'008, {30000, 1001}};
  VbvBuffer steady(model), sinking(model);
  std::int64_t late = 0;
  for (std::int64_t frame = 0; frame < wrap_frame + 100; ++frame) {
    steady.take(300'300);
    if (!sinking.take(frame % 2 == 0 ? 300'300 : 300'301)) ++late;
  }
  CHECK(steady.report().conforms());
  CHECK(steady.fill_bits() == 1'835'008);
  CHECK(steady.report().minimum_fill_bits == 1'835'008 - 300'300);
  // Half a bit more a picture than comes in: empty after 3 069 416 pictures and more, not before.
  CHECK(late == 0);
  CHECK(sinking.fill_bits() == 1'835'008 - (wrap_frame + 100) / 2);
}

TEST_SUITE_END();
