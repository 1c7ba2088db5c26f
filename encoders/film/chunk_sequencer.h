// SPDX-License-Identifier: GPL-2.0-or-later
// Chunks in any order from any threads, a film in order. Internal to encoders/.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "encoders/chunk_plan.h"
#include "encoders/film.h"
#include "encoders/film/film_writer.h"
#include "encoders/libav/libav.h"
#include "encoders/libav/log_capture.h"
#include "encoders/picture.h"
#include "encoders/video/chunk_encoder.h"

namespace lifereel {

/// Says which chunk is next, who has the writer, and what waits: a chunk's packets go on into the
/// film at once where nothing before them is missing, and wait where something is: in the store, if
/// there is one, else in memory. A film in one piece is one chunk, whose packets go on at once.
class ChunkSequencer final : public ChunkedSink {
 public:
  /// How long a chunk will be, where that is not known.
  static constexpr std::int64_t not_known = 0;

  /// Opens writer and encoder. Throws as Film does.
  ChunkSequencer(ResolvedFilm film, const FilmOutput& output);

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
  FilmStatistics statistics() const;

  /// Any thread, at any time.
  Film::Written written() const noexcept { return written_.so_far(); }

 private:
  class Chunk;

  std::unique_ptr<ChunkEncoder> open_encoder() const;
  /// Pictures of a chunk, as far as it is known by now where the film ends.
  std::int64_t length(std::int64_t index) const;
  void check_extradata(const std::vector<std::uint8_t>& extradata) const;
  void note_warnings(const LogCapture& log);

  /// Gives the writer to the calling thread if `index` is the next chunk to be written and no other
  /// thread has it. Then, pass_on() its packets as they come.
  bool claim_writer(std::int64_t index);
  void pass_on(std::int64_t index, AVPacket& packet);
  void write(AVPacket& packet);
  /// After the last packet of a chunk whose writer was claimed: writes those that waited for it.
  void release_writer();
  /// Takes a chunk that is whole: it waits for those before it. With a store it is kept there.
  void hand_over(std::int64_t index, EncodedChunk chunk);
  /// Writes what is there, as far as no chunk is missing. The writer must be the calling thread's.
  void write_ready(std::unique_lock<std::mutex>& lock);
  void write_chunk(std::int64_t index, EncodedChunk& chunk);
  void write_kept_chunk(std::int64_t index);

  // Do not change.
  const ResolvedFilm film_;
  const FilmOutput output_;
  const ChunkPlan plan_;
  int held_ = 1;

  std::atomic<std::int64_t> end_{INT64_MAX};  // pictures of a film that ends early
  WrittenCount written_;

  // With the thread that set writing_, which has left the mutex meanwhile; else with who holds it.
  // Of a film in one piece: with its chunk's thread.
  std::unique_ptr<FilmWriter> writer_;
  double mux_seconds_ = 0;

  mutable std::mutex mutex_;                      // all that follows
  std::unique_ptr<ChunkEncoder> spare_;           // opened with the film; the first chunk takes it
  std::map<std::int64_t, EncodedChunk> waiting_;  // for a chunk before them
  std::int64_t next_ = 0;                         // to be written
  bool writing_ = false;  // for good if that thread fails: the film has failed
  double encode_seconds_ = 0;
  std::vector<std::string> warnings_;

  bool finished_ = false;  // not of the mutex: see open()
};

}  // namespace lifereel
