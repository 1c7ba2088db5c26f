// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <atomic>
#include <cstring>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "sim/arithmetic/constants.h"
#include "sim/arithmetic/float_environment.h"
#include "sim/arithmetic/species_motion.h"
#include "sim/cpu/engine_needs.h"
#include "sim/cpu/kernel_choice.h"
#include "sim/cpu/painter.h"
#include "sim/cpu/scene_engine.h"
#include "sim/cpu/stage_clock.h"
#include "sim/cpu/strips.h"
#include "sim/cpu/worker_pool.h"
#include "sim/engine.h"

namespace lifereel {
namespace {

// Not inlined into kernels: what the compiler makes of std::atomic there is one instruction set's.
bool is_cancelled(const ForceField& field) {
  if (field.cancel != nullptr && field.cancel->load(std::memory_order_relaxed))
    field.cancelled->store(true, std::memory_order_relaxed);
  return field.cancelled->load(std::memory_order_relaxed);
}

class CpuEngine final : public Engine {
 public:
  CpuEngine(const UniverseSettings& universe, Isa isa, int threads)
      : settings_(universe),
        isa_(isa),
        kernels_(kernels_for(isa)),
        strips_(make_strips(universe)),
        painter_(universe.look.draws_colour() ? make_light_painter(universe, isa, threads)
                                              : make_gray_painter(universe, isa, threads)),
        pool_(threads) {
    InitialState initial = make_initial_state(universe);
    matrix_ = std::move(initial.matrix);
    const auto species = static_cast<std::size_t>(universe.species);
    const std::size_t positions = positions_of(universe, strips_);
    for (Particles* particles : {&particles_, &sorted_}) particles->resize(positions);
    places_.resize(positions);
    sorted_places_.resize(positions);
    write_state(initial.state);
    for (std::size_t k = 0; k < matrix_.size(); ++k)
      transposed_matrix_.push_back(matrix_[k % species * species + k / species]);
    bucket_start_.resize(static_cast<std::size_t>(strips_.buckets()) + 1);
    attraction_pitch_ = positions;
    felt_.resize(positions * species);
    caused_.resize(felt_.size());
    layers_.resize(2 * positions * (static_cast<std::size_t>(strips_.reach) + 1));

    scratch_.resize(static_cast<std::size_t>(threads));
    for (Scratch& scratch : scratch_) {
      scratch.partial_y.resize(positions);
      scratch.partial_x.resize(positions);
    }

    field_.strips = &strips_;
    field_.start = bucket_start_.data();
    field_.felt = felt_.data();
    field_.caused = caused_.data();
    field_.pitch = static_cast<std::int64_t>(attraction_pitch_);
    field_.constants = force_constants(universe, matrix_);
    field_.layers = layers_.data();
    field_.layer_pitch = static_cast<std::int64_t>(positions);
    field_.is_cancelled = is_cancelled;
    field_.cancelled = &cancelled_;
    motion_ = motion_constants(universe, matrix_);
    first_motion_ = first_motion_constants(universe, matrix_);
  }

  const UniverseSettings& settings() const noexcept override { return settings_; }
  std::uint64_t frame() const noexcept override { return frame_; }
  void read_state(State& state) const override {
    const auto n = static_cast<std::size_t>(settings_.particles);
    state.frame = frame_;
    for (auto* axis : {&state.y, &state.x, &state.vy, &state.vx}) axis->resize(n);
    state.species.resize(n);
    for_each_particle([&](std::size_t i) {
      const auto number = static_cast<std::size_t>(particles_.number[i]);
      state.y[number] = particles_.y[i];
      state.x[number] = particles_.x[i];
      state.vy[number] = particles_.vy[i];
      state.vx[number] = particles_.vx[i];
      state.species[number] = particles_.species[i];
    });
  }

  void save(Checkpoint& checkpoint) const override {
    if (painter_->has_added())
      throw std::logic_error("save: draw comes first, for the light of a frame's steps");
    checkpoint.universe = settings_;
    read_state(checkpoint.state);
    painter_->save(checkpoint);
  }

  void restore(const Checkpoint& checkpoint) override {
    const FloatEnvironment ieee;
    lifereel::validate(checkpoint, settings_);
    write_state(checkpoint.state);
    painter_->begin_frame();
    painter_->restore(checkpoint);
  }

  EngineDescription describe() const override {
    return describe_cpu_engine(isa_, pool_.threads(), memory_bytes(settings_, pool_.threads()));
  }

  void cancel_steps(const std::atomic<bool>* flag) noexcept override { field_.cancel = flag; }

  void step() override {
    const FloatEnvironment ieee;
    cancelled_ = false;
    clock_.begin();
    painter_->begin_frame();
    if (settings_.steps_per_frame == 1)
      move();
    else
      move_often();
    ++frame_;
    clock_.end(&StageTimes::step);
  }

  void begin_draw(const PictureTarget& target) override {
    check(target);
    const FloatEnvironment ieee;
    painter_->paint(view(), target, pool_);
    if (target.motion != nullptr) measure_motion(target.motion);
  }

  void pass(const PictureTarget& target) override {
    check(target);
    const FloatEnvironment ieee;
    painter_->pass(view(), target.colour, pool_);
  }

  void finish_draw() override {}
  bool draws_colour() const noexcept override { return settings_.look.draws_colour(); }

  StageTimes stage_times() const override {
    StageTimes times = painter_->stage_times();
    times.step = clock_.times().step;
    return times;
  }

  // What the engine allocates for these settings.
  static std::size_t memory_bytes(const UniverseSettings& s, int threads) {
    const Strips strips = make_strips(s);
    const auto positions = positions_of(s, strips);
    // Particles twice, places, matrix entries, layers; their hash (hash_state) and pixels; partial
    // sums; buckets; the picture.
    const std::size_t a_position = 2 * 6 * 4 + 2 * 4 + 2 * 4 * static_cast<std::size_t>(s.species) +
                                   2 * 8 * (static_cast<std::size_t>(strips.reach) + 1) +
                                   (s.steps_per_frame > 1 ? 7 * 4 : 0);
    return positions * (a_position + static_cast<std::size_t>(threads) * 8) +
           static_cast<std::size_t>(s.particles) * 44 +
           static_cast<std::size_t>(strips.buckets()) * 4 + painter_memory_bytes(s, threads);
  }

 private:
  void check(const PictureTarget& target) const {
    constexpr int gray_bits = 8, colour_bits = 10;
    lifereel::validate(target, settings_.width, settings_.height,
                       draws_colour() ? colour_bits : gray_bits);
  }

  struct Particles {
    std::vector<float> y, x, vy, vx;
    std::vector<std::int32_t> species, number;

    void resize(std::size_t n) {
      for (auto* axis : {&y, &x, &vy, &vx}) axis->resize(n);
      species.resize(n);
      number.resize(n);
    }
  };

  struct Scratch {
    std::vector<std::int32_t> partial_y, partial_x;  // by position, all 0 between strips
  };

  void measure_motion(SpeciesMotion* motion) {
    const float down_scale = 256.0f / static_cast<float>(settings_.height);
    const float across_scale = 256.0f / static_cast<float>(settings_.width);
    motion_sums_.assign(static_cast<std::size_t>(settings_.species), arithmetic::MotionSums{});
    for_each_particle([&](std::size_t i) {
      arithmetic::add_share(
          motion_sums_[static_cast<std::size_t>(particles_.species[i])],
          arithmetic::motion_share(particles_.y[i], particles_.x[i], particles_.vy[i],
                                   particles_.vx[i], down_scale, across_scale));
    });
    for (const arithmetic::MotionSums& sums : motion_sums_) *motion++ = arithmetic::motion_of(sums);
  }

  // Particles move at the end, when all is known that moves them, so that a step can be cancelled
  // until then.
  void move() {
    sort_by_place();
    pool_.run(strips_.strips, 1, [this](int, std::int32_t strip) {
      if (!is_cancelled(field_)) spread_matrix(strip);
    });
    pool_.run(strips_.strips, 1, [this](int thread, std::int32_t strip) {
      Scratch& scratch = scratch_[static_cast<std::size_t>(thread)];
      if (!is_cancelled(field_))
        kernels_.sum_strip(field_, strip, scratch.partial_y.data(), scratch.partial_x.data());
    });
    if (is_cancelled(field_)) throw Cancelled();
    const arithmetic::MotionConstants& motion = frame_ == 0 ? first_motion_ : motion_;
    pool_.run(strips_.strips, 1,
              [this, &motion](int, std::int32_t strip) { move_strip(strip, motion); });
  }

  // All steps of a frame, or none: what a cancelled one has moved goes back.
  void move_often() {
    before_ = particles_;
    places_before_ = places_;
    ranges_before_ = ranges_;
    try {
      for (int step = 0; step < settings_.steps_per_frame; ++step) {
        if (step > 0) painter_->add(view());
        move();
      }
    } catch (const Cancelled&) {
      std::swap(particles_, before_);
      std::swap(places_, places_before_);
      std::swap(ranges_, ranges_before_);
      painter_->begin_frame();
      throw;
    }
  }

  ParticleView view() const {
    return {particles_.y.data(),
            particles_.x.data(),
            particles_.vy.data(),
            particles_.vx.data(),
            particles_.species.data(),
            &ranges_,
            frame_};
  }

  void write_state(const State& state) {
    frame_ = state.frame;
    std::copy(state.y.begin(), state.y.end(), particles_.y.begin());
    std::copy(state.x.begin(), state.x.end(), particles_.x.begin());
    std::copy(state.vy.begin(), state.vy.end(), particles_.vy.begin());
    std::copy(state.vx.begin(), state.vx.end(), particles_.vx.begin());
    std::copy(state.species.begin(), state.species.end(), particles_.species.begin());
    std::iota(particles_.number.begin(), particles_.number.end(), 0);
    ranges_ = {{0, settings_.particles}};
    for_each_particle(
        [this](std::size_t i) { places_[i] = strips_.place_of(particles_.y[i], particles_.x[i]); });
  }

  static std::size_t positions_of(const UniverseSettings& universe, const Strips& strips) {
    return static_cast<std::size_t>(universe.particles) +
           static_cast<std::size_t>(strips.strips) * kernel_padding;
  }

  template <class Work>
  void for_each_particle(const Work& work) const {
    for (const auto& [from, to] : ranges_)
      for (auto i = static_cast<std::size_t>(from); i < static_cast<std::size_t>(to); ++i) work(i);
  }

  // For work that leaves the particles as they are. Throws Cancelled.
  template <class Work>
  void for_each_particle_until_cancelled(const Work& work) const {
    constexpr std::int32_t most_at_once = 1 << 16;
    for (const auto& [from, to] : ranges_)
      for (std::int32_t begin = from, end = begin; begin < to; begin = end) {
        if (is_cancelled(field_)) throw Cancelled();
        end = begin + std::min(most_at_once, to - begin);
        for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i)
          work(i);
      }
  }

  std::int32_t bucket_start(std::int32_t strip, std::int32_t column) const {
    return bucket_start_[static_cast<std::size_t>(strip * (strips_.columns + 1) + column)];
  }

  // Counting sort; the particles' state moves with them, so that from frame to frame they are
  // nearly in order. Entry b + 1 of bucket_start_ is where the next particle of bucket b goes, and
  // is bucket b's end, which is b + 1's start, when all have gone.
  void sort_by_place() {
    std::fill(bucket_start_.begin(), bucket_start_.end(), 0);
    for_each_particle_until_cancelled(
        [this](std::size_t i) { ++bucket_start_[bucket_of(places_[i]) + 1]; });
    const auto buckets_a_strip = static_cast<std::size_t>(strips_.columns) + 1;
    std::int32_t total = 0;
    for (std::size_t end = buckets_a_strip; end < bucket_start_.size(); end += buckets_a_strip) {
      for (std::size_t next = end - buckets_a_strip + 1; next <= end; ++next)
        total += std::exchange(bucket_start_[next], total);
      total += kernel_padding;
    }
    for_each_particle_until_cancelled([this](std::size_t i) {
      const auto to = static_cast<std::size_t>(bucket_start_[bucket_of(places_[i]) + 1]++);
      sorted_.y[to] = particles_.y[i];
      sorted_.x[to] = particles_.x[i];
      sorted_.vy[to] = particles_.vy[i];
      sorted_.vx[to] = particles_.vx[i];
      sorted_.species[to] = particles_.species[i];
      sorted_.number[to] = particles_.number[i];
      sorted_places_[to] = places_[i];
    });
    ranges_.clear();
    for (std::int32_t strip = 0; strip < strips_.strips; ++strip) {
      auto& first = bucket_start_[static_cast<std::size_t>(strip) * buckets_a_strip];
      first = strip == 0 ? 0 : ranges_.back().second + kernel_padding;
      const std::int32_t end = bucket_start(strip, strips_.columns);
      ranges_.push_back({first, end});
      std::fill_n(sorted_.y.begin() + end, kernel_padding, out_of_reach);
      std::fill_n(sorted_.x.begin() + end, kernel_padding, out_of_reach);
    }
    std::swap(particles_, sorted_);
    std::swap(places_, sorted_places_);
    field_.y = particles_.y.data();
    field_.x = particles_.x.data();
    field_.place = places_.data();
    field_.species = particles_.species.data();
  }

  static std::size_t bucket_of(std::int32_t place) {
    return static_cast<std::size_t>(place / Strips::parts);
  }

  // What the particles of a strip make others feel, and feel.
  void spread_matrix(std::int32_t strip) {
    const auto from = static_cast<std::size_t>(bucket_start(strip, 0));
    const auto to = static_cast<std::size_t>(bucket_start(strip, strips_.columns));
    const auto count = static_cast<std::size_t>(settings_.species);
    const std::int32_t* species = particles_.species.data();
    for (std::size_t k = 0; k < count; ++k) {
      const float* row = matrix_.data() + k * count;
      const float* column = transposed_matrix_.data() + k * count;
      float* felt = felt_.data() + k * attraction_pitch_;
      float* caused = caused_.data() + k * attraction_pitch_;
      for (std::size_t i = from; i < to; ++i) {
        felt[i] = row[species[i]];
        caused[i] = column[species[i]];
      }
    }
  }

  void move_strip(std::int32_t strip, const arithmetic::MotionConstants& motion) {
    const auto from = static_cast<std::size_t>(bucket_start(strip, 0));
    const auto to = static_cast<std::size_t>(bucket_start(strip, strips_.columns));
    const std::size_t pitch = particles_.y.size();
    const auto layers = static_cast<std::size_t>(std::min(strip, strips_.reach)) + 1;
    for (std::size_t i = from; i < to; ++i) {
      std::int64_t sum_y = 0, sum_x = 0;
      for (std::size_t layer = 0; layer < layers; ++layer) {
        sum_y += layers_[2 * layer * pitch + i];
        sum_x += layers_[(2 * layer + 1) * pitch + i];
      }
      arithmetic::integrate(particles_.y[i], particles_.vy[i], sum_y, strips_.height, motion);
      arithmetic::integrate(particles_.x[i], particles_.vx[i], sum_x, strips_.width, motion);
      places_[i] = strips_.place_of(particles_.y[i], particles_.x[i]);
    }
  }

  const UniverseSettings settings_;
  const Isa isa_;
  const Kernels& kernels_;
  const Strips strips_;
  std::vector<float> matrix_, transposed_matrix_;
  ForceField field_{};
  std::atomic<bool> cancelled_{false};  // the present step
  arithmetic::MotionConstants motion_{}, first_motion_{};

  // The particles, in ranges of positions; what they are sorted into; and what belongs to them.
  std::uint64_t frame_ = 0;
  Particles particles_, sorted_;
  std::vector<std::pair<std::int32_t, std::int32_t>> ranges_;
  std::vector<std::int32_t> places_, sorted_places_, bucket_start_;
  // Where a frame of several steps began.
  Particles before_;
  std::vector<std::pair<std::int32_t, std::int32_t>> ranges_before_;
  std::vector<std::int32_t> places_before_;
  std::size_t attraction_pitch_ = 0;
  std::vector<float> felt_, caused_;
  std::vector<std::int64_t> layers_;
  std::vector<arithmetic::MotionSums> motion_sums_;  // by species

  std::unique_ptr<Painter> painter_;
  StageClock clock_;

  std::vector<Scratch> scratch_;  // one a thread
  WorkerPool pool_;
};

}  // namespace

std::unique_ptr<Engine> make_cpu_engine(const UniverseSettings& universe,
                                        const CpuEngineSettings& cpu) {
  validate(universe);
  if (universe.scene != Scene::particle_life) return make_scene_engine(universe, cpu);
  const FloatEnvironment ieee;
  const Isa isa = choose_isa(cpu.isa);
  const int threads = choose_threads(cpu.threads);
  require_memory(CpuEngine::memory_bytes(universe, threads),
                 std::to_string(universe.particles) + " particles at ", universe);
  return std::make_unique<CpuEngine>(universe, isa, threads);
}

}  // namespace lifereel
