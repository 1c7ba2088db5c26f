// SPDX-License-Identifier: GPL-2.0-or-later
// Films of 10 bits a sample: which encoders and containers make them, and what the others say.
#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/encoders/films.h"

using namespace lifereel;
using namespace lifereel::test;

namespace {

constexpr int deep_width = 320, deep_height = 240, deep_frames = 6;

FilmSettings deep_settings(const std::string& codec) {
  FilmSettings settings = film_settings(codec);
  settings.pixel_format = PixelFormat::yuv420p10;
  return settings;
}

/// Red that grows from column to column, over gray.
std::vector<std::uint8_t> rgb_picture(int frame) {
  std::vector<std::uint8_t> rgb;
  for (int y = 0; y < deep_height; ++y)
    for (int x = 0; x < deep_width; ++x)
      for (const int level : {x * 255 / deep_width, 40 + frame, y * 120 / deep_height})
        rgb.push_back(static_cast<std::uint8_t>(level));
  return rgb;
}

void make(const FilmSettings& settings, const std::string& path) {
  Film film(settings, film_output(path, deep_width, deep_height));
  for (int frame = 0; frame < deep_frames; ++frame) film.write_rgb(rgb_picture(frame).data());
  film.finish();
}

std::string pixel_format_of(const std::string& path) {
  return av_get_pix_fmt_name(static_cast<AVPixelFormat>(open_streams(path).video().format));
}

std::string why_not(const FilmSettings& settings, const std::string& path, int wide = deep_width,
                    int high = deep_height) {
  return refusal_of([&] { resolve(settings, film_output(path, wide, high)); });
}

}  // namespace

TEST_SUITE("encoders.ten_bits") {
  TEST_CASE("encoders that take 10 bits make films of them") {
    const TemporaryFolder folder;
    struct Case {
      const char *codec, *file, *format, *profile;
    };
    for (const Case& one : {Case{"libx265", "h265.mp4", "yuv420p10le", "Main 10"},
                            Case{"libx264", "h264.mp4", "yuv420p10le", "High 10"},
                            Case{"ffv1", "ffv1.mkv", "yuv420p10le", nullptr},
                            Case{"prores_ks", "prores.mov", "yuv422p10le", nullptr},
                            Case{"rawvideo", "raw.y4m", "yuv420p10le", nullptr},
                            Case{"rawvideo", "raw.nut", "yuv420p10le", nullptr}}) {
      CAPTURE(std::string(one.file));
      if (!has_encoder(one.codec)) continue;
      const std::string path = folder.file(one.file);
      make(deep_settings(one.codec), path);
      CHECK(pixel_format_of(path) == one.format);
      const Streams streams = open_streams(path);
      const AVCodecParameters& video = streams.video();
      if (one.profile != nullptr) {
        const char* const profile = avcodec_profile_name(video.codec_id, video.profile);
        REQUIRE(profile != nullptr);
        CHECK(std::string(profile) == one.profile);
        CHECK(video.color_range == AVCOL_RANGE_MPEG);
        CHECK(video.color_space == AVCOL_SPC_SMPTE170M);
        CHECK(video.color_trc == AVCOL_TRC_SMPTE170M);
        CHECK(video.chroma_location == AVCHROMA_LOC_LEFT);
      }
      FilmReader film(path);
      PictureView picture;
      int decoded = 0;
      for (; film.read(picture); ++decoded) {
        REQUIRE(picture.plane_count == 3);
        CHECK(picture.colour.bit_depth == 10);
        CHECK(picture.planes[0].bit_depth == 10);
      }
      CHECK(decoded == deep_frames);
    }
  }

  TEST_CASE("what is lossless holds every bit, and raw files are its bytes") {
    REQUIRE_ENCODER("ffv1");
    const TemporaryFolder folder;
    make(deep_settings("ffv1"), folder.file("film.mkv"));
    make(deep_settings("rawvideo"), folder.file("film.yuv"));
    FilmReader film(folder.file("film.mkv"));
    PictureView picture;
    std::string bytes;
    while (film.read(picture))
      for (const PlaneView& plane : picture.planes)
        for (int y = 0; y < plane.height; ++y)
          bytes.append(reinterpret_cast<const char*>(plane.row(y)), plane.row_bytes());
    CHECK(bytes.size() ==
          deep_frames * packed_bytes(PixelFormat::yuv420p10, deep_width, deep_height));
    CHECK(bytes == read_bytes(folder.file("film.yuv")));
    std::vector<std::uint8_t> luma;
    FilmReader again(folder.file("film.mkv"));
    CHECK(contains(error_of([&] { again.read_luma(luma); }), "10 bits a sample, not 8"));
  }

  TEST_CASE("an encoder of more bits in another format is named") {
    REQUIRE_ENCODER("prores_ks");
    const ResolvedFilm film =
        resolve(deep_settings("prores_ks"), film_output("film.mov", deep_width, deep_height));
    CHECK(film.converted_pixel_format == "yuv422p10le");
    REQUIRE(film.notices.size() == 1);
    CHECK(contains(film.notices[0], "does not take yuv420p10; pictures are converted to"));
  }

  TEST_CASE("a filter chain keeps the bits") {
    REQUIRE_ENCODER("ffv1");
    const TemporaryFolder folder;
    for (const char* const chain : {"hflip", "scale=160:-2", "eq=contrast=1.1", "format=yuv420p"}) {
      CAPTURE(std::string(chain));
      FilmSettings settings = deep_settings("ffv1");
      settings.filter = chain;
      const std::string path = folder.file("film.mkv");
      FilmOutput output = film_output(path, deep_width, deep_height);
      output.overwrite = true;
      Film film(settings, output);
      for (int frame = 0; frame < deep_frames; ++frame) film.write_rgb(rgb_picture(frame).data());
      film.finish();
      CHECK(pixel_format_of(path) == "yuv420p10le");
    }
  }

  TEST_CASE("an encoder without them is refused, and those that have them are named") {
    struct Case {
      const char *codec, *file;
    };
    for (const Case& one : {Case{"mpeg2video", "film.mkv"}, Case{"mjpeg", "film.avi"},
                            Case{"utvideo", "film.mkv"}, Case{"gif", "film.gif"}}) {
      const char *const codec = one.codec, *const file = one.file;
      CAPTURE(std::string(codec));
      if (!has_encoder(codec)) continue;
      const std::string why = why_not(deep_settings(codec), file);
      CHECK(contains(why, std::string("the encoder ") + codec + " has no 10 bits a sample"));
      CHECK(contains(why, "pixel-format = yuv420p"));
      for (const char* const has_them : {"ffv1", "libx265"})
        if (has_encoder(has_them)) CHECK(contains(why, has_them));
      CHECK_FALSE(contains(why, "mpeg4"));
      CHECK(why_not(film_settings(codec), file).empty());
    }
  }

  TEST_CASE("discs and files without 10 bits say so") {
    FilmSettings disc = dvd_settings();
    disc.pixel_format = PixelFormat::yuv420p10;
    CHECK(why_not(disc, "film.mpg", 720, 480) ==
          "ntsc-dvd has 8 bits a sample; set pixel-format = yuv420p");
    CHECK(contains(why_not(deep_settings("rawvideo"), "film.gray"), "a .gray file has 8 bits"));
    for (const char* const file : {"film.avi", "film.mkv"})
      CHECK(contains(why_not(deep_settings("rawvideo"), file),
                     "does not say that raw pictures have 10 bits a sample"));
    FilmSettings gray = film_settings("ffv1");
    gray.pixel_format = PixelFormat::gray8;
    CHECK(contains(why_not(gray, "film.mkv"), "yuv420p or yuv420p10"));
  }

  TEST_CASE("pictures have their bits where their format has") {
    const ResolvedFilm png = resolve(deep_settings("libx265"), [] {
      FilmOutput output = film_output("film%03d.png", deep_width, deep_height);
      output.colour = true;
      return output;
    }());
    CHECK(png.pictures.pixel_format == PixelFormat::yuv420p10);
    CHECK(png.converted_pixel_format == "rgb48be");
    const ResolvedFilm jpeg =
        resolve(deep_settings("libx265"), film_output("film%03d.jpg", deep_width, deep_height));
    CHECK(jpeg.pictures.pixel_format == PixelFormat::yuv420p);
    REQUIRE_FALSE(jpeg.notices.empty());
    CHECK(contains(jpeg.notices[0], "pixel-format"));
  }

  TEST_CASE("with two bytes a sample an encoder needs nearly twice the memory") {
    REQUIRE_ENCODER("libx265");
    const EncoderNeeds eight = encoder_needs(film_settings("libx265"), 1920, 1080);
    const EncoderNeeds ten = encoder_needs(deep_settings("libx265"), 1920, 1080);
    CHECK(static_cast<double>(ten.memory_bytes) ==
          doctest::Approx(1.7 * static_cast<double>(eight.memory_bytes)));
    CHECK(ten.threads == eight.threads);
  }

  TEST_CASE("a picture of another depth is refused, and so are odd rows") {
    REQUIRE_ENCODER("ffv1");
    const TemporaryFolder folder;
    std::vector<std::uint8_t> memory(packed_bytes(PixelFormat::yuv420p10, deep_width, deep_height));
    Picture picture;
    picture.width = deep_width;
    picture.height = deep_height;
    for (int plane = 0; plane < 3; ++plane) {
      picture.planes[plane] = memory.data();
      picture.stride_bytes[plane] = 2 * deep_width - 2;
    }
    for (const PixelFormat format : {PixelFormat::yuv420p, PixelFormat::yuv420p10}) {
      picture.format = format;
      Film film(deep_settings("ffv1"),
                film_output(folder.file("film.mkv"), deep_width, deep_height));
      CHECK(contains(error_of([&] { film.write(picture); }),
                     format == PixelFormat::yuv420p ? "came as yuv420p" : "narrower"));
    }
  }
}
