// SPDX-License-Identifier: GPL-2.0-or-later
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "cell_grid.h"
#include "constants.h"
#include "engine.h"
#include "float_environment.h"
#include "kernels.h"
#include "worker_pool.h"

namespace lifereel {
namespace {

const Kernels& kernels_for(Isa isa) {
  switch (isa) {
#if defined(__x86_64__)
    case Isa::avx512:
      return avx512_kernels();
    case Isa::avx2:
      return avx2_kernels();
#endif
    default:
      return baseline_kernels();
  }
}

Isa choose_isa(Isa wanted) {
  const std::vector<Isa> isas = available_isas();
  if (wanted == Isa::automatic) return isas.back();
  if (std::find(isas.begin(), isas.end(), wanted) != isas.end()) return wanted;
  std::ostringstream sentence;
  sentence << "isa " << isa_name(wanted) << " is not available on this processor (" << cpu_name()
           << "); it has";
  for (const Isa isa : isas) sentence << ' ' << isa_name(isa);
  throw std::invalid_argument(sentence.str());
}

constexpr std::size_t rounded_up(std::size_t n, std::size_t multiple) {
  return (n + multiple - 1) / multiple * multiple;
}

// Columns of the splat row left of pixel 0 and right of the last pixel, folded over the seam.
constexpr int splat_margin = 2;

class CpuEngine final : public Engine {
 public:
  CpuEngine(const UniverseSettings& universe, Isa isa, int threads)
      : settings_(universe),
        isa_(isa),
        kernels_(kernels_for(isa)),
        grid_(make_cell_grid(universe)),
        pool_(threads) {
    InitialState initial = make_initial_state(universe);
    state_ = std::move(initial.state);
    matrix_ = std::move(initial.matrix);
    const auto n = static_cast<std::size_t>(universe.particles);
    patch_.resize(n);
    order_.resize(n);
    sorted_y_.resize(n + kernel_padding);
    sorted_x_.resize(n + kernel_padding);
    sorted_species_.resize(n + kernel_padding);
    sum_y_.resize(n);
    sum_x_.resize(n);
    patch_start_.resize(static_cast<std::size_t>(grid_.cells()) * CellGrid::patches_a_cell + 1);

    const auto height = static_cast<std::size_t>(universe.height);
    trail_pitch_ = rounded_up(static_cast<std::size_t>(universe.width), kernel_padding);
    trail_.assign(height * trail_pitch_, 0.0f);
    row_brightest_.assign(height, 0.0f);
    row_start_.resize(height + 1);
    row_pixels_.resize(n);
    scratch_.resize(static_cast<std::size_t>(threads));
    for (Scratch& scratch : scratch_)
      scratch.splat.resize(trail_pitch_ + 2 * splat_margin + kernel_padding);

    forces_.constants = force_constants(universe, matrix_);
    forces_.reach_squared = reach_squared(universe);
    forces_.matrix = matrix_.data();
    forces_.species_count = universe.species;
    motion_ = motion_constants(universe, matrix_);
  }

  const UniverseSettings& settings() const noexcept override { return settings_; }
  std::uint64_t frame() const noexcept override { return state_.frame; }
  void read_state(State& state) const override { state = state_; }

  void save(Checkpoint& checkpoint) const override {
    checkpoint.universe = settings_;
    checkpoint.state = state_;
    const auto width = static_cast<std::size_t>(settings_.width);
    checkpoint.trail.resize(width * row_brightest_.size());
    for (std::size_t row = 0; row < row_brightest_.size(); ++row)
      std::copy_n(trail_.data() + row * trail_pitch_, width, checkpoint.trail.data() + row * width);
  }

  void restore(const Checkpoint& checkpoint) override {
    lifereel::validate(checkpoint, settings_);
    state_ = checkpoint.state;
    const auto width = static_cast<std::size_t>(settings_.width);
    for (std::size_t row = 0; row < row_brightest_.size(); ++row) {
      const float* const from = checkpoint.trail.data() + row * width;
      std::copy_n(from, width, trail_.data() + row * trail_pitch_);
      row_brightest_[row] = *std::max_element(from, from + width);
    }
  }

  EngineDescription describe() const override {
    EngineDescription description;
    description.engine = "cpu";
    description.device = cpu_name();
    description.isa = isa_name(isa_);
    description.threads = pool_.threads();
    description.memory_bytes = memory_bytes(settings_, pool_.threads());
    return description;
  }

  void step() override {
    const FloatEnvironment ieee;
    sort_by_cell();
    pool_.run(grid_.cells(), 1, [this](int thread, std::int32_t cell) {
      move_cell(scratch_[static_cast<std::size_t>(thread)], cell);
    });
    ++state_.frame;
  }

  void begin_draw(const LumaPlane& plane) override {
    const FloatEnvironment ieee;
    sort_by_row();
    pool_.run(settings_.height, rows_a_batch, [this](int thread, std::int32_t row) {
      fade_and_splat(scratch_[static_cast<std::size_t>(thread)].splat.data(), row);
    });
    const float brightest = *std::max_element(row_brightest_.begin(), row_brightest_.end());
    const float scale = arithmetic::tone_scale(brightest);
    pool_.run(settings_.height, rows_a_batch,
              [this, &plane, scale](int, std::int32_t row) { tone(plane, row, scale); });
  }

  void finish_draw() override {}

  // What the engine allocates for these settings, without scratch that depends on clustering.
  static std::size_t memory_bytes(const UniverseSettings& s, int threads) {
    const auto n = static_cast<std::size_t>(s.particles);
    const auto pitch = rounded_up(static_cast<std::size_t>(s.width), kernel_padding);
    const CellGrid grid = make_cell_grid(s);
    // Particles, their hash (hash_state), the cell list, the candidates of a cell, the picture.
    const std::size_t candidates = std::min(n, n / static_cast<std::size_t>(grid.cells()) * 9);
    return n * 17 * 4 + n * 40 +
           static_cast<std::size_t>(grid.cells()) * CellGrid::patches_a_cell * 4 +
           static_cast<std::size_t>(threads) * candidates * 15 +
           static_cast<std::size_t>(s.height) * (pitch + 2) * 4 +
           static_cast<std::size_t>(threads) * pitch * 4;
  }

 private:
  static constexpr std::int32_t rows_a_batch = 8;

  struct Scratch {
    std::vector<float> y, x;  // the candidates of a cell
    std::vector<std::int32_t> species;
    std::vector<std::int32_t> splat;  // one row of pixels and its margins
  };

  // Counting sort by cell.
  void sort_by_cell() {
    const std::size_t n = patch_.size();
    std::fill(patch_start_.begin(), patch_start_.end(), 0);
    for (std::size_t i = 0; i < n; ++i) {
      patch_[i] = grid_.patch_of(state_.y[i], state_.x[i]);
      ++patch_start_[static_cast<std::size_t>(patch_[i])];
    }
    std::int32_t total = 0;
    for (auto& start : patch_start_) total += std::exchange(start, total);
    for (std::size_t i = 0; i < n; ++i) {
      const auto to = static_cast<std::size_t>(patch_start_[static_cast<std::size_t>(patch_[i])]++);
      order_[to] = static_cast<std::int32_t>(i);
      sorted_y_[to] = state_.y[i];
      sorted_x_[to] = state_.x[i];
      sorted_species_[to] = state_.species[i];
    }
    // Every start has become its cell's end: move them one cell on.
    std::copy_backward(patch_start_.begin(), patch_start_.end() - 1, patch_start_.end());
    patch_start_[0] = 0;

    std::int32_t most = 0;
    for (std::int32_t cell = 0; cell < grid_.cells(); ++cell) {
      std::int32_t candidates = 0;
      for (const auto& neighbour : grid_.neighbours(cell)) candidates += size_of(neighbour.cell);
      most = std::max(most, candidates);
    }
    const auto needed = static_cast<std::size_t>(most) + kernel_padding;
    if (scratch_[0].y.size() < needed)
      for (Scratch& scratch : scratch_) {
        scratch.y.resize(needed + needed / 4);
        scratch.x.resize(needed + needed / 4);
        scratch.species.resize(needed + needed / 4);
      }
  }

  std::int32_t start_of(std::int32_t cell) const {
    return patch_start_[static_cast<std::size_t>(cell) * CellGrid::patches_a_cell];
  }
  std::int32_t size_of(std::int32_t cell) const { return start_of(cell + 1) - start_of(cell); }

  // Forces on the particles of one cell, then their motion. Reads sorted copies only, so that all
  // particles move at once whatever the order of cells.
  void move_cell(Scratch& scratch, std::int32_t cell) {
    const std::int32_t first = start_of(cell), count = size_of(cell);
    if (count == 0) return;
    std::int32_t candidates = 0;
    for (const auto& neighbour : grid_.neighbours(cell)) {
      const std::int32_t from = start_of(neighbour.cell), to = start_of(neighbour.cell + 1);
      for (std::int32_t i = from; i < to; ++i) {
        const auto at = static_cast<std::size_t>(candidates + i - from);
        const auto source = static_cast<std::size_t>(i);
        scratch.y[at] = sorted_y_[source] + neighbour.offset_y;
        scratch.x[at] = sorted_x_[source] + neighbour.offset_x;
        scratch.species[at] = sorted_species_[source];
      }
      candidates += to - from;
    }
    kernels_.sum_forces(
        {sorted_y_.data() + first, sorted_x_.data() + first, sorted_species_.data() + first, count,
         sum_y_.data() + first, sum_x_.data() + first},
        {scratch.y.data(), scratch.x.data(), scratch.species.data(), candidates}, forces_);
    for (std::int32_t i = first; i < first + count; ++i) {
      const auto sorted = static_cast<std::size_t>(i);
      const auto particle = static_cast<std::size_t>(order_[sorted]);
      arithmetic::integrate(state_.y[particle], state_.vy[particle], sum_y_[sorted], grid_.height,
                            motion_);
      arithmetic::integrate(state_.x[particle], state_.vx[particle], sum_x_[sorted], grid_.width,
                            motion_);
    }
  }

  // The particles' pixel columns, row by row. Order within a row is free: splats are integers.
  void sort_by_row() {
    const std::size_t n = patch_.size();
    std::fill(row_start_.begin(), row_start_.end(), 0);
    for (std::size_t i = 0; i < n; ++i)
      ++row_start_[static_cast<std::size_t>(arithmetic::pixel_of(state_.y[i], settings_.height))];
    std::int32_t total = 0;
    for (auto& start : row_start_) total += std::exchange(start, total);
    for (std::size_t i = 0; i < n; ++i) {
      const auto row =
          static_cast<std::size_t>(arithmetic::pixel_of(state_.y[i], settings_.height));
      row_pixels_[static_cast<std::size_t>(row_start_[row]++)] =
          arithmetic::pixel_of(state_.x[i], settings_.width);
    }
    std::copy_backward(row_start_.begin(), row_start_.end() - 1, row_start_.end());
    row_start_[0] = 0;
  }

  // One row of the trail: what the particles of five rows around it splat there.
  void fade_and_splat(std::int32_t* splat, std::int32_t row) {
    const std::int32_t height = settings_.height, width = settings_.width;
    bool empty = true;
    for (std::int32_t dy = -2; dy <= 2; ++dy) {
      const auto source = static_cast<std::size_t>((row + dy + height) % height);
      const std::int32_t from = row_start_[source], count = row_start_[source + 1] - from;
      if (count == 0) continue;
      if (std::exchange(empty, false))
        std::memset(splat, 0, (trail_pitch_ + 2 * splat_margin + kernel_padding) * sizeof *splat);
      kernels_.add_splats(splat, row_pixels_.data() + from, count, splat_weights[std::abs(dy)]);
    }
    float* trail = trail_.data() + static_cast<std::size_t>(row) * trail_pitch_;
    float& brightest = row_brightest_[static_cast<std::size_t>(row)];
    if (empty) {
      if (brightest > 0.0f)
        brightest = kernels_.fade_empty_row(trail, width, settings_.trail_decay);
      return;
    }
    for (std::int32_t margin = 0; margin < splat_margin; ++margin) {
      splat[width + margin] += std::exchange(splat[margin], 0);
      splat[splat_margin + margin] += std::exchange(splat[splat_margin + width + margin], 0);
    }
    brightest = kernels_.fade_row(trail, splat + splat_margin, width, settings_.trail_decay);
  }

  void tone(const LumaPlane& plane, std::int32_t row, float scale) const {
    const auto index = static_cast<std::size_t>(row);
    std::uint8_t* luma = plane.data + index * plane.stride_bytes;
    const bool limited = plane.range == LumaRange::limited;
    if (row_brightest_[index] > 0.0f)
      kernels_.tone_row(trail_.data() + index * trail_pitch_, luma, settings_.width, scale,
                        limited);
    else
      std::memset(luma, limited ? arithmetic::limited_range(0) : 0,
                  static_cast<std::size_t>(settings_.width));
  }

  const UniverseSettings settings_;
  const Isa isa_;
  const Kernels& kernels_;
  const CellGrid grid_;
  State state_;
  std::vector<float> matrix_;
  ForceSettings forces_{};
  arithmetic::MotionConstants motion_{};

  // The cell list.
  std::vector<std::int32_t> patch_, order_, patch_start_;
  std::vector<float> sorted_y_, sorted_x_;
  std::vector<std::int64_t> sum_y_, sum_x_;
  std::vector<std::int32_t> sorted_species_;

  // The picture.
  std::size_t trail_pitch_ = 0;  // floats from row to row, whole vectors
  std::vector<float> trail_, row_brightest_;
  std::vector<std::int32_t> row_start_, row_pixels_;

  std::vector<Scratch> scratch_;  // one a thread
  WorkerPool pool_;
};

void require_memory(const UniverseSettings& universe, int threads) {
#if defined(_SC_PHYS_PAGES)
  const auto have =
      static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  const auto need = static_cast<double>(CpuEngine::memory_bytes(universe, threads));
  if (have <= 0 || need <= have) return;
  std::ostringstream sentence;
  sentence.precision(3);
  sentence << universe.particles << " particles at " << universe.width << 'x' << universe.height
           << " need " << need / 0x1p30 << " GiB of memory, but this machine has " << have / 0x1p30
           << " GiB: lower particles or size";
  throw std::invalid_argument(sentence.str());
#endif
}

}  // namespace

std::unique_ptr<Engine> make_cpu_engine(const UniverseSettings& universe,
                                        const CpuEngineSettings& cpu) {
  validate(universe);
  if (cpu.threads < 0 || cpu.threads > 1024)
    throw std::invalid_argument("threads " + std::to_string(cpu.threads) +
                                " is out of range: 1 to 1024, or 0 for every processor");
  const FloatEnvironment ieee;
  const Isa isa = choose_isa(cpu.isa);
  const int threads = cpu.threads > 0 ? cpu.threads : available_processors();
  require_memory(universe, threads);
  return std::make_unique<CpuEngine>(universe, isa, threads);
}

}  // namespace lifereel
