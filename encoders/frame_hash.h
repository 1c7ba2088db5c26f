// SPDX-License-Identifier: GPL-2.0-or-later
// Hashes of pictures in FFmpeg's own framehash text, so that
// `ffmpeg -i lossless.mkv -f framehash -` checks them independently.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "film.h"
#include "picture.h"

namespace [[gnu::visibility("default")]] lifereel {

struct FrameHashSettings {
  PixelFormat format = PixelFormat::yuv420p;
  int width = 0;
  int height = 0;
  Rational frames_per_second{20, 1};
  bool with_states = false;           ///< a second stream, of the universe's states
  std::vector<std::string> comments;  ///< lines put in front, each after "#lifereel "
};

/// Appends what is hashed of a picture: the bytes of its planes, one after another, without
/// padding.
void append_packed(const Picture& picture, std::vector<std::uint8_t>& bytes);

/// SHA-256 of each picture's planes without padding, one framehash line each, through libavformat's
/// framehash muxer. Stream 0 is the pictures, stream 1 (with_states) the serialised states.
/// The text goes to `path`, under a temporary name until finish(), or to memory when `path` is
/// empty. write() and write_state() may come from different threads.
class FrameHash final : public PictureSink {
 public:
  FrameHash(const FrameHashSettings& settings, const std::string& path, bool overwrite);
  ~FrameHash() override;

  void write(const Picture& picture) override;
  /// Adds the state of frame `pts_frames` (with_states only), in increasing order. Its line follows
  /// that of the picture of the same time: it may come before the picture (it is kept until then),
  /// or after it but before the next picture.
  void write_state(std::int64_t pts_frames, const std::vector<std::uint8_t>& bytes);
  void finish() override;
  PictureFormat picture_format() const noexcept override;

  /// The text so far, whole after finish(); empty when it goes to a file.
  const std::string& text() const noexcept;

 private:
  struct [[gnu::visibility("hidden")]] Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lifereel
