// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <memory>

#include "encoders/picture.h"

namespace lifereel {

/// A sink that takes a whole film from one thread, as a sink of one chunk.
class OneChunk final : public ChunkedSink {
 public:
  /// `sink` must outlive it.
  explicit OneChunk(PictureSink& sink) : sink_(sink) {}

  std::int64_t chunk_frames() const noexcept override { return 0; }
  std::unique_ptr<PictureSink> begin_chunk(std::int64_t, std::int64_t) override {
    class Chunk final : public PictureSink {
     public:
      explicit Chunk(PictureSink& sink) : sink_(sink) {}
      void write(const Picture& picture) override { sink_.write(picture); }
      void finish() override {}  // when the film is

     private:
      PictureSink& sink_;
    };
    return std::make_unique<Chunk>(sink_);
  }
  void finish() override { sink_.finish(); }
  PictureFormat picture_format() const noexcept override { return sink_.picture_format(); }
  bool wants_motion() const noexcept override { return sink_.wants_motion(); }
  int pictures_held_at_most() const noexcept override { return sink_.pictures_held_at_most(); }

 private:
  PictureSink& sink_;
};

}  // namespace lifereel
