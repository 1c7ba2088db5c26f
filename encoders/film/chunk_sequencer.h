// SPDX-License-Identifier: GPL-2.0-or-later
// Pictures of any chunks from any threads, a film. Internal to encoders/.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

#include "encoders/chunk_plan.h"
#include "encoders/film.h"
#include "encoders/film/film_warnings.h"
#include "encoders/film/film_writer.h"
#include "encoders/film/mux_thread.h"
#include "encoders/libav/libav.h"
#include "encoders/picture.h"
#include "encoders/video/picture_encoder.h"

namespace lifereel {

/// Chunks, each with an encoder of its own, on the threads that bring their pictures; a thread of
/// their own (MuxThread) writes what comes out of all of them. A film in one piece is one chunk,
/// whose thread writes it, too.
class ChunkSequencer final : public ChunkedSink {
 public:
  /// How long a chunk will be, where that is not known.
  static constexpr std::int64_t not_known = 0;

  /// Opens writer and encoder. Throws as Film does, and what `open_encoder` does.
  ChunkSequencer(ResolvedFilm film, const FilmOutput& output, OpenEncoder open_encoder);

  bool cut() const noexcept { return plan_.chunk_frames > 0; }
  const ChunkPlan& plan() const noexcept { return plan_; }

  // ChunkedSink: any thread, but for finish().

  std::int64_t chunk_frames() const noexcept override { return plan_.chunk_frames; }
  bool needs_chunk(std::int64_t index) const override;
  std::unique_ptr<PictureSink> begin_chunk(std::int64_t index, std::int64_t frames) override;
  std::int64_t end_early(std::int64_t frames) override;
  void finish() override;
  PictureFormat picture_format() const noexcept override { return film_.pictures; }
  bool wants_motion() const noexcept override { return film_.settings.audio.universe; }
  int pictures_held_at_most() const noexcept override { return held_; }

  // While no other thread is at work on the film.

  /// Neither finished nor closed.
  bool open() const noexcept { return writer_ != nullptr && !finished_; }
  bool finished() const noexcept { return finished_; }
  /// Gives the film up: lets go of its encoder and of the unfinished file.
  void close() noexcept;
  /// Waits until what could be written is.
  FilmStatistics statistics() const;

  /// Any thread, at any time.
  Film::Written written() const noexcept { return written_.so_far(); }

 private:
  class Chunk;

  std::unique_ptr<PictureEncoder> open_encoder() const;

  // Do not change.
  const ResolvedFilm film_;
  const FilmOutput output_;
  const OpenEncoder open_encoder_;
  const ChunkPlan plan_;
  int held_ = 1;

  std::atomic<std::int64_t> end_{INT64_MAX};  // pictures of a film that ends early
  WrittenCount written_;
  FilmWarnings warnings_;

  std::unique_ptr<FilmWriter> writer_;  // with the muxer's thread, or with the only chunk's
  double mux_seconds_ = 0;              // of the latter, and of finish()
  std::unique_ptr<MuxThread> muxer_;    // of a film that is cut; goes before what it writes to

  mutable std::mutex mutex_;               // what follows
  std::unique_ptr<PictureEncoder> spare_;  // opened with the film; the first chunk takes it
  double encode_seconds_ = 0;

  bool finished_ = false;  // not of the mutex: see open()
};

}  // namespace lifereel
