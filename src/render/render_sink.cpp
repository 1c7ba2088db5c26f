// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/render/render_sink.h"

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "src/render/after_the_film.h"
#include "src/render/film_description.h"
#include "src/settings/validation.h"

namespace lifereel {
namespace {

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    lines.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return lines;
}

FilmOutput described_output(const RenderSettings& settings, const StoppedSequence& stopped,
                            WorkFolder* work) {
  FilmOutput output = film_output(settings);
  output.overwrite = output.overwrite || stopped.is_there;
  output.first_picture += stopped.pictures_kept;
  output.frames -= stopped.pictures_kept;
  if (work) {
    output.temporary_path = work->film_path();
    output.chunks = work;
    output.before_naming = [work] {
      try {
        work->identify_film();
      } catch (const std::runtime_error&) {
        // Of use only to who finds the film after this process was killed: no reason to lose it.
      }
    };
  }
  describe_film(settings, output);
  return output;
}

FrameHashSettings hash_settings(const RenderSettings& settings, PixelFormat format) {
  FrameHashSettings hash;
  hash.format = format;
  hash.width = settings.universe.width;
  hash.height = settings.universe.height;
  hash.frames_per_second = settings.film.frames_per_second;
  hash.comments = lines(self_description(settings));
  return hash;
}

}  // namespace

// What is done with pictures on their way into the film.
class RenderSink::Chunk final : public PictureSink {
 public:
  Chunk(RenderSink& sink, std::int64_t index, std::unique_ptr<PictureSink> film)
      : sink_(sink), index_(index), film_(std::move(film)) {}
  void write(const Picture& picture) override {
    try {
      before(picture);
    } catch (...) {
      if (picture.release) picture.release(picture.owner, picture.tag);
      throw;
    }
    film_->write(picture);
  }
  void finish() override { film_->finish(); }

 private:
  void before(const Picture& picture) {
    if (sink_.starts_ && picture.pts_frames == 0) sink_.starts_->keep(index_);
    if (!sink_.hash_) return;
    Picture lent = picture;
    lent.release = nullptr;  // the film's reference keeps it alive meanwhile
    lent.pts_frames += index_ * sink_.chunk_frames();
    sink_.hash_->write(lent);
  }

  RenderSink& sink_;
  const std::int64_t index_;
  std::unique_ptr<PictureSink> film_;
};

RenderSink::RenderSink(const RenderSettings& settings, const std::optional<ResolvedFilm>& film,
                       const StoppedSequence& stopped, WorkFolder* work, ChunkStarts* starts,
                       std::function<void(double)> measuring_sound)
    : work_(work),
      starts_(starts),
      format_(format_for_size(settings.film.pixel_format, settings.universe.width,
                              settings.universe.height)) {
  if (film) {
    FilmOutput output = described_output(settings, stopped, work);
    output.measuring_sound = std::move(measuring_sound);
    film_ = std::make_unique<Film>(*film, output);
    format_ = film_->picture_format();
  }
  if (!settings.hash.empty())
    hash_ = std::make_unique<FrameHash>(hash_settings(settings, format_.pixel_format),
                                        settings.hash, settings.overwrite);
  else if (work_)
    frames_kept_ = work_->pictures_kept();
}

RenderSink::~RenderSink() = default;

std::int64_t RenderSink::chunk_frames() const noexcept {
  return film_ ? film_->chunks().chunk_frames() : 0;
}

// Hashes are of every picture, also of those that are in the film already.
bool RenderSink::needs_chunk(std::int64_t index) const {
  return hash_ || !film_ || film_->chunks().needs_chunk(index);
}

std::unique_ptr<PictureSink> RenderSink::begin_chunk(std::int64_t index, std::int64_t frames) {
  return std::make_unique<Chunk>(
      *this, index,
      film_ ? film_->chunks().begin_chunk(index, frames) : std::make_unique<NullSink>());
}

std::int64_t RenderSink::end_early(std::int64_t frames) {
  return film_ ? film_->chunks().end_early(frames) : frames;
}

void RenderSink::finish() {
  if (film_) film_->chunks().finish();
  after_the_film(film_ != nullptr, [this] {
    std::exception_ptr hashes_failed;
    try {
      if (hash_) hash_->finish();
    } catch (...) {
      hashes_failed = std::current_exception();
    }
    if (work_) work_->remove();
    if (hashes_failed) std::rethrow_exception(hashes_failed);
  });
}

int RenderSink::pictures_held_at_most() const noexcept {
  return film_ ? film_->pictures_held_at_most() : 1;
}

}  // namespace lifereel
