// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/video/avc_profile.h"

#include "encoders/libav/libav.h"

namespace lifereel {
namespace {

constexpr int high_profile = 100;  // the last profile that hardware decodes everywhere
constexpr int cavlc_profile = 44;  // and the one beyond it with a smaller number
constexpr int last_played_level = 52;

std::string level_text(int level) {
  return std::to_string(level / 10) + "." + std::to_string(level % 10);
}

}  // namespace

std::optional<AvcProfile> find_avc_profile(std::span<const std::uint8_t> stream) noexcept {
  constexpr std::uint8_t parameter_set = 7;
  for (std::size_t i = 0; i + 6 < stream.size(); ++i)
    if (stream[i] == 0 && stream[i + 1] == 0 && stream[i + 2] == 1 &&
        (stream[i + 3] & 31) == parameter_set)
      return AvcProfile{stream[i + 4], stream[i + 6]};
  return std::nullopt;
}

std::vector<std::string> avc_notices(const AvcProfile& needed) {
  std::vector<std::string> notices;
  if (needed.profile > high_profile || needed.profile == cavlc_profile) {
    const char* const name = avcodec_profile_name(AV_CODEC_ID_H264, needed.profile);
    notices.push_back(
        std::string("browsers and most devices cannot play this H.264, of the profile ") +
        (name == nullptr ? std::to_string(needed.profile) : name) +
        ": they can with 4:2:0 colour, 8 bits and a crf of 1 or more; lossless films "
        "are for archives and editors, and ffv1 is their encoder");
  }
  if (needed.level > last_played_level)
    notices.push_back("hardware does not play H.264 of level " + level_text(needed.level) +
                      ": make the pictures smaller or the frames fewer, or take HEVC (the encoder "
                      "libx265), which it plays up to 8192x4320");
  return notices;
}

}  // namespace lifereel
