// SPDX-License-Identifier: GPL-2.0-or-later
// Chunks of a film without the film: what several machines share out.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "film.h"
#include "film_settings.h"
#include "picture.h"

namespace [[gnu::visibility("default")]] lifereel {

/// Encodes chunks into FilmOutput::chunks, which a Film with the same settings and the same store
/// takes in, whoever made them and wherever: a chunk has the same bytes as if that film had made
/// it. Needs no container and no sound, and opens no file. Threads as ChunkedSink says.
class FilmChunks final : public ChunkedSink {
 public:
  /// Opens an encoder. Of `output` it uses `chunks`, `frames` and `path`, whose extension chose the
  /// container: its headers are in every chunk. Throws std::invalid_argument for a film that is not
  /// cut or whose length is not known, std::runtime_error (libav).
  FilmChunks(ResolvedFilm film, const FilmOutput& output);
  ~FilmChunks() override;

  std::int64_t chunk_frames() const noexcept override;
  /// False where the store has the chunk whole.
  bool needs_chunk(std::int64_t index) const override;
  std::unique_ptr<PictureSink> begin_chunk(std::int64_t index, std::int64_t frames) override;
  void finish() override {}
  PictureFormat picture_format() const noexcept override;
  bool wants_motion() const noexcept override;
  int pictures_held_at_most() const noexcept override;

  /// Of the chunks so far: frames encoded, and the bytes of their pictures. Any thread.
  Film::Written written() const noexcept;
  /// What encoders have warned of so far, each once. Any thread.
  std::vector<std::string> warnings() const;

 private:
  struct [[gnu::visibility("hidden")]] Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lifereel
