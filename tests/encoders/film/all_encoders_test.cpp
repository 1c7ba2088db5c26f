// SPDX-License-Identifier: GPL-2.0-or-later
// Every encoder that this FFmpeg has makes a film whose pictures are counted right, or refuses
// before the first picture with a sentence of ours.
#include <doctest/doctest.h>

#include <map>

#include "tests/encoders/films.h"

using namespace lifereel;
using namespace lifereel::test;

namespace {

constexpr int pictures = 12;

struct Attempt {
  std::string refusal;  ///< empty: there is a film
  int written = 0;      ///< pictures that were taken before it
  FilmStatistics statistics;
};

Attempt attempt(const FilmSettings& settings, const FilmOutput& output) {
  Attempt result;
  const Blobs blobs(output.width, output.height);
  std::optional<PictureOwner> owner;  // outlives the film, also when something throws
  try {
    Film film(settings, output);
    const PixelFormat format = film.picture_format().pixel_format;
    owner.emplace(output.width, output.height, format);
    for (; result.written < pictures; ++result.written)
      film.write(
          owner->lend(result.written, blobs.draw(result.written, format == PixelFormat::yuv420p)));
    film.finish();
    result.statistics = film.statistics();
  } catch (const std::exception& error) {
    result.refusal = error.what();
  }
  if (owner) CHECK(owner->each_released_once());
  return result;
}

/// What the encoder wants of a film, or what makes it fast.
FilmSettings settings_for(const std::string& encoder) {
  FilmSettings settings = film_settings(encoder, {25, 1});
  const std::map<std::string, StringPairs> options = {
      {"libaom-av1", {{"cpu-used", "8"}, {"usage", "realtime"}}},
      {"librav1e", {{"speed", "10"}}},
      {"libsvtav1", {{"preset", "12"}}},
      {"libvpx", {{"deadline", "realtime"}, {"cpu-used", "8"}}},
      {"libvpx-vp9", {{"deadline", "realtime"}, {"cpu-used", "8"}}},
      {"libjxl", {{"effort", "1"}}},
      {"libx265", {{"preset", "ultrafast"}}},
      {"dnxhd", {{"profile", "dnxhr_hq"}}}};
  const auto found = options.find(encoder);
  if (found != options.end()) settings.codec_options = found->second;
  return settings;
}

/// That of a container of the codec's own where Matroska has no place for it.
std::string extension_for(AVCodecID codec) {
  switch (codec) {
    case AV_CODEC_ID_WEBP:
      return "webp";
    case AV_CODEC_ID_APNG:
      return "apng";
    case AV_CODEC_ID_GIF:
      return "gif";
    case AV_CODEC_ID_QTRLE:
      return "mov";
    case AV_CODEC_ID_ROQ:
      return "roq";
    case AV_CODEC_ID_RV10:
    case AV_CODEC_ID_RV20:
      return "rm";
    case AV_CODEC_ID_FLASHSV2:
      return "flv";
    default:
      return "mkv";
  }
}

/// Pictures that come out of a decoder, or packets where this FFmpeg has none for them.
int count_pictures(const std::string& path) {
  int count = 0;
  if (path.ends_with(".webp")) {  // FFmpeg reads none that moves
    const std::string bytes = read_bytes(path);
    for (std::size_t at = bytes.find("ANMF"); at != std::string::npos;
         at = bytes.find("ANMF", at + 1))
      ++count;
    return count;
  }
  const Streams streams = open_streams(path);
  const AVCodecParameters& video = streams.video();
  const AVCodec* const codec = avcodec_find_decoder(video.codec_id);
  const UniqueCodecContext decoder(check_allocated(avcodec_alloc_context3(codec)));
  check(avcodec_parameters_to_context(decoder.get(), &video), "avcodec_parameters_to_context");
  const LogCapture quiet;
  const bool decodes = codec != nullptr && avcodec_open2(decoder.get(), codec, nullptr) >= 0;
  const UniqueFrame frame = make_frame();
  const auto take = [&] {
    while (avcodec_receive_frame(decoder.get(), frame.get()) >= 0) ++count;
  };
  each_packet(streams, [&](const AVPacket& packet) {
    if (!decodes) ++count;
    if (!decodes || packet.stream_index != 0) return;
    avcodec_send_packet(decoder.get(), &packet);
    take();
  });
  if (decodes) {
    avcodec_send_packet(decoder.get(), nullptr);
    take();
  }
  return count;
}

bool speaks_for_itself(const std::string& sentence) {
  return (contains(sentence, "the encoder ") || contains(sentence, "the container ")) &&
         !contains(sentence, "\n");
}

}  // namespace

TEST_SUITE_BEGIN("encoders.all_encoders");

TEST_CASE("every encoder makes a whole film, or refuses before the first picture") {
  const TemporaryFolder folder;
  int films = 0;
  for (const EncoderDescription& encoder : available_video_encoders()) {
    CAPTURE(encoder.name);
    const AVCodecID codec = avcodec_find_encoder_by_name(encoder.name.c_str())->id;
    const std::string path = folder.file(encoder.name + "." + extension_for(codec));
    const FilmSettings settings = settings_for(encoder.name);
    const Attempt result = attempt(settings, film_output(path, 352, 288));
    CAPTURE(result.refusal);
    if (!result.refusal.empty()) {
      MESSAGE(encoder.name << ": " << result.refusal);
      CHECK(result.written == 0);
      CHECK(speaks_for_itself(result.refusal));
      CHECK_FALSE(std::filesystem::exists(path));
      continue;
    }
    ++films;
    CHECK(result.statistics.frames == pictures);
    CHECK(count_pictures(path) == pictures);
    const ResolvedFilm film = resolve(settings, film_output(path, 352, 288));
    if (film.converted_pixel_format.empty()) continue;
    CHECK(result.statistics.pixel_format == film.converted_pixel_format);
    CHECK(contains(join(result.statistics.warnings), film.converted_pixel_format));
  }
  MESSAGE(films << " encoders made a film");
  CHECK(films > 10);
}

TEST_CASE("the nearest pixel format is chosen") {
  const TemporaryFolder folder;
  const auto chosen = [&](const char* encoder) {
    return resolve(film_settings(encoder), film_output(folder.file("a.mkv")))
        .converted_pixel_format;
  };
  if (has_encoder("prores_ks")) CHECK(chosen("prores_ks") == "yuv422p10le");
  if (has_encoder("mjpeg")) CHECK(chosen("mjpeg") == "yuvj420p");
  if (has_encoder("huffyuv")) CHECK(chosen("huffyuv") == "yuv422p");
  if (has_encoder("libx264")) CHECK(chosen("libx264").empty());
}

TEST_CASE("limited range becomes full where the codec wants that") {
  REQUIRE_ENCODER("mjpeg");
  const TemporaryFolder folder;
  make_film(film_settings("mjpeg"), film_output(folder.file("a.mkv")), 3);
  CHECK(open_streams(folder.file("a.mkv")).video().color_range == AVCOL_RANGE_JPEG);
  const bool limited = false;
  CHECK(decode(folder.file("a.mkv"), limited).worst_psnr > 25);
}

TEST_SUITE_END();
