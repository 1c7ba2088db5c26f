// SPDX-License-Identifier: GPL-2.0-or-later
// Scenes of your own: pictures in characters that are a function of place and frame.
//
//   class Ripples final : public lifereel::SceneFunction {
//    public:
//     lifereel::SceneCell cell(int column, int row, std::uint64_t frame) const override;
//   };
//   auto engine = lifereel::make_scene_engine(
//       universe, [](int columns, int rows) { return std::make_unique<Ripples>(columns, rows); });
//
// sim/scenes/rain.h and sim/scenes/fire.h in lifereel's sources are two to begin from.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "engine.h"
#include "language.h"
#include "universe.h"

namespace [[gnu::visibility("default")]] lifereel {

/// What a cell of the picture shows.
struct SceneCell {
  /// Brightness, 0 to 1, of its eight regions, two in each of four rows: the glyph is the one that
  /// is most like it. Means nothing in a scene that gives its glyphs.
  float shape[8];
  float brightness;    ///< light of a lit pixel: 1 is white, more is whiter and glows more
  float colour;        ///< 0 to 1, along the look's palette as a ramp
  std::int32_t glyph;  ///< of a scene that gives its glyphs: any number, by which one is picked
};

/// A point of light before the cells, which lights one region of the cell that it is in, and shows
/// where it is brighter than what is there.
struct SceneSpark {
  float column, row;  ///< in cells, 0.5 being the first one's middle; outside the picture: unseen
  float brightness, colour;
  std::int32_t glyph;
};

/// A scene. Equal arguments must have equal results, on every thread, whatever was asked before:
/// then films of it can be cut, resumed and rendered in parts, as lifereel's own can. For results
/// that are equal on every machine, too, calculate in integers and with + - * / of floats, and
/// leave sin(), pow() and the like, whose last bits differ from one library to the next.
class SceneFunction {
 public:
  SceneFunction() = default;
  virtual ~SceneFunction() = default;
  SceneFunction(const SceneFunction&) = delete;
  SceneFunction& operator=(const SceneFunction&) = delete;

  /// Column and row count from 0 at the upper left; the first picture of a film is frame 1. Called
  /// for every cell of every picture, by several threads at once; must not throw.
  virtual SceneCell cell(int column, int row, std::uint64_t frame) const = 0;
  /// Whether its cells have glyphs of their own: those of brightness 0 are blank. Otherwise all
  /// glyphs are chosen by shape.
  virtual bool gives_glyphs() const noexcept { return false; }

  /// How many sparks there are, always.
  virtual int sparks() const noexcept { return 0; }
  /// Where each is, `number` being 0 to sparks() - 1. Must not throw.
  virtual SceneSpark spark(int number, std::uint64_t frame) const;
};

/// Makes the scene of a picture of so many cells.
using SceneMaker = std::function<std::unique_ptr<SceneFunction>(int columns, int rows)>;

/// An engine of the CPU that shows a scene in the universe's size and look; GPUs show lifereel's
/// own scenes alone (make_cuda_engine()). universe.scene is one other than particle_life,
/// whichever, and stands for it in checkpoints. Steps cost nothing, read_state() knows the frame
/// alone, and restore() goes to any frame. Throws what make_cpu_engine() does, and what `make`
/// throws.
std::unique_ptr<Engine> make_scene_engine(const UniverseSettings& universe, const SceneMaker& make,
                                          const CpuEngineSettings& cpu = {});

}  // namespace lifereel
