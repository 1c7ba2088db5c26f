// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/render.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>
#include <exception>
#include <filesystem>
#include <stdexcept>

#include "cuda/cuda_engine.h"
#include "encoders/chunk_plan.h"
#include "encoders/film_reader.h"
#include "encoders/finished_file.h"
#include "encoders/frame_hash.h"
#include "src/errors.h"
#include "src/pictures/luma.h"
#include "src/pipeline/cancellation.h"
#include "src/pipeline/frame_source.h"
#include "src/pipeline/picture_layout.h"
#include "src/pipeline/resources.h"
#include "src/render/chunk_starts.h"
#include "src/render/disk_file.h"
#include "src/render/disk_needs.h"
#include "src/render/job.h"
#include "src/render/work_folder.h"
#include "src/text/format.h"
#include "src/version.h"

namespace lifereel {
namespace {

std::string self_description(const RenderSettings& settings) {
  return "# lifereel " + std::string(version()) + "\n" + print_config(settings);
}

// What fails beside a finished film says so. Where nothing is encoded, nothing is finished.
template <class Work>
void after_the_film(bool is_there, Work&& work) {
  if (!is_there) {
    as_plain_error(work);
    return;
  }
  const std::string finished = "the film is finished, but ";
  try {
    work();
  } catch (const Cancelled& error) {
    throw CancelledWhenFinished(finished + error.what());
  } catch (const std::exception& error) {
    throw FinishedWithError(finished + error.what());
  }
}

// What takes the frames of one render: a film or nothing, and hashes beside it when asked for;
// those want one lane.
class RenderSink final : public ChunkedSink {
 public:
  /// `work` and `starts` may be nullptr.
  RenderSink(const RenderSettings& settings, WorkFolder* work, ChunkStarts* starts)
      : work_(work), starts_(starts) {
    if (settings.film.codec != "null") {
      FilmOutput output;
      output.path = settings.output;
      output.overwrite = settings.overwrite;
      output.width = settings.universe.width;
      output.height = settings.universe.height;
      output.frames = frame_count(settings);
      if (work_) {
        output.temporary_path = work_->film_path();
        output.chunks = work_;
        output.before_naming = [work] { work->identify_film(); };
      }
      output.title = "Particle Life, seed " + std::to_string(settings.universe.seed);
      output.comment = self_description(settings);
      film_ = std::make_unique<Film>(settings.film, output);
    }
    if (!settings.hash.empty()) {
      FrameHashSettings hash;
      hash.format = pixel_format();
      hash.width = settings.universe.width;
      hash.height = settings.universe.height;
      hash.frames_per_second = settings.film.frames_per_second;
      hash.comments = lines(self_description(settings));
      hash_ = std::make_unique<FrameHash>(hash, settings.hash, settings.overwrite);
    } else if (work_) {
      frames_kept_ = work_->pictures_kept();
    }
  }

  std::int64_t chunk_frames() const noexcept override {
    return film_ ? film_->chunks().chunk_frames() : 0;
  }

  // Hashes are of every picture, also of those that are in the film already.
  bool needs_chunk(std::int64_t index) const override {
    return hash_ || !film_ || film_->chunks().needs_chunk(index);
  }

  std::unique_ptr<PictureSink> begin_chunk(std::int64_t index, std::int64_t frames) override {
    return std::make_unique<Chunk>(
        *this, index,
        film_ ? film_->chunks().begin_chunk(index, frames) : std::make_unique<NullSink>());
  }

  std::int64_t end_early(std::int64_t frames) override {
    return film_ ? film_->chunks().end_early(frames) : frames;
  }

  void finish() override {
    if (film_) film_->chunks().finish();
    after_the_film(film_ != nullptr, [this] {
      std::exception_ptr hashes_failed;
      try {
        if (hash_) hash_->finish();
      } catch (...) {
        hashes_failed = std::current_exception();
      }
      if (work_) work_->remove();
      if (hashes_failed) std::rethrow_exception(hashes_failed);
    });
  }

  PixelFormat pixel_format() const noexcept override {
    return film_ ? film_->pixel_format() : PixelFormat::yuv420p;
  }
  int pictures_held_at_most() const noexcept override {
    return film_ ? film_->pictures_held_at_most() : 1;
  }

  /// Of chunks that are there before the first is begun and are not drawn again.
  std::int64_t frames_kept() const noexcept { return frames_kept_; }

  /// nullptr where nothing is encoded.
  const Film* film() const noexcept { return film_.get(); }

 private:
  // What is done with pictures on their way into the film.
  class Chunk final : public PictureSink {
   public:
    Chunk(RenderSink& sink, std::int64_t index, std::unique_ptr<PictureSink> film)
        : sink_(sink), index_(index), film_(std::move(film)) {}
    void write(const Picture& picture) override {
      try {
        before(picture);
      } catch (...) {
        if (picture.release) picture.release(picture.owner, picture.tag);
        throw;
      }
      film_->write(picture);
    }
    void finish() override { film_->finish(); }

   private:
    void before(const Picture& picture) {
      if (sink_.starts_ && picture.pts_frames == 0) sink_.starts_->keep(index_);
      if (!sink_.hash_) return;
      Picture lent = picture;
      lent.release = nullptr;  // the film's reference keeps it alive meanwhile
      lent.pts_frames += index_ * sink_.chunk_frames();
      sink_.hash_->write(lent);
    }

    RenderSink& sink_;
    const std::int64_t index_;
    std::unique_ptr<PictureSink> film_;
  };

  static std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t from = 0; from < text.size();) {
      const std::size_t end = std::min(text.find('\n', from), text.size());
      lines.push_back(text.substr(from, end - from));
      from = end + 1;
    }
    return lines;
  }

  WorkFolder* const work_;
  ChunkStarts* const starts_;
  std::unique_ptr<Film> film_;
  std::unique_ptr<FrameHash> hash_;
  std::int64_t frames_kept_ = 0;
};

// Turns what the pipeline counts into what people watch.
class ProgressMeter {
 public:
  ProgressMeter(std::int64_t frames_total, double film_frames_per_second, const RenderSink& sink)
      : frames_total_(frames_total), film_frames_per_second_(film_frames_per_second), sink_(sink) {}

  JobProgress measure(const PipelineStatistics& now) {
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

 private:
  static constexpr std::size_t samples_kept = 25;  // about five seconds

  std::int64_t frames_total_;
  double film_frames_per_second_;
  const RenderSink& sink_;
  std::deque<PipelineStatistics> samples_;
};

std::uint64_t peak_memory_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

// What `automatic` comes to: an ISA or a number of threads asks for the CPU, a device for the GPU.
bool takes_gpu(const EngineSettings& settings) {
  if (settings.engine != EngineChoice::automatic) return settings.engine == EngineChoice::cuda;
  if (settings.isa != Isa::automatic || settings.threads != 0) return false;
  if (settings.device >= 0) return true;
  const CudaDevices gpus = cuda_devices();
  return std::any_of(gpus.devices.begin(), gpus.devices.end(),
                     [](const CudaDevice& device) { return device.unusable.empty(); });
}

struct Psnr {
  double mean, minimum;  // dB; infinite when equal
};

// Where the film begins, for its PSNR: an engine of the caller's may be anywhere in a universe that
// is not that of the settings.
Checkpoint film_start(const Engine& engine) {
  Checkpoint start;
  try {
    engine.save(start);
  } catch (const std::logic_error&) {
    throw std::invalid_argument(
        "psnr draws the film's pictures again, but this engine cannot save where they begin; "
        "leave psnr out");
  }
  return start;
}

// Decodes the finished film and draws the universe again: what is measured is what was written.
Psnr measure_psnr(const RenderSettings& settings, const Checkpoint& start, PixelFormat format,
                  std::int64_t frames, const std::atomic<bool>* cancel) {
  const auto engine = make_engine(start.universe, settings.engine);
  engine->restore(start);
  FrameSource universe(*engine, format);
  FilmReader film(settings.output);
  std::vector<std::uint8_t> decoded;
  const int width = settings.universe.width, height = settings.universe.height;
  double sum = 0, worst = 0;
  std::int64_t read = 0;
  for (; film.read_luma(decoded); ++read) {
    if (cancel && cancel->load(std::memory_order_relaxed))
      throw Cancelled("measuring its PSNR was cancelled");
    if (film.width() != width ||
        decoded.size() != static_cast<std::size_t>(width) * static_cast<std::size_t>(height))
      throw std::runtime_error(settings.output + " decodes to pictures of another size");
    universe.next();
    const double mean_square = mean_square_difference({decoded.data(), width, width, height},
                                                      luma_view(universe.picture()));
    sum += mean_square;
    worst = std::max(worst, mean_square);
  }
  if (read != frames)
    throw std::runtime_error(settings.output + " decodes to " + std::to_string(read) +
                             " frames, not the " + std::to_string(frames) + " that were encoded");
  return {decibels(sum / static_cast<double>(frames)), decibels(worst)};
}

}  // namespace

namespace {

/// A film that is there already is no hindrance to a render that has finished it before.
RenderSettings to_check(const RenderSettings& settings) {
  RenderSettings checked = settings;
  const std::string film_path = FinishedFile::real_path(settings.output);
  if (keeps_working_files(settings) && WorkFolder::finished(film_path)) checked.overwrite = true;
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
  if (found.chunks > 0) text = "going on: " + frames_kept_text(work, settings);
  if (found.damaged > 0)
    text += format("%s%lld damaged working file%s thrown away, to be made again",
                   text.empty() ? "" : "; ", static_cast<long long>(found.damaged),
                   found.damaged == 1 ? " was" : "s were");
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
      "was asked for beside it (hashes, statistics, PSNR); --overwrite renders it again");
}

// A render that ends before its film is finished says what it leaves behind.
template <class Work>
auto and_what_is_kept(const WorkFolder* work, const RenderSettings& settings, Work&& run) {
  const auto kept = [&] {
    return work->pictures_kept() > 0
               ? "; " + frames_kept_text(*work, settings) + ", and the same command goes on there"
               : "; nothing is kept yet, the same command begins again";
  };
  try {
    return run();
  } catch (const Cancelled&) {
    if (work == nullptr) throw;
    throw Cancelled("the render was stopped" + kept());
  } catch (const FinishedWithError&) {
    throw;
  } catch (const std::runtime_error& error) {
    if (work == nullptr || !work->in_use()) throw;
    throw std::runtime_error(error.what() + kept());
  }
}

}  // namespace

std::unique_ptr<Engine> make_engine(const UniverseSettings& universe,
                                    const EngineSettings& settings) {
  if (settings.device < -1)
    throw std::invalid_argument("device " + std::to_string(settings.device) +
                                " is out of range: 0 or more, or -1 for the first usable GPU");
  const bool gpu = takes_gpu(settings);
  if (gpu && (settings.isa != Isa::automatic || settings.threads != 0))
    throw std::invalid_argument(
        "isa and threads are for the CPU engine: leave them out, or choose engine cpu");
  if (!gpu && settings.device >= 0)
    throw std::invalid_argument(
        "device is for the GPU, but engine cpu, isa or threads ask for the CPU: leave one out");
  if (gpu) return make_cuda_engine(universe, {settings.device, 0, 0});
  return make_cpu_engine(universe, {settings.isa, settings.threads});
}

RenderReport render(const RenderSettings& settings, const JobControl& control) {
  validate(to_check(settings));
  EngineSettings engine_settings = settings.engine;
  if (takes_gpu(engine_settings))
    engine_settings.engine = EngineChoice::cuda;  // found: nobody needs to look again
  else
    engine_settings.threads = share_resources(settings, usable_resources()).engine_threads;
  const auto engine = make_engine(settings.universe, engine_settings);
  return render(settings, *engine, control);
}

RenderReport render(const RenderSettings& settings, Engine& engine, const JobControl& control) {
  validate(to_check(settings));
  const std::int64_t frames = frame_count(settings);
  if (engine.settings().width != settings.universe.width ||
      engine.settings().height != settings.universe.height)
    throw std::invalid_argument(
        "the engine draws pictures of " + std::to_string(engine.settings().width) + "x" +
        std::to_string(engine.settings().height) + ", the film has " +
        std::to_string(settings.universe.width) + "x" + std::to_string(settings.universe.height));
  std::optional<Checkpoint> start;
  if (settings.psnr) start = film_start(engine);
  const Resources resources = usable_resources();
  RenderReport report;
  report.processors = resources.processors;
  report.engine = engine.describe();

  const ResourceShare share = share_resources(settings, resources);
  const ChunkPlan plan{frames, chunk_frames(settings.film)};
  const auto say = [&](const std::string& sentence) {
    if (control.notice && !sentence.empty()) control.notice(sentence);
  };

  std::unique_ptr<WorkFolder> work;
  if (keeps_working_files(settings)) {
    const std::string job = film_job(settings, engine);
    const std::string film_path = FinishedFile::real_path(settings.output);
    if (WorkFolder::finished(film_path)) {
      report.finished_before = WorkFolder::is_job(film_path, job);
      WorkFolder::remove(film_path);
      if (report.finished_before) {
        check_nothing_is_owed(settings);
        return report;
      }
      validate(settings);
    }
    if (settings.resume == Resume::restart) WorkFolder::remove(film_path);
    if (std::filesystem::exists(WorkFolder::path_for(film_path)))
      say("checking what is kept in '" + WorkFolder::path_for(film_path) + "'");
    work = std::make_unique<WorkFolder>(film_path, job, plan, control.cancel);
  }
  if (settings.film.codec != "null" && !FinishedFile::real_path(settings.output).empty())
    say(check_disk(settings, disk_needs(settings, share.lanes), work ? work->found().bytes : 0));
  if (work) say(found_text(*work, settings));
  const std::uint64_t first_frame = engine.frame();
  ChunkStarts starts(engine, plan, work.get(), control.cancel, control.end_early);
  RenderSink sink(settings, work.get(), work ? &starts : nullptr);
  ProgressMeter meter(frames, settings.film.frames_per_second.value(), sink);
  PipelineSettings pipeline;
  pipeline.frames = frames;
  pipeline.lanes = share.lanes;
  pipeline.ring_slots = settings.engine.ring_slots;
  if (pipeline.ring_slots == 0) {
    const auto slots = [&](int lanes) {
      return default_ring_slots(sink.pictures_held_at_most(), engine.draws_in_flight(), lanes,
                                sink.chunk_frames());
    };
    const PictureLayout layout(sink.pixel_format(), settings.universe.width,
                               settings.universe.height);
    pipeline.ring_slots = ring_slots_within(share.ring_bytes, slots(pipeline.lanes), slots(1),
                                            pipeline.lanes, layout.slot_bytes());
  }
  const double at_work = lanes_at_work(pipeline.lanes, pipeline.ring_slots, sink.chunk_frames());
  if (at_work < 0.9 * pipeline.lanes)
    report.warnings.push_back(format(
        "of %d lanes about %.1f work at once: rings of %d slots are short for chunks of %lld "
        "frames; take fewer lanes, shorter chunks, or more ring-slots where memory allows",
        pipeline.lanes, at_work, pipeline.ring_slots, static_cast<long long>(sink.chunk_frames())));
  pipeline.cancel = control.cancel;
  pipeline.end_early = control.end_early;
  if (work)
    pipeline.before_chunk = [&](Engine& driven, std::int64_t chunk) {
      starts.reach(driven, chunk);
    };
  if (control.progress)
    pipeline.progress = [&](const PipelineStatistics& now) {
      control.progress(meter.measure(now));
    };
  report.pipeline =
      and_what_is_kept(work.get(), settings, [&] { return run_pipeline(engine, sink, pipeline); });
  const std::int64_t made = report.pipeline.frames + report.pipeline.frames_kept;
  if (sink.film())
    report.film = sink.film()->statistics();
  else
    report.film.duration_seconds =
        static_cast<double>(made) / settings.film.frames_per_second.value();
  // What was kept of the film's end was not simulated again.
  if (engine.frame() == first_frame + static_cast<std::uint64_t>(made))
    report.state_hash = engine.hash_state();
  if (start)
    after_the_film(true, [&] {
      const Psnr psnr = measure_psnr(settings, *start, sink.pixel_format(), made, control.cancel);
      report.psnr_luma_mean = psnr.mean;
      report.psnr_luma_minimum = psnr.minimum;
    });
  report.peak_memory_bytes = peak_memory_bytes();
  if (!settings.stats.empty())
    after_the_film(sink.film() != nullptr, [&] {
      write_text_file(settings.stats, settings.overwrite, to_json(settings, report));
    });
  return report;
}

}  // namespace lifereel
