// SPDX-License-Identifier: GPL-2.0-or-later
// A film's streams against the rules of DVD-Video, picture by picture. Private to lifereel.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "encoders/film.h"

namespace lifereel {

/// What a disc demands of the MPEG-2 video itself; what it demands of the program stream around it
/// is check_program_stream()'s.
class DvdCheck {
 public:
  /// Not DiscTarget::none.
  explicit DvdCheck(DiscTarget target);

  /// The next picture in coding order, with the headers before it. Returns a sentence for each rule
  /// that it is the first to break, and for every GOP that it makes too long.
  std::vector<std::string> see_picture(std::span<const std::uint8_t> data);

  std::int64_t groups() const noexcept { return groups_; }
  int longest_group() const noexcept { return longest_group_; }

  /// What is wrong with the sound; empty when nothing is.
  static std::string audio_fault(const std::string& codec, int sample_rate, std::int64_t bit_rate);
  /// The rate of the multiplex, bits per second.
  static std::string mux_rate_fault(std::int64_t mux_rate);

  /// The standard for pictures of this size; DiscTarget::none where there is none.
  static DiscTarget target_of(int width, int height) noexcept;

 private:
  const DiscTarget target_;
  std::set<std::string> told_;
  std::int64_t groups_ = 0;
  int group_pictures_ = 0;
  int longest_group_ = 0;
};

}  // namespace lifereel
