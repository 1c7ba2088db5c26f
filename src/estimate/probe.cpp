// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/estimate/probe.h"

#include <time.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <exception>
#include <memory>
#include <thread>
#include <vector>

#include "src/estimate/sample_world.h"
#include "src/pipeline/cancellation.h"
#include "src/pipeline/frame_source.h"
#include "src/pipeline/picture_layout.h"
#include "src/render.h"
#include "src/settings/validation.h"

namespace lifereel {
namespace {

using ProbeClock = std::chrono::steady_clock;

double since(ProbeClock::time_point start) {
  return std::chrono::duration<double>(ProbeClock::now() - start).count();
}

double process_cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// What encoders look ahead at, and a few more.
constexpr int most_pictures = 72, enough_pictures = 48, few_pictures = 24, fewest_pictures = 8;

/// The middle of pictures, as large as is encoded of them, one after another in memory.
class SamplePictures {
 public:
  SamplePictures(const Engine& engine, const PictureFormat& format, int width, int height,
                 int count)
      : whole_(format, engine),
        part_(format, width, height, engine.draws_colour()),
        width_(width),
        height_(height),
        target_(engine.allocate_picture_memory(whole_.slot_bytes(), 1)),
        memory_(part_.slot_bytes()) {
    memory_.add_plain(static_cast<std::size_t>(count));
  }

  int count() const noexcept { return count_; }
  int width() const noexcept { return width_; }
  int height() const noexcept { return height_; }
  Picture picture(int index) const noexcept { return part_.picture(slot(index), index); }

  PictureTarget target() noexcept { return whole_.target(target_.picture(0)); }
  void keep() {
    const Picture whole = whole_.picture(target_.picture(0), count_);
    const PictureTarget to = part_.target(slot(count_));
    for (int plane = 0; plane < (to.has_chroma() ? 3 : 1); ++plane) {
      const PlaneView from = whole.plane(plane);
      const PlaneSize size = plane_size(plane, width_, height_);
      const std::size_t sample = static_cast<std::size_t>(sample_bytes(from.bit_depth));
      // An even place, so that it begins with a sample of chroma.
      const int left = (from.width - size.width) / 2 / 2 * 2;
      const int top = (from.height - size.height) / 2 / 2 * 2;
      for (int y = 0; y < size.height; ++y)
        std::memcpy(
            to.planes[plane].data + static_cast<std::size_t>(y) * to.planes[plane].stride_bytes,
            from.row(top + y) + static_cast<std::size_t>(left) * sample,
            static_cast<std::size_t>(size.width) * sample);
    }
    ++count_;
  }

 private:
  std::uint8_t* slot(int index) const noexcept {
    return memory_.picture(static_cast<std::size_t>(index));
  }

  const PictureLayout whole_, part_;
  const int width_, height_;
  const PictureMemory target_;
  PictureMemory memory_;
  int count_ = 0;
};

struct EngineCost {
  double cpu = 0, wall = 0;  // a frame
  StageTimes stages;
};

/// Frames of an engine, each kept, as many as there is time for. The first is not counted where
/// others are: it makes tables.
EngineCost draw_frames(Engine& engine, SamplePictures& pictures, int frames, double seconds,
                       const JobControl& control) {
  const CancellableSteps cancellable(engine, control.cancel);
  auto start = ProbeClock::now();
  double cpu = process_cpu_seconds();
  StageTimes stages = engine.stage_times();
  int counted = 0;
  double copying = 0;
  for (int frame = 0; frame < frames; ++frame) {
    throw_if_cancelled(control.cancel);
    engine.step();
    engine.draw(pictures.target());
    const auto drawn = ProbeClock::now();
    pictures.keep();
    copying += since(drawn);
    ++counted;
    if (frame == 0 && frames > 1) {
      start = ProbeClock::now();
      cpu = process_cpu_seconds();
      stages = engine.stage_times();
      counted = 0;
      copying = 0;
    }
    if (frame + 1 >= std::min(frames, fewest_pictures) && since(start) > seconds) break;
  }
  EngineCost cost;
  const double share = 1.0 / std::max(1, counted);
  cost.wall = (since(start) - copying) * share;
  cost.cpu = std::max(0.0, process_cpu_seconds() - cpu - copying) * share;
  const StageTimes spent = engine.stage_times() - stages;
  cost.stages = {spent.step * share, spent.light * share, spent.glyphs * share,
                 spent.bend * share, spent.bloom * share, spent.tone * share};
  return cost;
}

struct EncoderCost {
  double cpu = 0;  // a picture
  double key_bytes = 0, other_bytes = 0;
  double key_distance = 0;  // 0: not seen
};

/// Bytes of key frames and of others, of those that came out before the encoder was told that no
/// more would come, where there were enough.
void count_bytes(EncoderCost& cost, const FilmStatistics& all, const Film::Written& early) {
  constexpr std::int64_t enough = 8;
  cost.key_bytes = static_cast<double>(all.bytes_i) /
                   static_cast<double>(std::max<std::int64_t>(1, all.frames_i));
  const std::int64_t early_others = early.frames - all.frames_i;
  const std::int64_t others = all.frames - all.frames_i;
  if (others <= 0)
    cost.other_bytes = cost.key_bytes;
  else if (early_others >= enough && all.frames_i == 1)
    cost.other_bytes =
        static_cast<double>(early.video_bytes - all.bytes_i) / static_cast<double>(early_others);
  else
    cost.other_bytes =
        static_cast<double>(all.video_bytes - all.bytes_i) / static_cast<double>(others);
  if (all.frames_i > 1)
    cost.key_distance = static_cast<double>(all.frames) / static_cast<double>(all.frames_i);
}

class SampleEncoder {
 public:
  SampleEncoder(const RenderSettings& settings, const ResolvedFilm& film, int lanes)
      : settings_(settings), film_(film), lanes_(lanes) {}

  /// The same pictures by as many encoders at once as the film will have.
  EncoderCost encode(const SamplePictures& pictures) const {
    const FilmOutput output = output_for(pictures);
    const FilmSettings film = film_for(pictures);
    std::vector<EncoderCost> costs(static_cast<std::size_t>(lanes_));
    std::vector<std::exception_ptr> failures(costs.size());
    std::vector<std::thread> threads;
    const double cpu = process_cpu_seconds();
    const auto one = [&](std::size_t lane) {
      try {
        costs[lane] = encode_one(film, output, pictures);
      } catch (...) {
        failures[lane] = std::current_exception();
      }
    };
    for (std::size_t lane = 1; lane < costs.size(); ++lane) threads.emplace_back(one, lane);
    one(0);
    for (std::thread& thread : threads) thread.join();
    for (const std::exception_ptr& failure : failures)
      if (failure) std::rethrow_exception(failure);
    EncoderCost cost = costs.front();
    cost.cpu = (process_cpu_seconds() - cpu) / (lanes_ * pictures.count());
    return cost;
  }

 private:
  static EncoderCost encode_one(const FilmSettings& settings, const FilmOutput& output,
                                const SamplePictures& pictures) {
    Film film(settings, output);
    for (int i = 0; i < pictures.count(); ++i) film.write(pictures.picture(i));
    const Film::Written early = film.written();
    film.finish();
    EncoderCost cost;
    count_bytes(cost, film.statistics(), early);
    return cost;
  }

  FilmOutput output_for(const SamplePictures& pictures) const {
    FilmOutput output;
    output.path = "/dev/null";
    output.overwrite = true;
    output.width = pictures.width();
    output.height = pictures.height();
    output.colour = settings_.universe.look.draws_colour();
    output.frames = pictures.count();
    return output;
  }

  /// Rates are those of as much of the picture as is encoded.
  FilmSettings film_for(const SamplePictures& pictures) const {
    FilmSettings film = settings_.film;
    film.faststart = false;
    if (film.target != DiscTarget::none) return film;
    film.container = "nut";  // which holds whatever there is, and never goes back
    const double part = static_cast<double>(pictures.width()) * pictures.height() /
                        (static_cast<double>(film_.width) * film_.height);
    for (auto* const rate : {&film.bitrate, &film.maxrate, &film.bufsize})
      if (*rate)
        **rate = std::max<std::int64_t>(1000, std::llround(static_cast<double>(**rate) * part));
    return film;
  }

  const RenderSettings& settings_;
  const ResolvedFilm& film_;
  const int lanes_;
};

class Probe {
 public:
  Probe(const RenderSettings& settings, const std::optional<ResolvedFilm>& film,
        const ResourceShare& share, double seconds, const JobControl& control)
      : settings_(settings), film_(film), share_(share), seconds_(seconds), control_(control) {
    format_ = film_ ? film_->pictures
                    : format_for_size(settings.film.pixel_format, settings.universe.width,
                                      settings.universe.height);
    if (film_) encoder_.emplace(settings, *film_, share.lanes);
    const bool whole = settings.film.target != DiscTarget::none || !settings.film.filter.empty();
    const double most = seconds > 4 ? 640.0 * 368 : 480.0 * 272;
    world_ = whole ? settings.universe : sample_world(settings.universe, most);
    is_whole_world_ = world_ == settings.universe;
  }

  Measurement run() {
    measure_engine();
    EngineSettings small_engine;
    small_engine.engine = EngineChoice::cpu;
    engine_ = is_whole_world_ ? std::move(real_engine_) : make_engine(world_, small_engine);
    choose_part();
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
    EngineSettings engine = settings_.engine;
    const bool cpu = engine.engine != EngineChoice::cuda;
    real_engine_ = make_engine(settings_.universe, engine, control_.notice);
    if (cpu && real_engine_->describe().engine == "cpu") {
      engine.engine = EngineChoice::cpu;
      engine.threads = share_.engine_threads;
      real_engine_.reset();
      real_engine_ = make_engine(settings_.universe, engine);
    }
    SamplePictures pictures(*real_engine_, format_, 2, 2, few_pictures);
    young_engine_ = draw_frames(*real_engine_, pictures, few_pictures, 0.1 * seconds_, control_);
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
    draw_frames(*engine_, pictures, few_pictures, 0.1 * seconds_, control_);
    const auto start = ProbeClock::now();
    encoder_->encode(pictures);
    const double pixels = static_cast<double>(pictures.width()) * pictures.height();
    const double a_pixel = since(start) / (pixels * pictures.count());
    const double most_pixels = 0.25 * left() / (a_pixel * most_pictures);
    const double scale =
        std::min(1.0, std::sqrt(std::max(most_pixels, pixels) / pixels_of(world_)));
    part_width_ = std::min(world_.width, static_cast<int>(world_.width * scale / 16 + 0.5) * 16);
    part_height_ = std::min(world_.height, static_cast<int>(world_.height * scale / 16 + 0.5) * 16);
    // An encoder that looks ahead makes less of a film's last pictures, so that fewer say less.
    if (a_pixel * pixels * most_pictures > seconds_) pictures_ = enough_pictures;
  }

  /// Draws and encodes where the engine is now.
  void add_sample() {
    constexpr double most_bytes = 512e6;
    const double bytes = static_cast<double>(
        PictureLayout(format_, part_width_, part_height_, engine_->draws_colour()).slot_bytes());
    const int count = std::clamp(static_cast<int>(most_bytes / bytes), fewest_pictures, pictures_);
    SamplePictures pictures(*engine_, format_, part_width_, part_height_, count);
    AgeSample sample;
    sample.age = static_cast<std::int64_t>(engine_->frame());
    const EngineCost drawn = draw_frames(*engine_, pictures, count,
                                         is_whole_world_ ? 0.3 * seconds_ : 2 * seconds_, control_);
    if (measurement_.samples.empty()) first_drawn_ = drawn;
    // A large world grows older as a small one does.
    const double older = first_drawn_.cpu > 0 ? drawn.cpu / first_drawn_.cpu : 1;
    sample.engine_cpu = young_engine_.cpu * older;
    sample.engine_wall = young_engine_.wall * older;
    sample.stages = young_engine_.stages;
    if (encoder_) {
      const EncoderCost cost = encoder_->encode(pictures);
      const double parts =
          pixels_of(settings_.universe) / (static_cast<double>(part_width_) * part_height_);
      sample.encoder_cpu = cost.cpu * parts;
      sample.key_bytes = cost.key_bytes * parts;
      sample.other_bytes = cost.other_bytes * parts;
      key_distance_ = cost.key_distance;
    }
    measurement_.samples.push_back(sample);
  }

  /// Two samples of an older universe: as old as the film's will be, or as can be reached.
  void go_older() {
    const std::int64_t end = settings_.warmup + frame_count(settings_) - pictures_;
    const auto now = static_cast<std::int64_t>(engine_->frame());
    measurement_.to_the_end = true;
    if (end <= now) return;
    const auto nap = std::max<std::int64_t>(1, std::min<std::int64_t>(24, (end - now) / 8));
    const auto start = ProbeClock::now();
    pass(nap);
    const double a_frame = std::max(1e-7, since(start) / static_cast<double>(nap));
    const double affordable = 0.3 * seconds_ / a_frame;
    const std::int64_t oldest = static_cast<double>(end - now) <= affordable
                                    ? end
                                    : now + static_cast<std::int64_t>(affordable);
    measurement_.to_the_end = oldest == end;
    const std::int64_t middle = now + (oldest - now) / 6;
    for (const std::int64_t age : {middle, oldest}) {
      if (age == middle && left() < 1.5 * sample_seconds_) continue;  // the older one says more
      const std::int64_t way = age - static_cast<std::int64_t>(engine_->frame());
      if (way <= 0) continue;
      pass(way);
      add_sample();
    }
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
  bool is_whole_world_ = false;
  std::unique_ptr<Engine> real_engine_, engine_;
  EngineCost young_engine_, first_drawn_;
  int part_width_ = 0, part_height_ = 0, pictures_ = most_pictures;
  double key_distance_ = 0, sample_seconds_ = 0;
  Measurement measurement_;
};

}  // namespace

Measurement probe(const RenderSettings& settings, const std::optional<ResolvedFilm>& film,
                  const ResourceShare& share, double seconds, const JobControl& control) {
  return Probe(settings, film, share, seconds, control).run();
}

}  // namespace lifereel
