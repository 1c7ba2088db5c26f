// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/settings.h"
#include "src/settings/quality.h"
#include "src/text/setting_text.h"

namespace lifereel {

void apply_preset(RenderSettings& settings, const std::string& name) {
  std::string known;
  for (const Preset& preset : presets()) {
    if (name == preset.name) {
      RenderSettings result = settings;
      result.universe = {};
      result.particles = {};
      result.look = {};
      result.film = {};
      result.frames.reset();
      result.seconds.reset();
      result.warmup = 0;
      apply_config_text(result, preset.text, "preset " + name);
      result.look = {};  // gives way to a scene's
      fit_quality(result);
      settings = std::move(result);
      return;
    }
    known += (known.empty() ? "" : ", ") + std::string(preset.name);
  }
  refuse("there is no preset " + in_quotes(name) + "; there are " + known);
}

}  // namespace lifereel
