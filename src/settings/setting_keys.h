// SPDX-License-Identifier: GPL-2.0-or-later
// The one table of keys: what each is called, what it helps with, how it is read and printed.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/settings.h"

namespace lifereel {

/// A value as it was given, and the folder a path in it is relative to.
struct SettingText {
  std::string_view value;
  const std::filesystem::path& folder;
};

struct SettingEntry {
  SettingKey key;
  /// Throws std::invalid_argument with a sentence about the value alone.
  std::function<void(RenderSettings&, const SettingText&)> read;
  /// Nothing where there is nothing to print.
  std::function<std::optional<std::string>(const RenderSettings&)> print;
  /// Values with names that are known here (setting_words.h).
  std::vector<std::string> words = {};
};

/// In the order a config file is printed.
const std::vector<SettingEntry>& setting_entries();

/// Whether the film is another one with another value; the other keys say where and how it is made.
bool defines_film(const SettingKey& key) noexcept;

/// apply_setting(), with paths relative to a folder.
void read_setting(RenderSettings& settings, std::string_view key, const SettingText& text,
                  const std::string& where);

/// There is no other way to draw a scene, whatever the look says.
void draw_scene_in_characters(UniverseSettings& universe);

/// A look's file: apply_config_text(), with the keys of a look alone.
void apply_look_text(RenderSettings& settings, std::string_view text, const std::string& name);

}  // namespace lifereel
