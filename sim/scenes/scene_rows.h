// SPDX-License-Identifier: GPL-2.0-or-later
// A scene as the CPU's engine asks for it: a frame at a time, and of that row by row. What cells of
// a column or of a row have in common is calculated once.
#pragma once

#include <memory>

#include "sim/scene.h"

namespace lifereel {

class SceneRows {
 public:
  SceneRows() = default;
  virtual ~SceneRows() = default;
  SceneRows(const SceneRows&) = delete;
  SceneRows& operator=(const SceneRows&) = delete;

  /// Rows are those of this frame from now on.
  virtual void begin(std::uint64_t frame) = 0;
  /// Writes the cells of a row, all its columns. By several threads at once.
  virtual void fill(int row, SceneCell* cells) const = 0;
  virtual bool gives_glyphs() const noexcept = 0;
  virtual int sparks() const noexcept = 0;
  /// At the frame that was begun.
  virtual SceneSpark spark(int number) const = 0;
};

/// One of lifereel's own, whose cells are those of scene_cell(). Settings must be valid, and of
/// another scene than particle_life.
std::unique_ptr<SceneRows> make_scene_rows(const UniverseSettings& universe, int columns, int rows);
/// Any other.
std::unique_ptr<SceneRows> make_scene_rows(std::unique_ptr<SceneFunction> scene, int columns);

}  // namespace lifereel
