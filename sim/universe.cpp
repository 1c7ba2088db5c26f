// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/universe.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <sstream>
#include <stdexcept>

#include "sim/arithmetic/constants.h"
#include "sim/hash/sha256.h"

namespace lifereel {
namespace {

template <class... Parts>
void require(bool condition, const Parts&... parts) {
  if (condition) return;
  std::ostringstream sentence;
  (sentence << ... << parts);
  throw std::invalid_argument(sentence.str());
}

/// Of what moves by forces.
void validate_world(const UniverseSettings& s) {
  const int shorter = s.width < s.height ? s.width : s.height;
  require(static_cast<double>(shorter) >= 3.0 * static_cast<double>(s.rmax), "a world of ", s.width,
          "x", s.height, " pixels is smaller than three cells of rmax ", s.rmax,
          ": enlarge the size",
          shorter >= 3 ? " or set rmax to " + std::to_string(shorter / 3) + " or less" : "");
  // Cells of the published seam are rmax wide whatever the size; parts of them are numbered.
  require(s.seam == Seam::exact || std::ceil(s.width / static_cast<double>(s.rmax)) *
                                           std::ceil(s.height / static_cast<double>(s.rmax)) <=
                                       1e8,
          "a world of ", s.width, "x", s.height, " pixels has more than 100 million cells of rmax ",
          s.rmax, ": raise rmax, or use the exact seam");
  const std::size_t entries = static_cast<std::size_t>(s.species) * s.species;
  require(s.matrix.empty() || s.matrix.size() == entries, "the matrix has ", s.matrix.size(),
          " numbers, but ", s.species, " species need ", s.species, " lines of ", s.species);
  require(
      s.matrix.empty() || s.matrix_family == MatrixFamily::random,
      "matrix-family shapes the matrix that the seed draws, and this one is given: leave one of "
      "matrix and matrix-family out");
  for (const float entry : s.matrix)
    require(
        std::isfinite(entry) && std::fabs(entry) <= 1024.0f,
        "the matrix holds a number that is not finite or beyond 1024; raise force-scale instead");
}

/// Their light is summed in 32 bits.
void validate_points(const UniverseSettings& s) {
  require(!s.look.draws_colour() || std::int64_t{s.particles} * points_a_frame(s) <= 20'000'000,
          s.particles, " particles with ",
          s.steps_per_frame == 1 ? "streaks of " : "steps-per-frame and streaks of ",
          points_a_frame(s),
          " points are too many for a picture in colour: at most 20 million points; lower ",
          s.steps_per_frame == 1 ? "streaks" : "steps-per-frame", ", or take the look published");
}

/// Of what is a function of seed, place and frame.
void validate_scene(const UniverseSettings& s) {
  const char* const scene = s.scene == Scene::rain ? "scene = rain" : "scene = fire";
  require(s.matrix.empty() && s.matrix_family == MatrixFamily::random, scene,
          " has no forces: set matrix = seed and matrix-family = random");
  require(s.steps_per_frame == 1 && s.substeps == 1, scene,
          " has no steps: leave steps-per-frame and substeps out");
  require(s.scene != Scene::fire || s.particles <= most_sparks, "particles ", s.particles,
          " is out of range: a fire has 1 to ", most_sparks, " sparks; set particles = auto");
  require(s.look.draws_colour(), scene,
          " is drawn in colour, and the look published has none: leave the look out, or choose "
          "another");
  require(s.look.glyphs, scene, " is drawn in characters: set glyphs = yes");
}

}  // namespace

void validate(const UniverseSettings& s) {
  require(s.width >= 1 && s.height >= 1 && s.width <= 32768 && s.height <= 32768, "size ", s.width,
          "x", s.height, " is out of range: width and height are 1 to 32768 pixels");
  require(s.particles >= 1 && s.particles <= 100'000'000, "particles ", s.particles,
          " is out of range: 1 to 100000000");
  require(s.species >= 1 && s.species <= 32, "species ", s.species, " is out of range: 1 to 32");
  require(std::isfinite(s.rmax) && s.rmax >= 1.0f, "rmax ", s.rmax,
          " is out of range: at least 1 pixel");
  require(s.beta > 0.0f && s.beta < 1.0f, "beta ", s.beta, " is out of range: above 0 and below 1");
  require(std::isfinite(s.force_scale) && std::fabs(s.force_scale) <= 1e6f, "force-scale ",
          s.force_scale, " is out of range: -1e6 to 1e6");
  require(s.friction >= 0.0f && s.friction <= 1.0f, "friction ", s.friction,
          " is out of range: 0 to 1, the part of the velocity that is kept");
  require(std::isfinite(s.dt) && s.dt > 0.0f && s.dt <= 1000.0f, "dt ", s.dt,
          " is out of range: above 0, at most 1000");
  require(s.trail_decay >= 0.0f && s.trail_decay < 1.0f, "trail-decay ", s.trail_decay,
          " is out of range: 0 or more and below 1, the part of the trail that is kept");
  require(s.steps_per_frame >= 1 && s.steps_per_frame <= 1000, "steps-per-frame ",
          s.steps_per_frame, " is out of range: 1 to 1000");
  require(s.substeps >= 1 && s.substeps <= 64, "substeps ", s.substeps,
          " is out of range: 1 to 64");
  require(s.steps_per_frame == 1 || s.substeps == 1,
          "steps-per-frame makes a time lapse and substeps slow motion: leave one of them out");
  if (s.scene == Scene::particle_life)
    validate_world(s);
  else
    validate_scene(s);
  validate(s.look, s.width, s.height);
  if (s.scene == Scene::particle_life) validate_points(s);
}

void serialize_state(const State& state, std::vector<std::uint8_t>& bytes) {
  static_assert(std::endian::native == std::endian::little,
                "state bytes are little-endian; a big-endian processor must swap here");
  const std::size_t n = state.y.size();
  bytes.resize(20 * n);
  std::uint8_t* to = bytes.data();
  const auto put_pairs = [&to, n](const std::vector<float>& first,
                                  const std::vector<float>& second) {
    for (std::size_t i = 0; i < n; ++i, to += 8) {
      std::memcpy(to, &first[i], 4);
      std::memcpy(to + 4, &second[i], 4);
    }
  };
  put_pairs(state.y, state.x);
  put_pairs(state.vy, state.vx);
  if (n > 0) std::memcpy(to, state.species.data(), 4 * n);
}

std::string hash_state(const State& state) {
  std::vector<std::uint8_t> bytes;
  serialize_state(state, bytes);
  return sha256_hex(bytes.data(), bytes.size());
}

}  // namespace lifereel
