// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/render.h"

#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "encoders/chunk_plan.h"
#include "encoders/finished_file.h"
#include "src/pipeline/cancellation.h"
#include "src/pipeline/picture_layout.h"
#include "src/pipeline/resources.h"
#include "src/render/after_the_film.h"
#include "src/render/checkpoint_files.h"
#include "src/render/chunk_starts.h"
#include "src/render/disk_needs.h"
#include "src/render/engine_choice.h"
#include "src/render/job.h"
#include "src/render/progress_meter.h"
#include "src/render/psnr.h"
#include "src/render/render_sink.h"
#include "src/render/slow_world.h"
#include "src/render/work_folder.h"
#include "src/settings/validation.h"
#include "src/text/format.h"

namespace lifereel {
namespace {

std::uint64_t peak_memory_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

/// Empty where no file becomes the film.
std::string film_path(const RenderSettings& settings) {
  return settings.film.codec == "null" ? "" : FinishedFile::real_path(settings.output);
}

/// A film that is there already is no hindrance to a render that has finished it before.
RenderSettings to_validate(const RenderSettings& settings) {
  RenderSettings checked = settings;
  if (keeps_working_files(settings) && WorkFolder::finished(film_path(settings)))
    checked.overwrite = true;
  return checked;
}

std::string frames_kept_text(const WorkFolder& work, const RenderSettings& settings) {
  return format("%lld of %lld frames are kept in '", static_cast<long long>(work.pictures_kept()),
                static_cast<long long>(frame_count(settings))) +
         work.path() + "'";
}

std::string found_text(const WorkFolder& work, const RenderSettings& settings) {
  const WorkFolder::Found found = work.found();
  std::string text;
  if (found.chunks > 0) text = "resuming: " + frames_kept_text(work, settings);
  if (found.damaged > 0)
    text +=
        format("%s%lld damaged working file%s removed, to be made again", text.empty() ? "" : "; ",
               static_cast<long long>(found.damaged), found.damaged == 1 ? " was" : "s were");
  return text;
}

/// What stands beside the film may have been lost with the process that finished it.
void check_nothing_is_owed(const RenderSettings& settings) {
  const auto lost = [](const std::string& path) {
    return !path.empty() && !std::filesystem::exists(path);
  };
  if (!lost(settings.hash) && !lost(settings.stats) && !settings.psnr) return;
  throw FinishedWithError(
      "the film is finished, but the process that finished it ended before it had made all that "
      "was requested beside it (hashes, statistics, PSNR); overwrite = yes renders it again");
}

// A render that ends before its film is finished says what it leaves behind.
template <class Work>
auto and_what_is_kept(const WorkFolder* work, const RenderSettings& settings, Work&& run) {
  const auto kept = [&] {
    return work->pictures_kept() > 0
               ? "; " + frames_kept_text(*work, settings) +
                     ", and a render with the same settings resumes there"
               : "; nothing is kept yet, so a render with the same settings starts again";
  };
  try {
    return run();
  } catch (const Cancelled&) {
    if (work == nullptr) throw;
    throw Cancelled("the render was stopped" + kept());
  } catch (const FinishedWithError&) {
    throw;
  } catch (const FinishedUnnamed&) {
    throw;
  } catch (const std::runtime_error& error) {
    if (work == nullptr || !work->in_use()) throw;
    throw std::runtime_error(error.what() + kept());
  }
}

void check_picture_size(const RenderSettings& settings, const Engine& engine) {
  const UniverseSettings& drawn = engine.settings();
  const UniverseSettings& film = settings.universe;
  if (drawn.width == film.width && drawn.height == film.height) return;
  throw std::invalid_argument(format("the engine draws pictures of %dx%d, the film has %dx%d",
                                     drawn.width, drawn.height, film.width, film.height));
}

// One render, from what is kept of it to the report.
class RenderJob {
 public:
  RenderJob(const RenderSettings& settings, std::optional<ResolvedFilm> film, Engine& engine,
            const JobControl& control)
      : settings_(settings),
        film_(std::move(film)),
        engine_(engine),
        control_(control),
        plan_{frame_count(settings), film_ ? film_->settings.chunk_frames : 0} {
    check_picture_size(settings, engine);
    if (settings.psnr) start_ = film_start(engine);
    const Resources resources = usable_resources();
    report_.processors = resources.processors;
    report_.engine = engine.describe();
    share_ = share_resources(settings, resources, engine.draws_colour());
  }

  RenderReport run() {
    film_path_ = film_path(settings_);
    if (!film_path_.empty()) {
      job_ = film_job(settings_, *film_, engine_);
      if (was_finished_before()) return std::move(report_);
    }
    if (keeps_working_files(settings_)) open_working_files();
    check_disk_and_folders();
    if (work_) notify(found_text(*work_, settings_));
    make_film();
    if (start_) measure_quality();
    report_.peak_memory_bytes = peak_memory_bytes();
    if (!settings_.stats.empty()) write_statistics();
    return std::move(report_);
  }

 private:
  void notify(const std::string& sentence) const {
    if (control_.notice && !sentence.empty()) control_.notice(sentence);
  }

  // By a process that could not give the film its name, or that was killed before it could throw
  // its working files away.
  bool was_finished_before() {
    if (WorkFolder::has_whole_film(film_path_, job_)) {
      report_.finished_before = settings_.resume != Resume::restart;
      if (report_.finished_before)
        WorkFolder::give_film_its_name(film_path_, settings_.overwrite);
      else
        WorkFolder::remove(film_path_);
    } else if (keeps_working_files(settings_) && WorkFolder::finished(film_path_)) {
      report_.finished_before = WorkFolder::is_job(film_path_, job_);
      WorkFolder::remove(film_path_);
      if (!report_.finished_before) validate(settings_);  // it is a file like any other
    }
    if (report_.finished_before) check_nothing_is_owed(settings_);
    return report_.finished_before;
  }

  void open_working_files() {
    if (settings_.resume == Resume::restart) WorkFolder::remove(film_path_);
    const std::string folder = WorkFolder::path_for(film_path_);
    if (std::filesystem::exists(folder)) notify("checking what is kept in '" + folder + "'");
    work_ = std::make_unique<WorkFolder>(film_path_, job_, plan_, control_.cancel);
    if (!work_->is_locked())
      notify("the file system cannot lock '" + folder +
             "': start no other render of this film before this one has ended");
  }

  void check_disk_and_folders() const {
    if (!film_path_.empty())
      notify(check_disk(settings_, disk_needs(settings_, share_.lanes),
                        work_ ? work_->found().bytes : 0));
    notify(try_out_folders(settings_, work_ ? work_->path() + "/job" : film_path_));
  }

  void make_film() {
    const std::uint64_t first_frame = engine_.frame();
    starts_.emplace(engine_, plan_, work_.get(), control_.cancel, control_.end_early);
    sink_.emplace(settings_, film_, work_.get(), work_ ? &*starts_ : nullptr);
    ProgressMeter meter(plan_.frames, settings_.film.frames_per_second.value(), *sink_);
    PipelineSettings pipeline = pipeline_settings();
    if (work_)
      pipeline.before_chunk = [&](Engine& driven, std::int64_t chunk) {
        starts_->reach(driven, chunk);
      };
    bool may_be_slow = true;
    pipeline.progress = [&](const PipelineStatistics& now) {
      if (may_be_slow && now.wall_seconds > 2) {
        may_be_slow = false;
        if (now.frames + now.frames_kept == 0) notify(slow_world_text(settings_.universe));
      }
      if (control_.progress) control_.progress(meter.measure(now));
    };
    try {
      report_.pipeline = and_what_is_kept(work_.get(), settings_,
                                          [&] { return run_pipeline(engine_, *sink_, pipeline); });
    } catch (const FinishedUnnamed& error) {
      keep_whole_film(error);
    }
    if (sink_->film())
      report_.film = sink_->film()->statistics();
    else
      report_.film.duration_seconds =
          static_cast<double>(frames_made()) / settings_.film.frames_per_second.value();
    // What was kept of the film's end was not simulated again.
    if (engine_.frame() == first_frame + static_cast<std::uint64_t>(frames_made()))
      report_.state_hash = engine_.hash_state();
  }

  // Where the same command finds it.
  [[noreturn]] void keep_whole_film(const FinishedUnnamed& error) const {
    if (!work_) WorkFolder::take_in(film_path_, job_, error.kept_path());
    if (!WorkFolder::has_whole_film(film_path_, job_)) throw error;
    throw FinishedUnnamed(
        error.why(), WorkFolder::path_for(film_path_) + "/film",
        ", and a render with the same settings gives it its name when nothing is in the way");
  }

  PipelineSettings pipeline_settings() {
    PipelineSettings pipeline;
    pipeline.frames = plan_.frames;
    pipeline.lanes = share_.lanes;
    pipeline.ring_slots = settings_.engine.ring_slots;
    if (pipeline.ring_slots == 0) pipeline.ring_slots = ring_slots_in_memory(share_.lanes);
    pipeline.cancel = control_.cancel;
    pipeline.end_early = control_.end_early;
    warn_of_short_rings(pipeline);
    return pipeline;
  }

  int ring_slots_in_memory(int lanes) const {
    const auto wanted = [this](int of_lanes) {
      return default_ring_slots(sink_->pictures_held_at_most(), engine_.draws_in_flight(), of_lanes,
                                sink_->chunk_frames());
    };
    const PictureLayout layout(sink_->picture_format(), engine_);
    return ring_slots_within(share_.ring_bytes, wanted(lanes), wanted(1), lanes,
                             layout.slot_bytes());
  }

  void warn_of_short_rings(const PipelineSettings& pipeline) {
    const std::int64_t chunk = sink_->chunk_frames();
    const double at_work = lanes_at_work(pipeline.lanes, pipeline.ring_slots, chunk);
    if (at_work >= 0.9 * pipeline.lanes) return;
    report_.warnings.push_back(format(
        "of %d lanes about %.1f work at once: rings of %d slots are short for chunks of %lld "
        "frames; take fewer lanes, shorter chunks, or more ring-slots where memory allows",
        pipeline.lanes, at_work, pipeline.ring_slots, static_cast<long long>(chunk)));
  }

  std::int64_t frames_made() const {
    return report_.pipeline.frames + report_.pipeline.frames_kept;
  }

  void measure_quality() {
    after_the_film(true, [this] {
      const Psnr psnr = measure_psnr(settings_.output, engine_, *start_, sink_->picture_format(),
                                     frames_made(), control_.cancel);
      report_.psnr_luma_mean = psnr.mean(0);
      report_.psnr_luma_minimum = psnr.minimum(0);
      report_.psnr_cb_mean = psnr.mean(1);
      report_.psnr_cr_mean = psnr.mean(2);
    });
  }

  void write_statistics() const {
    after_the_film(sink_->film() != nullptr, [this] {
      write_text_file(settings_.stats, settings_.overwrite, to_json(settings_, report_));
    });
  }

  const RenderSettings& settings_;
  const std::optional<ResolvedFilm> film_;  // nothing is encoded without it
  Engine& engine_;
  const JobControl& control_;
  const ChunkPlan plan_;
  std::string film_path_, job_;
  ResourceShare share_;
  std::optional<Checkpoint> start_;  // for PSNR
  std::unique_ptr<WorkFolder> work_;
  std::optional<ChunkStarts> starts_;
  std::optional<RenderSink> sink_;
  RenderReport report_;
};

}  // namespace

RenderReport render(const RenderSettings& settings, const JobControl& control) {
  std::optional<ResolvedFilm> film = validated_film(to_validate(settings));
  auto engine = make_gpu_engine(settings.universe, settings.engine, control.notice);
  if (!engine) {
    const int threads = share_resources(settings, usable_resources()).engine_threads;
    engine = make_cpu_engine(settings.universe, {settings.engine.isa, threads});
  }
  return RenderJob(settings, std::move(film), *engine, control).run();
}

RenderReport render(const RenderSettings& settings, Engine& engine, const JobControl& control) {
  return RenderJob(settings, validated_film(to_validate(settings)), engine, control).run();
}

}  // namespace lifereel
