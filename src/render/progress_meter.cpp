// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/render/progress_meter.h"

#include <algorithm>

namespace lifereel {

JobProgress ProgressMeter::measure(const PipelineStatistics& now) {
  JobProgress progress;
  // The pipeline counts what is kept when it comes there, people from the start.
  progress.frames_done = now.frames + std::max(now.frames_kept, sink_.frames_kept());
  progress.frames_total = frames_total_;
  progress.seconds = now.wall_seconds;

  samples_.push_back(now);
  if (samples_.size() > samples_kept) samples_.pop_front();
  // The first report has no earlier one: it is measured from the start.
  const PipelineStatistics then = samples_.size() > 1 ? samples_.front() : PipelineStatistics();
  const double seconds = now.wall_seconds - then.wall_seconds;
  if (seconds > 0)
    progress.frames_per_second = static_cast<double>(now.frames - then.frames) / seconds;
  progress.speed = progress.frames_per_second / film_frames_per_second_;
  if (progress.frames_per_second > 0)
    progress.eta_seconds =
        static_cast<double>(frames_total_ - progress.frames_done) / progress.frames_per_second;
  const Film::Written written = sink_.film() ? sink_.film()->written() : Film::Written();
  progress.bytes = written.video_bytes;
  if (written.frames > 0)
    progress.bits_per_second = 8 * static_cast<double>(written.video_bytes) *
                               film_frames_per_second_ / static_cast<double>(written.frames);

  const double engine = now.engine_waited_seconds - then.engine_waited_seconds;
  const double encoder = (now.encoder_waited_seconds - then.encoder_waited_seconds) /
                         std::max(1, now.lanes);  // a lane
  if (std::max(engine, encoder) > 0.05 * seconds)
    progress.waiting =
        engine > encoder ? JobProgress::Waiting::engine : JobProgress::Waiting::encoder;
  return progress;
}

}  // namespace lifereel
