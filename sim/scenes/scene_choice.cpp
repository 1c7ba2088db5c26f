// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/scenes/scene_choice.h"

namespace lifereel {
namespace {

/// A plain struct that scene_cell(), scene_sparks() and scene_spark() take.
template <class Plain>
class PlainScene final : public SceneFunction {
 public:
  explicit PlainScene(const Plain& scene) : scene_(scene) {}

  SceneCell cell(int column, int row, std::uint64_t frame) const override {
    return scene_cell(scene_, column, row, frame);
  }
  bool gives_glyphs() const noexcept override { return Plain::gives_glyphs; }
  int sparks() const noexcept override { return scene_sparks(scene_); }
  SceneSpark spark(int number, std::uint64_t frame) const override {
    return scene_spark(scene_, number, frame);
  }

 private:
  const Plain scene_;
};

}  // namespace

SceneSpark SceneFunction::spark(int, std::uint64_t) const { return {}; }

SceneMaker scene_maker(const UniverseSettings& universe) {
  return [universe](int columns, int rows) {
    return with_scene(universe, columns, rows,
                      [](const auto& scene) -> std::unique_ptr<SceneFunction> {
                        return std::make_unique<PlainScene<std::decay_t<decltype(scene)>>>(scene);
                      });
  };
}

}  // namespace lifereel
