// SPDX-License-Identifier: GPL-2.0-or-later
// The sound under a film: from its source through the codec, in step with the pictures. Internal to
// encoders/.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "encoders/audio/audio_encoder.h"
#include "encoders/audio/audio_file.h"
#include "encoders/audio/universe_sound.h"
#include "encoders/film.h"

namespace lifereel {

/// One thread at a time. Warnings go into the log of the calling thread (LogCapture).
class FilmSound {
 public:
  /// Opens the source. Throws std::invalid_argument where it cannot be used, or where
  /// `output.frames` is not known.
  FilmSound(const ResolvedFilm& film, const FilmOutput& output);

  /// The next frame's motion, where the sound is the universe's; before what is written until that
  /// frame's end.
  void add_motion(std::span<const SpeciesMotion> motion);

  /// `output` with what the sound says of itself, where nobody else has said anything.
  FilmOutput with_tags(FilmOutput output) const;

  /// Measures how loud all of it is, chooses the gain, and opens the encoder.
  void start(bool global_header);
  const AVCodecContext& codec() const noexcept { return encoder_->codec(); }

  using TakePacket = AudioEncoder::TakePacket;
  /// What goes with the pictures up to this time, as far as it makes whole packets.
  void write_until(std::int64_t ticks, AVRational time_base, const TakePacket& take);
  /// The film ends there.
  void finish(std::int64_t ticks, AVRational time_base, const TakePacket& take);

  SoundStatistics statistics() const;

 private:
  void choose_gain();
  /// Lowers the gain until what comes out of the codec has no higher peaks than are allowed.
  void heed_encoded_peaks();
  void note_faults() const;
  void warn(const std::string& sentence) const;
  AudioSource& source() noexcept;

  const FilmSettings settings_;
  const AudioCodec& codec_;
  const std::int64_t samples_;  // of the whole film, by plan
  const std::function<void(double)> measuring_;
  std::unique_ptr<AudioFile> file_;
  std::unique_ptr<UniverseSound> universe_;  // in place of a file
  std::optional<AudioEncoder> encoder_;
  SoundStatistics statistics_;
};

/// nullptr for a film without sound.
std::unique_ptr<FilmSound> make_film_sound(const ResolvedFilm& film, const FilmOutput& output);

}  // namespace lifereel
