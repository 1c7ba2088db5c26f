// SPDX-License-Identifier: GPL-2.0-or-later
// A sector of a disc's video object: one pack, neither more nor less. Private to lifereel.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace lifereel {

struct DiscSector {
  enum class Kind {
    navigation,
    video,
    ac3,
    other,  ///< other sound, subtitles, padding alone
  };

  Kind kind = Kind::other;
  int stream = 0;  ///< of sound, from 0
  /// What it has of the first video or sound stream; in the sector that was read.
  std::span<const std::uint8_t> payload;
  /// When the first picture or frame of sound that begins in it is shown; none: none does, or it is
  /// not said.
  std::optional<std::int64_t> time_90khz;
  std::int64_t scr_base_90khz = 0;
  /// What is wrong with it, and how it begins: "holds more than its pack"; empty when nothing is.
  std::string fault;
};

/// Of 2048 bytes.
DiscSector read_disc_sector(std::span<const std::uint8_t> sector);

}  // namespace lifereel
