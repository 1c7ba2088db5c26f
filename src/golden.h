// SPDX-License-Identifier: GPL-2.0-or-later
// Golden files: the hashes of a universe's states and pictures, frame by frame, and their check.
//
// A golden file is FFmpeg's framehash text. Stream 0 is the pictures an encoder would be
// handed, stream 1 the states (hash_state()). Lines that begin with "#lifereel " carry the settings
// as a config file and the version, so that a check needs nothing else:
//
//   #lifereel # lifereel 0.1.0
//   #lifereel seed = 480
//   ...
//   #dimensions 0: 720x480
//   0,          0,          0,        1,   518400, <SHA-256 of the picture>
//   1,          0,          0,        1,    50000, <SHA-256 of the state>
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "encoders/picture.h"
#include "encoders/png.h"
#include "job_control.h"
#include "settings.h"
#include "sim/engine.h"

namespace [[gnu::visibility("default")]] lifereel {

/// What a golden file says.
struct Golden {
  RenderSettings settings;                    ///< universe, film and length
  PixelFormat format = PixelFormat::yuv420p;  ///< of the pictures
  std::string version;                ///< of the lifereel that wrote it; empty when it does not say
  std::vector<std::string> pictures;  ///< SHA-256 in lower-case hexadecimal, a frame each
  std::vector<std::string> states;    ///< likewise, or empty: `lifereel render --hash` has none
};

/// Computes settings' universe for frame_count() frames, without an encoder, and writes the golden
/// file to `path` (complete or not at all), or nowhere when `path` is empty. Returns the text.
/// Blocks. Throws std::invalid_argument (settings), std::runtime_error (disk, device), Cancelled.
std::string run_golden(const RenderSettings& settings, const std::string& path,
                       bool overwrite = false, const JobControl& control = {});

/// Reads golden text. Throws std::invalid_argument naming `name` and the line of what is malformed,
/// missing or cut off.
Golden parse_golden(std::string_view text, const std::string& name);
Golden read_golden(const std::string& path);

/// The first frame in which a universe is not what a golden file says.
struct GoldenDifference {
  std::int64_t frame = 0;  ///< of the film, from 0
  bool state_differs = false;
  bool picture_differs = false;
  std::string golden_state, state;      ///< SHA-256; golden_state is empty when the file has none
  std::string golden_picture, picture;  ///< SHA-256
  Still still;                          ///< the picture now
};

struct GoldenCheck {
  std::int64_t frames_equal = 0;  ///< before the difference, or all
  std::optional<GoldenDifference> difference;
  EngineDescription engine;  ///< that computed now
};

/// Computes the universe of a golden file again with `engine` and compares frame by frame up to the
/// first difference. Throws as run_golden().
GoldenCheck check_golden(const Golden& golden, const EngineSettings& engine = {},
                         const JobControl& control = {});

}  // namespace lifereel
