// SPDX-License-Identifier: GPL-2.0-or-later
// What no file system of a disc comes near; beyond, an image is damaged. Private to src/.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lifereel {

inline constexpr std::int64_t largest_folder_bytes = 16 << 20;
inline constexpr std::size_t most_image_entries = 1'000'000;
inline constexpr int deepest_image_folder = 64;
inline constexpr std::size_t longest_image_name = 1024;          // of bytes; 255 is what is usual
inline constexpr std::size_t most_image_path_bytes = 256 << 20;  // of all files together

}  // namespace lifereel
