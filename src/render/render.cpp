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
#include "encoders/sound_file.h"
#include "src/pipeline/cancellation.h"
#include "src/pipeline/frame_source.h"
#include "src/pipeline/picture_layout.h"
#include "src/pipeline/resources.h"
#include "src/render/after_the_film.h"
#include "src/render/checkpoint_files.h"
#include "src/render/chunk_starts.h"
#include "src/render/disk_needs.h"
#include "src/render/engine_choice.h"
#include "src/render/film_sound.h"
#include "src/render/job.h"
#include "src/render/picture_record.h"
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

/// The settings as they are gone by: pictures take part of a film's, and sound is the file that is
/// there now.
RenderSettings settings_to_make(const RenderSettings& settings, const JobControl& control) {
  RenderSettings made = settings;
  if (const std::optional<PictureFiles> pictures = pictures_of(settings)) {
    made.film = pictures->settings;
    if (control.notice && !pictures->notice.empty()) control.notice(pictures->notice);
  }
  identify_sound(made.film, control);
  return made;
}

bool is_sequence(const RenderSettings& settings) {
  return !settings.frame && pictures_of(settings).has_value();
}

/// What is there already is no hindrance to a render that has made it before.
RenderSettings to_validate(const RenderSettings& settings) {
  RenderSettings checked = settings;
  const bool made_before =
      is_sequence(settings)
          ? settings.resume != Resume::off && PictureRecord(settings.output).is_there()
          : keeps_working_files(settings) && WorkFolder::finished(film_path(settings));
  if (made_before) checked.overwrite = true;
  return checked;
}

std::string frames_kept_text(const WorkFolder& work, const RenderSettings& settings) {
  return format("%lld of %lld frames are kept in '", static_cast<long long>(work.pictures_kept()),
                static_cast<long long>(frame_count(settings))) +
         work.path() + "'";
}

std::string pictures_kept_text(std::int64_t kept, const RenderSettings& settings) {
  return format("%lld of %lld pictures are there", static_cast<long long>(kept),
                static_cast<long long>(frame_count(settings)));
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

/// Where species take turns with a palette's colours.
std::string few_colours_text(const UniverseSettings& universe) {
  const LookSettings& look = universe.look;
  const bool by_species = look.colour_by == ColourBy::species || look.colour_by == ColourBy::age;
  if (!look.draws_colour() || !by_species) return {};
  constexpr int more_than_any_list = 65;
  const std::vector<Rgb> all = palette_colours(look.palette, more_than_any_list);
  int colours = 1;  // before they begin again
  while (!std::equal(all.begin() + colours, all.end(), all.begin())) ++colours;
  if (colours >= universe.species) return {};
  return format(
      "palette has %d colour%s for %d species, some of which look alike; give it more, "
      "or one by name, such as oklch",
      colours, colours == 1 ? "" : "s", universe.species);
}

// A render that ends before its film is finished says what it leaves behind.
template <class Kept, class Work>
auto and_what_is_kept(Kept&& kept, Work&& run) {
  try {
    return run();
  } catch (const Cancelled&) {
    const std::string text = kept();
    if (text.empty()) throw;
    throw Cancelled("the render was stopped; " + text);
  } catch (const FinishedWithError&) {
    throw;
  } catch (const FinishedUnnamed&) {
    throw;
  } catch (const std::runtime_error& error) {
    const std::string text = kept();
    if (text.empty()) throw;
    throw std::runtime_error(error.what() + ("; " + text));
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
        first_frame_(engine.frame() + static_cast<std::uint64_t>(settings.warmup)),
        plan_{frame_count(settings), film_ ? film_->settings.chunk_frames : 0} {
    check_picture_size(settings, engine);
    if (settings.psnr) start_ = film_start(engine);
    const Resources resources = usable_resources();
    report_.processors = resources.processors;
    report_.engine = engine.describe();
    if (control.estimate) report_.estimate = *control.estimate;
    share_ = share_resources(settings, resources, engine.draws_colour());
  }

  RenderReport run() {
    film_path_ = film_path(settings_);
    if (!film_path_.empty()) {
      job_ = film_job(settings_, *film_, engine_);
      if (was_finished_before()) return std::move(report_);
    }
    if (keeps_working_files(settings_)) open_working_files();
    if (is_sequence(settings_)) {
      look_for_pictures();
      if (plan_.frames == 0) return std::move(report_);
    }
    check_filter_memory();
    check_disk_and_folders();
    if (work_) notify(found_text(*work_, settings_));
    notify(few_colours_text(settings_.universe));
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

  // Hashes are of every picture, and a filter chain may remember some or make another number.
  bool resumes_sequence() const { return settings_.hash.empty() && settings_.film.filter.empty(); }

  // What a sequence that was stopped has left.
  void look_for_pictures() {
    record_.emplace(settings_.output);
    if (settings_.resume != Resume::automatic) {
      stopped_.is_there = settings_.resume == Resume::restart && record_->is_there();
      record_->remove();
      if (settings_.resume == Resume::off) return record_.reset();
    }
    record_->check_job(job_);
    if (record_->is_there()) {
      stopped_.is_there = true;
      if (resumes_sequence()) stopped_.pictures_kept = record_->pictures_kept(plan_.frames);
    } else {
      record_->make(job_);
    }
    plan_.frames -= stopped_.pictures_kept;
    if (plan_.frames == 0) {
      record_->remove();
      report_.finished_before = true;
      return check_nothing_is_owed(settings_);
    }
    if (stopped_.pictures_kept > 0)
      notify("resuming: " + pictures_kept_text(stopped_.pictures_kept, settings_));
  }

  void check_filter_memory() const {
    if (!film_) return;
    const std::uint64_t needed = filter_memory_bytes(*film_, plan_.frames);
    const std::uint64_t free = usable_resources().memory_bytes;
    if (free == 0 || needed <= free) return;
    throw std::invalid_argument(
        format("the filter chain '%s' keeps %.2f GB of pictures in memory, and %.2f GB are free; "
               "make the film shorter or its pictures smaller, or filter the finished film in "
               "parts",
               settings_.film.filter.c_str(), static_cast<double>(needed) / 1e9,
               static_cast<double>(free) / 1e9));
  }

  void check_disk_and_folders() const {
    if (!film_path_.empty() && !settings_.frame)
      notify(check_disk(settings_, disk_needs(settings_, share_.lanes, sound_bitrate(*film_)),
                        work_ ? work_->found().bytes : 0));
    notify(try_out_folders(settings_, work_ ? work_->path() + "/job" : film_path_));
  }

  void make_film() {
    const UniverseSettings& universe = settings_.universe;
    starts_.emplace(
        engine_, settings_.warmup,
        film_ ? film_->pictures
              : format_for_size(settings_.film.pixel_format, universe.width, universe.height),
        plan_, work_.get(), control_.cancel, control_.end_early);
    and_what_is_kept([this] { return kept_text(); },
                     [this] {
                       sink_.emplace(settings_, film_, stopped_, work_.get(),
                                     work_ ? &*starts_ : nullptr,
                                     watch_measuring(control_, settings_.film.audio.file));
                     });
    announce_warnings();
    and_what_is_kept([this] { return kept_text(); }, [this] { go_to_first_picture(); });
    const auto frames_before = static_cast<std::uint64_t>(frames_to_pass());
    ProgressMeter meter(plan_.frames, settings_.film.frames_per_second.value(), *sink_);
    PipelineSettings pipeline = pipeline_settings();
    if (work_)
      pipeline.before_chunk = [&](Engine& driven, std::int64_t chunk) {
        starts_->reach(driven, chunk);
      };
    pipeline.progress = [&, world = true, rings = true](const PipelineStatistics& now) mutable {
      if (std::exchange(rings, false)) notify(slow_rings_text(now));
      if (world && now.wall_seconds > 2) {
        world = false;
        if (now.frames + now.frames_kept == 0) notify(slow_world_text(settings_.universe));
      }
      if (control_.progress) control_.progress(meter.measure(now));
    };
    try {
      report_.pipeline = and_what_is_kept([this] { return kept_text(); },
                                          [&] { return run_pipeline(engine_, *sink_, pipeline); });
      if (record_) record_->remove();
    } catch (const FinishedUnnamed& error) {
      keep_whole_film(error);
    }
    if (sink_->film()) {
      report_.film = sink_->film()->statistics();
      if (control_.notice)
        std::erase_if(report_.film.warnings, [this](const std::string& warning) {
          return std::find(announced_.begin(), announced_.end(), warning) != announced_.end();
        });
    } else
      report_.film.duration_seconds =
          static_cast<double>(frames_made()) / settings_.film.frames_per_second.value();
    // What was kept of the film's end was not simulated again.
    if (engine_.frame() == first_frame_ + frames_before + static_cast<std::uint64_t>(frames_made()))
      report_.state_hash = engine_.hash_state();
    report_.pipeline.frames_kept += stopped_.pictures_kept;
  }

  // What is known of the film by now is of more use before it than after it.
  void announce_warnings() {
    if (sink_->film() == nullptr) return;
    announced_ = sink_->film()->statistics().warnings;
    for (const std::string& warning : announced_) notify(warning);
    if (settings_.stats.empty() && !settings_.frame && !carries_comment(*film_))
      notify(is_sequence(settings_)
                 ? "pictures do not carry the settings they are made from; stats = FILE keeps them"
                 : "the container " + film_->settings.container +
                       " does not carry the film's settings, which verify looks for: "
                       ".mp4 and .mkv do, and stats = FILE keeps them beside it");
  }

  // Pictures before the first that is wanted.
  std::int64_t frames_to_pass() const { return settings_.frame.value_or(stopped_.pictures_kept); }

  // The trail remembers every picture, those before it, too, and those of the warm-up.
  void go_to_first_picture() {
    if (!work_) {
      pass_frames(engine_, sink_->picture_format(), frames_to_pass() + settings_.warmup, control_,
                  [this] { throw_if_cancelled(control_.end_early); });
      return;
    }
    // From a chunk that is kept it is shorter, and the chunks' way.
    if (settings_.warmup == 0 || work_->found().chunks > 0) return;
    if (starts_->resume_warmup(engine_) > 0) notify("resuming: " + warmup_kept_text());
    starts_->pass_warmup(engine_, control_);
  }

  std::string warmup_kept_text() const {
    return format("%lld of %lld frames of the warm-up are kept in '",
                  static_cast<long long>(starts_->warmup_kept()),
                  static_cast<long long>(settings_.warmup)) +
           work_->path() + "'";
  }

  // Empty where a render that is stopped would leave nothing.
  std::string kept_text() const {
    const bool in_folder = work_ && work_->in_use();
    if (!in_folder && !record_) return {};
    std::int64_t pictures = 0;
    if (!record_)
      pictures = work_->pictures_kept();
    else if (resumes_sequence())
      pictures = record_->pictures_kept(frame_count(settings_));
    const bool warmup = pictures == 0 && in_folder && starts_->warmup_kept() > 0;
    if (pictures == 0 && !warmup)
      return "nothing is kept yet, so a render with the same settings starts again";
    return (record_  ? pictures_kept_text(pictures, settings_)
            : warmup ? warmup_kept_text()
                     : frames_kept_text(*work_, settings_)) +
           ", and a render with the same settings resumes there";
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

  static std::string slow_rings_text(const PipelineStatistics& now) {
    if (now.slow_slots == 0) return "";
    return format(
        "the system pins no memory for %d of the %d pictures on their way from the GPU, which "
        "arrive more slowly; fewer lanes or ring-slots need less of it",
        now.slow_slots, now.ring_slots * now.lanes);
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
                                     settings_.warmup, frames_made(), control_);
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
  const std::uint64_t first_frame_;  // of the film, behind its warm-up
  ChunkPlan plan_;
  std::string film_path_, job_;
  ResourceShare share_;
  std::optional<Checkpoint> start_;  // for PSNR
  std::unique_ptr<WorkFolder> work_;
  std::optional<PictureRecord> record_;  // of a sequence
  StoppedSequence stopped_;
  std::optional<ChunkStarts> starts_;
  std::optional<RenderSink> sink_;
  std::vector<std::string> announced_;
  RenderReport report_;
};

}  // namespace

RenderReport render(const RenderSettings& wanted, const JobControl& control) {
  const RenderSettings settings = settings_to_make(wanted, control);
  std::optional<ResolvedFilm> film = validated_film(to_validate(settings));
  auto engine = make_gpu_engine(settings.universe, settings.engine, control.notice);
  if (!engine) {
    const int threads = share_resources(settings, usable_resources()).engine_threads;
    engine = make_cpu_engine(settings.universe, {settings.engine.isa, threads});
  }
  return RenderJob(settings, std::move(film), *engine, control).run();
}

RenderReport render(const RenderSettings& wanted, Engine& engine, const JobControl& control) {
  const RenderSettings settings = settings_to_make(wanted, control);
  return RenderJob(settings, validated_film(to_validate(settings)), engine, control).run();
}

}  // namespace lifereel
