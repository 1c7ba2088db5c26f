// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "encoders/film.h"
#include "encoders/frame_hash.h"
#include "encoders/picture.h"
#include "src/render/chunk_starts.h"
#include "src/render/work_folder.h"
#include "src/settings.h"

namespace lifereel {

/// What a stopped render left of a sequence of pictures.
struct StoppedSequence {
  bool is_there = false;
  std::int64_t pictures_kept = 0;  ///< that are not made again
};

/// What takes the frames of one render: a film or nothing, and hashes beside it when asked for;
/// those want one lane.
class RenderSink final : public ChunkedSink {
 public:
  /// `film`: nothing is encoded without it. `work` and `starts` may be nullptr.
  /// `measuring_sound` is FilmOutput's.
  RenderSink(const RenderSettings& settings, const std::optional<ResolvedFilm>& film,
             const StoppedSequence& stopped, WorkFolder* work, ChunkStarts* starts,
             std::function<void(double)> measuring_sound = {});
  ~RenderSink() override;

  std::int64_t chunk_frames() const noexcept override;
  bool needs_chunk(std::int64_t index) const override;
  std::unique_ptr<PictureSink> begin_chunk(std::int64_t index, std::int64_t frames) override;
  std::int64_t end_early(std::int64_t frames) override;
  void finish() override;
  PictureFormat picture_format() const noexcept override { return format_; }
  bool wants_motion() const noexcept override { return film_ && film_->wants_motion(); }
  int pictures_held_at_most() const noexcept override;

  /// Of chunks that are there before the first is begun and are not drawn again.
  std::int64_t frames_kept() const noexcept { return frames_kept_; }
  /// nullptr where nothing is encoded.
  const Film* film() const noexcept { return film_.get(); }

 private:
  class Chunk;

  WorkFolder* const work_;
  ChunkStarts* const starts_;
  PictureFormat format_;
  std::unique_ptr<Film> film_;
  std::unique_ptr<FrameHash> hash_;
  std::int64_t frames_kept_ = 0;
};

}  // namespace lifereel
