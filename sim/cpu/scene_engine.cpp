// SPDX-License-Identifier: GPL-2.0-or-later
// The engine that shows scenes (sim/scene.h): cells as the scene says, the light of their glyphs,
// toned with a white that stays.
#include <algorithm>
#include <stdexcept>
#include <vector>

#include "sim/arithmetic/float_environment.h"
#include "sim/cpu/engine_needs.h"
#include "sim/cpu/glyph_screen.h"
#include "sim/cpu/kernel_choice.h"
#include "sim/cpu/painter.h"
#include "sim/cpu/picture_toner.h"
#include "sim/cpu/stage_clock.h"
#include "sim/cpu/tube_glass.h"
#include "sim/scene.h"
#include "sim/scenes/spark_grid.h"

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

  void keep_to(const LookSettings& look, ColourMatrix matrix) {
    ramp_ = ramp_light(look, colours, matrix);
  }

  void begin(std::uint64_t frame) {
    frame_ = frame;
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
      for (int r = 0; r < glyph_regions; ++r) cells.shape[r][column] = cell.shape[r];
      const float at = arithmetic::minimum(arithmetic::maximum(cell.colour, 0.0f), 1.0f);
      const auto& colour = ramp_[static_cast<std::size_t>(at * (colours - 1) + 0.5f)];
      const float light = arithmetic::minimum(arithmetic::maximum(cell.brightness, 0.0f), 0x1p10f);
      cells.luma[column] = colour[0] * light;
      cells.cb[column] = colour[1] * light;
      cells.cr[column] = colour[2] * light;
      // By shape: without what the cell had before, which a film that is cut there does not know.
      cells.glyph[column] = -1;
      if (gives) cells.glyph[column] = light > 0.0f ? glyph_within(cell.glyph, glyphs_) + 1 : 0;
    }
  }
  bool gives_glyphs() const noexcept override { return scene_->gives_glyphs(); }

 private:
  static constexpr int colours = 256;

  const std::int32_t columns_, rows_;
  const std::int32_t glyphs_;  // beside the blank
  const std::unique_ptr<SceneFunction> scene_;
  std::uint64_t frame_ = 0;
  std::vector<SparkBits> sparks_;  // the brightest of each cell
  std::vector<std::array<float, 3>> ramp_;
};

class SceneEngine final : public Engine {
 public:
  SceneEngine(const UniverseSettings& universe, const SceneMaker& make, Isa isa, int threads)
      : settings_(universe),
        isa_(isa),
        screen_(settings_, isa, threads),
        cells_(make, screen_.grid(), screen_.glyphs()),
        pyramid_(settings_.width / 2, settings_.height / 2, bloom_levels(settings_),
                 light_kernels_for(isa), threads, LightPyramid::Edges::open),
        toner_(settings_, light_kernels_for(isa), threads),
        pool_(threads) {
    if (settings_.look.barrel > 0) glass_ = std::make_unique<TubeGlass>(settings_, isa, threads);
  }

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
    cells_.begin(frame_);
    screen_.draw(cells_, glass_ == nullptr ? &pyramid_ : nullptr, pool_);
    clock_.end(&StageTimes::glyphs);
    const LightPlanes* shown = &screen_.light();
    if (glass_ != nullptr) {
      shown = &glass_->bend(*shown, pyramid_, pool_);
      clock_.end(&StageTimes::bend);
    }
    pyramid_.glow(pool_);
    clock_.end(&StageTimes::bloom);
    toner_.tone({*shown, pyramid_, tone_, tables_.matrix, frame_}, target, pool_);
    clock_.end(&StageTimes::tone);
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
    tables_ = make_light_tables(settings_, matrix);
    Exposure exposure = make_exposure(settings_, tables_);
    exposure.white = 1.0f;
    // White is the sum of 4x4 pixels.
    tone_ = tone_at(exposure, arithmetic::to_bits(16.0f));
    cells_.keep_to(settings_.look, matrix);
  }

  const UniverseSettings settings_;
  const Isa isa_;
  std::uint64_t frame_ = 0;
  ColourMatrix matrix_ = ColourMatrix::none;  // of tables_
  LightTables tables_;
  arithmetic::ToneConstants tone_{};
  GlyphScreen screen_;
  SceneCells cells_;
  std::unique_ptr<TubeGlass> glass_;  // of a look with a barrel
  LightPyramid pyramid_;
  PictureToner toner_;
  StageClock clock_;
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
