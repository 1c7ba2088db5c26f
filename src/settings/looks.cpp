// SPDX-License-Identifier: GPL-2.0-or-later
#include <filesystem>

#include "src/settings.h"
#include "src/settings/quality.h"
#include "src/settings/setting_keys.h"
#include "src/text/nearest_word.h"
#include "src/text/setting_text.h"
#include "src/text/text_file.h"

namespace lifereel {
namespace {

/// The text of a look's file, whose lines are all a look's.
std::string look_text(const std::string& name) {
  std::vector<std::string_view> names;
  std::string known;
  for (const Look& look : looks()) {
    if (name == look.name) return look.text;
    names.push_back(look.name);
    known += (known.empty() ? "" : ", ") + std::string(look.name);
  }
  if (std::filesystem::exists(name)) return read_text_file(name);
  const std::string_view nearest = nearest_word(name, names);
  refuse("there is no look " + in_quotes(name) +
         (nearest.empty() ? "" : "; did you mean " + std::string(nearest) + "?") +
         (nearest.empty() ? "; there are " + known + ", or name a file" : ""));
}

}  // namespace

void draw_scene_in_characters(UniverseSettings& universe) {
  LookSettings& look = universe.look;
  if (universe.scene != Scene::particle_life && look.draws_colour()) look.glyphs = true;
}

void apply_look(RenderSettings& settings, const std::string& name) {
  RenderSettings result = settings;
  result.universe.look = {};
  result.universe.trail_decay = UniverseSettings().trail_decay;
  apply_look_text(result, look_text(name), "look " + name);
  settings.universe.look = result.universe.look;
  fit_look(settings.universe.look, settings.quality);
  draw_scene_in_characters(settings.universe);
  settings.universe.trail_decay = result.universe.trail_decay;
}

}  // namespace lifereel
