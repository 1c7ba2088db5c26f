// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/setting_words.h"

#include <algorithm>

#include "encoders/containers.h"
#include "encoders/film.h"
#include "src/settings/setting_keys.h"

namespace lifereel {

std::vector<std::string> setting_words(std::string_view key) {
  if (key == "container") return available_containers();
  if (key == "codec") {
    // What people say, and nothing; then what FFmpeg says.
    std::vector<std::string> words{"h264", "hevc", "av1", "vp8", "vp9", "null"};
    for (const EncoderDescription& encoder : available_video_encoders())
      if (std::find(words.begin(), words.end(), encoder.name) == words.end())
        words.push_back(encoder.name);
    return words;
  }
  for (const SettingEntry& entry : setting_entries())
    if (key == entry.key.name) return entry.words;
  return {};
}

}  // namespace lifereel
