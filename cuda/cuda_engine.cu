// SPDX-License-Identifier: GPL-2.0-or-later
#include "cuda/cuda_engine.h"

#include <algorithm>
#include <cstring>
#include <sstream>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "cuda/engines/device_engine.h"
#include "cuda/engines/device_scene_engine.h"
#include "cuda/kernels/frame_kernels.h"
#include "cuda/painters/gray_painter.h"
#include "cuda/painters/light_painter.h"
#include "cuda/runtime/cuda_devices.h"
#include "cuda/runtime/cuda_handles.h"
#include "cuda/runtime/device_choice.h"
#include "cuda/runtime/device_context.h"
#include "sim/arithmetic/constants.h"
#include "sim/arithmetic/float_environment.h"
#include "sim/scenes/scene_choice.h"

namespace lifereel {
namespace {

// Threads that work on one particle: all of a warp where even that leaves half of the device idle,
// for then latency counts; fewer where particles are many, for then instructions count: those that
// every thread spends once, and those of lanes past the end of a run.
int choose_lanes(int wanted, int particles, const cudaDeviceProp& device) {
  if (wanted != 0) return wanted;
  const std::int64_t half =
      std::int64_t{device.multiProcessorCount} * device.maxThreadsPerMultiProcessor / 2;
  const std::int64_t n = particles;
  return n * 32 <= half ? 32 : n * 16 <= half ? 16 : 8;
}

}  // namespace

// Its name is in the library, as that of each class with virtual functions; nvcc would make an
// unnamed namespace's of the folder that the file is in, and packages of one commit would differ by
// that.
class CudaEngine final : public DeviceEngine {
 public:
  CudaEngine(const UniverseSettings& universe, const CudaEngineSettings& cuda,
             const UsedDevice& device, std::size_t bytes)
      : DeviceEngine(universe, cuda, device, bytes),
        lanes_(choose_lanes(cuda.lanes_per_particle, universe.particles, device.properties)) {
    if (universe.look.draws_colour())
      painter_ = std::make_unique<LightPainter>(settings_, arrays_, launcher_);
    else
      painter_ = std::make_unique<GrayPainter>(settings_, arrays_, launcher_);
    empty_device();
    const InitialState initial = make_initial_state(universe);
    matrix_ = initial.matrix;
    force_ = force_constants(universe, initial.matrix);
    motion_ = motion_constants(universe, initial.matrix);
    upload(initial.state, initial.matrix);
    step_ = &capture([this] {
      queue_move(false, motion_);
      queue_sort_and_picture(true, {});
    });
    passed_frame_ = &capture([this] {
      queue_move(true, motion_);
      queue_sort_and_picture(true, {.fades = true});
    });
    capture_frames([this](const Drawing& drawing) {
      queue_move(true, motion_);
      queue_sort_and_picture(true, drawing);
    });
  }

  // Held back until it is known whether a picture follows: then both are one graph.
  void step() override {
    for (int step = 0; step < settings_.steps_per_frame; ++step) {
      launch_pending_step();
      step_pending_ = true;
    }
    if (frames_ == 0 && settings_.substeps > 1) {
      // Of other constants than the graphs'.
      const auto current = use_device();
      queue_move(false, first_motion_constants(settings_, matrix_));
      queue_sort_and_picture(true, {});
      step_pending_ = false;
    }
    earlier_steps_undrawn_ = draws_colour() && settings_.steps_per_frame > 1;
    ++frames_;
  }

  void read_state(State& state) const override {
    launch_pending_step();
    const auto current = use_device();
    const auto n = static_cast<std::size_t>(settings_.particles);
    std::vector<Particle> particles(n);
    std::vector<Velocity> velocities(n);
    const Drained drained{compute_};
    launcher_.copy(particles.data(), arrays_.moving.particle, n, cudaMemcpyDeviceToHost);
    launcher_.copy(velocities.data(), arrays_.moving.velocity, n, cudaMemcpyDeviceToHost);
    compute_.synchronize();
    state.frame = frames_;
    for (auto* values : {&state.y, &state.x, &state.vy, &state.vx}) values->resize(n);
    state.species.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
      const auto id = static_cast<std::size_t>(particles[i].id);
      state.y[id] = particles[i].y;
      state.x[id] = particles[i].x;
      state.vy[id] = velocities[i].y;
      state.vx[id] = velocities[i].x;
      state.species[id] = particles[i].species;
    }
  }

  void save(Checkpoint& checkpoint) const override {
    if (earlier_steps_undrawn_)
      throw std::logic_error("save: draw comes first, for the light of a frame's steps");
    const auto current = use_device();
    checkpoint.universe = settings_;
    read_state(checkpoint.state);
    painter_->save(checkpoint);
  }

  void restore(const Checkpoint& checkpoint) override {
    lifereel::validate(checkpoint, settings_);
    require_nothing_in_flight();
    const auto current = use_device();
    step_pending_ = earlier_steps_undrawn_ = false;
    empty_device();
    painter_->restore(checkpoint);
    frames_ = checkpoint.state.frame;
    upload(checkpoint.state, matrix_);
  }

 private:
  DevicePainter& painter() override { return *painter_; }

  void draw_as(const PictureTarget& target, Drawing drawing) override {
    painter_->begin(target);
    drawing.earlier_steps = std::exchange(earlier_steps_undrawn_, false);
    if (std::exchange(step_pending_, false)) {
      // The step and the drawing that follows it.
      (drawing.tones() ? frame_of(drawing) : *passed_frame_).launch(compute_);
    } else {
      painter_->queue_splats();
      queue_sort_and_picture(false, drawing);
    }
    if (motion_of(target, drawing.picture) != nullptr) queue_motion(drawing.picture);
  }

  SpeciesMotion* motion_at(int picture) const {
    return arrays_.motion + std::ptrdiff_t{settings_.species} * picture;
  }
  const SpeciesMotion* motion_of(const PictureTarget& target, int picture) const override {
    return target.motion != nullptr && picture >= 0 ? motion_at(picture) : nullptr;
  }

  void queue_motion(int picture) const {
    MeasureMotion measure;
    measure.moving = arrays_.moving;
    measure.sums = arrays_.motion_sums;
    measure.particles = settings_.particles;
    measure.species_count = settings_.species;
    measure.down_scale = 256.0f / static_cast<float>(settings_.height);
    measure.across_scale = 256.0f / static_cast<float>(settings_.width);
    launcher_.queue(measure, blocks_for(settings_.particles, threads_), threads_);
    FinishMotion finish;
    finish.sums = arrays_.motion_sums;
    finish.motion = motion_at(picture);
    finish.species_count = settings_.species;
    launcher_.queue(finish, 1, MeasureMotion::most_species);
  }

  // Particles onto a device whose cells are empty, and the matrix.
  void upload(const State& state, const std::vector<float>& matrix) {
    const auto n = static_cast<std::size_t>(settings_.particles);
    std::vector<Particle> particles(n);
    std::vector<Velocity> velocities(n);
    const FrameClock clock = {frames_, 0};
    const Drained drained{compute_};
    for (std::size_t i = 0; i < n; ++i) {
      particles[i] = {state.y[i], state.x[i], state.species[i], static_cast<std::int32_t>(i)};
      velocities[i] = {state.vy[i], state.vx[i]};
    }
    launcher_.copy(arrays_.clock, &clock, 1, cudaMemcpyHostToDevice);
    launcher_.copy(arrays_.matrix, matrix.data(), matrix.size(), cudaMemcpyHostToDevice);
    launcher_.copy(arrays_.moving.particle, particles.data(), n, cudaMemcpyHostToDevice);
    launcher_.copy(arrays_.moving.velocity, velocities.data(), n, cudaMemcpyHostToDevice);
    PlaceParticles place;
    place.moving = arrays_.moving.particle;
    place.buckets = arrays_.cells;
    place.particles = settings_.particles;
    launcher_.queue(place, blocks_for(settings_.particles, threads_), threads_);
    queue_sort_and_picture(true, {});
    compute_.synchronize();
  }

  void launch_pending_step() const {
    if (!step_pending_) return;
    const auto current = use_device();
    step_->launch(compute_);
    step_pending_ = false;
  }

  template <int lanes>
  void queue_move_with(bool draws, const arithmetic::MotionConstants& motion) const {
    MoveParticles<lanes> move;
    move.sorted = arrays_.sorted;
    move.moving = arrays_.moving;
    move.buckets = arrays_.cells;
    move.matrix = arrays_.matrix;
    move.species_count = settings_.species;
    move.particles = settings_.particles;
    move.force = force_;
    move.motion = motion;
    move.clock = arrays_.clock;
    move.steps_per_frame = settings_.steps_per_frame;
    const MovingSplats splats = painter_->moving_splats(draws);
    move.image = splats.image;
    move.brightest = splats.brightest;
    move.draws = splats.draws;
    launcher_.queue(move, blocks_for(settings_.particles, threads_ / lanes), threads_);
  }

  void queue_move(bool draws, const arithmetic::MotionConstants& motion) const {
    lanes_ == 8    ? queue_move_with<8>(draws, motion)
    : lanes_ == 16 ? queue_move_with<16>(draws, motion)
                   : queue_move_with<32>(draws, motion);
  }

  void queue_sort_and_picture(bool sorts, const Drawing& drawing) const {
    Sorting sorting;
    sorting.count.buckets = sorting.scatter.buckets = arrays_.cells;
    sorting.count.particles = sorting.scatter.particles = settings_.particles;
    sorting.count_blocks = sorts ? arrays_.grid.strips : 0;
    sorting.scatter.moving = arrays_.moving;
    sorting.scatter.sorted = arrays_.sorted;
    sorting.scatter_blocks = sorts ? blocks_for(settings_.particles, threads_) : 0;
    painter_->queue_sort_and_picture(sorting, drawing);
  }

  const int lanes_;
  std::unique_ptr<ParticlePainter> painter_;
  std::vector<float> matrix_;
  arithmetic::ForceConstants force_{};
  arithmetic::MotionConstants motion_{};
  const Graph *step_ = nullptr, *passed_frame_ = nullptr;

  mutable bool step_pending_ = false;
  bool earlier_steps_undrawn_ = false;  // of a frame of several in colour
};

namespace {

void validate(const CudaEngineSettings& cuda) {
  const auto is_one_of = [](int value, std::initializer_list<int> values) {
    for (const int one : values)
      if (value == one) return true;
    return false;
  };
  if (!is_one_of(cuda.lanes_per_particle, {0, 8, 16, 32}))
    throw std::invalid_argument("lanes per particle must be 8, 16 or 32, or 0 to choose");
  if (!is_one_of(cuda.threads_per_block, {0, 64, 128, 256, 512}))
    throw std::invalid_argument("threads per block must be 64, 128, 256 or 512, or 0 to choose");
  if (cuda.pictures_in_flight != 0 && (cuda.pictures_in_flight < 2 || cuda.pictures_in_flight > 64))
    throw std::invalid_argument("pictures in flight must be 2 to 64, or 0 to choose");
}

std::vector<cudaError_t> load_particle_code(bool colour) {
  std::vector<cudaError_t> results = colour ? LightPainter::load() : GrayPainter::load();
  results.insert(results.end(), {load_code<PlaceParticles>(), load_code<MoveParticles<8>>(),
                                 load_code<MoveParticles<16>>(), load_code<MoveParticles<32>>(),
                                 load_code<MeasureMotion>(), load_code<FinishMotion>()});
  return results;
}

// Of all code at once, so that nothing is loaded while a graph is captured.
void check_loaded(const CudaDevice& device, const std::vector<cudaError_t>& results) {
  for (const cudaError_t result : results) {
    if (result == cudaErrorNoKernelImageForDevice || result == cudaErrorInvalidDeviceFunction)
      throw std::runtime_error("this build has no code for " + device.architecture +
                               ": build with its architecture in CMAKE_CUDA_ARCHITECTURES");
    check_cuda(result, "cudaFuncGetAttributes");
  }
}

void require_device_memory(const UniverseSettings& universe, std::size_t bytes) {
  std::size_t free_bytes = 0, all_bytes = 0;
  check_cuda(cudaMemGetInfo(&free_bytes, &all_bytes), "cudaMemGetInfo");
  if (bytes <= free_bytes) return;
  const bool has_particles = universe.scene == Scene::particle_life;
  std::ostringstream sentence;
  sentence.precision(3);
  if (has_particles) sentence << universe.particles << " particles at ";
  if (!has_particles) sentence << "pictures of ";
  sentence << universe.width << 'x' << universe.height << " need "
           << static_cast<double>(bytes) / 0x1p30 << " GiB of device memory, and "
           << static_cast<double>(free_bytes) / 0x1p30 << " GiB are free: lower "
           << (has_particles ? "particles or size" : "their size");
  throw std::runtime_error(sentence.str());
}

std::unique_ptr<Engine> make_on(const UniverseSettings& universe, const CudaEngineSettings& cuda,
                                std::size_t bytes, const CudaDevice& described) {
  UsedDevice device{described, DeviceContext(described.index)};
  const DeviceContext::Current current(device.context);
  const auto prepare = [&](const std::vector<cudaError_t>& loaded) {
    check_loaded(described, loaded);
    require_device_memory(universe, bytes);
    check_cuda(cudaGetDeviceProperties(&device.properties, described.index),
               "cudaGetDeviceProperties");
  };
  if (universe.scene == Scene::particle_life) {
    prepare(load_particle_code(universe.look.draws_colour()));
    return std::make_unique<CudaEngine>(universe, cuda, device, bytes);
  }
  const GlyphGrid grid = glyph_grid(universe.look, universe.width, universe.height);
  const auto show = [&](const auto& scene) -> std::unique_ptr<Engine> {
    using Shown = std::decay_t<decltype(scene)>;
    prepare(ScenePainter<Shown>::load());
    return std::make_unique<DeviceSceneEngine<Shown>>(universe, scene, cuda, device, bytes);
  };
  return with_scene(universe, grid.columns, grid.rows, show);
}

}  // namespace

std::size_t cuda_engine_memory_bytes(const UniverseSettings& universe,
                                     const CudaEngineSettings& cuda) {
  const FloatEnvironment ieee;
  lifereel::validate(universe);
  validate(cuda);
  return DeviceArrays(Arena(), universe,
                      choose_pictures_in_flight(cuda.pictures_in_flight, universe))
      .bytes;
}

std::unique_ptr<Engine> make_cuda_engine(const UniverseSettings& universe,
                                         const CudaEngineSettings& cuda, std::string* passed_over) {
  const FloatEnvironment ieee;
  const std::size_t bytes = cuda_engine_memory_bytes(universe, cuda);
  return make_on_chosen_device(
      cuda.device, [&](const CudaDevice& device) { return make_on(universe, cuda, bytes, device); },
      passed_over);
}

}  // namespace lifereel
