// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/settings/codec_names.h"

#include <algorithm>
#include <array>
#include <vector>

#include "encoders/film.h"
#include "src/text/nearest_word.h"
#include "src/text/setting_text.h"

namespace lifereel {
namespace {

struct UsualEncoder {
  std::string_view format;
  std::string_view encoder;
};

/// The first that this FFmpeg has is meant.
constexpr std::array usual_encoders = {
    UsualEncoder{"h264", "libx264"},     UsualEncoder{"h.264", "libx264"},
    UsualEncoder{"avc", "libx264"},      UsualEncoder{"x264", "libx264"},
    UsualEncoder{"hevc", "libx265"},     UsualEncoder{"h265", "libx265"},
    UsualEncoder{"h.265", "libx265"},    UsualEncoder{"x265", "libx265"},
    UsualEncoder{"av1", "libsvtav1"},    UsualEncoder{"av1", "libaom-av1"},
    UsualEncoder{"av1", "librav1e"},     UsualEncoder{"svtav1", "libsvtav1"},
    UsualEncoder{"vp8", "libvpx"},       UsualEncoder{"vp9", "libvpx-vp9"},
    UsualEncoder{"mpeg2", "mpeg2video"}, UsualEncoder{"mpeg-2", "mpeg2video"},
    UsualEncoder{"theora", "libtheora"}, UsualEncoder{"raw", "rawvideo"},
};

bool is_available(std::string_view encoder) {
  const auto available = available_video_encoders();
  return std::any_of(available.begin(), available.end(),
                     [&](const auto& one) { return one.name == encoder; });
}

}  // namespace

std::string parse_codec(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  std::string_view first;
  for (const auto& [format, encoder] : usual_encoders) {
    if (lower != format) continue;
    if (is_available(text)) break;  // an encoder that is called like a format
    if (is_available(encoder)) return std::string(encoder);
    if (first.empty()) first = encoder;
  }
  return std::string(first.empty() ? text : first);
}

void check_codec_exists(const std::string& codec) {
  if (codec == "null" || is_available(codec)) return;
  const auto available = available_video_encoders();
  std::vector<std::string_view> names;
  for (const auto& encoder : available) names.push_back(encoder.name);
  for (const auto& usual : usual_encoders) names.push_back(usual.format);
  const std::string_view nearest = nearest_word(codec, names);
  refuse("codec: this FFmpeg has no video encoder " + in_quotes(codec) +
         (nearest.empty() ? "; lifereel info lists those it has"
                          : "; did you mean " + std::string(nearest) + "?"));
}

}  // namespace lifereel
