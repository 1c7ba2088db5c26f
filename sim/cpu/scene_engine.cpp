// SPDX-License-Identifier: GPL-2.0-or-later
// The engine that shows scenes (sim/scene.h): cells as the scene says, the light of their glyphs,
// toned with a white that stays.
#include <algorithm>
#include <stdexcept>
#include <vector>

#include "sim/arithmetic/float_environment.h"
#include "sim/cpu/engine_needs.h"
#include "sim/cpu/light_stages.h"
#include "sim/cpu/painter.h"
#include "sim/light/light_tables.h"
#include "sim/scene.h"
#include "sim/scenes/scene_light.h"

namespace lifereel {
namespace {

/// A scene's cells at one frame.
class SceneCells final : public CellSource {
 public:
  SceneCells(const SceneMaker& make, const GlyphGrid& grid, int glyphs)
      : columns_(grid.columns),
        rows_(grid.rows),
        glyphs_(glyphs - 1),
        scene_(make(columns_, rows_)) {
    if (scene_ == nullptr) throw std::invalid_argument("there is no scene to show");
    if (scene_->sparks() > 0)
      sparks_.resize(static_cast<std::size_t>(columns_) * static_cast<std::size_t>(rows_));
  }

  /// `light` must outlive the drawing of the frame.
  void begin(std::uint64_t frame, const SceneLight& light) {
    frame_ = frame;
    ramp_ = light.ramp.data();
    std::fill(sparks_.begin(), sparks_.end(), 0);
    for (int number = 0; number < scene_->sparks(); ++number) {
      const SceneSpark spark = scene_->spark(number, frame);
      const std::int32_t cell = cell_of_spark(spark, columns_, rows_);
      if (cell < 0) continue;
      SparkBits& brightest = sparks_[static_cast<std::size_t>(cell)];
      brightest = std::max(brightest, spark_bits(spark, glyphs_));
    }
  }

  void fill(int, std::int32_t row, const CellRow& cells) const override {
    const bool gives = scene_->gives_glyphs();
    for (std::int32_t column = 0; column < columns_; ++column) {
      SceneCell cell = scene_->cell(column, row, frame_);
      if (!sparks_.empty())
        show_spark(cell, sparks_[static_cast<std::size_t>(row * columns_ + column)], gives);
      for (int r = 0; r < glyph_regions; ++r) cells.shape[r][column] = clamped(cell.shape[r]);
      const arithmetic::LitPixel<float> lit = lit_pixel_of(cell, ramp_);
      cells.luma[column] = lit.luma;
      cells.cb[column] = lit.cb;
      cells.cr[column] = lit.cr;
      // By shape: without what the cell had before, which a film that is cut there does not know.
      cells.glyph[column] = gives ? given_glyph(cell, glyphs_) : -1;
    }
  }
  bool gives_glyphs() const noexcept override { return scene_->gives_glyphs(); }

 private:
  const std::int32_t columns_, rows_;
  const std::int32_t glyphs_;  // beside the blank
  const std::unique_ptr<SceneFunction> scene_;
  std::uint64_t frame_ = 0;
  std::vector<SparkBits> sparks_;  // the brightest of each cell
  const arithmetic::LitPixel<float>* ramp_ = nullptr;
};

class SceneEngine final : public Engine {
 public:
  SceneEngine(const UniverseSettings& universe, const SceneMaker& make, Isa isa, int threads)
      : settings_(universe),
        isa_(isa),
        stages_(settings_, isa, threads, clock_),
        cells_(make, stages_.screen()->grid(), stages_.screen()->glyphs()),
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

}  // namespace

std::unique_ptr<Engine> make_scene_engine(const UniverseSettings& universe, const SceneMaker& make,
                                          const CpuEngineSettings& cpu) {
  validate(universe);
  if (universe.scene == Scene::particle_life)
    throw std::invalid_argument(
        "particle-life is no function that an engine of scenes could show: set scene to another");
  const FloatEnvironment ieee;
  const Isa isa = choose_isa(cpu.isa);
  const int threads = choose_threads(cpu.threads);
  require_memory(SceneEngine::memory_bytes(universe, threads), "pictures of ", universe);
  return std::make_unique<SceneEngine>(universe, make, isa, threads);
}

}  // namespace lifereel
