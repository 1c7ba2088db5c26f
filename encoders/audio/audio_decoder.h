// SPDX-License-Identifier: GPL-2.0-or-later
// One track of a file of sound, decoded. Internal to encoders/.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "encoders/audio/audio_graph.h"
#include "encoders/libav/libav.h"

namespace lifereel {

/// Whatever the file holds comes out as 48 kHz stereo: resampled, and mixed down by
/// libswresample's matrix. Changes of rate and channels within the track are followed. Damage ends
/// nothing: damage() tells of it, and what comes after it follows.
class AudioDecoder {
 public:
  /// `track` counts the file's sound tracks from 1; std::nullopt: the one that libavformat thinks
  /// best. Throws std::invalid_argument with a sentence that names the file.
  AudioDecoder(const std::string& path, std::optional<int> track);

  /// The next samples; fewer than `count` only where the track ends.
  std::int64_t read(float* left, float* right, std::int64_t count);

  /// A sentence about the first damage that was met; empty: none so far.
  const std::string& damage() const noexcept { return damage_; }
  const std::string& title() const noexcept { return title_; }
  const std::string& artist() const noexcept { return artist_; }

 private:
  void open_file();
  void choose_track(std::optional<int> wanted);
  void open_codec();
  void read_tags();
  /// Makes frame_ the next one out of the graph. False at the end.
  bool next_frame();
  void feed();
  void fetch_packet();
  void take_decoded(AVFrame& frame);
  /// False where libswresample cannot make stereo of it.
  bool open_graph(const AVFrame& frame);
  void tell_damage(const std::string& what);

  const std::string path_;
  UniqueInput input_;
  AVStream* stream_ = nullptr;  // belongs to input_
  UniqueCodecContext codec_;
  std::optional<AudioGraph> graph_;
  AudioShape shape_;     // of what the graph takes
  UniqueFrame waiting_;  // of another shape than the frames before it
  UniqueFrame decoded_, frame_;
  UniquePacket packet_;
  std::string title_, artist_, damage_, reason_;
  int taken_ = 0;             // samples of frame_
  std::int64_t samples_ = 0;  // that came out
  int read_errors_ = 0;
  bool draining_ = false;  // the codec has had its last packet
  bool closing_ = false;   // the graph has had its last frame
  bool over_ = false;
};

}  // namespace lifereel
