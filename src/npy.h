// SPDX-License-Identifier: GPL-2.0-or-later
// A universe's state as a NumPy file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/universe.h"

namespace [[gnu::visibility("default")]] lifereel {

/// The bytes of a .npy file (format 1.0): one structured array of N records in particle order,
/// fields y, x, vy, vx as little-endian float32 and species as little-endian int32. numpy.load()
/// reads it.
std::vector<std::uint8_t> state_as_npy(const State& state);

/// Writes state_as_npy() to `path`, which takes its name only when the file is complete and on
/// disk;
/// "-" is standard output. Throws std::invalid_argument (the path), std::runtime_error (the disk).
void write_state_npy(const State& state, const std::string& path, bool overwrite = false);

}  // namespace lifereel
