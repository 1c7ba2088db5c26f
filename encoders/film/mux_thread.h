// SPDX-License-Identifier: GPL-2.0-or-later
// Chunks from any threads in any order, into the film one after another. Internal to encoders/.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "encoders/chunk_plan.h"
#include "encoders/chunk_store.h"
#include "encoders/film/chunk_records.h"
#include "encoders/film/film_warnings.h"
#include "encoders/film/film_writer.h"
#include "encoders/libav/libav.h"

namespace lifereel {

/// A thread with the film's writer, so that no encoder muxes what others have made. Packets of a
/// chunk go on as they come where nothing before them is missing; others wait in memory, and where
/// that is too much, in the store if there is one.
///
/// Note: [Backpressure] Whoever hands over waits for this thread alone, and only while it has work
/// that it can do without anybody: it never waits for whom it keeps waiting. What is in memory is
/// bounded by the chunks that are being encoded, each with one more that is whole, and of a chunk
/// that is being written by most_waiting_bytes and what the encoder makes of one picture. With a
/// store it is bounded by most_waiting_bytes for each chunk that is being encoded, too.
class MuxThread {
 public:
  static constexpr std::int64_t most_waiting_bytes = 32 << 20;

  /// All must outlive this object. `writer` has begun, and is this object's until it is finished;
  /// `end` says how many frames a film has that ends early; `chunks` may be nullptr. The thread
  /// comes with the first chunk.
  MuxThread(FilmWriter& writer, const ChunkPlan& plan, const std::atomic<std::int64_t>& end,
            ChunkStore* chunks, FilmWarnings& warnings)
      : writer_(writer), plan_(plan), end_(end), chunks_(chunks), warnings_(warnings) {}
  ~MuxThread() { stop(); }
  MuxThread(const MuxThread&) = delete;
  MuxThread& operator=(const MuxThread&) = delete;

  // Any thread, for a chunk of its own. These throw what the thread has failed with.

  /// Before anything of a chunk. Waits while more chunks are whole than are being encoded.
  void begin();
  /// Between pictures of the chunk. Waits while more of it is there than may wait.
  void wait_for_room(std::int64_t index);
  /// The next packet of the chunk, in ticks from its begin, and motion that came before it. False
  /// where the chunk will be read from the store instead, and nothing more of it is to be taken.
  bool take(std::int64_t index, std::vector<FrameMotion> motion, UniquePacket packet);
  /// The chunk is whole, and in the store if there is one.
  void end(std::int64_t index);
  /// In place of end(): the film cannot be finished.
  void give_up() noexcept;

  // While no chunk is being encoded.

  /// Returns when all that can be written is. False where something is left that cannot, because
  /// chunks are missing before it. Throws what the thread has failed with.
  bool finish();
  /// Ends the thread with the packet it is at.
  void stop() noexcept;
  /// Waits until there is nothing to do.
  void settle();
  /// That the thread was at work; settled.
  double seconds() const;

 private:
  /// A packet, and motion that came before it: sound is made up to each packet, of what is known.
  struct MovedPacket {
    std::vector<FrameMotion> motion;
    UniquePacket packet;
  };
  struct Waiting {
    std::vector<MovedPacket> packets;
    std::int64_t bytes = 0;
    bool whole = false;
  };
  enum class Next { nothing, packets, kept_chunk };
  struct Work {
    Next kind;
    std::int64_t index;
    Waiting waiting;
  };

  std::int64_t length(std::int64_t index) const;
  bool is_kept(std::int64_t index) const;
  /// What could be done now, having passed chunks that are written.
  Next find_next();
  bool nothing_is_missing_before(std::int64_t index) const;
  std::int64_t whole_chunks() const;
  void start();
  void run() noexcept;
  /// Nothing when the thread shall end.
  std::optional<Work> wait_for_work();
  void write(Work& work);
  void write_packets(Work& work);
  void write_kept_chunk(std::int64_t index);
  void pass_on(std::int64_t index, AVPacket& packet);
  void check_failed() const;

  FilmWriter& writer_;
  const ChunkPlan plan_;
  const std::atomic<std::int64_t>& end_;
  ChunkStore* const chunks_;
  FilmWarnings& warnings_;

  mutable std::mutex mutex_;             // all that follows
  std::condition_variable work_, room_;  // for the thread, for all others
  std::map<std::int64_t, Waiting> waiting_;
  std::int64_t waiting_bytes_ = 0;  // of all
  std::int64_t next_ = 0;           // chunk to be written
  std::int64_t encoded_ = 0;        // chunks that are being encoded
  bool finishing_ = false;
  bool at_work_ = false;
  std::exception_ptr error_;
  double seconds_ = 0;

  std::atomic<bool> stopped_{false};
  std::thread thread_;  // of the mutex, but where it is joined
};

}  // namespace lifereel
