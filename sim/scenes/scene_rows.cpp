// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/scenes/scene_rows.h"

#include <new>
#include <utility>
#include <vector>

#include "sim/scenes/scene_choice.h"

namespace lifereel {
namespace {

/// One of lifereel's own scenes, cell by cell.
template <class Plain>
class PlainRows : public SceneRows {
 public:
  explicit PlainRows(const Plain& scene) : scene_(scene) {}

  void begin(std::uint64_t frame) override { frame_ = frame; }
  void fill(int row, SceneCell* cells) const override {
    for (std::int32_t column = 0; column < scene_.columns; ++column)
      cells[column] = scene_cell(scene_, column, row, frame_);
  }
  bool gives_glyphs() const noexcept override { return Plain::gives_glyphs; }
  int sparks() const noexcept override { return scene_sparks(scene_); }
  SceneSpark spark(int number) const override { return scene_spark(scene_, number, frame_); }

 protected:
  const Plain scene_;
  std::uint64_t frame_ = 0;
};

class RainRows final : public PlainRows<Rain> {
 public:
  explicit RainRows(const Rain& rain)
      : PlainRows(rain), columns_(static_cast<std::size_t>(rain.columns)) {}

  void begin(std::uint64_t frame) override {
    frame_ = frame;
    std::int32_t number = 0;
    for (Column& column : columns_) {
      for (std::int32_t layer = 0; layer < rain::layers; ++layer)
        column.layers[layer] = layer_of(rain::tape_of(scene_, layer, number, frame));
      ++number;
    }
  }

  void fill(int row, SceneCell* cells) const override {
    const std::int32_t above_last = scene_.rows - 1 - row;
    for (std::int32_t number = 0; number < scene_.columns; ++number) {
      const Column& column = columns_[static_cast<std::size_t>(number)];
      rain::Lit brightest{0.0f, 0.0f};
      for (std::int32_t layer = 0; layer < rain::layers; ++layer) {
        const Layer& of = column.layers[layer];
        std::int32_t cell = of.first_cell + above_last;
        int stream = 0;
        for (; cell >= of.part; cell -= of.part) ++stream;
        rain::add_layer(brightest,
                        rain::lit_by(of.streams[stream], layer, (cell << 16) + of.part_of_cell));
      }
      cells[number] = rain::cell_of(scene_, brightest, number, row, frame_);
    }
  }

 private:
  /// A tape's parts are at least two thirds of a picture: parts of three are seen at most.
  struct Layer {
    std::int32_t part;
    std::int32_t first_cell, part_of_cell;  // where in the first of its parts the last row is
    rain::Stream streams[3];
  };
  struct Column {
    Layer layers[rain::layers];
  };

  static Layer layer_of(const rain::Tape& tape) {
    const std::uint64_t cells = (tape.place >> 16) + 1, number = cells / tape.part;
    Layer layer{static_cast<std::int32_t>(tape.part),
                static_cast<std::int32_t>(cells - number * tape.part),
                static_cast<std::int32_t>(tape.place & 0xffff),
                {}};
    for (std::uint64_t i = 0; i < 3; ++i) layer.streams[i] = rain::stream_of(tape, number + i);
    return layer;
  }

  std::vector<Column> columns_;
};

/// Cells beside each other mostly lie in the same square of a lattice.
struct KeptCorners {
  std::uint32_t seed, column, line;
  bool is_there = false;
  float values[3][3] = {};
};
void go_to(KeptCorners& kept, std::uint32_t column, std::uint32_t line) {
  if (kept.is_there && column == kept.column && line == kept.line) return;
  for (std::uint32_t lines = 0; lines < 3; ++lines)
    for (std::uint32_t right = 0; right < 3; ++right)
      kept.values[lines][right] = lattice_value(kept.seed, column + right, line + lines);
  kept.column = column;
  kept.line = line;
  kept.is_there = true;
}
float corner(const KeptCorners& kept, std::uint32_t right, std::uint32_t lines) {
  return kept.values[lines][right];
}

class FireRows final : public PlainRows<Fire> {
 public:
  explicit FireRows(const Fire& fire)
      : PlainRows(fire), flames_(static_cast<std::size_t>(fire.columns)) {}

  void begin(std::uint64_t frame) override {
    frame_ = frame;
    std::int32_t column = 0;
    for (fire::Flames& flames : flames_) flames = fire::flames_of(scene_, column++, frame);
  }

  void fill(int row, SceneCell* cells) const override {
    fire::RowNoise<KeptCorners> noise = fire::noise_of<KeptCorners>(scene_, row, frame_);
    for (std::int32_t column = 0; column < scene_.columns; ++column) {
      const fire::Flames& flames = flames_[static_cast<std::size_t>(column)];
      // Made in its place, for what is written number by number is slow to copy at once.
      if (fire::is_above(scene_, flames, row))
        ::new (cells + column) SceneCell{};
      else
        ::new (cells + column) SceneCell(fire::cell_of(scene_, flames, noise, column, row, frame_));
    }
  }

 private:
  std::vector<fire::Flames> flames_;  // by column
};

class FunctionRows final : public SceneRows {
 public:
  FunctionRows(std::unique_ptr<SceneFunction> scene, int columns)
      : scene_(std::move(scene)), columns_(columns) {}

  void begin(std::uint64_t frame) override { frame_ = frame; }
  void fill(int row, SceneCell* cells) const override {
    for (int column = 0; column < columns_; ++column)
      cells[column] = scene_->cell(column, row, frame_);
  }
  bool gives_glyphs() const noexcept override { return scene_->gives_glyphs(); }
  int sparks() const noexcept override { return scene_->sparks(); }
  SceneSpark spark(int number) const override { return scene_->spark(number, frame_); }

 private:
  const std::unique_ptr<SceneFunction> scene_;
  const int columns_;
  std::uint64_t frame_ = 0;
};

template <class Plain>
std::unique_ptr<SceneRows> rows_of(const Plain& scene) {
  return std::make_unique<PlainRows<Plain>>(scene);
}
std::unique_ptr<SceneRows> rows_of(const Rain& rain) { return std::make_unique<RainRows>(rain); }
std::unique_ptr<SceneRows> rows_of(const Fire& fire) { return std::make_unique<FireRows>(fire); }

}  // namespace

SceneSpark SceneFunction::spark(int, std::uint64_t) const { return {}; }

std::unique_ptr<SceneRows> make_scene_rows(const UniverseSettings& universe, int columns,
                                           int rows) {
  return with_scene(universe, columns, rows, [](const auto& scene) { return rows_of(scene); });
}

std::unique_ptr<SceneRows> make_scene_rows(std::unique_ptr<SceneFunction> scene, int columns) {
  return std::make_unique<FunctionRows>(std::move(scene), columns);
}

}  // namespace lifereel
