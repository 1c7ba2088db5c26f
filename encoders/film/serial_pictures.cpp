// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/film/serial_pictures.h"

#include <stdexcept>
#include <string>

#include "encoders/libav/picture_frame.h"

namespace lifereel {

void SerialPictures::write(const Picture& picture) {
  PictureGuard guard(picture);
  if (!film_.open()) throw std::logic_error("a picture came after the film had ended");
  const Picture in_chunk = numbered_in_chunk(picture);
  if (!chunk_)
    chunk_ = film_.begin_chunk(chunk_index_, announced_ == ChunkSequencer::not_known
                                                 ? ChunkSequencer::not_known
                                                 : film_.plan().length(chunk_index_));
  guard.disarm();
  chunk_->write(in_chunk);
  ++pictures_;
  if (!film_.cut() || in_chunk.pts_frames + 1 < film_.plan().length(chunk_index_)) return;
  chunk_->finish();
  chunk_.reset();
  ++chunk_index_;
}

Picture SerialPictures::numbered_in_chunk(const Picture& picture) const {
  if (picture.pts_frames != pictures_)
    throw std::runtime_error("picture " + std::to_string(picture.pts_frames) +
                             " came where picture " + std::to_string(pictures_) +
                             " was awaited; the pictures of a film are numbered from 0 without "
                             "gaps");
  Picture in_chunk = picture;
  if (!film_.cut()) return in_chunk;
  if (pictures_ == film_.plan().frames)
    throw std::runtime_error("more pictures came than the " + std::to_string(pictures_) +
                             " that were announced");
  in_chunk.pts_frames -= film_.plan().begin(chunk_index_);
  return in_chunk;
}

void SerialPictures::finish() {
  if (film_.cut() && !chunk_ && pictures_ > 0) return;
  // Also a film without pictures has a chunk, which says what is wrong with it.
  if (!chunk_) chunk_ = film_.begin_chunk(chunk_index_, ChunkSequencer::not_known);
  if (film_.cut() && announced_ != ChunkSequencer::not_known && pictures_ != announced_)
    throw std::runtime_error("the film ended after " + std::to_string(pictures_) + " of " +
                             std::to_string(announced_) + " pictures");
  chunk_->finish();
  chunk_.reset();
}

}  // namespace lifereel
