// SPDX-License-Identifier: GPL-2.0-or-later
// The render job: settings in, a finished film and its statistics out.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "encoders/film.h"
#include "estimate.h"
#include "job_control.h"
#include "pipeline.h"
#include "settings.h"
#include "sim/engine.h"

namespace [[gnu::visibility("default")]] lifereel {

struct RenderReport {
  /// The film had been finished by a process that could not give it its name, or was killed before
  /// it could remove its working files. That is done now; nothing else was, and only `engine` is
  /// filled in. (Where hashes, statistics or PSNR were requested, render() throws.)
  bool finished_before = false;
  PipelineStatistics pipeline;
  FilmStatistics film;
  EngineDescription engine;
  int processors = 1;                   ///< that the render could use
  std::uint64_t peak_memory_bytes = 0;  ///< of the process
  std::optional<double> psnr_luma_mean, psnr_luma_minimum;
  std::optional<double> psnr_cb_mean, psnr_cr_mean;  ///< of films in 4:2:0
  /// After the last frame; empty where that was in working files already.
  std::string state_hash;
  std::vector<std::string> warnings;  ///< what made it slower than necessary; one sentence each
  std::optional<Estimate> estimate;   ///< JobControl::estimate
};

/// Renders a film. Blocks; any number may run at once in one process. A film in chunks keeps what
/// is finished in working files beside it (work_folder.h) until it is complete; where there are
/// some already, it resumes from them and makes the same bytes as if it had never been stopped.
/// Throws std::invalid_argument (settings; working files of another render, or in use; too little
/// space on disk), std::runtime_error (libav, disk, device), Cancelled. After a throw there is no
/// new file of the output's name; FinishedUnnamed says where a film is that could not be given that
/// name, and the same settings give it later. There are two exceptions. FinishedWithError: the film
/// is complete, but what was requested beside it (hashes, PSNR, statistics) failed, or its folder
/// could not be flushed. CancelledWhenFinished: the film is complete, and measuring its PSNR was
/// cancelled. A cancellation while the last pictures are being flushed comes too late for the film;
/// it ends what follows it.
RenderReport render(const RenderSettings& settings, const JobControl& control = {});

/// The same with an engine of the caller's in place of the one that `settings` would make. The film
/// begins with the engine's next frame; its pictures must have settings.universe's size. PSNR needs
/// an engine that can save() and restore() itself: it draws the film again to compare the two.
RenderReport render(const RenderSettings& settings, Engine& engine, const JobControl& control = {});

/// The engine that `settings` ask for. `automatic` takes the first GPU that can be used now, else
/// the CPU: one that is busy, full or in some other way out of order is passed over, and `notice`
/// is told once of all of them, and why. An ISA or a number of threads selects the CPU; a device
/// selects that GPU and no other. threads == 0 means every processor. Throws std::invalid_argument
/// (settings that contradict each other, more memory than there is), std::runtime_error with the
/// reason when a GPU that was requested cannot be used.
std::unique_ptr<Engine> make_engine(const UniverseSettings& universe,
                                    const EngineSettings& settings,
                                    const std::function<void(const std::string&)>& notice = {});

/// What was measured of a film's frames.
FrameBudget frame_budget(const RenderReport& report);

/// One sentence: what limited the speed.
std::string bottleneck(const RenderReport& report);

/// The figures people know from x264, and the pipeline's, as lines of text.
std::string describe(const RenderReport& report);

/// The same as JSON (src/render/statistics.md).
std::string to_json(const RenderSettings& settings, const RenderReport& report);

}  // namespace lifereel
