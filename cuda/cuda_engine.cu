// SPDX-License-Identifier: GPL-2.0-or-later
#include "cuda/cuda_engine.h"

#include <algorithm>
#include <cstring>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "cuda/kernels/device_arrays.h"
#include "cuda/kernels/frame_kernels.h"
#include "cuda/painters/gray_painter.h"
#include "cuda/painters/light_painter.h"
#include "cuda/runtime/cuda_devices.h"
#include "cuda/runtime/cuda_handles.h"
#include "sim/arithmetic/constants.h"
#include "sim/arithmetic/float_environment.h"

namespace lifereel {
namespace {

// Pictures begun and not yet finished: one drawn, one on its way to the host, one waited for; and
// more where several pictures are made in the time that a thread takes to wake up.
int choose_pictures_in_flight(int wanted, const UniverseSettings& universe) {
  if (wanted != 0) return wanted;
  return std::int64_t{universe.width} * universe.height <= 1 << 20 ? 16 : 3;
}

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

class CudaEngine final : public Engine {
 public:
  CudaEngine(const UniverseSettings& universe, const CudaEngineSettings& cuda,
             const CudaDevice& device, const cudaDeviceProp& properties, std::size_t bytes)
      : settings_(universe),
        device_(device),
        lanes_(choose_lanes(cuda.lanes_per_particle, universe.particles, properties)),
        threads_(cuda.threads_per_block != 0 ? cuda.threads_per_block : 128),
        in_flight_(choose_pictures_in_flight(cuda.pictures_in_flight, universe)),
        memory_(bytes),
        arrays_(Arena(memory_.data()), universe, in_flight_),
        launcher_{compute_, threads_, std::int64_t{4} * properties.multiProcessorCount},
        drawn_(static_cast<std::size_t>(in_flight_)),
        copied_(static_cast<std::size_t>(in_flight_)) {
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
    step_ = std::make_unique<Graph>(compute_, [this] {
      queue_move(false, motion_);
      queue_sort_and_picture(true, {});
    });
    passed_frame_ = std::make_unique<Graph>(compute_, [this] {
      queue_move(true, motion_);
      queue_sort_and_picture(true, {.fades = true});
    });
    for (int bit_depth = 8; bit_depth <= most_bits(); bit_depth += 2)
      for (const ColourRange range : {ColourRange::full, ColourRange::limited})
        for (int picture = 0; picture < in_flight_; ++picture)
          frame_.push_back(std::make_unique<Graph>(compute_, [this, picture, range, bit_depth] {
            queue_move(true, motion_);
            queue_sort_and_picture(true, {true, picture, range, bit_depth});
          }));
  }

  ~CudaEngine() override {
    cudaSetDevice(device_.index);
    // Copies into the caller's memory must have landed before it goes.
    cudaStreamSynchronize(compute_);
    cudaStreamSynchronize(copy_);
  }

  const UniverseSettings& settings() const noexcept override { return settings_; }
  std::uint64_t frame() const noexcept override { return frames_; }
  int draws_in_flight() const noexcept override { return in_flight_; }
  bool draws_colour() const noexcept override { return settings_.look.draws_colour(); }

  EngineDescription describe() const override {
    EngineDescription description;
    description.engine = "cuda";
    description.device = device_.name;
    description.isa = device_.architecture;
    description.threads = 1;
    description.memory_bytes = arrays_.bytes;
    return description;
  }

  // Held back until it is known whether a picture follows: then both are one graph.
  void step() override {
    for (int step = 0; step < settings_.steps_per_frame; ++step) {
      launch_pending_step();
      step_pending_ = true;
    }
    if (frames_ == 0 && settings_.substeps > 1) {
      // Of other constants than the graphs'.
      use_device();
      queue_move(false, first_motion_constants(settings_, matrix_));
      queue_sort_and_picture(true, {});
      step_pending_ = false;
    }
    earlier_steps_undrawn_ = draws_colour() && settings_.steps_per_frame > 1;
    ++frames_;
  }

  void begin_draw(const PictureTarget& target) override {
    check(target);
    if (begun_ - finished_ == in_flight_)
      throw std::logic_error("begin_draw: finish_draw() comes first, all pictures are in flight");
    use_device();
    const auto picture = static_cast<std::size_t>(begun_ % in_flight_);
    draw_as(target,
            {true, static_cast<int>(picture), target.colour.range, target.colour.bit_depth});
    check_cuda(cudaEventRecord(drawn_[picture], compute_), "cudaEventRecord");
    check_cuda(cudaStreamWaitEvent(copy_, drawn_[picture], 0), "cudaStreamWaitEvent");
    painter_->copy_to(target, static_cast<int>(picture), {copy_, 0, 0});
    check_cuda(cudaEventRecord(copied_[picture], copy_), "cudaEventRecord");
    ++begun_;
  }

  // in_flight_ pictures later the same planes on the device are drawn into: its copy is over by
  // then.
  void finish_draw() override {
    if (begun_ == finished_) throw std::logic_error("finish_draw: no picture is in flight");
    use_device();
    const auto picture = static_cast<std::size_t>(finished_++ % in_flight_);
    check_cuda(cudaEventSynchronize(copied_[picture]), "cudaEventSynchronize");
  }

  // Not waited for: whoever looks at what follows waits.
  void pass(const PictureTarget& target) override {
    check(target);
    use_device();
    draw_as(target, {.fades = true});
  }

  void read_state(State& state) const override {
    launch_pending_step();
    use_device();
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
    checkpoint.universe = settings_;
    read_state(checkpoint.state);
    painter_->save(checkpoint);
  }

  void restore(const Checkpoint& checkpoint) override {
    lifereel::validate(checkpoint, settings_);
    if (begun_ != finished_)
      throw std::logic_error("restore: finish_draw() comes first, a picture is in flight");
    use_device();
    step_pending_ = earlier_steps_undrawn_ = false;
    empty_device();
    painter_->restore(checkpoint);
    frames_ = checkpoint.state.frame;
    upload(checkpoint.state, matrix_);
  }

  PictureMemory allocate_picture_memory(std::size_t picture_bytes,
                                        std::size_t pictures) const override {
    use_device();
    return allocate_pinned(picture_bytes, pictures);
  }

 private:
  int most_bits() const { return settings_.look.draws_colour() ? 10 : 8; }

  void check(const PictureTarget& target) const {
    lifereel::validate(target, settings_.width, settings_.height, most_bits());
  }

  void draw_as(const PictureTarget& target, Drawing drawing) {
    painter_->begin(target);
    drawing.earlier_steps = std::exchange(earlier_steps_undrawn_, false);
    if (std::exchange(step_pending_, false)) {
      frame_of(drawing).launch(compute_);
    } else {
      painter_->queue_splats();
      queue_sort_and_picture(false, drawing);
    }
  }

  // The step and the drawing that follows it.
  const Graph& frame_of(const Drawing& drawing) const {
    if (!drawing.tones()) return *passed_frame_;
    const std::size_t kind = drawing.bit_depth == 10 ? 2 : 0;
    const std::size_t range = drawing.range == ColourRange::limited ? 1 : 0;
    return *frame_[(kind + range) * drawn_.size() + static_cast<std::size_t>(drawing.picture)];
  }

  // Threads begin with device 0.
  void use_device() const { check_cuda(cudaSetDevice(device_.index), "cudaSetDevice"); }

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

  void empty_device() const {
    check_cuda(cudaMemsetAsync(memory_.data(), 0, arrays_.bytes, compute_), "cudaMemsetAsync");
    painter_->fill();
  }

  void launch_pending_step() const {
    if (!step_pending_) return;
    use_device();
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

  const UniverseSettings settings_;
  const CudaDevice device_;
  const int lanes_, threads_;
  const int in_flight_;
  const DeviceMemory memory_;
  const DeviceArrays arrays_;
  const Stream compute_, copy_;
  const Launcher launcher_;
  std::unique_ptr<DevicePainter> painter_;
  std::vector<float> matrix_;
  arithmetic::ForceConstants force_{};
  arithmetic::MotionConstants motion_{};
  std::unique_ptr<Graph> step_, passed_frame_;
  std::vector<std::unique_ptr<Graph>> frame_;  // frame_of()
  std::vector<Event> drawn_, copied_;          // a picture each

  mutable bool step_pending_ = false;
  bool earlier_steps_undrawn_ = false;  // of a frame of several in colour
  std::uint64_t frames_ = 0;
  std::int64_t begun_ = 0, finished_ = 0;  // pictures
};

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

// All of it at once, so that nothing is loaded while a graph is captured.
void load_all_code(const CudaDevice& device, bool colour) {
  std::vector<cudaError_t> results = colour ? LightPainter::load() : GrayPainter::load();
  results.insert(results.end(), {load_code<PlaceParticles>(), load_code<MoveParticles<8>>(),
                                 load_code<MoveParticles<16>>(), load_code<MoveParticles<32>>()});
  for (const cudaError_t result : results) {
    if (result == cudaErrorNoKernelImageForDevice || result == cudaErrorInvalidDeviceFunction)
      throw std::runtime_error("engine cuda: this build has no code for device " +
                               std::to_string(device.index) + " (" + device.name + ", " +
                               device.architecture +
                               "); build with its architecture in CMAKE_CUDA_ARCHITECTURES, or "
                               "set engine = cpu");
    check_cuda(result, "cudaFuncGetAttributes");
  }
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
                                         const CudaEngineSettings& cuda) {
  const FloatEnvironment ieee;
  validate(cuda);
  const std::size_t bytes = cuda_engine_memory_bytes(universe, cuda);
  if (universe.scene != Scene::particle_life)
    throw std::invalid_argument(
        "engine = cuda shows no scene but particle-life: set engine = cpu, or auto");
  const CudaDevice device = choose_cuda_device(cuda.device);
  check_cuda(cudaSetDevice(device.index), "cudaSetDevice");
  load_all_code(device, universe.look.draws_colour());
  std::size_t free_bytes = 0, all_bytes = 0;
  check_cuda(cudaMemGetInfo(&free_bytes, &all_bytes), "cudaMemGetInfo");
  if (bytes > free_bytes) {
    std::ostringstream sentence;
    sentence.precision(3);
    sentence << universe.particles << " particles at " << universe.width << 'x' << universe.height
             << " need " << static_cast<double>(bytes) / 0x1p30 << " GiB of device memory, but "
             << device.name << " has " << static_cast<double>(free_bytes) / 0x1p30
             << " GiB free: lower particles or size, or set engine = cpu";
    throw std::invalid_argument(sentence.str());
  }
  cudaDeviceProp properties{};
  check_cuda(cudaGetDeviceProperties(&properties, device.index), "cudaGetDeviceProperties");
  return std::make_unique<CudaEngine>(universe, cuda, device, properties, bytes);
}

}  // namespace lifereel
