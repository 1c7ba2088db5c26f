// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/film/chunk_sequencer.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "encoders/film/chunk_keeper.h"
#include "encoders/film/chunk_pictures.h"
#include "encoders/film/lap.h"
#include "encoders/libav/log_capture.h"
#include "encoders/libav/picture_frame.h"

namespace lifereel {

/// One chunk's pictures. Its packets go to the muxer's thread, into the store, or both.
class ChunkSequencer::Chunk final : public PictureSink {
 public:
  Chunk(ChunkSequencer& sequencer, std::int64_t index, std::int64_t frames,
        std::unique_ptr<PictureEncoder> encoder)
      : sequencer_(sequencer),
        muxer_(sequencer.muxer_.get()),
        index_(index),
        frames_(frames),
        pictures_(index, std::move(encoder), sequencer.warnings_),
        keeper_(sequencer.output_.chunks, index) {
    if (muxer_ != nullptr) muxer_->begin();
  }
  ~Chunk() override {
    if (muxer_ != nullptr && !ended_) muxer_->give_up();
  }

  void write(const Picture& picture) override {
    PictureGuard guard(picture);
    pictures_.check_next(picture);
    if (muxer_ != nullptr) wait_for_room();
    const Lap lap(seconds_);
    pictures_.run([&] { take_motion(picture); });
    guard.disarm();
    pictures_.encode(picture, take_);
  }

  void finish() override {
    std::optional<std::int64_t> frames;
    if (frames_ != not_known)
      frames = std::min(frames_, sequencer_.end_ - sequencer_.plan_.begin(index_));
    {
      const Lap lap(seconds_);
      pictures_.finish(frames, take_, [this] {
        keeper_.finish();
        if (muxer_ == nullptr) return;
        ended_ = true;
        muxer_->end(index_);
      });
    }
    const std::lock_guard lock(sequencer_.mutex_);
    sequencer_.encode_seconds_ += seconds_;
  }

  PictureFormat picture_format() const noexcept override { return sequencer_.film_.pictures; }
  bool wants_motion() const noexcept override { return sequencer_.wants_motion(); }
  int pictures_held_at_most() const noexcept override { return sequencer_.held_; }

 private:
  /// Outside of what is measured: nothing is encoded meanwhile.
  void wait_for_room() {
    try {
      muxer_->wait_for_room(index_);
    } catch (...) {
      pictures_.let_go();
      throw;
    }
  }

  /// It goes the way of the packets, and before those of its picture.
  void take_motion(const Picture& picture) {
    if (!sequencer_.wants_motion()) return;
    FrameMotion motion = motion_of(picture);
    if (muxer_ != nullptr) keeper_.add(motion);
    if (muxer_ == nullptr)
      sequencer_.writer_->add_motion(motion);
    else
      motion_.push_back(std::move(motion));
  }

  void take(AVPacket& packet, const AVCodecContext& codec) {
    if (muxer_ == nullptr) {
      write_at_once(packet, codec);
      return;
    }
    if (packets_++ == 0) begin_packets(codec);
    keeper_.add(packet, codec);
    std::vector<FrameMotion> motion = std::exchange(motion_, {});
    if (!hands_over_) return;
    UniquePacket own = make_packet();
    av_packet_move_ref(own.get(), &packet);
    hands_over_ = muxer_->take(index_, std::move(motion), std::move(own));
  }

  void write_at_once(AVPacket& packet, const AVCodecContext& codec) {
    FilmWriter& writer = *sequencer_.writer_;
    if (!writer.begun()) writer.begin(codec);
    const Lap lap(sequencer_.mux_seconds_);
    writer.write(packet);
  }

  void begin_packets(const AVCodecContext& codec) {
    sequencer_.writer_->check_extradata(
        {codec.extradata, static_cast<std::size_t>(codec.extradata_size)});
  }

  ChunkSequencer& sequencer_;
  MuxThread* const muxer_;  // nullptr for a film in one piece
  const std::int64_t index_, frames_;
  ChunkPictures pictures_;
  const PictureEncoder::TakePacket take_ = [this](AVPacket& packet, const AVCodecContext& codec) {
    take(packet, codec);
  };
  std::vector<FrameMotion> motion_;  // since the last packet
  ChunkKeeper keeper_;
  bool hands_over_ = true;
  bool ended_ = false;
  std::int64_t packets_ = 0;
  double seconds_ = 0;
};

ChunkSequencer::ChunkSequencer(ResolvedFilm film, const FilmOutput& output,
                               OpenEncoder open_encoder)
    : film_(std::move(film)),
      output_(output),
      open_encoder_(std::move(open_encoder)),
      plan_{output.frames > 0 ? output.frames : INT64_MAX, film_.settings.chunk_frames},
      warnings_(film_.notices) {
  if (output.chunks != nullptr && output.frames <= 0)
    throw std::invalid_argument(
        "a film that keeps its chunks must know how many pictures will come: which chunk is whole "
        "depends on it");
  LogCapture log;
  writer_ = std::make_unique<FilmWriter>(film_, output_, written_);
  spare_ = this->open_encoder();
  held_ = spare_->pictures_held_at_most();
  // Behind a filter chain, the codec is opened for the first frame that comes out of it.
  if (spare_->codec() != nullptr) writer_->begin(*spare_->codec());
  if (cut()) muxer_ = std::make_unique<MuxThread>(*writer_, plan_, end_, output_.chunks, warnings_);
  warnings_.add(log);
}

std::unique_ptr<PictureEncoder> ChunkSequencer::open_encoder() const {
  return open_encoder_(film_, writer_->wants_global_header());
}

bool ChunkSequencer::needs_chunk(std::int64_t index) const {
  return output_.chunks == nullptr || output_.chunks->pictures(index) != plan_.length(index);
}

void ChunkSequencer::close() noexcept {
  muxer_.reset();
  spare_.reset();
  writer_.reset();
}

FilmStatistics ChunkSequencer::statistics() const {
  FilmStatistics statistics;
  double seconds = 0;
  if (muxer_) {
    muxer_->settle();
    seconds = muxer_->seconds();
  }
  if (writer_) writer_->describe(statistics);
  const std::lock_guard lock(mutex_);
  statistics.encode_seconds = encode_seconds_ + seconds;
  statistics.mux_seconds = mux_seconds_ + seconds;
  statistics.warnings = warnings_.all();
  return statistics;
}

std::unique_ptr<PictureSink> ChunkSequencer::begin_chunk(std::int64_t index, std::int64_t frames) {
  if (!needs_chunk(index)) return std::make_unique<NullSink>();
  std::unique_ptr<PictureEncoder> encoder;
  {
    const std::lock_guard lock(mutex_);
    encoder = std::move(spare_);
  }
  LogCapture log;
  if (!encoder) encoder = open_encoder();
  warnings_.add(log);
  return std::make_unique<Chunk>(*this, index, frames, std::move(encoder));
}

// A chunk that is kept already is in the film as it is, and may have been written.
std::int64_t ChunkSequencer::end_early(std::int64_t frames) {
  if (cut()) {
    const std::int64_t index = std::min(frames / plan_.chunk_frames, plan_.count() - 1);
    if (frames > plan_.begin(index) && !needs_chunk(index))
      frames = plan_.begin(index) + plan_.length(index);
  }
  end_ = frames;
  return frames;
}

void ChunkSequencer::finish() {
  LogCapture log;
  // Before the rest is measured: the thread measures itself.
  if (muxer_ && (!muxer_->finish() || written().frames == 0))
    throw std::logic_error("the film failed or has chunks missing, and cannot be finished");
  const std::int64_t wanted = std::min(output_.frames, end_.load());
  if (cut() && output_.frames > 0 && written().frames != wanted)
    throw std::runtime_error("the film ended after " + std::to_string(written().frames) + " of " +
                             std::to_string(wanted) + " pictures");
  double seconds = 0;
  {
    const Lap lap(seconds);
    writer_->finish();
    spare_.reset();
  }
  finished_ = true;
  warnings_.add(log);
  mux_seconds_ += seconds;
  const std::lock_guard lock(mutex_);
  encode_seconds_ += seconds;
}

}  // namespace lifereel
