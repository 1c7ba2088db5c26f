// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/film/chunk_sequencer.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <utility>

#include "encoders/film/chunk_records.h"
#include "encoders/libav/picture_frame.h"

namespace lifereel {
namespace {

constexpr std::size_t most_warnings = 16;

/// Adds its own lifetime to `seconds`.
class Lap {
 public:
  explicit Lap(double& seconds) : seconds_(seconds) {}
  ~Lap() {
    seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }
  Lap(const Lap&) = delete;
  Lap& operator=(const Lap&) = delete;

 private:
  double& seconds_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace

/// One chunk's pictures. Its packets go on into the film at once where nothing before them is
/// missing, and wait where something is: in the store, if there is one, else in memory.
class ChunkSequencer::Chunk final : public PictureSink {
 public:
  Chunk(ChunkSequencer& sequencer, std::int64_t index, std::int64_t frames,
        std::unique_ptr<ChunkEncoder> encoder)
      : sequencer_(sequencer), index_(index), frames_(frames), encoder_(std::move(encoder)) {}
  ~Chunk() override {
    try {
      LogCapture quiet;  // encoders that are closed early have their say
      encoder_.reset();
    } catch (...) {
      // No scope for the log: closing goes on in the member's own destructor.
    }
  }

  void write(const Picture& picture) override {
    PictureGuard guard(picture);
    if (encoder_ == nullptr) throw std::logic_error("a picture came after the chunk had ended");
    if (picture.pts_frames != pictures_)
      throw std::runtime_error("picture " + std::to_string(picture.pts_frames) + " of chunk " +
                               std::to_string(index_) + " came where picture " +
                               std::to_string(pictures_) +
                               " was awaited; the pictures of a chunk are numbered from 0 without "
                               "gaps");
    run([&] { take_motion(picture); });
    guard.disarm();
    run([&] { encoder_->write(picture, take_); });
    ++pictures_;
  }

  void finish() override {
    if (encoder_ == nullptr) throw std::logic_error("the chunk failed and cannot be finished");
    run([&] {
      const std::int64_t frames =
          std::min(frames_, sequencer_.end_ - sequencer_.plan_.begin(index_));
      if (frames_ != not_known && pictures_ != frames)
        throw std::logic_error("chunk " + std::to_string(index_) + " ended after " +
                               std::to_string(pictures_) + " of " + std::to_string(frames) +
                               " pictures");
      encoder_->finish(take_);
      encoder_.reset();  // some encoders keep their last picture until then
      if (recorder_) recorder_->finish();
      if (owns_writer_)
        sequencer_.release_writer();
      else if (sequencer_.cut())
        sequencer_.hand_over(index_, std::move(encoded_));
    });
    const std::lock_guard lock(sequencer_.mutex_);
    sequencer_.encode_seconds_ += seconds_;
  }

  PictureFormat picture_format() const noexcept override { return sequencer_.film_.pictures; }
  bool wants_motion() const noexcept override { return sequencer_.wants_motion(); }
  int pictures_held_at_most() const noexcept override { return sequencer_.held_; }

 private:
  /// A chunk that has failed lets go of its pictures at once.
  template <class Work>
  void run(Work&& work) {
    const Lap lap(seconds_);
    LogCapture log;
    try {
      work();
    } catch (...) {
      encoder_.reset();
      throw;
    }
    if (!log.messages().empty()) sequencer_.note_warnings(log);
  }

  /// It goes the way of the packets, and before those of its picture.
  void take_motion(const Picture& picture) {
    if (!sequencer_.wants_motion()) return;
    if (picture.motion == nullptr)
      throw std::invalid_argument(
          "audio = universe makes sound of a universe that moves, and a picture came without its "
          "motion: name a file, or none");
    const FrameMotion motion(picture.motion, picture.motion + picture.species);
    if (recorder_) recorder_->add(motion);
    if (owns_writer_ || !sequencer_.cut())
      sequencer_.writer_->add_motion(motion);
    else if (!recorder_)
      encoded_.motion.push_back(motion);
  }

  void take(AVPacket& packet, const AVCodecContext& codec) {
    if (!sequencer_.cut()) {
      if (!sequencer_.writer_->begun()) sequencer_.writer_->begin(codec);
      sequencer_.write(packet);
      return;
    }
    if (packets_++ == 0) begin_packets(codec);
    if (recorder_) recorder_->add(packet);
    // Packets that are in the store only would be missed by a writer that is claimed now.
    if (!owns_writer_ && !recorder_ && sequencer_.claim_writer(index_)) own_writer();
    if (owns_writer_) {
      sequencer_.pass_on(index_, packet);
    } else if (!recorder_) {
      encoded_.packets.push_back(make_packet());
      av_packet_move_ref(encoded_.packets.back().get(), &packet);
    }
  }

  void begin_packets(const AVCodecContext& codec) {
    encoded_.extradata.assign(codec.extradata, codec.extradata + codec.extradata_size);
    if (sequencer_.output_.chunks != nullptr)
      recorder_.emplace(sequencer_.output_.chunks->keep(index_), encoded_.extradata);
    if (recorder_)
      for (const FrameMotion& motion : encoded_.motion) recorder_->add(motion);
    if (sequencer_.claim_writer(index_)) own_writer();
    if (recorder_) encoded_.motion.clear();
  }

  void own_writer() {
    owns_writer_ = true;
    sequencer_.check_extradata(encoded_.extradata);
    for (const FrameMotion& motion : encoded_.motion) sequencer_.writer_->add_motion(motion);
    encoded_.motion.clear();
    for (const UniquePacket& packet : encoded_.packets) sequencer_.pass_on(index_, *packet);
    encoded_.packets.clear();
  }

  ChunkSequencer& sequencer_;
  const std::int64_t index_, frames_;
  std::unique_ptr<ChunkEncoder> encoder_;
  const ChunkEncoder::TakePacket take_ = [this](AVPacket& packet, const AVCodecContext& codec) {
    take(packet, codec);
  };
  EncodedChunk encoded_;  // packets that wait for other chunks, where there is no store
  std::optional<ChunkRecorder> recorder_;
  bool owns_writer_ = false;
  std::int64_t pictures_ = 0, packets_ = 0;
  double seconds_ = 0;
};

ChunkSequencer::ChunkSequencer(ResolvedFilm film, const FilmOutput& output)
    : film_(std::move(film)),
      output_(output),
      plan_{output.frames > 0 ? output.frames : INT64_MAX, film_.settings.chunk_frames} {
  if (output.chunks != nullptr && output.frames <= 0)
    throw std::invalid_argument(
        "a film that keeps its chunks must know how many pictures will come: which chunk is whole "
        "depends on it");
  warnings_ = film_.notices;
  LogCapture log;
  writer_ = std::make_unique<FilmWriter>(film_, output_, written_);
  spare_ = open_encoder();
  held_ = spare_->pictures_held_at_most();
  // Behind a filter chain, the codec is opened for the first frame that comes out of it.
  if (spare_->codec() != nullptr) writer_->begin(*spare_->codec());
  note_warnings(log);
}

std::unique_ptr<ChunkEncoder> ChunkSequencer::open_encoder() const {
  return std::make_unique<ChunkEncoder>(film_, writer_->wants_global_header());
}

bool ChunkSequencer::needs_chunk(std::int64_t index) const {
  return output_.chunks == nullptr || output_.chunks->pictures(index) != plan_.length(index);
}

std::int64_t ChunkSequencer::length(std::int64_t index) const {
  return std::min(plan_.length(index), end_ - plan_.begin(index));
}

void ChunkSequencer::note_warnings(const LogCapture& log) {
  const std::lock_guard lock(mutex_);
  for (const LogCapture::Message& message : log.messages())
    if (warnings_.size() < most_warnings &&
        std::find(warnings_.begin(), warnings_.end(), message.text) == warnings_.end())
      warnings_.push_back(message.text);
}

void ChunkSequencer::close() noexcept {
  spare_.reset();
  writer_.reset();
}

FilmStatistics ChunkSequencer::statistics() const {
  FilmStatistics statistics;
  if (writer_) writer_->describe(statistics);
  const std::lock_guard lock(mutex_);
  statistics.encode_seconds = encode_seconds_;
  statistics.mux_seconds = mux_seconds_;
  statistics.warnings = warnings_;
  return statistics;
}

std::unique_ptr<PictureSink> ChunkSequencer::begin_chunk(std::int64_t index, std::int64_t frames) {
  if (!needs_chunk(index)) return std::make_unique<NullSink>();
  std::unique_ptr<ChunkEncoder> encoder;
  {
    const std::lock_guard lock(mutex_);
    encoder = std::move(spare_);
  }
  LogCapture log;
  if (!encoder) encoder = open_encoder();
  if (!log.messages().empty()) note_warnings(log);
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

bool ChunkSequencer::claim_writer(std::int64_t index) {
  std::unique_lock lock(mutex_);
  if (writing_) return false;
  write_ready(lock);
  if (next_ == index) writing_ = true;
  return writing_;
}

void ChunkSequencer::release_writer() {
  std::unique_lock lock(mutex_);
  ++next_;
  write_ready(lock);
}

void ChunkSequencer::hand_over(std::int64_t index, EncodedChunk encoded) {
  std::unique_lock lock(mutex_);
  if (output_.chunks == nullptr) waiting_.emplace(index, std::move(encoded));
  if (!writing_) write_ready(lock);
}

void ChunkSequencer::write_ready(std::unique_lock<std::mutex>& lock) {
  writing_ = true;
  while (next_ < plan_.count() && plan_.begin(next_) < end_) {
    EncodedChunk ready;
    if (output_.chunks == nullptr) {
      if (waiting_.empty() || waiting_.begin()->first != next_) break;
      ready = std::move(waiting_.begin()->second);
      waiting_.erase(waiting_.begin());
    } else if (output_.chunks->pictures(next_) != length(next_)) {
      break;
    }
    lock.unlock();
    if (output_.chunks == nullptr)
      write_chunk(next_, ready);
    else
      write_kept_chunk(next_);
    lock.lock();
    ++next_;
  }
  writing_ = false;
}

void ChunkSequencer::check_extradata(const std::vector<std::uint8_t>& extradata) const {
  if (extradata != writer_->extradata())
    throw std::runtime_error("the encoder " + film_.settings.codec +
                             " gave two chunks different headers; set chunk-frames to 0");
}

void ChunkSequencer::pass_on(std::int64_t index, AVPacket& packet) {
  packet.pts += plan_.begin(index);
  packet.dts += plan_.begin(index);
  write(packet);
}

void ChunkSequencer::write(AVPacket& packet) {
  const Lap lap(mux_seconds_);
  writer_->write(packet);
}

void ChunkSequencer::write_chunk(std::int64_t index, EncodedChunk& ready) {
  check_extradata(ready.extradata);
  for (const FrameMotion& motion : ready.motion) writer_->add_motion(motion);
  for (const UniquePacket& packet : ready.packets) pass_on(index, *packet);
}

void ChunkSequencer::write_kept_chunk(std::int64_t index) {
  ChunkPlayback kept(output_.chunks->open(index),
                     [this](const FrameMotion& motion) { writer_->add_motion(motion); });
  check_extradata(kept.extradata());
  std::int64_t frames = 0;
  for (; const UniquePacket packet = kept.next(); ++frames) pass_on(index, *packet);
  if (frames != length(index))
    throw std::runtime_error("chunk " + std::to_string(index) + " was kept with " +
                             std::to_string(frames) + " of its " + std::to_string(length(index)) +
                             " pictures");
}

void ChunkSequencer::finish() {
  LogCapture log;
  double seconds = 0;
  {
    const Lap lap(seconds);
    std::unique_lock lock(mutex_);
    if (cut() && !writing_) write_ready(lock);
    if (cut() && (writing_ || !waiting_.empty() || written().frames == 0))
      throw std::logic_error("the film failed or has chunks missing, and cannot be finished");
    const std::int64_t wanted = std::min(output_.frames, end_.load());
    if (cut() && output_.frames > 0 && written().frames != wanted)
      throw std::runtime_error("the film ended after " + std::to_string(written().frames) + " of " +
                               std::to_string(wanted) + " pictures");
    {
      const Lap mux(mux_seconds_);
      writer_->finish();
    }
    finished_ = true;
    spare_.reset();
  }
  note_warnings(log);
  const std::lock_guard lock(mutex_);
  encode_seconds_ += seconds;
}

}  // namespace lifereel
