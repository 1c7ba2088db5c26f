// SPDX-License-Identifier: GPL-2.0-or-later
// Small films in chunks for tests of their sound, and how a render of one is stopped.
#pragma once

#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <string>

#include "src/errors.h"
#include "src/render.h"

namespace lifereel::test {

inline constexpr int chunk = 12;
inline constexpr int frames = 5 * chunk + 3;

/// Without any sound yet.
inline RenderSettings small_film(const std::string& path, const char* codec, int particles) {
  RenderSettings settings;
  settings.universe.width = 352;
  settings.universe.height = 288;
  settings.universe.particles = particles;
  settings.film.codec = codec;
  settings.film.frames_per_second = {25, 1};
  settings.film.gop = chunk;
  settings.film.chunk_frames = chunk;
  settings.film.codec_threads = 1;
  settings.engine.engine = EngineChoice::cpu;
  settings.frames = frames;
  settings.output = path;
  return settings;
}

/// Stops a render when its first chunk is kept.
inline void render_part(const RenderSettings& settings) {
  std::atomic<bool> cancel{false};
  JobControl control;
  control.cancel = &cancel;
  control.progress = [&](const JobProgress&) {
    cancel = std::filesystem::exists(settings.output + ".lifereel/chunk-000000");
  };
  CHECK_THROWS_AS(render(settings, control), Cancelled);
}

}  // namespace lifereel::test
