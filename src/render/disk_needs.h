// SPDX-License-Identifier: GPL-2.0-or-later
// Whether a film fits on the disk, said before it is begun.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "src/settings.h"

namespace lifereel {

/// Whether working files are kept: a film in chunks, in a file, and not Resume::off.
bool keeps_working_files(const RenderSettings& settings);

/// Bytes on disk; estimates from the bitrate.
struct DiskNeeds {
  std::optional<std::uint64_t> film;  ///< unknown without a bitrate
  std::uint64_t checkpoints = 0;
};
/// `sound_bits`: of the sound, a second (encoders/sound_file.h); a disc has its silence anyway.
DiskNeeds disk_needs(const RenderSettings& settings, int lanes, std::int64_t sound_bits = 0);

/// One sentence about what the film needs and what is free in its folder, where `there_already`
/// bytes of it are kept already. Throws std::invalid_argument when that is known not to suffice, or
/// when the film is larger than a file may be there.
std::string check_disk(const RenderSettings& settings, const DiskNeeds& needs,
                       std::uint64_t there_already);

/// Makes, flushes and renames small files: one like `film`, where that is not empty, and one where
/// each file beside the film will be. Returns a sentence when a file system there cannot flush
/// files. Throws std::runtime_error.
std::string try_out_folders(const RenderSettings& settings, const std::string& film);

}  // namespace lifereel
