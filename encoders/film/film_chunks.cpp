// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/film_chunks.h"

#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

#include "encoders/chunk_plan.h"
#include "encoders/film/chunk_keeper.h"
#include "encoders/film/chunk_pictures.h"
#include "encoders/film/container.h"
#include "encoders/film/film_warnings.h"
#include "encoders/film/film_writer.h"
#include "encoders/libav/libav.h"
#include "encoders/libav/log_capture.h"
#include "encoders/libav/picture_frame.h"
#include "encoders/video/chunk_encoder.h"

namespace lifereel {

struct FilmChunks::Impl {
  Impl(ResolvedFilm resolved, const FilmOutput& output)
      : film(std::move(resolved)),
        store(output.chunks),
        plan{output.frames, film.settings.chunk_frames},
        global_header((find_muxer(film.settings, output.path).flags & AVFMT_GLOBALHEADER) != 0) {
    if (plan.chunk_frames <= 0 || plan.frames <= 0 || store == nullptr)
      throw std::invalid_argument(
          "only a film that is cut, and whose length is known, can be made chunk by chunk");
    spare = open_encoder();
    held = spare->pictures_held_at_most();
  }

  std::unique_ptr<PictureEncoder> open_encoder() const {
    return std::make_unique<ChunkEncoder>(film, global_header);
  }
  std::unique_ptr<PictureEncoder> take_encoder() {
    {
      const std::lock_guard lock(mutex);
      if (spare) return std::move(spare);
    }
    return open_encoder();
  }

  const ResolvedFilm film;
  ChunkStore* const store;
  const ChunkPlan plan;
  const bool global_header;
  int held = 1;
  WrittenCount written;
  FilmWarnings warnings{{}};
  std::mutex mutex;                       // what follows
  std::unique_ptr<PictureEncoder> spare;  // opened first of all; the first chunk takes it
};

namespace {

class KeptChunk final : public PictureSink {
 public:
  KeptChunk(const ChunkedSink& all, WrittenCount& written, FilmWarnings& warnings,
            ChunkStore& store, std::int64_t index, std::int64_t frames,
            std::unique_ptr<PictureEncoder> encoder)
      : all_(all),
        written_(written),
        frames_(frames),
        pictures_(index, std::move(encoder), warnings),
        keeper_(&store, index) {}

  void write(const Picture& picture) override {
    PictureGuard guard(picture);
    pictures_.check_next(picture);
    if (wants_motion()) pictures_.run([&] { keeper_.add(motion_of(picture)); });
    guard.disarm();
    pictures_.encode(picture, take_);
  }
  void finish() override {
    pictures_.finish(frames_, take_, [this] { keeper_.finish(); });
  }

  PictureFormat picture_format() const noexcept override { return all_.picture_format(); }
  bool wants_motion() const noexcept override { return all_.wants_motion(); }
  int pictures_held_at_most() const noexcept override { return all_.pictures_held_at_most(); }

 private:
  const ChunkedSink& all_;
  WrittenCount& written_;
  const std::int64_t frames_;
  ChunkPictures pictures_;
  const PictureEncoder::TakePacket take_ = [this](AVPacket& packet, const AVCodecContext& codec) {
    keeper_.add(packet, codec);
    written_.add(1, packet.size);
  };
  ChunkKeeper keeper_;
};

}  // namespace

FilmChunks::FilmChunks(ResolvedFilm film, const FilmOutput& output) {
  LogCapture quiet;
  impl_ = std::make_unique<Impl>(std::move(film), output);
}

FilmChunks::~FilmChunks() {
  try {
    LogCapture quiet;
    impl_.reset();
  } catch (...) {
    // As KeptChunk's.
  }
}

std::int64_t FilmChunks::chunk_frames() const noexcept { return impl_->plan.chunk_frames; }

bool FilmChunks::needs_chunk(std::int64_t index) const {
  return impl_->store->pictures(index) != impl_->plan.length(index);
}

std::unique_ptr<PictureSink> FilmChunks::begin_chunk(std::int64_t index, std::int64_t frames) {
  LogCapture quiet;
  return std::make_unique<KeptChunk>(*this, impl_->written, impl_->warnings, *impl_->store, index,
                                     frames, impl_->take_encoder());
}

PictureFormat FilmChunks::picture_format() const noexcept { return impl_->film.pictures; }
bool FilmChunks::wants_motion() const noexcept { return impl_->film.settings.audio.universe; }
int FilmChunks::pictures_held_at_most() const noexcept { return impl_->held; }
std::vector<std::string> FilmChunks::warnings() const { return impl_->warnings.all(); }
Film::Written FilmChunks::written() const noexcept { return impl_->written.so_far(); }

}  // namespace lifereel
