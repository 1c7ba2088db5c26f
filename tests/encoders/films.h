// SPDX-License-Identifier: GPL-2.0-or-later
// What the tests of this room share: moving pictures, a folder that goes away, and a look into
// films.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "encoders/film.h"
#include "encoders/film_reader.h"
#include "encoders/libav/libav.h"
#include "encoders/libav/log_capture.h"
#include "encoders/picture.h"
#include "tests/messages.h"
#include "tests/temporary_folder.h"

namespace lifereel::test {

/// Soft gray blobs that drift, on a torus. Limited-range luma, or full-range gray.
class Blobs {
 public:
  Blobs(int width, int height, int count = 150) : width_(width), height_(height), count_(count) {}

  std::vector<std::uint8_t> draw(int frame, bool limited = true) const {
    std::vector<int> gray(static_cast<std::size_t>(width_) * height_, 0);
    for (int i = 0; i < count_; ++i) {
      const double angle = i * 2.399963;
      const double y = i * 37.7 + frame * 1.7 * std::sin(angle) + 3 * std::sin(frame * 0.1 + i);
      const double x = i * 91.3 + frame * 1.7 * std::cos(angle) + 3 * std::cos(frame * 0.1 + i);
      const int cy = static_cast<int>(std::floor(y));
      const int cx = static_cast<int>(std::floor(x));
      for (int dy = -4; dy <= 4; ++dy)
        for (int dx = -4; dx <= 4; ++dx) {
          const int weight = 25 - dy * dy - dx * dx;
          if (weight <= 0) continue;
          const int row = ((cy + dy) % height_ + height_) % height_;
          const int column = ((cx + dx) % width_ + width_) % width_;
          gray[static_cast<std::size_t>(row) * width_ + column] += weight * 8;
        }
    }
    std::vector<std::uint8_t> luma(gray.size());
    for (std::size_t i = 0; i < gray.size(); ++i) {
      const int g = gray[i] > 255 ? 255 : gray[i];
      luma[i] = static_cast<std::uint8_t>(limited ? 16 + (219 * g + 127) / 255 : g);
    }
    return luma;
  }

 private:
  int width_, height_, count_;
};

/// Pictures in memory of their own, which is spoilt as soon as a picture is released: who reads it
/// afterwards gets a wrong film. Counts releases.
class PictureOwner {
 public:
  PictureOwner(int width, int height, PixelFormat format = PixelFormat::yuv420p,
               int stride_bytes = 0)
      : width_(width),
        height_(height),
        format_(format),
        stride_(stride_bytes == 0 ? width : stride_bytes),
        chroma_(static_cast<std::size_t>((stride_ + 1) / 2) * ((height + 1) / 2) + 64, 128) {}

  Picture lend(std::int64_t pts, const std::vector<std::uint8_t>& luma) {
    slots_.push_back(std::make_unique<Slot>());
    Slot& slot = *slots_.back();
    slot.memory.assign(static_cast<std::size_t>(stride_) * height_ + 64, 0x55);
    void* start = slot.memory.data();
    std::size_t space = slot.memory.size();
    // Aligned as a ring's slots are: that is when codecs keep references instead of copies.
    slot.luma = static_cast<std::uint8_t*>(std::align(64, space - 64, start, space));
    for (int y = 0; y < height_; ++y)
      std::copy_n(luma.begin() + static_cast<std::ptrdiff_t>(y) * width_, width_,
                  slot.luma + static_cast<std::ptrdiff_t>(y) * stride_);
    Picture picture;
    picture.format = format_;
    picture.width = width_;
    picture.height = height_;
    picture.planes[0] = slot.luma;
    picture.stride_bytes[0] = stride_;
    if (format_ == PixelFormat::yuv420p) {
      void* chroma = chroma_.data();
      std::size_t chroma_space = chroma_.size();
      picture.planes[1] = picture.planes[2] =
          static_cast<std::uint8_t*>(std::align(64, chroma_space - 64, chroma, chroma_space));
      picture.stride_bytes[1] = picture.stride_bytes[2] = (stride_ + 1) / 2;
    }
    picture.pts_frames = pts;
    // Comes from the codec's threads, too, and while more are lent.
    picture.release = [](void* owner, std::uintptr_t) noexcept {
      Slot& returned = *static_cast<Slot*>(owner);
      std::fill(returned.memory.begin(), returned.memory.end(), std::uint8_t{0xEE});
      ++returned.releases;
    };
    picture.owner = &slot;
    return picture;
  }

  int lent() const { return static_cast<int>(slots_.size()); }
  int held() const {
    int count = 0;
    for (const auto& slot : slots_) count += slot->releases == 0 ? 1 : 0;
    return count;
  }
  bool each_released_once() const {
    for (const auto& slot : slots_)
      if (slot->releases != 1) return false;
    return true;
  }

 private:
  struct Slot {
    std::vector<std::uint8_t> memory;
    std::uint8_t* luma = nullptr;
    std::atomic<int> releases{0};
  };
  int width_, height_;
  PixelFormat format_;
  int stride_;
  std::vector<std::uint8_t> chroma_;
  std::vector<std::unique_ptr<Slot>> slots_;
};

inline std::string read_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Where a test case cannot go on: says why, and fails where all that tests need was installed.
#define SKIP_TEST(why)                                     \
  do {                                                     \
    if (std::getenv("LIFEREEL_TESTS_MUST_RUN") != nullptr) \
      FAIL_CHECK("skipped: " << why);                      \
    else                                                   \
      MESSAGE("skipped: " << why);                         \
  } while (false)

/// Where this FFmpeg lacks it, what needs it is skipped, as above. So for has_filter().
inline bool has_encoder(const char* name) {
  if (avcodec_find_encoder_by_name(name) != nullptr) return true;
  SKIP_TEST("this FFmpeg has no encoder " << name);
  return false;
}

inline bool has_filter(const char* name) {
  if (avfilter_get_by_name(name) != nullptr) return true;
  SKIP_TEST("this FFmpeg has no filter " << name);
  return false;
}

#define REQUIRE_ENCODER(name) \
  if (!::lifereel::test::has_encoder(name)) return

inline FilmSettings film_settings(const std::string& codec, Rational rate = {20, 1}) {
  FilmSettings settings;
  settings.codec = codec;
  settings.frames_per_second = rate;
  return settings;
}

inline FilmSettings dvd_settings(DiscTarget target = DiscTarget::ntsc_dvd) {
  FilmSettings settings = film_settings(
      "mpeg2video", target == DiscTarget::ntsc_dvd ? Rational{30000, 1001} : Rational{25, 1});
  settings.target = target;
  settings.bitrate = 4'400'000;
  settings.audio_bitrate = 192'000;
  settings.aspect = Rational{16, 9};
  return settings;
}

inline FilmOutput film_output(const std::string& path, int width = 320, int height = 240) {
  FilmOutput output;
  output.path = path;
  output.width = width;
  output.height = height;
  return output;
}

/// Renders `frames` blob pictures; the most pictures held after a write comes back.
inline int make_film(const FilmSettings& settings, const FilmOutput& output, int frames,
                     FilmStatistics* statistics = nullptr, int stride_bytes = 0) {
  const Blobs blobs(output.width, output.height);
  std::optional<PictureOwner> lender;  // outlives the film, also when something throws
  Film film(settings, output);
  const bool limited = film.picture_format().pixel_format == PixelFormat::yuv420p;
  PictureOwner& owner =
      lender.emplace(output.width, output.height, film.picture_format().pixel_format, stride_bytes);
  int most_held = 0;
  for (int i = 0; i < frames; ++i) {
    film.write(owner.lend(i, blobs.draw(i, limited)));
    most_held = std::max(most_held, owner.held());
    if (owner.held() > film.pictures_held_at_most())
      throw std::logic_error("more pictures are held than promised: " +
                             std::to_string(owner.held()));
  }
  film.finish();
  if (!owner.each_released_once()) throw std::logic_error("a picture was not released once");
  if (statistics != nullptr) *statistics = film.statistics();
  return most_held;
}

inline double psnr(const std::vector<std::uint8_t>& a, const std::vector<std::uint8_t>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double d = static_cast<double>(a[i]) - b[i];
    sum += d * d;
  }
  return sum == 0 ? 99.0 : 10 * std::log10(255.0 * 255.0 * static_cast<double>(a.size()) / sum);
}

/// Decodes everything; the number of pictures and the worst PSNR against the blobs.
struct Decoded {
  int frames = 0;
  int width = 0, height = 0;
  double worst_psnr = 99;
};
inline Decoded decode(const std::string& path, bool limited = true) {
  FilmReader reader(path);
  Decoded result;
  result.width = reader.width();
  result.height = reader.height();
  const Blobs blobs(result.width, result.height);
  std::vector<std::uint8_t> luma;
  while (reader.read_luma(luma))
    result.worst_psnr =
        std::min(result.worst_psnr, psnr(luma, blobs.draw(result.frames++, limited)));
  return result;
}

/// A film as libavformat sees it.
struct Streams {
  UniqueInput input;
  const AVStream* first(AVMediaType type) const {
    for (unsigned i = 0; i < input->nb_streams; ++i)
      if (input->streams[i]->codecpar->codec_type == type) return input->streams[i];
    return nullptr;
  }
  const AVCodecParameters& video() const { return *first(AVMEDIA_TYPE_VIDEO)->codecpar; }
};
inline Streams open_streams(const std::string& path) {
  LogCapture quiet;
  AVFormatContext* context = nullptr;
  check(avformat_open_input(&context, ("file:" + path).c_str(), nullptr, nullptr), "open");
  Streams streams{UniqueInput(context)};
  check(avformat_find_stream_info(context, nullptr), "find_stream_info");
  return streams;
}
inline void each_packet(const Streams& streams, const std::function<void(const AVPacket&)>& see) {
  LogCapture quiet;
  const UniquePacket packet = make_packet();
  while (av_read_frame(streams.input.get(), packet.get()) >= 0) {
    see(*packet);
    av_packet_unref(packet.get());
  }
}

}  // namespace lifereel::test
