// SPDX-License-Identifier: GPL-2.0-or-later
// What a decoder of H.264 must be able to do, as the stream says it. Internal to encoders/.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace lifereel {

struct AvcProfile {
  int profile = 0;  ///< as libavcodec has it: 100 is High
  int level = 0;    ///< ten times what people call it: 40 is 4.0
};

/// Of the first sequence parameter set in a byte stream with start codes.
std::optional<AvcProfile> find_avc_profile(std::span<const std::uint8_t> stream) noexcept;

/// A sentence for each reason why many players will not play such a film; empty: none is known.
std::vector<std::string> avc_notices(const AvcProfile& needed);

}  // namespace lifereel
