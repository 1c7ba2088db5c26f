// SPDX-License-Identifier: GPL-2.0-or-later
// Pictures that are copied: one buffer for all of them is enough, whatever the encoder keeps.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "encoders/film/copied_picture.h"
#include "tests/encoders/films.h"

using namespace lifereel;
using namespace lifereel::test;

namespace {

constexpr int width = 320, height = 240, frames = 40;

/// The blobs, gray, from one buffer that is drawn over at once.
void film_of_one_buffer(const FilmSettings& settings, const std::string& path, bool rgb) {
  const Blobs blobs(width, height);
  Film film(settings, film_output(path, width, height));
  const std::size_t stride = rgb ? 3 * width + 5 : 0;
  std::vector<std::uint8_t> buffer;
  for (int frame = 0; frame < frames; ++frame) {
    const std::vector<std::uint8_t> gray = blobs.draw(frame, false);
    if (rgb) {
      buffer.assign(stride * height, 0x77);
      for (std::size_t i = 0; i < gray.size(); ++i)
        std::fill_n(
            buffer.begin() + static_cast<std::ptrdiff_t>(i / width * stride + i % width * 3), 3,
            gray[i]);
      film.write_rgb(buffer.data(), stride);
    } else {
      buffer = gray;
      film.write_gray(buffer.data());
    }
    std::fill(buffer.begin(), buffer.end(), std::uint8_t{0xEE});
  }
  film.finish();
}

PictureFormat format(ColourMatrix matrix, ColourRange range) {
  return {PixelFormat::yuv420p, {matrix, range, 8}};
}

/// Y', Cb and Cr of one colour.
std::vector<int> converted(const PictureFormat& to, std::uint8_t r, std::uint8_t g,
                           std::uint8_t b) {
  std::vector<std::uint8_t> rgb;
  for (int i = 0; i < 9; ++i) rgb.insert(rgb.end(), {r, g, b});
  const Picture picture = copy_rgb({rgb.data(), 9}, to, 3, 3);
  std::vector<int> samples;
  for (int plane = 0; plane < plane_count(to.pixel_format); ++plane) {
    const PlaneView view = picture.plane(plane);
    samples.push_back(view.row(0)[0]);
    for (int y = 0; y < view.height; ++y)
      for (int x = 0; x < view.width; ++x) CHECK(view.row(y)[x] == samples.back());
  }
  picture.release(picture.owner, picture.tag);
  return samples;
}

}  // namespace

TEST_SUITE("encoders.copied_picture") {
  TEST_CASE("a film of one buffer is the film of as many as there are pictures") {
    const TemporaryFolder folder;
    for (const char* const codec :
         {"ffv1", "utvideo", "png", "magicyuv", "libx264", "mpeg2video"}) {
      CAPTURE(codec);
      if (!has_encoder(codec)) continue;
      FilmSettings settings = film_settings(codec);
      const std::string name = codec;
      const auto path = [&](const char* kind) { return folder.file(name + kind + ".mkv"); };
      make_film(settings, film_output(path("lent"), width, height), frames);
      film_of_one_buffer(settings, path("gray"), false);
      film_of_one_buffer(settings, path("rgb"), true);
      CHECK(read_bytes(path("gray")) == read_bytes(path("lent")));
      CHECK(read_bytes(path("rgb")) == read_bytes(path("lent")));
    }
  }

  TEST_CASE("colours are what the standards say") {
    const auto limited = format(ColourMatrix::smpte170m, ColourRange::limited);
    const auto limited_709 = format(ColourMatrix::bt709, ColourRange::limited);
    const auto full = format(ColourMatrix::bt470bg, ColourRange::full);
    using Samples = std::vector<int>;
    CHECK(converted(limited, 255, 0, 0) == Samples{81, 90, 240});
    CHECK(converted(limited, 0, 255, 0) == Samples{145, 54, 34});
    CHECK(converted(limited, 0, 0, 255) == Samples{41, 240, 110});
    CHECK(converted(limited_709, 255, 0, 0) == Samples{63, 102, 240});
    CHECK(converted(limited_709, 0, 255, 0) == Samples{173, 42, 26});
    CHECK(converted(limited_709, 0, 0, 255) == Samples{32, 240, 118});
    CHECK(converted(full, 255, 0, 0) == Samples{76, 85, 255});  // as JFIF
    const PictureFormat gray{PixelFormat::gray8, {ColourMatrix::none, ColourRange::full, 8}};
    for (int level = 0; level < 256; ++level) {
      const auto g = static_cast<std::uint8_t>(level);
      const int luma = 16 + (219 * level + 127) / 255;
      CHECK(converted(limited, g, g, g) == Samples{luma, 128, 128});
      CHECK(converted(limited_709, g, g, g) == Samples{luma, 128, 128});
      CHECK(converted(full, g, g, g) == Samples{level, 128, 128});
      CHECK(converted(gray, g, g, g) == Samples{level});
    }
  }

  TEST_CASE("colours of 10 bits are those of the standards, finer") {
    const auto sample = [](const Picture& picture, int plane) {
      const std::uint8_t* const row = picture.plane(plane).row(1);
      return row[2] | row[3] << 8;
    };
    const auto samples = [&](const Picture& picture) {
      std::vector<int> all;
      for (int plane = 0; plane < 3; ++plane) all.push_back(sample(picture, plane));
      picture.release(picture.owner, picture.tag);
      return all;
    };
    using Samples = std::vector<int>;
    const PictureFormat to = format_for_size(PixelFormat::yuv420p10, 1280, 720);
    CHECK(to.colour == ColourDescription{ColourMatrix::bt709, ColourRange::limited, 10});
    PictureFormat full = to;
    full.colour.range = ColourRange::full;
    for (int level = 0; level < 256; ++level) {
      const std::vector<std::uint8_t> gray(16, static_cast<std::uint8_t>(level)),
          rgb(48, static_cast<std::uint8_t>(level));
      const Samples expected{64 + (876 * level + 127) / 255, 512, 512};
      CHECK(samples(copy_gray({gray.data(), 4}, to, 4, 4)) == expected);
      CHECK(samples(copy_rgb({rgb.data(), 12}, to, 4, 4)) == expected);
      CHECK(samples(copy_gray({gray.data(), 4}, full, 4, 4))[0] == (1023 * level + 127) / 255);
    }
    std::vector<std::uint8_t> red;
    for (int i = 0; i < 16; ++i) red.insert(red.end(), {255, 0, 0});
    CHECK(samples(copy_rgb({red.data(), 12}, to, 4, 4)) == Samples{250, 409, 960});
  }

  TEST_CASE("chroma is the mean of the pixels that share it, at odd edges, too") {
    const auto to = format(ColourMatrix::bt709, ColourRange::limited);
    // Red and blue columns, and one of blue alone at the edge.
    std::vector<std::uint8_t> rgb;
    for (int y = 0; y < 3; ++y) rgb.insert(rgb.end(), {255, 0, 0, 0, 0, 255, 0, 0, 255});
    const Picture picture = copy_rgb({rgb.data(), 9}, to, 3, 3);
    const std::vector<int> mixed = converted(to, 128, 0, 128), blue = converted(to, 0, 0, 255);
    for (int y = 0; y < 2; ++y)
      for (int plane = 1; plane < 3; ++plane) {
        CHECK(picture.plane(plane).row(y)[0] == mixed[static_cast<std::size_t>(plane)]);
        CHECK(picture.plane(plane).row(y)[1] == blue[static_cast<std::size_t>(plane)]);
      }
    picture.release(picture.owner, picture.tag);
  }

  TEST_CASE("a gap, a late first picture and a second end are refused") {
    const TemporaryFolder folder;
    for (const int chunk_frames : {0, 20}) {
      CAPTURE(chunk_frames);
      FilmSettings settings = film_settings("ffv1");
      settings.chunk_frames = chunk_frames;
      for (const std::int64_t first : {std::int64_t{7}, std::int64_t{0}}) {
        PictureOwner owner(width, height);
        const std::string path = folder.file("gap.mkv");
        Film film(settings, film_output(path, width, height));
        const std::vector<std::uint8_t> luma = Blobs(width, height).draw(0);
        if (first == 0) film.write(owner.lend(0, luma));
        const std::string told =
            error_of([&] { film.write(owner.lend(first == 0 ? 2 : first, luma)); });
        CHECK(contains(told, "numbered from 0 without gaps"));
        CHECK(contains(told, first == 0 ? "picture 2 came where picture 1 was awaited"
                                        : "picture 7 came where picture 0 was awaited"));
        CHECK(owner.each_released_once());
        CHECK_THROWS(film.finish());
        CHECK_FALSE(std::filesystem::exists(path));
      }
      const std::string path = folder.file("twice" + std::to_string(chunk_frames) + ".mkv");
      Film film(settings, film_output(path, width, height));
      const std::vector<std::uint8_t> gray = Blobs(width, height).draw(0, false);
      film.write_gray(gray.data());
      film.finish();
      CHECK(contains(error_of([&] { film.finish(); }), "finished already"));
      CHECK_THROWS(film.write_gray(gray.data()));
      CHECK(std::filesystem::exists(path));  // none of it undoes what is finished
      CHECK(decode(path).frames == 1);
    }
  }
}
