// SPDX-License-Identifier: GPL-2.0-or-later
// The engine that shows scenes (sim/scene.h): cells as the scene says, the light of their glyphs,
// toned with a white that stays.
#include "sim/cpu/scene_engine.h"

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "sim/arithmetic/float_environment.h"
#include "sim/cpu/engine_needs.h"
#include "sim/cpu/light_stages.h"
#include "sim/cpu/painter.h"
#include "sim/light/light_tables.h"
#include "sim/scene.h"
#include "sim/scenes/scene_light.h"
#include "sim/scenes/scene_rows.h"

namespace lifereel {
namespace {

using RowsMaker = std::function<std::unique_ptr<SceneRows>(int columns, int rows)>;

/// A scene's cells at one frame.
class SceneCells final : public CellSource {
 public:
  SceneCells(const RowsMaker& make, const GlyphGrid& grid, int glyphs, int threads)
      : columns_(grid.columns),
        rows_(grid.rows),
        glyphs_(glyphs - 1),
        scene_(make(columns_, rows_)),
        row_cells_(static_cast<std::size_t>(threads)) {
    for (auto& row : row_cells_) row.resize(static_cast<std::size_t>(columns_));
    if (scene_->sparks() > 0)
      sparks_.resize(static_cast<std::size_t>(columns_) * static_cast<std::size_t>(rows_));
  }

  /// `light` must outlive the drawing of the frame.
  void begin(std::uint64_t frame, const SceneLight& light) {
    ramp_ = light.ramp.data();
    scene_->begin(frame);
    std::fill(sparks_.begin(), sparks_.end(), 0);
    for (int number = 0; number < scene_->sparks(); ++number) {
      const SceneSpark spark = scene_->spark(number);
      const std::int32_t cell = cell_of_spark(spark, columns_, rows_);
      if (cell < 0) continue;
      SparkBits& brightest = sparks_[static_cast<std::size_t>(cell)];
      brightest = std::max(brightest, spark_bits(spark, glyphs_));
    }
  }

  void fill(int thread, std::int32_t row, const CellRow& cells) const override {
    const bool gives = scene_->gives_glyphs();
    SceneCell* const scene_cells = row_cells_[static_cast<std::size_t>(thread)].data();
    scene_->fill(row, scene_cells);
    for (std::int32_t column = 0; column < columns_; ++column) {
      SceneCell& cell = scene_cells[column];
      if (!sparks_.empty())
        show_spark(cell, sparks_[static_cast<std::size_t>(row * columns_ + column)], gives);
      const arithmetic::LitPixel<float> lit = lit_pixel_of(cell, ramp_);
      cells.luma[column] = lit.luma;
      cells.cb[column] = lit.cb;
      cells.cr[column] = lit.cr;
      if (gives) {
        cells.glyph[column] = given_glyph(cell, glyphs_);
        continue;
      }
      for (int r = 0; r < glyph_regions; ++r) cells.shape[r][column] = clamped(cell.shape[r]);
      // Without what the cell had before, which a film that is cut there does not know.
      cells.glyph[column] = -1;
    }
  }
  bool gives_glyphs() const noexcept override { return scene_->gives_glyphs(); }

 private:
  const std::int32_t columns_, rows_;
  const std::int32_t glyphs_;  // beside the blank
  const std::unique_ptr<SceneRows> scene_;
  std::vector<SparkBits> sparks_;                          // the brightest of each cell
  mutable std::vector<std::vector<SceneCell>> row_cells_;  // one row a thread
  const arithmetic::LitPixel<float>* ramp_ = nullptr;
};

class SceneEngine final : public Engine {
 public:
  SceneEngine(const UniverseSettings& universe, const RowsMaker& make, Isa isa, int threads)
      : settings_(universe),
        isa_(isa),
        stages_(settings_, isa, threads, clock_),
        cells_(make, stages_.screen()->grid(), stages_.screen()->glyphs(), threads),
        pool_(threads) {}

  const UniverseSettings& settings() const noexcept override { return settings_; }
  std::uint64_t frame() const noexcept override { return frame_; }
  bool draws_colour() const noexcept override { return true; }

  EngineDescription describe() const override {
    return describe_cpu_engine(isa_, pool_.threads(), memory_bytes(settings_, pool_.threads()));
  }

  void step() override { ++frame_; }

  void begin_draw(const PictureTarget& target) override {
    check(target);
    const FloatEnvironment ieee;
    clock_.begin();
    keep_to(target.colour.matrix);
    cells_.begin(frame_, light_);
    stages_.show(cells_, {light_.tone, light_.matrix, frame_}, target, pool_);
  }
  void finish_draw() override {}
  void pass(const PictureTarget& target) override { check(target); }
  StageTimes stage_times() const override { return clock_.times(); }

  void read_state(State& state) const override {
    state = State();
    state.frame = frame_;
  }
  void save(Checkpoint& checkpoint) const override {
    checkpoint = Checkpoint();
    checkpoint.universe = settings_;
    checkpoint.state.frame = frame_;
  }
  void restore(const Checkpoint& checkpoint) override {
    lifereel::validate(checkpoint, settings_);
    frame_ = checkpoint.state.frame;
  }

  // At most: a painter of particles has a trail, too. Of particles there are none.
  static std::size_t memory_bytes(UniverseSettings universe, int threads) {
    universe.particles = 0;
    return painter_memory_bytes(universe, threads);
  }

 private:
  void check(const PictureTarget& target) const {
    constexpr int most_bits = 10;
    lifereel::validate(target, settings_.width, settings_.height, most_bits);
  }

  void keep_to(ColourMatrix wanted) {
    const ColourMatrix matrix = matrix_of_light(wanted, ColourMatrix::none);
    if (matrix == matrix_) return;
    matrix_ = matrix;
    light_ = make_scene_light(settings_, matrix);
  }

  const UniverseSettings settings_;
  const Isa isa_;
  std::uint64_t frame_ = 0;
  ColourMatrix matrix_ = ColourMatrix::none;  // of light_
  SceneLight light_{};
  StageClock clock_;
  LightStages stages_;
  SceneCells cells_;
  WorkerPool pool_;
};

std::unique_ptr<Engine> make_engine(const UniverseSettings& universe, const RowsMaker& make,
                                    const CpuEngineSettings& cpu) {
  const FloatEnvironment ieee;
  const Isa isa = choose_isa(cpu.isa);
  const int threads = choose_threads(cpu.threads);
  require_memory(SceneEngine::memory_bytes(universe, threads), "pictures of ", universe);
  return std::make_unique<SceneEngine>(universe, make, isa, threads);
}

}  // namespace

std::unique_ptr<Engine> make_scene_engine(const UniverseSettings& universe,
                                          const CpuEngineSettings& cpu) {
  return make_engine(
      universe, [&](int columns, int rows) { return make_scene_rows(universe, columns, rows); },
      cpu);
}

std::unique_ptr<Engine> make_scene_engine(const UniverseSettings& universe, const SceneMaker& make,
                                          const CpuEngineSettings& cpu) {
  validate(universe);
  if (universe.scene == Scene::particle_life)
    throw std::invalid_argument(
        "particle-life is no function that an engine of scenes could show: set scene to another");
  return make_engine(
      universe,
      [&](int columns, int rows) {
        std::unique_ptr<SceneFunction> scene = make(columns, rows);
        if (scene == nullptr) throw std::invalid_argument("there is no scene to show");
        return make_scene_rows(std::move(scene), columns);
      },
      cpu);
}

}  // namespace lifereel
