// SPDX-License-Identifier: GPL-2.0-or-later
// Sound of a file, as a film has it: looped, faded, at one gain. Internal to encoders/.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "encoders/audio/audio_decoder.h"
#include "encoders/audio/audio_source.h"
#include "encoders/audio/film_fades.h"
#include "encoders/film_settings.h"

namespace lifereel {

/// Memory does not grow with the file. A file that goes away meanwhile ends in silence.
class AudioFile final : public AudioSource {
 public:
  /// Called now and then during long work; what it throws ends that.
  using Ask = std::function<void()>;

  /// Opens the file; one that may be shorter than the film's `film_samples` and is to loop is
  /// decoded once to see how long it is. Throws std::invalid_argument as AudioDecoder does.
  AudioFile(const AudioSettings& settings, std::int64_t film_samples, const Ask& ask);

  void read(float* left, float* right, int count) override;
  /// The film begins again.
  void rewind();
  void set_gain(double decibels);

  const std::string& title() const noexcept { return title_; }
  const std::string& artist() const noexcept { return artist_; }
  /// A sentence each on what is wrong with the file by now.
  std::vector<std::string> notices() const;

 private:
  /// What tells a file from one that has replaced or changed it.
  struct Stamp {
    std::int64_t size = -1, seconds = 0, nanoseconds = 0;
    std::uint64_t number = 0;
    bool operator==(const Stamp&) const = default;
  };
  static Stamp stamp_of(const std::string& path);

  void survey(const Ask& ask);
  /// A decoder that stands `samples` behind the file's begin; none where the file is gone.
  void open_at(std::int64_t samples);
  /// The file's samples from at_ on, in which the first `count` must lie.
  void read_file(float* left, float* right, int count);
  void blend_with_begin(float* left, float* right, int count) const;
  void begin_again();

  const AudioSettings settings_;
  const std::int64_t film_samples_;
  const FilmFades fades_;
  const Stamp stamp_;
  std::unique_ptr<AudioDecoder> decoder_;  // nullptr: all is kept, or gone
  std::string title_, artist_, damage_, gone_;
  std::int64_t length_ = INT64_MAX;    // of the file, in samples; not known where it does not loop
  std::int64_t overlap_ = 0;           // of a loop's end and begin
  std::vector<float> kept_[channels];  // the begin of a loop, or all of it
  std::int64_t at_ = 0;                // in the file
  std::int64_t position_ = 0;          // in the film
  double gain_ = 1;
};

}  // namespace lifereel
