// SPDX-License-Identifier: GPL-2.0-or-later
// How a film is shared out.
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "src/estimate.h"
#include "src/farm/job_folder.h"
#include "src/farm/ranges.h"
#include "src/farm/submit_scripts.h"
#include "src/pipeline/cancellation.h"
#include "src/pipeline/frame_source.h"
#include "src/pipeline/resources.h"
#include "src/render/disk_file.h"
#include "src/render/engine_choice.h"
#include "src/render/film_sound.h"
#include "src/render/job.h"
#include "src/settings/validation.h"
#include "src/text/format.h"
#include "src/text/quantities.h"

namespace lifereel {
namespace {

namespace fs = std::filesystem;

constexpr int most_tasks = 100'000;

[[noreturn]] void refuse_film(const std::string& sentence) {
  throw std::invalid_argument(sentence);
}

/// A film whose chunks are all there is to it.
void check_settings(const RenderSettings& settings) {
  if (settings.film.codec == "null" || settings.frame || pictures_of(settings) ||
      chunk_frames(settings.film) == 0)
    refuse_film(
        "machines share the chunks of a film, and this one cannot be cut: that needs the codec "
        "mpeg2video, libx264, libx265 or ffv1, no filter, and chunk-frames = auto or a number");
  if (FinishedFile::real_path(settings.output).empty())
    refuse_film(
        "machines share a folder beside the film, which must be a file; name one, output = "
        "film.mp4");
  for (const std::string& path : {settings.output, settings.film.audio.file})
    if (path.find('\n') != std::string::npos)
      refuse_film("a name with a line break cannot be kept in a plan; rename the file");
  for (const auto& [key, given] : {std::pair{"hash", !settings.hash.empty()},
                                   {"stats", !settings.stats.empty()},
                                   {"psnr", settings.psnr}})
    if (given)
      refuse_film(
          std::string(key) +
          " is made by a render that sees every picture, and no machine does; leave it out, "
          "and look at the finished film with verify");
}

/// Frames a second that this machine passes.
double measured_engine_speed(const RenderSettings& settings, const PictureFormat& pictures,
                             const JobControl& control) {
  std::unique_ptr<Engine> engine =
      make_gpu_engine(settings.universe, settings.engine, control.notice);
  const bool on_gpu = engine != nullptr;
  if (!engine) {
    RenderSettings alone = settings;
    alone.film.codec = "null";
    const int threads = share_resources(alone, usable_resources()).engine_threads;
    engine = make_cpu_engine(settings.universe, {settings.engine.isa, threads});
  }
  FrameSource nobody_looks(*engine, pictures);
  const FrameMeter meter;
  std::int64_t frames = 0;
  JobProgress measured;
  for (constexpr double enough_seconds = 1; measured.seconds < enough_seconds;) {
    throw_if_cancelled(control.cancel);
    nobody_looks.pass();
    if (frames++ % 32 == 0 && on_gpu) engine->hash_state();  // waits for it
    measured = meter.measure(frames, 0);
  }
  return measured.frames_per_second;
}

double measured_render_speed(const RenderSettings& settings, const JobControl& control) {
  EstimateSettings how;
  how.folder = estimate_folder();
  const Estimate expected = estimate(settings, how, control);
  return expected.budget.frame > 0 ? 1 / expected.budget.frame : 0;
}

/// The kind of processor that a job is for, as it says itself.
std::string processor_of(const std::string& job) {
  constexpr std::string_view key = "\nprocessor = ";
  const std::size_t at = job.find(key);
  if (at == std::string::npos) return "any";
  const std::size_t begin = at + key.size();
  return job.substr(begin, job.find('\n', begin) - begin);
}

void write_script(FarmPlan& plan, const FarmSettings& farm, const std::string& processor) {
  const SubmitScript script = submit_script(plan, farm, processor);
  if (script.name.empty()) return;
  plan.script = plan.folder + "/" + script.name;
  as_plain_error([&] { write_text_file(plan.script, true, script.text); });
  struct stat status {};
  if (!script.executable || stat(plan.script.c_str(), &status) != 0) return;
  // Whoever may read it may run it.
  if (chmod(plan.script.c_str(), (status.st_mode & 0777) | (status.st_mode & 0444) >> 2) != 0)
    fail_to("make executable", plan.script);
}

}  // namespace

FarmPlan plan_film(const RenderSettings& wanted, const FarmSettings& farm,
                   const JobControl& control) {
  RenderSettings settings = wanted;
  check_settings(settings);
  identify_sound(settings.film, control);
  // What an earlier join has made is no hindrance to planning the same again.
  RenderSettings checked = settings;
  const std::string film_path =
      fs::absolute(FinishedFile::real_path(settings.output)).lexically_normal().string();
  if (is_joined(farm_folder(film_path), film_path)) checked.overwrite = true;
  const std::optional<ResolvedFilm> film = validated_film(checked);

  FarmPlan plan;
  plan.folder = farm_folder(film_path);
  plan.film = film_path;
  plan.frames = frame_count(settings);
  plan.chunk_frames = film->settings.chunk_frames;
  const ChunkPlan chunks{plan.frames, plan.chunk_frames};
  plan.chunks = chunks.count();
  if (farm.tasks < 1 || farm.tasks > most_tasks)
    refuse_film(format("tasks must be 1 to %d, not %d", most_tasks, farm.tasks));
  if (farm.tasks > plan.chunks)
    refuse_film(
        format("the film has %lld chunks of %lld frames, which more than %lld tasks cannot "
               "share; take fewer, or shorter chunks (chunk-frames)",
               static_cast<long long>(plan.chunks), static_cast<long long>(plan.chunk_frames),
               static_cast<long long>(plan.chunks)));

  for (const double speed : {farm.engine_speed, farm.render_speed})
    if (speed > 0 && (speed < 1e-6 || speed > 1e9))
      refuse_film("a machine's speeds must be 0.000001 to 1000000000 frames a second");
  plan.engine_speed = farm.engine_speed;
  plan.render_speed = farm.render_speed;
  if (farm.ranges == TaskRanges::shrinking && farm.tasks > 1) {
    if (plan.engine_speed <= 0)
      plan.engine_speed = measured_engine_speed(settings, film->pictures, control);
    if (plan.render_speed <= 0) plan.render_speed = measured_render_speed(settings, control);
  }
  const FarmSpeeds speeds{plan.engine_speed, plan.render_speed};
  const bool known = speeds.engine > 0 && speeds.render > 0;
  plan.tasks = farm.ranges == TaskRanges::shrinking && known
                   ? shrinking_ranges(chunks, farm.tasks, settings.warmup, speeds)
                   : equal_ranges(chunks, farm.tasks);
  if (known) {
    plan.seconds_alone = task_seconds(chunks, {0, plan.chunks}, settings.warmup, speeds);
    plan.seconds_together = seconds_together(chunks, plan.tasks, settings.warmup, speeds);
  }

  constexpr int array_tasks = 1001;
  if (farm.submit_to == SubmitTo::slurm && farm.tasks > array_tasks && control.notice)
    control.notice(
        format("Slurm's arrays have %d tasks at most unless a site raises MaxArraySize "
               "(scontrol show config); where submit.sh is refused, take fewer tasks",
               array_tasks));

  const auto engine = make_cpu_engine(settings.universe, {settings.engine.isa, 1});
  const std::string job = film_job(settings, *film, *engine);
  plan.digest = job_hash(job);
  return or_try_again([&] {
    JobFolder::seal(plan, settings, job);
    write_script(plan, farm, processor_of(job));
    return plan;
  });
}

std::string describe(const FarmPlan& plan) {
  std::string text = format("%lld frames in %lld chunks, %zu tasks of %lld to %lld chunks\n",
                            static_cast<long long>(plan.frames),
                            static_cast<long long>(plan.chunks), plan.tasks.size(),
                            static_cast<long long>(plan.tasks.back().end - plan.tasks.back().first),
                            static_cast<long long>(plan.tasks.front().end));
  if (plan.seconds_alone > 0) {
    const double gain = plan.seconds_alone / plan.seconds_together;
    const auto machines = static_cast<double>(plan.tasks.size());
    text += format("one machine like this one passes %.4g frames/s, renders %.4g and takes %s; ",
                   plan.engine_speed, plan.render_speed, duration_text(plan.seconds_alone).c_str());
    text += format("%zu that start together take %s, %.1f times as fast\n", plan.tasks.size(),
                   duration_text(plan.seconds_together).c_str(), gain);
    if (gain < 0.5 * machines && machines > 1)
      text += format(
          "that many machines do not pay: each simulates its way to its first picture, and "
          "the last one's takes %s\n",
          duration_text(static_cast<double>(plan.frames) / plan.engine_speed).c_str());
  }
  return text;
}

}  // namespace lifereel
