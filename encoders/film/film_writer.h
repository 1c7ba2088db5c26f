// SPDX-License-Identifier: GPL-2.0-or-later
// A film's packets, in order, into its container: with sound, comment and what a disc wants mended.
// Internal to encoders/.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "encoders/audio/silent_ac3.h"
#include "encoders/film.h"
#include "encoders/film/film_file.h"
#include "encoders/film/film_sound.h"
#include "encoders/libav/libav.h"
#include "encoders/vbv.h"

namespace lifereel {

/// What a film's writer has written; outlives it. Any thread.
class WrittenCount {
 public:
  void add(std::int64_t frames, std::int64_t video_bytes) noexcept {
    video_bytes_.fetch_add(video_bytes, std::memory_order_relaxed);
    frames_.fetch_add(frames, std::memory_order_relaxed);
  }
  Film::Written so_far() const noexcept {
    return {frames_.load(std::memory_order_relaxed), video_bytes_.load(std::memory_order_relaxed)};
  }

 private:
  std::atomic<std::int64_t> frames_{0}, video_bytes_{0};
};

/// One thread at a time.
class FilmWriter {
 public:
  /// Makes the temporary file, where the film is one.
  FilmWriter(const ResolvedFilm& film, const FilmOutput& output, WrittenCount& written);

  bool wants_global_header() const noexcept { return file_->wants_global_header(); }

  /// Adds the streams, as this opened codec describes them, and writes the header.
  void begin(const AVCodecContext& codec);
  bool begun() const noexcept { return begun_; }
  /// Throws std::runtime_error where a chunk's encoder has other headers: the film has one. Any
  /// thread, once it has begun.
  void check_extradata(std::span<const std::uint8_t> extradata) const;

  /// The next picture's motion, before the first packet that goes on behind its begin; only where
  /// the film's sound is made of it.
  void add_motion(std::span<const SpeciesMotion> motion) { sound_->add_motion(motion); }
  /// Takes a packet's reference. Its times count the film's frames (ticks of the codec's time
  /// base).
  void write(AVPacket& packet);
  /// Closes the file and gives it its name.
  void finish();

  /// Fills in all but encode_seconds and warnings.
  void describe(FilmStatistics& statistics) const;

 private:
  struct Sum {
    std::int64_t frames = 0;
    std::int64_t bytes = 0;
    double quantiser = 0;  // sum over quantisers pictures
    std::int64_t quantisers = 0;
  };

  /// Warns of what many players lack, once a header was seen.
  void note_profile(std::span<const std::uint8_t> header);
  void count(const AVPacket& packet);
  void mend(AVPacket& packet);
  /// On into the container, with the sound for its time.
  void pass_on(AVPacket& packet);
  void write_sound(AVPacket& packet);

  const FilmSettings settings_;
  std::unique_ptr<FilmSound> sound_;
  const FilmOutput output_;
  WrittenCount& written_;
  std::unique_ptr<FilmFile> file_;
  std::optional<SilentAc3> silence_;
  std::optional<VbvBuffer> buffer_;  // of a film that is cut
  std::vector<std::uint8_t> extradata_;
  bool begun_ = false;
  bool comment_written_ = false;
  bool profile_noted_ = false;
  bool ends_sequence_ = false;  // the last packet says that it is the last
  UniquePacket held_;           // until the next one shows that it was not
  int video_stream_ = 0, audio_stream_ = 0;
  AVRational time_base_{0, 1};
  AVCodecID codec_id_ = AV_CODEC_ID_NONE;
  std::int64_t end_ticks_ = 0;  // of the video
  Sum i_, p_, b_;
  Sum* last_sum_ = &p_;    // of the last packet's kind
  FilmStatistics opened_;  // what does not change from the header on
  std::int64_t file_bytes_ = 0;
};

}  // namespace lifereel
