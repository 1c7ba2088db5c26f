// SPDX-License-Identifier: GPL-2.0-or-later
// What a finalist looks like. Private to src/scout/.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/universe.h"
#include "src/settings.h"

namespace lifereel {

/// When stills are taken of a film of so many frames, observations apart: early, and at equal
/// steps to its end. The short film begins at one of them.
struct ShowTimes {
  ShowTimes(std::int64_t frames, std::int64_t period);
  std::vector<std::int64_t> stills;
  std::int64_t film = 0;
};

std::string still_path(const std::string& folder, std::uint64_t seed, std::int64_t frame);
std::string short_film_path(const std::string& folder, std::uint64_t seed);

/// Whether they are there; of stills also that no crash of the machine has cut them short.
bool is_whole_still(const std::string& path);
bool is_short_film(const std::string& path);

/// In the film's own look, at most 256 pixels wide (PNGs are not compressed here). What a trail has
/// forgotten after some frames, it does not show: the universe is drawn for that long first.
void draw_still(const RenderSettings& film, const State& state, Isa isa, const std::string& path);

/// This FFmpeg's encoder of what browsers play; empty: it has none.
std::string short_film_codec();

/// Some seconds of it. Throws as render().
void make_short_film(const RenderSettings& film, const State& state, Isa isa,
                     const std::string& codec, const std::string& path,
                     const std::atomic<bool>* cancel);

}  // namespace lifereel
