// SPDX-License-Identifier: GPL-2.0-or-later
// How a caller watches a long job and ends it: render(), verify(), run_golden(), check_golden(),
// run_bench(), run_scaling(), make_disc(), burn_disc(), run_scout().
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "errors.h"  // Cancelled

namespace [[gnu::visibility("default")]] lifereel {

struct Estimate;

/// Where a job stands. What it does not measure stays as it is here.
struct JobProgress {
  /// Frames whose pictures the encoder has taken (rendering), were decoded (verifying,
  /// measuring PSNR) or hashed; before them, the warm-up's.
  std::int64_t frames_done = 0;
  std::int64_t frames_total = 0;  ///< 0: unknown
  double seconds = 0;             ///< since the start
  /// Rendering: over the last moments; verifying and hashing: since the start.
  double frames_per_second = 0;
  double eta_seconds = -1;     ///< below 0: unknown
  double speed = 0;            ///< rendering: film seconds made in a second
  double bits_per_second = 0;  ///< rendering: of the video so far
  std::int64_t bytes = 0;      ///< rendering: of the video so far
  /// Rendering: which side waited for the other since the last report.
  enum class Waiting { nobody, engine, encoder } waiting = Waiting::nobody;
  std::string measuring;  ///< benchmarks: what is measured next
  std::string step;       ///< discs: what is done at present, "packing the image"
  double share = -1;      ///< discs: of that, 0 to 1; below 0: unknown, or told in frames
};

/// What a job reports to its caller, and how the caller ends it. Both callbacks run on the thread
/// that called the job, one at a time, and may be empty. The job may wait for them, so they should
/// be quick. An exception from a callback ends the job and is rethrown to its caller; of a
/// std::runtime_error, a render that keeps working files hands on the text with what is kept.
struct JobControl {
  /// Rendering: about five times a second, and measuring PSNR after every eighth picture.
  /// Verifying: likewise. Hashing: after every frame. Of frames that are only passed, as a
  /// warm-up's are, about five times a second; they are counted by themselves. Benchmarks: before
  /// every measurement.
  std::function<void(const JobProgress&)> progress;
  /// Before the first frame, sentences for people. Rendering: what the film needs on disk, what it
  /// is resumed from, what the file system there cannot do, warnings of the film, which are not in
  /// the report then, and after two seconds why the first frame takes so long. Rendering and
  /// hashing: which GPU could not be used.
  std::function<void(const std::string&)> notice;
  /// May be set to true by any thread or a signal handler: the job ends soon with Cancelled, within
  /// a frame, too (Engine::cancel_steps()). A render keeps its working files, and the same settings
  /// resume from them.
  const std::atomic<bool>* cancel = nullptr;
  /// Rendering: likewise, but the film ends with the frame being drawn and is finished as it is.
  const std::atomic<bool>* end_early = nullptr;
  /// Rendering: what the film was expected to cost, to be reported beside what it did; may be
  /// nullptr.
  const Estimate* estimate = nullptr;
};

/// Measures a job that counts frames and encodes none, from now on; also one of the caller's own.
class FrameMeter {
 public:
  JobProgress measure(std::int64_t frames_done, std::int64_t frames_total) const {
    JobProgress progress;
    progress.frames_done = frames_done;
    progress.frames_total = frames_total;
    progress.seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    if (progress.seconds > 0)
      progress.frames_per_second = static_cast<double>(frames_done) / progress.seconds;
    const bool known = progress.frames_per_second > 0 && frames_done <= frames_total;
    progress.eta_seconds =
        known ? static_cast<double>(frames_total - frames_done) / progress.frames_per_second : -1;
    return progress;
  }

 private:
  using Clock = std::chrono::steady_clock;

  Clock::time_point start_ = Clock::now();
};

}  // namespace lifereel
