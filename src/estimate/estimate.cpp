// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/estimate.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <optional>

#include "encoders/chunk_plan.h"
#include "src/estimate/estimate_folder.h"
#include "src/estimate/probe.h"
#include "src/media/film_size.h"
#include "src/pipeline/resources.h"
#include "src/render.h"
#include "src/render/disk_needs.h"
#include "src/render/frame_budget.h"
#include "src/settings/codec_names.h"
#include "src/settings/validation.h"
#include "src/text/format.h"
#include "src/version.h"

namespace lifereel {
namespace {

/// A film that has no name yet.
RenderSettings with_a_name(const RenderSettings& wanted) {
  RenderSettings settings = wanted;
  if (settings.output.empty() && settings.film.codec != "null")
    settings.output = settings.film.target == DiscTarget::none ? "film.mkv" : "film.mpg";
  if (const std::optional<PictureFiles> pictures = pictures_of(settings))
    settings.film = pictures->settings;
  return settings;
}

/// As validated_film(), but for paths.
std::optional<ResolvedFilm> film_to_estimate(const RenderSettings& settings) {
  validate(settings.universe);
  frame_count(settings);
  check_pixel_format(settings);
  if (settings.film.codec == "null") return std::nullopt;
  check_codec_exists(settings.film.codec);
  return resolve(settings.film, film_output(settings));
}

/// From a measurement to a film of some length.
class CostModel {
 public:
  CostModel(const RenderSettings& settings, const Measurement& measurement,
            const ResourceShare& share)
      : settings_(settings), measurement_(measurement), share_(share) {}

  FrameBudget budget(std::int64_t frames) const {
    FrameBudget budget;
    budget.engine = mean(&AgeSample::engine_wall, frames);
    budget.stages = measurement_.samples.empty() ? StageTimes() : older_stages(budget.engine);
    const double encoder = mean(&AgeSample::encoder_cpu, frames);
    budget.encode = encoder / encoder_threads();
    budget.frame = seconds(frames) / static_cast<double>(frames);
    return budget;
  }

  /// All processors work on what there is to be done, unless one side has too few of them: the
  /// engine's threads, or the lane that has the most chunks.
  double seconds(std::int64_t frames) const {
    constexpr double start_and_end = 0.05;
    const auto count = static_cast<double>(frames);
    const double engine = mean(&AgeSample::engine_wall, frames) * count;
    const double encoder = mean(&AgeSample::encoder_cpu, frames);
    const double work = mean(&AgeSample::engine_cpu, frames) + encoder;
    const double processors = std::max(1, usable_resources().processors);
    const double lane = encoder * busiest_lane(frames) / encoder_threads();
    const double passed = mean_over(measurement_.samples, &AgeSample::engine_wall, 0,
                                    static_cast<double>(settings_.warmup)) *
                          static_cast<double>(settings_.warmup);
    return start_and_end + passed + std::max({engine, work * count / processors, lane});
  }

  double bytes(std::int64_t frames) const {
    const auto from = static_cast<double>(settings_.warmup);
    return mean_bytes(measurement_, from, from + static_cast<double>(frames)) *
           static_cast<double>(frames);
  }

 private:
  double mean(double AgeSample::*quantity, std::int64_t frames) const {
    const auto from = static_cast<double>(settings_.warmup);
    return mean_over(measurement_.samples, quantity, from, from + static_cast<double>(frames));
  }

  StageTimes older_stages(double engine) const {
    StageTimes stages = measurement_.samples.front().stages;
    const double older = stages.sum() > 0 ? engine / stages.sum() : 0;
    for (double StageTimes::*stage : {&StageTimes::step, &StageTimes::light, &StageTimes::glyphs,
                                      &StageTimes::bend, &StageTimes::bloom, &StageTimes::tone})
      stages.*stage *= older;
    return stages;
  }

  double encoder_threads() const {
    const UniverseSettings& universe = settings_.universe;
    if (settings_.film.codec == "null") return 1;
    return std::max(1, encoder_needs(settings_.film, universe.width, universe.height).threads);
  }

  double busiest_lane(std::int64_t frames) const {
    const int chunk = settings_.film.codec == "null" ? 0 : chunk_frames(settings_.film);
    if (chunk == 0 || share_.lanes <= 1) return static_cast<double>(frames);
    const std::int64_t chunks = ChunkPlan{frames, chunk}.count();
    const std::int64_t most = (chunks + share_.lanes - 1) / share_.lanes;
    return static_cast<double>(std::min(frames, most * chunk));
  }

  const RenderSettings& settings_;
  const Measurement& measurement_;
  const ResourceShare& share_;
};

/// The size of a film whose pictures come to `sampled` bytes.
double film_size(const RenderSettings& settings, const ResolvedFilm& resolved, double sampled,
                 std::int64_t frames) {
  const FilmSettings& film = settings.film;
  const double seconds = static_cast<double>(frames) / film.frames_per_second.value();
  double video = sampled;
  if (film.codec == "rawvideo") {
    video = static_cast<double>(packed_bytes(film.pixel_format, settings.universe.width,
                                             settings.universe.height)) *
            static_cast<double>(frames);
  } else if (film.bitrate) {
    // An encoder that has no use for so much is not made to take it.
    constexpr double much_less = 0.5;
    const double wanted = static_cast<double>(*film.bitrate) / 8 * seconds;
    video = sampled > 0 && sampled < much_less * wanted ? sampled : wanted;
  }
  return film_file_bytes(resolved, video, frames);
}

/// Whether a film of these settings would cost as much a frame as a finished one did: a short one
/// has fewer lanes, and a young universe.
bool says_enough(const FinishedCost& finished, const RenderSettings& settings) {
  constexpr std::int64_t much_longer = 20;
  const ResourceShare share =
      share_resources(settings, usable_resources(), settings.universe.look.draws_colour());
  return finished.lanes == share.lanes && frame_count(settings) <= much_longer * finished.frames;
}

std::uint64_t rounded(double bytes) { return static_cast<std::uint64_t>(std::llround(bytes)); }

Estimate estimate_of(const RenderSettings& settings, const std::optional<ResolvedFilm>& resolved,
                     const Measurement& measurement) {
  const RenderPlan plan = plan_render(settings);
  const ResourceShare share =
      share_resources(settings, usable_resources(), settings.universe.look.draws_colour());
  const CostModel model(settings, measurement, share);
  Estimate estimate;
  estimate.frames = frame_count(settings);
  estimate.lanes = plan.lanes;
  estimate.engine = plan.engine == "cpu" ? "cpu" : "cuda";
  estimate.engine_threads = plan.engine_threads;
  estimate.seconds = model.seconds(estimate.frames);
  estimate.budget = model.budget(estimate.frames);
  estimate.peak_memory_bytes = plan.memory_bytes;
  const auto size_of = [&](std::int64_t frames) {
    return resolved ? film_size(settings, *resolved, model.bytes(frames), frames) : 0;
  };
  double film = size_of(estimate.frames);
  if (const std::optional<FinishedCost>& finished = measurement.finished;
      finished && says_enough(*finished, settings)) {
    const auto scaled = [&](double now, double then) {
      const double by_length =
          static_cast<double>(estimate.frames) / static_cast<double>(finished->frames);
      return measurement.samples.empty() || then <= 0 ? by_length : now / then;
    };
    estimate.seconds =
        finished->wall_seconds * scaled(estimate.seconds, model.seconds(finished->frames));
    film = static_cast<double>(finished->film_bytes) * scaled(film, size_of(finished->frames));
    // A short film may not have filled its rings.
    estimate.peak_memory_bytes = std::max(estimate.peak_memory_bytes, finished->peak_memory_bytes);
    estimate.budget = finished->budget;
  }
  estimate.film_bytes = rounded(film);
  estimate.disk_bytes = estimate.film_bytes;
  if (keeps_working_files(settings))
    estimate.disk_bytes += estimate.film_bytes + disk_needs(settings, plan.lanes).checkpoints;
  if (!measurement.samples.empty())
    estimate.oldest_sample =
        std::max<std::int64_t>(0, measurement.samples.back().age - settings.warmup);
  return estimate;
}

/// Nothing better would come of another measurement.
bool is_good_enough(const Measurement& kept, const RenderSettings& settings,
                    const EstimateSettings& how) {
  if (kept.finished && says_enough(*kept.finished, settings)) return true;
  if (kept.samples.empty()) return false;
  if (how.probe_seconds > 2 * kept.probe_seconds) return false;
  constexpr double much_longer = 1.5;
  const auto oldest = static_cast<double>(kept.samples.back().age + 72);
  return !kept.to_the_end ||
         static_cast<double>(settings.warmup + frame_count(settings)) <= much_longer * oldest;
}

}  // namespace

Estimate estimate(const RenderSettings& wanted, const EstimateSettings& how,
                  const JobControl& control) {
  const RenderSettings settings = with_a_name(wanted);
  const std::optional<ResolvedFilm> film = film_to_estimate(settings);
  const std::string key = measurement_key(settings);
  std::optional<Measurement> measurement = kept_measurement(how.folder, key);
  const bool kept = measurement && is_good_enough(*measurement, settings, how);
  if (!kept) {
    const ResourceShare share =
        share_resources(settings, usable_resources(), settings.universe.look.draws_colour());
    const std::optional<FinishedCost> finished = measurement ? measurement->finished : std::nullopt;
    measurement = probe(settings, film, share, how.probe_seconds, control);
    measurement->finished = finished;
    keep_measurement(how.folder, key, *measurement);
  }
  Estimate result = estimate_of(settings, film, *measurement);
  if (measurement->finished && says_enough(*measurement->finished, settings))
    result.source = Estimate::Source::rendered;
  else
    result.source = kept ? Estimate::Source::kept : Estimate::Source::measured;
  return result;
}

void keep_as_estimate(const RenderSettings& wanted, const RenderReport& report,
                      const EstimateSettings& how) noexcept {
  try {
    const PipelineStatistics& pipeline = report.pipeline;
    constexpr double long_enough = 1;
    if (report.finished_before || pipeline.frames_kept > 0 || pipeline.frames == 0 ||
        pipeline.wall_seconds < long_enough || wanted.frame)
      return;
    const RenderSettings settings = with_a_name(wanted);
    const std::string key = measurement_key(settings);
    Measurement measurement = kept_measurement(how.folder, key).value_or(Measurement());
    if (measurement.finished && measurement.finished->lanes == pipeline.lanes &&
        measurement.finished->frames > 2 * pipeline.frames)
      return;  // which says more
    measurement.finished = {pipeline.frames,        pipeline.lanes,           pipeline.wall_seconds,
                            report.film.file_bytes, report.peak_memory_bytes, frame_budget(report)};
    keep_measurement(how.folder, key, measurement);
  } catch (const std::exception&) {
    // Nobody asked for it.
  }
}

std::string describe_at_length(const Estimate& estimate) {
  std::string text = format("film        %lld frames, ", static_cast<long long>(estimate.frames));
  text += describe(estimate) + "\n";
  text += "a frame     " + describe(estimate.budget) + "\n";
  text += format("machine     %s, %d thread%s, %d lane%s\n", estimate.engine.c_str(),
                 estimate.engine_threads, estimate.engine_threads == 1 ? "" : "s", estimate.lanes,
                 estimate.lanes == 1 ? "" : "s");
  switch (estimate.source) {
    case Estimate::Source::rendered:
      return text + "source      a finished film of these settings, rendered on this machine\n";
    case Estimate::Source::kept:
      text += "source      measured before on this machine";
      break;
    case Estimate::Source::measured:
      text += "source      measured now";
  }
  return text + format(", the oldest universe at frame %lld\n",
                       static_cast<long long>(estimate.oldest_sample));
}

std::string to_json(const RenderSettings& settings, const Estimate& estimate) {
  Json json;
  json.open(nullptr);
  json.add("lifereel", std::string(version()));
  json.add("config", print_config(settings));
  add_estimate(json, estimate);
  json.close();
  return json.text() + "\n";
}

}  // namespace lifereel
