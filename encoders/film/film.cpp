// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/film.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "encoders/film/chunk_sequencer.h"
#include "encoders/film/copied_picture.h"
#include "encoders/film/serial_pictures.h"
#include "encoders/libav/libav.h"
#include "encoders/libav/log_capture.h"
#include "encoders/video/chunk_encoder.h"

namespace lifereel {

namespace {

std::unique_ptr<PictureEncoder> open_chunk_encoder(const ResolvedFilm& film, bool global_header) {
  return std::make_unique<ChunkEncoder>(film, global_header);
}

}  // namespace

struct Film::Impl {
  Impl(ResolvedFilm film, const FilmOutput& output)
      : chunks(std::move(film), output, open_chunk_encoder),
        pictures(chunks, output.frames),
        width(output.width),
        height(output.height) {}

  void close() noexcept {
    pictures.close();
    chunks.close();
  }

  ChunkSequencer chunks;
  SerialPictures pictures;  // of the one way in; its chunk goes before the film
  const int width, height;
};

Film::Film(ResolvedFilm film, const FilmOutput& output) {
  LogCapture quiet;  // an encoder closed by a failure further on has its say
  impl_ = std::make_unique<Impl>(std::move(film), output);
}

Film::~Film() {
  if (impl_ == nullptr) return;
  try {
    LogCapture quiet;  // encoders that are closed early have their say
    impl_.reset();
  } catch (...) {
    // No scope for the log: closing goes on in the member's own destructor.
  }
}

// A film that has failed is over at once, so that whoever owns the pictures may go first.
void Film::write(const Picture& picture) {
  LogCapture quiet;
  try {
    impl_->pictures.write(picture);
  } catch (...) {
    if (!impl_->chunks.finished()) impl_->close();
    throw;
  }
}

void Film::write_gray(const std::uint8_t* gray, std::size_t stride_bytes) {
  const std::size_t packed = static_cast<std::size_t>(impl_->width);
  Picture picture = copy_gray({gray, stride_bytes != 0 ? stride_bytes : packed}, picture_format(),
                              impl_->width, impl_->height);
  picture.pts_frames = impl_->pictures.count();
  write(picture);
}

void Film::write_rgb(const std::uint8_t* rgb, std::size_t stride_bytes) {
  const std::size_t packed = 3 * static_cast<std::size_t>(impl_->width);
  Picture picture = copy_rgb({rgb, stride_bytes != 0 ? stride_bytes : packed}, picture_format(),
                             impl_->width, impl_->height);
  picture.pts_frames = impl_->pictures.count();
  write(picture);
}

void Film::finish() {
  LogCapture quiet;
  if (impl_->chunks.finished()) throw std::logic_error("the film is finished already");
  if (!impl_->chunks.open()) throw std::logic_error("the film failed and cannot be finished");
  try {
    impl_->pictures.finish();
    impl_->chunks.finish();
  } catch (...) {
    impl_->close();
    throw;
  }
}

PictureFormat Film::picture_format() const noexcept { return impl_->chunks.picture_format(); }
bool Film::wants_motion() const noexcept { return impl_->chunks.wants_motion(); }
int Film::pictures_held_at_most() const noexcept { return impl_->chunks.pictures_held_at_most(); }
ChunkedSink& Film::chunks() noexcept { return impl_->chunks; }
FilmStatistics Film::statistics() const { return impl_->chunks.statistics(); }
Film::Written Film::written() const noexcept { return impl_->chunks.written(); }

std::vector<EncoderDescription> available_video_encoders() {
  std::vector<EncoderDescription> encoders;
  void* state = nullptr;
  while (const AVCodec* codec = av_codec_iterate(&state))
    if (av_codec_is_encoder(codec) != 0 && codec->type == AVMEDIA_TYPE_VIDEO &&
        codec->id != AV_CODEC_ID_WRAPPED_AVFRAME)
      encoders.push_back({codec->name, codec->long_name == nullptr ? "" : codec->long_name});
  std::sort(encoders.begin(), encoders.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return encoders;
}

std::vector<std::string> libav_versions() {
  std::vector<std::string> lines = {std::string("FFmpeg ") + av_version_info()};
  const std::pair<const char*, unsigned> libraries[] = {{"libavutil", avutil_version()},
                                                        {"libavcodec", avcodec_version()},
                                                        {"libavformat", avformat_version()},
                                                        {"libavfilter", avfilter_version()}};
  for (const auto& [name, version] : libraries)
    lines.push_back(std::string(name) + " " + std::to_string(AV_VERSION_MAJOR(version)) + "." +
                    std::to_string(AV_VERSION_MINOR(version)) + "." +
                    std::to_string(AV_VERSION_MICRO(version)));
  return lines;
}

}  // namespace lifereel
