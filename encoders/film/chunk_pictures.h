// SPDX-License-Identifier: GPL-2.0-or-later
// One chunk's pictures and the encoder that they go to. Internal to encoders/.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "encoders/film/chunk_records.h"
#include "encoders/film/film_warnings.h"
#include "encoders/libav/log_capture.h"
#include "encoders/picture.h"
#include "encoders/video/picture_encoder.h"

namespace lifereel {

/// What is asked of a chunk's pictures, whoever takes its packets. One thread at a time.
class ChunkPictures {
 public:
  ChunkPictures(std::int64_t index, std::unique_ptr<PictureEncoder> encoder, FilmWarnings& warnings)
      : index_(index), encoder_(std::move(encoder)), warnings_(warnings) {}
  ~ChunkPictures() {
    try {
      LogCapture quiet;  // encoders that are closed early have their say
      encoder_.reset();
    } catch (...) {
      // No scope for the log: closing goes on in the member's own destructor.
    }
  }
  ChunkPictures(const ChunkPictures&) = delete;
  ChunkPictures& operator=(const ChunkPictures&) = delete;

  /// Throws where it is not the next one.
  void check_next(const Picture& picture) const {
    if (encoder_ == nullptr) throw std::logic_error("a picture came after the chunk had ended");
    if (picture.pts_frames != count_)
      throw std::runtime_error("picture " + std::to_string(picture.pts_frames) + " of chunk " +
                               std::to_string(index_) + " came where picture " +
                               std::to_string(count_) +
                               " was awaited; the pictures of a chunk are numbered from 0 without "
                               "gaps");
  }

  void encode(const Picture& picture, const PictureEncoder::TakePacket& take) {
    run([&] { encoder_->write(picture, take); });
    ++count_;
  }

  /// Of so many pictures, where that is known. `and_then` runs when the last packet is out.
  template <class AndThen>
  void finish(std::optional<std::int64_t> frames, const PictureEncoder::TakePacket& take,
              AndThen&& and_then) {
    if (encoder_ == nullptr) throw std::logic_error("the chunk failed and cannot be finished");
    run([&] {
      if (frames && count_ != *frames)
        throw std::logic_error("chunk " + std::to_string(index_) + " ended after " +
                               std::to_string(count_) + " of " + std::to_string(*frames) +
                               " pictures");
      encoder_->finish(take);
      encoder_.reset();  // some encoders keep their last picture until then
      and_then();
    });
  }

  /// A chunk that has failed lets go of its pictures at once.
  template <class Work>
  void run(Work&& work) {
    LogCapture log;
    try {
      work();
    } catch (...) {
      let_go();
      throw;
    }
    warnings_.add(log);
  }
  void let_go() { encoder_.reset(); }

 private:
  const std::int64_t index_;
  std::unique_ptr<PictureEncoder> encoder_;
  FilmWarnings& warnings_;
  std::int64_t count_ = 0;
};

/// Throws where a picture that is to be heard comes without it.
inline FrameMotion motion_of(const Picture& picture) {
  if (picture.motion == nullptr)
    throw std::invalid_argument(
        "audio = universe makes sound of a universe that moves, and a picture came without its "
        "motion: name a file, or none");
  return {picture.motion, picture.motion + picture.species};
}

}  // namespace lifereel
