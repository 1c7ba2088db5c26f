// SPDX-License-Identifier: GPL-2.0-or-later
// The render job: settings in, a finished film and its statistics out.
#pragma once

#include <memory>
#include <string>

#include "encoders/film.h"
#include "job_control.h"
#include "pipeline.h"
#include "settings.h"
#include "sim/engine.h"

namespace [[gnu::visibility("default")]] lifereel {

struct RenderReport {
  /// The film had been finished by a process that was killed before it could throw its working
  /// files away. They are gone now; nothing else was done, nothing else is filled in but `engine`.
  /// (Where hashes, statistics or PSNR were asked for, render() throws.)
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
  std::vector<std::string> warnings;  ///< what made it slower than need be; one sentence each
};

/// Renders a film. Blocks; any number may run at once in one process. A film in chunks keeps what
/// is finished in working files beside it (work_folder.h) until it is complete; where some are
/// there already, it goes on from them and gets the same bytes as if it had never been stopped.
/// Throws std::invalid_argument (settings; working files of another render, or in use; too little
/// space on disk), std::runtime_error (libav, disk, device), Cancelled. After a throw no file of
/// the output's name has been made, unless that is FinishedWithError, when what was asked for
/// beside it (hashes, PSNR, statistics) failed or its folder could not be flushed, or
/// CancelledWhenFinished, while its PSNR was measured. A cancellation while the last pictures are
/// being flushed comes too late for the film, and ends what follows it.
RenderReport render(const RenderSettings& settings, const JobControl& control = {});

/// The same with an engine of the caller's in place of the one that `settings` would make: from the
/// frame it is at, pictures of settings.universe's size. PSNR wants one that can save() itself: the
/// film is compared with that universe, drawn again from there.
RenderReport render(const RenderSettings& settings, Engine& engine, const JobControl& control = {});

/// The engine that `settings` ask for. `automatic` takes the first GPU that this build can use,
/// else the CPU; an ISA or a number of threads asks for the CPU, a device for the GPU. threads == 0
/// means every processor. Throws std::invalid_argument (settings that contradict each other, more
/// memory than there is), std::runtime_error with the reason when a GPU that was asked for cannot
/// be used.
std::unique_ptr<Engine> make_engine(const UniverseSettings& universe,
                                    const EngineSettings& settings);

/// One sentence: what limited the speed.
std::string bottleneck(const RenderReport& report);

/// The figures people know from x264, and the pipeline's, as lines of text.
std::string describe(const RenderReport& report);

/// The same as JSON (README: Statistics).
std::string to_json(const RenderSettings& settings, const RenderReport& report);

}  // namespace lifereel
