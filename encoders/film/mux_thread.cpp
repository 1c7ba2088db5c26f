// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/film/mux_thread.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include "encoders/film/lap.h"
#include "encoders/libav/log_capture.h"

namespace lifereel {

void MuxThread::begin() {
  std::unique_lock lock(mutex_);
  start();
  room_.wait(lock, [this] { return error_ || stopped_ || whole_chunks() <= encoded_ + 1; });
  check_failed();
  ++encoded_;
}

void MuxThread::wait_for_room(std::int64_t index) {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [&] {
    if (error_ || stopped_) return true;
    const auto found = waiting_.find(index);
    return found == waiting_.end() || found->second.bytes <= most_waiting_bytes ||
           !nothing_is_missing_before(index);
  });
  check_failed();
}

bool MuxThread::take(std::int64_t index, std::vector<FrameMotion> motion, UniquePacket packet) {
  Waiting dropped;  // goes when others may go on
  const std::lock_guard lock(mutex_);
  check_failed();
  Waiting& waiting = waiting_[index];
  waiting.bytes += packet->size;
  waiting_bytes_ += packet->size;
  waiting.packets.push_back({std::move(motion), std::move(packet)});
  if (index == next_) work_.notify_one();
  if (chunks_ == nullptr || waiting_bytes_ <= encoded_ * most_waiting_bytes ||
      nothing_is_missing_before(index))
    return true;
  waiting_bytes_ -= waiting.bytes;
  dropped = std::move(waiting);
  waiting_.erase(index);
  return false;
}

void MuxThread::end(std::int64_t index) {
  const std::lock_guard lock(mutex_);
  --encoded_;
  if (const auto found = waiting_.find(index); found != waiting_.end()) found->second.whole = true;
  work_.notify_one();
  check_failed();
}

void MuxThread::give_up() noexcept {
  const std::lock_guard lock(mutex_);
  --encoded_;
}

bool MuxThread::finish() {
  std::thread ending;
  {
    const std::lock_guard lock(mutex_);
    finishing_ = true;
    work_.notify_one();
    ending.swap(thread_);
  }
  if (ending.joinable())
    ending.join();
  else
    run();  // nothing but what was kept
  const std::lock_guard lock(mutex_);
  finishing_ = false;
  check_failed();
  return waiting_.empty();
}

void MuxThread::stop() noexcept {
  stopped_ = true;
  {
    const std::lock_guard lock(mutex_);
    work_.notify_all();
    room_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void MuxThread::settle() {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [this] {
    return !thread_.joinable() || error_ || stopped_ || (!at_work_ && find_next() == Next::nothing);
  });
}

double MuxThread::seconds() const {
  const std::lock_guard lock(mutex_);
  return seconds_;
}

std::int64_t MuxThread::length(std::int64_t index) const {
  return std::min(plan_.length(index), end_.load() - plan_.begin(index));
}

bool MuxThread::is_kept(std::int64_t index) const {
  return chunks_ != nullptr && chunks_->pictures(index) == length(index);
}

MuxThread::Next MuxThread::find_next() {
  while (next_ < plan_.count() && plan_.begin(next_) < end_) {
    const auto found = waiting_.find(next_);
    if (found == waiting_.end()) return is_kept(next_) ? Next::kept_chunk : Next::nothing;
    if (!found->second.packets.empty()) return Next::packets;
    if (!found->second.whole || at_work_) return Next::nothing;
    waiting_.erase(found);
    ++next_;
  }
  return Next::nothing;
}

// Chunks that are only in the store are missing here: what is behind them has to wait.
bool MuxThread::nothing_is_missing_before(std::int64_t index) const {
  return whole_chunks() >= index - next_;
}

std::int64_t MuxThread::whole_chunks() const {
  std::int64_t count = 0;
  for (auto at = waiting_.find(next_); at != waiting_.end() && at->first == next_ + count; ++at) {
    if (!at->second.whole) break;
    ++count;
  }
  return count;
}

void MuxThread::check_failed() const {
  if (error_) std::rethrow_exception(error_);
}

void MuxThread::start() {
  if (thread_.joinable() || error_ || stopped_) return;
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error& error) {
    throw std::runtime_error(std::string("the system gives the film's muxer no thread: ") +
                             error.code().message() +
                             "; end other programs, or allow more (ulimit -u)");
  }
}

void MuxThread::run() noexcept {
  try {
    while (std::optional<Work> work = wait_for_work()) write(*work);
  } catch (...) {
    const std::lock_guard lock(mutex_);
    error_ = std::current_exception();
    at_work_ = false;
  }
  room_.notify_all();
}

std::optional<MuxThread::Work> MuxThread::wait_for_work() {
  std::unique_lock lock(mutex_);
  for (at_work_ = false; !stopped_; work_.wait(lock)) {
    Work work{find_next(), next_, {}};
    if (work.kind == Next::packets) {
      Waiting& waiting = waiting_[next_];
      work.waiting.packets.swap(waiting.packets);
      waiting_bytes_ -= waiting.bytes;
      waiting.bytes = 0;
    }
    room_.notify_all();
    if (work.kind != Next::nothing) {
      at_work_ = true;
      return work;
    }
    if (finishing_) break;
  }
  return std::nullopt;
}

void MuxThread::write(Work& work) {
  double seconds = 0;
  {
    const Lap lap(seconds);
    LogCapture log;
    if (work.kind == Next::kept_chunk)
      write_kept_chunk(work.index);
    else
      write_packets(work);
    warnings_.add(log);
  }
  const std::lock_guard lock(mutex_);
  seconds_ += seconds;
  if (work.kind == Next::kept_chunk) ++next_;
}

void MuxThread::write_packets(Work& work) {
  for (const MovedPacket& one : work.waiting.packets) {
    if (stopped_) return;
    for (const FrameMotion& motion : one.motion) writer_.add_motion(motion);
    pass_on(work.index, *one.packet);
  }
}

void MuxThread::write_kept_chunk(std::int64_t index) {
  ChunkPlayback kept(chunks_->open(index),
                     [this](const FrameMotion& motion) { writer_.add_motion(motion); });
  writer_.check_extradata(kept.extradata());
  std::int64_t frames = 0;
  for (; const UniquePacket packet = kept.next(); ++frames) {
    if (stopped_) return;
    pass_on(index, *packet);
  }
  if (frames != length(index))
    throw std::runtime_error("chunk " + std::to_string(index) + " was kept with " +
                             std::to_string(frames) + " of its " + std::to_string(length(index)) +
                             " pictures");
}

void MuxThread::pass_on(std::int64_t index, AVPacket& packet) {
  packet.pts += plan_.begin(index);
  packet.dts += plan_.begin(index);
  writer_.write(packet);
}

}  // namespace lifereel
