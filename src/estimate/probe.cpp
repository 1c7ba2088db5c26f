// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/estimate/probe.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "src/estimate/age_plan.h"
#include "src/estimate/drawn_frames.h"
#include "src/estimate/probe_clock.h"
#include "src/estimate/sample_encoder.h"
#include "src/estimate/sample_pictures.h"
#include "src/estimate/sample_world.h"
#include "src/pipeline/frame_source.h"
#include "src/pipeline/picture_layout.h"
#include "src/render.h"
#include "src/settings/validation.h"

namespace lifereel {
namespace {

/// What encoders look ahead at, and a few more.
constexpr int most_pictures = 72, enough_pictures = 48, few_pictures = 24, fewest_pictures = 8;
constexpr double most_bytes = 256e6;  // of sample pictures kept at once

class Probe {
 public:
  Probe(const RenderSettings& settings, const std::optional<ResolvedFilm>& film,
        const ResourceShare& share, double seconds, const JobControl& control)
      : settings_(settings), film_(film), share_(share), seconds_(seconds), control_(control) {
    format_ = film_ ? film_->pictures
                    : format_for_size(settings.film.pixel_format, settings.universe.width,
                                      settings.universe.height);
    if (film_) {
      encoder_.emplace(settings, *film_, share.lanes);
      const UniverseSettings& universe = settings.universe;
      constexpr double looks_ahead = 100;  // bytes a pixel
      const EncoderNeeds needs = encoder_needs(settings.film, universe.width, universe.height);
      if (static_cast<double>(needs.memory_bytes) < looks_ahead * pixels_of(universe))
        pictures_ = few_pictures;
    }
    const bool whole = settings.film.target != DiscTarget::none || !settings.film.filter.empty();
    takes_any_part_ = !whole;
  }

  Measurement run() {
    measure_engine();
    choose_world();
    EngineSettings small_engine;
    small_engine.engine = EngineChoice::cpu;
    engine_ = is_whole_world_ ? std::move(real_engine_) : make_engine(world_, small_engine);
    choose_part();
    // From its first frame on: a universe changes most when it is young.
    engine_.reset();
    engine_ = make_engine(world_, is_whole_world_ ? real_settings_ : small_engine);
    const auto before = ProbeClock::now();
    add_sample();
    sample_seconds_ = since(before);
    go_older();
    return finish();
  }

 private:
  double left() const { return std::max(0.0, seconds_ - since(start_)); }

  /// The film's own, in its youth.
  void measure_engine() {
    EngineSettings& engine = real_settings_;
    const bool cpu = engine.engine != EngineChoice::cuda;
    real_engine_ = make_engine(settings_.universe, engine, control_.notice);
    if (cpu && real_engine_->describe().engine == "cpu") {
      engine.engine = EngineChoice::cpu;
      engine.threads = share_.engine_threads;
      real_engine_.reset();
      real_engine_ = make_engine(settings_.universe, engine);
    }
    SamplePictures pictures(*real_engine_, format_, 2, 2, few_pictures, 0);
    young_engine_ =
        DrawnFrames(*real_engine_, pictures).draw(few_pictures, 0.1 * seconds_, control_);
    // On a busy machine one thread's time would be the others', too.
    const EngineDescription description = real_engine_->describe();
    if (description.engine == "cpu" && description.threads == 1)
      young_engine_.wall = young_engine_.cpu;
  }

  /// As large a world as there is time for: no two are alike, and the film's is one of the larger.
  void choose_world() {
    if (!takes_any_part_) {
      world_ = settings_.universe;
    } else {
      // In smaller ones clusters meet themselves around the torus.
      constexpr double least_pixels = 960.0 * 544;
      constexpr int frames = 3 * most_pictures + 200;  // drawn, and passed between
      const double affordable = 0.3 * seconds_ / (frames * std::max(1e-7, young_engine_.cpu));
      // A GPU's time says nothing of the CPU's, which draws samples.
      const bool is_gpu = real_engine_->describe().engine != "cpu";
      world_ =
          sample_world(settings_.universe,
                       is_gpu ? least_pixels
                              : std::max(least_pixels, affordable * pixels_of(settings_.universe)));
    }
    is_whole_world_ = world_ == settings_.universe;
  }

  /// How much of a picture is encoded: what there is time for, as a first try tells.
  void choose_part() {
    constexpr int first_width = 240, first_height = 136;
    part_width_ = world_.width;
    part_height_ = world_.height;
    if (!encoder_ || settings_.film.target != DiscTarget::none || !settings_.film.filter.empty())
      return;
    SamplePictures pictures(*engine_, format_, std::min(first_width, world_.width),
                            std::min(first_height, world_.height), few_pictures);
    DrawnFrames(*engine_, pictures).draw(few_pictures, 0.1 * seconds_, control_);
    const auto start = ProbeClock::now();
    encoder_->encode(pictures);
    const double pixels = static_cast<double>(pictures.width()) * pictures.height();
    const double a_pixel = since(start) / (pixels * pictures.count());
    double most_pixels = 0.25 * left() / (a_pixel * most_pictures);
    // A part says less than the whole, which therefore may take longer.
    constexpr double more_for_whole = 1.6;
    const bool whole_fits = more_for_whole * most_pixels >= pixels_of(world_) &&
                            bytes_of(world_.width, world_.height) * pictures_ <= most_bytes;
    most_pixels = whole_fits ? pixels_of(world_) : std::min(most_pixels, pixels_in_memory());
    const double scale =
        std::min(1.0, std::sqrt(std::max(most_pixels, pixels) / pixels_of(world_)));
    const auto scaled = [scale](int side) {
      return std::min(side, std::max(16, static_cast<int>(side * scale / 16 + 0.5) * 16));
    };
    part_width_ = scaled(world_.width);
    part_height_ = scaled(world_.height);
    // An encoder that looks ahead makes less of a film's last pictures, so that fewer say less.
    if (a_pixel * pixels * most_pictures > seconds_)
      pictures_ = std::min(pictures_, enough_pictures);
  }

  int parts() const { return std::clamp(share_.lanes, 1, SamplePictures::most_parts); }
  double bytes_of(int width, int height) const {
    return static_cast<double>(
        PictureLayout(format_, width, height, engine_->draws_colour()).slot_bytes());
  }
  /// The largest parts of which `pictures_` pictures fit into most_bytes.
  double pixels_in_memory() const {
    constexpr int width = 960, height = 544;
    return most_bytes / (bytes_of(width, height) * parts() * pictures_) * (width * height);
  }

  /// What moves across an edge comes from nowhere. x265 spends on it what a strip of this width
  /// takes, by parts and wholes of 1920x1080 pictures compared; with x264, parts come out smaller
  /// as often as larger. Where a bitrate is given, it decides.
  double less_edge() const {
    if (settings_.film.codec != "libx265" || settings_.film.bitrate) return 1;
    constexpr double strip = 7.4;  // pixels wide
    const auto with_edge = [](double width, double height) {
      return 1 + strip * 2 * (width + height) / (width * height);
    };
    return with_edge(settings_.universe.width, settings_.universe.height) /
           with_edge(part_width_, part_height_);
  }

  /// Draws and encodes where the engine is now.
  void add_sample() {
    const bool is_whole = part_width_ == world_.width && part_height_ == world_.height;
    const int kept = is_whole ? 1 : parts();  // of each picture
    const int count =
        std::clamp(static_cast<int>(most_bytes / (bytes_of(part_width_, part_height_) * kept)),
                   fewest_pictures, pictures_);
    SamplePictures pictures(*engine_, format_, part_width_, part_height_, count, parts());
    AgeSample sample;
    sample.age = static_cast<std::int64_t>(engine_->frame());
    const EngineCost drawn =
        DrawnFrames(*engine_, pictures)
            .draw(count, is_whole_world_ ? 0.3 * seconds_ : 2 * seconds_, control_);
    if (measurement_.samples.empty()) first_drawn_ = drawn;
    // A large world grows older as a small one does.
    const double older = first_drawn_.cpu > 0 ? drawn.cpu / first_drawn_.cpu : 1;
    sample.engine_cpu = young_engine_.cpu * older;
    sample.engine_wall = young_engine_.wall * older;
    sample.stages = young_engine_.stages;
    if (encoder_) {
      const EncoderCost cost = encoder_->encode(pictures);
      const double worlds = pixels_of(settings_.universe) / pixels_of(world_);
      const double by_area = pixels_of(world_) / (static_cast<double>(part_width_) * part_height_);
      // A whole picture is larger than the caches in which a part of it stays.
      constexpr double out_of_cache = 1.05;  // measured
      const double whole = by_area * worlds;
      sample.encoder_cpu = cost.cpu * whole * (whole > 1 ? out_of_cache : 1.0);
      // A bitrate is shared out by area.
      const double keys_in_film =
          worlds * (settings_.film.bitrate ? by_area : pictures.parts_in_whole());
      const double in_film = keys_in_film * less_edge();  // key frames have no motion
      sample.key_bytes = cost.key_bytes * keys_in_film;
      sample.other_bytes = cost.early_bytes * in_film;
      key_distance_ = cost.key_distance;
      measurement_.saved_at_end = cost.saved_at_end * in_film;
      if (measurement_.samples.empty()) {
        // A young universe's pictures change much within one sample.
        sample.age += cost.counted / 4;
        measurement_.samples.push_back(sample);
        sample.age += cost.counted / 2;
        sample.other_bytes = cost.late_bytes * in_film;
      } else {
        sample.age += cost.counted / 2;
        sample.other_bytes = (cost.early_bytes + cost.late_bytes) / 2 * in_film;
      }
    }
    measurement_.samples.push_back(sample);
  }

  /// Samples of an older universe: as old as the film's will be, or as can be reached, and on the
  /// way there, as far as there is time.
  void go_older() {
    const std::int64_t films_end = settings_.warmup + frame_count(settings_);
    const auto now = static_cast<std::int64_t>(engine_->frame());
    measurement_.to_the_end = true;
    if (films_end <= std::max<std::int64_t>(few_pictures, now / 2)) return;
    const std::int64_t end = std::max(films_end - few_pictures, now + 1);
    const auto nap = std::max<std::int64_t>(1, std::min<std::int64_t>(24, (end - now) / 8));
    const auto start = ProbeClock::now();
    pass(nap);
    double a_frame = std::max(1e-7, since(start) / static_cast<double>(nap));
    // What the first pictures have of the initial state is soon over.
    const auto here = [this] { return static_cast<std::int64_t>(engine_->frame()); };
    const auto time = [&] { return AgePlan::Time{left(), a_frame, sample_seconds_}; };
    AgePlan plan(here(), settings_.warmup, end, seconds_, time());
    while (const auto age = plan.next(here(), time())) {
      const std::int64_t frames = *age - here();
      const auto before = ProbeClock::now();
      pass(frames);
      if (frames >= nap) a_frame = std::max(a_frame, since(before) / static_cast<double>(frames));
      const auto begun = ProbeClock::now();
      add_sample();
      sample_seconds_ = std::max(sample_seconds_, since(begun));
    }
    measurement_.to_the_end = plan.oldest() >= end;  // the samples before may go beyond
  }

  void pass(std::int64_t frames) {
    JobControl quiet;
    quiet.cancel = control_.cancel;
    pass_frames(*engine_, format_, frames, quiet);
  }

  Measurement finish() {
    const FilmSettings& film = settings_.film;
    measurement_.probe_seconds = seconds_;
    if (film_ && film_->settings.gop)
      measurement_.gop = *film_->settings.gop;
    else if (key_distance_ > 0)
      measurement_.gop = key_distance_;
    else
      measurement_.gop = 250;
    const int chunk = film.codec == "null" ? 0 : chunk_frames(film);
    measurement_.chunk_frames = chunk;
    if (chunk > 0) measurement_.gop = std::min<double>(measurement_.gop, chunk);
    return std::move(measurement_);
  }

  const RenderSettings& settings_;
  const std::optional<ResolvedFilm>& film_;
  const ResourceShare& share_;
  const double seconds_;
  const JobControl& control_;
  const ProbeClock::time_point start_ = ProbeClock::now();
  PictureFormat format_;
  std::optional<SampleEncoder> encoder_;
  UniverseSettings world_;
  bool takes_any_part_ = false, is_whole_world_ = false;
  EngineSettings real_settings_ = settings_.engine;
  std::unique_ptr<Engine> real_engine_, engine_;
  EngineCost young_engine_, first_drawn_;
  int part_width_ = 0, part_height_ = 0, pictures_ = most_pictures;
  double key_distance_ = 0, sample_seconds_ = 0;
  Measurement measurement_;
};

}  // namespace

Measurement probe(const RenderSettings& settings, const std::optional<ResolvedFilm>& film,
                  const ResourceShare& share, double seconds, const JobControl& control) {
  Measurement measurement = Probe(settings, film, share, seconds, control).run();
#ifdef __GLIBC__
  malloc_trim(0);  // it is not to count as the film's memory
#endif
  return measurement;
}

}  // namespace lifereel
