// SPDX-License-Identifier: GPL-2.0-or-later
// A film's pictures in their order, from one thread, chunk after chunk. Internal to encoders/.
#pragma once

#include <cstdint>
#include <memory>

#include "encoders/film/chunk_sequencer.h"
#include "encoders/picture.h"

namespace lifereel {

class SerialPictures {
 public:
  /// `announced` pictures will come; ChunkSequencer::not_known: nobody knows how many. `film` must
  /// outlive this object.
  SerialPictures(ChunkSequencer& film, std::int64_t announced)
      : film_(film), announced_(announced) {}

  /// Keeps Note: [Release].
  void write(const Picture& picture);
  /// The last chunk ends with the film, which is then to be finished.
  void finish();
  /// Pictures taken so far.
  std::int64_t count() const noexcept { return pictures_; }
  /// Lets go of every picture.
  void close() noexcept { chunk_.reset(); }

 private:
  Picture numbered_in_chunk(const Picture& picture) const;

  ChunkSequencer& film_;
  const std::int64_t announced_;
  std::unique_ptr<PictureSink> chunk_;  // that is being written
  std::int64_t chunk_index_ = 0, pictures_ = 0;
};

}  // namespace lifereel
