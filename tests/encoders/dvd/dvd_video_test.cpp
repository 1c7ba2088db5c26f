// SPDX-License-Identifier: GPL-2.0-or-later
// DVD-Video: what is in the program stream and in the MPEG-2 headers.
#include "encoders/dvd/dvd_video.h"

#include <doctest/doctest.h>

#include <cstring>
#include <random>

#include "encoders/audio/silent_ac3.h"
#include "encoders/dvd/header_mending.h"
#include "encoders/film/container.h"
#include "encoders/film_reader.h"
#include "encoders/video/video_encoder.h"
#include "tests/encoders/films.h"

using namespace lifereel;
using namespace lifereel::test;

namespace {

/// One start code of the elementary stream and what follows it.
struct Unit {
  std::uint8_t code;
  const std::uint8_t* body;
};

std::vector<Unit> units_of(const AVPacket& packet) {
  std::vector<Unit> units;
  for (int i = 0; i + 4 <= packet.size; ++i)
    if (packet.data[i] == 0 && packet.data[i + 1] == 0 && packet.data[i + 2] == 1)
      units.push_back({packet.data[i + 3], packet.data + i + 4});
  return units;
}

void check_disc(DiscTarget target, int width, int height, int gop, AVRational rate,
                std::int64_t frames, std::int64_t audio_frames) {
  const TemporaryFolder folder;
  FilmOutput output = film_output(folder.file("film.mpg"), width, height);
  output.comment = "seed = 480\nparticles = 2500\n";
  FilmStatistics statistics;
  make_film(dvd_settings(target), output, static_cast<int>(frames), &statistics);
  CHECK(statistics.frames == frames);
  CHECK(statistics.container == "dvd");
  CHECK(statistics.codec_threads == 1);
  CHECK(folder.names() == std::vector<std::string>{"film.mpg"});

  const Decoded decoded = decode(output.path);
  CHECK(decoded.frames == frames);
  CHECK(decoded.width == width);
  CHECK(decoded.height == height);
  CHECK(decoded.worst_psnr > 30);
  CHECK(read_film_comment(output.path) == output.comment);

  // Whole packs, each with its start code.
  const std::string bytes = read_bytes(output.path);
  CHECK(bytes.size() % 2048 == 0);
  bool packs = true;
  for (std::size_t at = 0; at < bytes.size(); at += 2048)
    packs = packs && std::memcmp(bytes.data() + at, "\0\0\1\xBA", 4) == 0;
  CHECK(packs);

  const Streams streams = open_streams(output.path);
  const AVStream* const video = streams.first(AVMEDIA_TYPE_VIDEO);
  const AVStream* const audio = streams.first(AVMEDIA_TYPE_AUDIO);
  REQUIRE(video != nullptr);
  REQUIRE(audio != nullptr);
  CHECK(av_cmp_q(video->avg_frame_rate, rate) == 0);
  CHECK(video->codecpar->codec_id == AV_CODEC_ID_MPEG2VIDEO);
  const AVRational aspect = av_mul_q(video->codecpar->sample_aspect_ratio, {width, height});
  CHECK(av_cmp_q(aspect, {16, 9}) == 0);
  CHECK(audio->codecpar->codec_id == AV_CODEC_ID_AC3);
  CHECK(audio->codecpar->sample_rate == 48000);
  CHECK(audio->codecpar->ch_layout.nb_channels == 2);
  CHECK(audio->codecpar->bit_rate == 192000);

  std::int64_t pictures = 0, sounds = 0, sequences = 0, first_pts = AV_NOPTS_VALUE;
  bool structure = true, evenly = true;
  int comments = 0;
  each_packet(streams, [&](const AVPacket& packet) {
    if (packet.stream_index == audio->index) {
      evenly = evenly && (sounds == 0 || packet.duration == 2880);
      ++sounds;
      return;
    }
    if (packet.stream_index != video->index) return;
    std::vector<std::uint8_t> codes;
    for (const Unit& unit : units_of(packet)) {
      if (unit.code == 0x00) break;
      codes.push_back(unit.code);
      if (unit.code == 0xB3) ++sequences;
      if (unit.code == 0xB5 && unit.body[0] >> 4 == 1)
        structure = structure && (unit.body[1] & 0x08) == 0;  // progressive_sequence
      if (unit.code == 0xB8) structure = structure && (unit.body[3] & 0x40) != 0;  // closed_gop
      if (unit.code == 0xB2) ++comments;
    }
    const bool starts_gop = !codes.empty();
    structure = structure && starts_gop == (pictures % gop == 0);
    if (starts_gop) structure = structure && codes.front() == 0xB3 && codes.back() == 0xB8;
    if (pictures == 0) {
      first_pts = packet.pts;
      // User data stands right before the GOP header, after every extension.
      structure = structure && codes.size() > 2 && codes[codes.size() - 2] == 0xB2;
    }
    ++pictures;
  });
  CHECK(structure);
  CHECK(evenly);
  CHECK(comments == 1);
  CHECK(pictures == frames);
  CHECK(sequences == (frames + gop - 1) / gop);
  CHECK(sounds == audio_frames);
  CHECK(first_pts != AV_NOPTS_VALUE);
}

}  // namespace

TEST_SUITE_BEGIN("encoders.dvd_video");

TEST_CASE("NTSC: closed GOPs of 18, interlaceable sequence, sound as long as the pictures") {
  // ceil(95 * 1001 / 30000 s * 48000 / 1536)
  check_disc(DiscTarget::ntsc_dvd, 720, 480, 18, {30000, 1001}, 95, 100);
}

TEST_CASE("PAL: closed GOPs of 15") {
  // ceil(47 / 25 s * 48000 / 1536)
  check_disc(DiscTarget::pal_dvd, 720, 576, 15, {25, 1}, 47, 59);
}

TEST_CASE("a B-frame disc keeps its GOPs") {
  const TemporaryFolder folder;
  FilmSettings settings = dvd_settings();
  settings.codec_options = {{"bf", "2"}};
  const FilmOutput output = film_output(folder.file("film.mpg"), 720, 480);
  FilmStatistics statistics;
  make_film(settings, output, 60, &statistics, 768);
  CHECK(statistics.frames_b > 20);
  CHECK(statistics.frames_i == 4);
  CHECK(decode(output.path).frames == 60);
}

TEST_CASE("progressive_sequence is cleared and pictures stay the same") {
  // The same stream with and without the mended bit decodes alike.
  const TemporaryFolder folder;
  FilmSettings plain = film_settings("mpeg2video", {30000, 1001});
  plain.codec_threads = 1;
  plain.gop = 18;
  plain.bitrate = 4'400'000;
  plain.maxrate = 9'000'000;
  plain.bufsize = 1'835'008;
  plain.codec_options = {
      {"flags", "+cgop"}, {"sc_threshold", "1000000000"}, {"mpv_flags", "+strict_gop"}};
  make_film(plain, film_output(folder.file("plain.mkv"), 720, 480), 30);
  make_film(dvd_settings(), film_output(folder.file("disc.mpg"), 720, 480), 30);
  FilmReader a(folder.file("plain.mkv")), b(folder.file("disc.mpg"));
  std::vector<std::uint8_t> luma_a, luma_b;
  int same = 0;
  while (a.read_luma(luma_a) && b.read_luma(luma_b)) same += luma_a == luma_b ? 1 : 0;
  CHECK(same == 30);
}

TEST_CASE("what the muxer calls an underflow ends the film") {
  const FilmSettings settings = dvd_settings();
  const TemporaryFolder folder;
  const auto error = [&](int usual, int largest) {
    const FilmOutput output = film_output(folder.file("film.mpg"), 720, 480);
    const ResolvedFilm film = resolve(settings, output);
    VideoEncoder encoder(
        film, source_format(settings, format_for_size(PixelFormat::yuv420p, 720, 480), 720, 480),
        false);
    SilentAc3 silence(192000);
    Container container(film, output);
    container.add_stream(encoder.codec());
    container.add_stream(silence.codec());
    container.write_header();
    return error_of([&] {
      for (int i = 0; i < 90; ++i) {
        const int bytes = i == 45 ? largest : usual;
        const UniquePacket packet = make_packet();
        check(av_new_packet(packet.get(), bytes), "av_new_packet");
        std::memset(packet->data, 0x11, static_cast<std::size_t>(bytes));
        packet->pts = i;
        packet->dts = i - 1;
        packet->duration = 1;
        if (i % 18 == 0) packet->flags |= AV_PKT_FLAG_KEY;
        container.write(*packet, 0, encoder.codec().time_base);
        while (silence.frames_taken() < SilentAc3::frames_for(i + 1, encoder.codec().time_base))
          container.write(silence.next(), 1, {1, SilentAc3::sample_rate});
      }
      container.finish();
    });
  };
  // In libav's words: had it others, no overrun would be known.
  const std::string breaks =
      "breaks the program stream's buffer model (dvd: buffer underflow st=0 bufi=";
  CHECK(contains(error(120'000, 120'000), breaks));        // 29 Mb/s
  for (const int largest : {240'000, 400'000, 2'000'000})  // above 232 KiB
    CHECK(contains(error(5'000, largest), breaks));
  CHECK(folder.names().empty());
  CHECK(error(15'000, 15'000).empty());
}

TEST_CASE("noise: what the rate can hold is held, what it cannot hold is an error") {
  const TemporaryFolder folder;
  const auto noisy = [&](const std::string& name, unsigned amplitude) {
    FilmSettings settings = dvd_settings();
    settings.bitrate = 6'000'000;
    std::mt19937 random(7);
    std::vector<std::uint8_t> luma(720 * 480);
    PictureOwner owner(720, 480);
    const std::string error = error_of([&] {
      Film film(settings, film_output(folder.file(name), 720, 480));
      for (int i = 0; i < 40; ++i) {
        for (std::uint8_t& value : luma)
          value = static_cast<std::uint8_t>(126 - amplitude / 2 + random() % amplitude);
        film.write(owner.lend(i, luma));
      }
      film.finish();
      CHECK(film.statistics().average_bitrate < 9'800'000);
    });
    CHECK(owner.each_released_once());
    return error;
  };
  CHECK(noisy("mild.mpg", 40).empty());
  // Even the coarsest quantiser makes more than 10 Mb/s of this.
  CHECK(contains(noisy("wild.mpg", 220), "breaks the program stream's buffer model"));
  CHECK(folder.names() == std::vector<std::string>{"mild.mpg"});
}

TEST_CASE("a filter chain can bring other pictures to the disc's size and rate") {
  if (!has_filter("scale") || !has_filter("fps")) return;
  const TemporaryFolder folder;
  FilmSettings settings = dvd_settings();
  settings.frames_per_second = {60000, 1001};
  settings.filter = "fps=30000/1001,scale=720:480,setdar=16/9";
  const FilmOutput output = film_output(folder.file("film.mpg"), 640, 360);
  FilmStatistics statistics;
  make_film(settings, output, 60, &statistics);
  CHECK(statistics.frames == 30);
  CHECK(decode(output.path).width == 720);

  settings.filter = "fps=30000/1001";
  const Blobs blobs(640, 360);
  PictureOwner owner(640, 360);
  CHECK(contains(error_of([&] {
                   Film film(settings, film_output(folder.file("b.mpg"), 640, 360));
                   for (int i = 0; i < 9; ++i) film.write(owner.lend(i, blobs.draw(i)));
                 }),
                 "ntsc-dvd needs pictures of 720x480; the filter chain makes 640x360"));
  CHECK(owner.each_released_once());
}

TEST_CASE("silence: every frame alike, 32 ms apart") {
  SilentAc3 silence(192000);
  std::vector<std::uint8_t> first;
  for (int i = 0; i < 5; ++i) {
    const AVPacket& packet = silence.next();
    const std::vector<std::uint8_t> bytes(packet.data, packet.data + packet.size);
    if (i == 0) first = bytes;
    CHECK(bytes == first);
    CHECK(bytes.size() == 768);
    CHECK(packet.pts == i * 1536);
  }
  // 2 hours of NTSC.
  CHECK(SilentAc3::frames_for(215784, {1001, 30000}) == 225000);
}

TEST_CASE("comments in user data") {
  const std::uint8_t headers[] = {0, 0, 1, 0xB3, 1, 2,    3, 0, 0, 1, 0xB5, 0x14, 0x8A,
                                  0, 0, 0, 0,    1, 0xB8, 9, 0, 0, 1, 0x00, 7};
  const UniquePacket packet = make_packet();
  REQUIRE(av_new_packet(packet.get(), sizeof headers) == 0);
  std::memcpy(packet->data, headers, sizeof headers);
  HeaderMending mending;
  mending.clear_progressive_sequence = true;
  mend_headers(*packet, mending);
  CHECK(packet->data[12] == 0x82);
  insert_comment(*packet, "a = 1\n");
  CHECK(find_comment(packet->data, static_cast<std::size_t>(packet->size)) == "a = 1\n");
  CHECK(packet->size == static_cast<int>(sizeof headers + 4 + 9 + 6));
  CHECK(packet->data[packet->size - 1] == 7);
  CHECK(find_comment(headers, sizeof headers).empty());
  CHECK(contains(error_of([] { check_comment(std::string_view("a\0b", 3)); }), "zero byte"));
  CHECK(contains(error_of([] { check_comment(std::string(40000, 'x')); }), "40000"));
  const UniquePacket other = make_packet();
  REQUIRE(av_new_packet(other.get(), 8) == 0);
  std::memset(other->data, 1, 8);
  CHECK(contains(error_of([&] { insert_comment(*other, "x"); }), "begins no MPEG-2 sequence"));
}

TEST_CASE("the last picture says that none follows, where no container does") {
  const TemporaryFolder folder;
  const auto check_ends = [&](FilmSettings settings, const std::string& name, int chunk_frames,
                              bool ends) {
    CAPTURE(name);
    settings.chunk_frames = chunk_frames;
    FilmOutput output = film_output(folder.file(name));
    if (settings.target != DiscTarget::none) output.width = 720, output.height = 480;
    output.frames = 40;
    make_film(settings, output, 40);
    int codes = 0;
    bool last = false;
    const Streams streams = open_streams(output.path);
    const int video = streams.first(AVMEDIA_TYPE_VIDEO)->index;
    each_packet(streams, [&](const AVPacket& packet) {
      const std::string code("\0\0\1\xb7", 4);
      const std::string bytes(reinterpret_cast<const char*>(packet.data),
                              static_cast<std::size_t>(packet.size));
      for (std::size_t at = bytes.find(code); at != std::string::npos;
           at = bytes.find(code, at + 4))
        ++codes;
      if (packet.stream_index == video) last = bytes.ends_with(code);
    });
    CHECK(codes == (ends ? 1 : 0));
    CHECK(last == ends);
    FilmReader film(output.path);
    std::vector<std::uint8_t> luma;
    int pictures = 0;
    while (film.read_luma(luma)) ++pictures;
    CHECK(pictures == 40);
  };
  const FilmSettings mpeg2 = film_settings("mpeg2video", {25, 1});
  check_ends(dvd_settings(), "disc.mpg", 18, true);
  check_ends(mpeg2, "stream.mpg", 0, true);
  check_ends(film_settings("mpeg1video", {25, 1}), "old.mpg", 0, true);
  check_ends(mpeg2, "bare.m2v", 0, true);
  check_ends(mpeg2, "matroska.mkv", 0, false);
  check_ends(mpeg2, "film.ts", 0, false);
}

TEST_SUITE_END();
