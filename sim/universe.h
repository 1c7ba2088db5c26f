// SPDX-License-Identifier: GPL-2.0-or-later
// What a universe is: its settings, its state at one frame, and the state it begins with.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "language.h"
#include "look.h"

namespace [[gnu::visibility("default")]] lifereel {

/// How the torus is cut into cells.
enum class Seam {
  /// floor(S / rmax) cells an axis: no pair is missed.
  exact,
  /// ceil(S / rmax) cells of rmax pixels, as the published script has them: pairs across the torus
  /// seam are missed when S is no multiple of rmax. For comparison only.
  published,
};

/// What there is to see.
enum class Scene {
  particle_life,
  rain,  ///< characters that fall in columns
  fire,  ///< flames, and sparks above them
};

/// Sparks a fire may have.
inline constexpr int most_sparks = 3000;

/// What shape the matrix that the seed draws is given; A[i][j] is the force on i from j.
enum class MatrixFamily {
  random,     ///< as it is drawn: every entry uniform in -1 .. 1
  symmetric,  ///< A[j][i] = A[i][j]: all forces between two species are mutual
  chase,      ///< A[j][i] = -A[i][j]: what one is drawn to flees it; each is drawn to its own
  chains,     ///< each is drawn to its own and to the species before and after it, and flees others
  snakes,     ///< each is drawn to its own, a quarter as much to the next, and to no others
};

/// Everything that defines a universe. Equal settings mean equal states and equal frames, bit for
/// bit, on every engine. A plain value: copy it, compare it, keep it.
struct UniverseSettings {
  /// Other scenes than particle_life are functions of seed, place and frame (sim/scene.h): they
  /// have no state, and what follows of forces and motion means nothing to them.
  Scene scene = Scene::particle_life;
  std::uint64_t seed = 480;
  int width = 720;   ///< pixels
  int height = 480;  ///< pixels
  /// N, at least 1; it changes the matrix too, which is drawn after them. Of fire, its sparks.
  int particles = 2500;
  int species = 5;  ///< K, 1..32
  Seam seam = Seam::exact;
  float rmax = 88.0f;        ///< pixels; no force beyond
  float beta = 0.3f;         ///< 0 < beta < 1: all species repel below beta * rmax
  float force_scale = 0.8f;  ///< multiplies every force
  float friction = 0.85f;    ///< 0..1: the part of the velocity kept each dt
  float dt = 0.6f;           ///< time step, frames
  float trail_decay = 0.8f;  ///< 0 <= trail_decay < 1: the part of the trail kept each frame
  /// Time lapse: steps of dt in a frame, 1 to 1000. A picture in colour has each step's light, all
  /// of it together as much as of one step; the published one shows the particles after the last.
  int steps_per_frame = 1;
  /// Slow motion: frames in which dt passes, 1 to 64. Friction and forces are divided so that the
  /// motion is the same, as nearly as steps of another length allow. Not with steps_per_frame.
  int substeps = 1;
  /// K x K row-major, force on species row from species column; empty: drawn from the seed.
  std::vector<float> matrix;
  MatrixFamily matrix_family = MatrixFamily::random;  ///< of one that is drawn from the seed
  LookSettings look;  ///< how it is drawn; no particle moves differently for it

  bool operator==(const UniverseSettings&) const = default;
};

/// Throws std::invalid_argument with one sentence (what is wrong, what to do) unless a universe can
/// be made from these settings.
void validate(const UniverseSettings& settings);

/// Particles at one frame, in particle order. Position (y, x) in pixels, 0 <= y < height and
/// 0 <= x < width (at frame 0 float32 may have rounded up to height or width itself); velocity in
/// pixels per unit of time.
struct State {
  std::uint64_t frame = 0;  ///< frames since the initial state
  std::vector<float> y, x, vy, vx;
  std::vector<std::int32_t> species;

  bool operator==(const State&) const = default;
};

/// The state at frame 0 and the K x K matrix.
struct InitialState {
  State state;
  std::vector<float> matrix;
};

// clang-format off
/// Draws the initial state exactly as NumPy does:
///   rng = default_rng(seed)                                   SeedSequence, PCG64 (XSL-RR 128/64)
///   positions = rng.random((N, 2)).astype(f4) * f4([H, W])    53-bit doubles
///   species = rng.integers(0, K, N)                           Lemire's method on 32 bits
///   matrix = rng.uniform(-1, 1, (K, K)).astype(f4)       given the shape of its family, exactly
/// Velocities are 0. Settings must be valid. Throws std::bad_alloc.
// clang-format on
InitialState make_initial_state(const UniverseSettings& settings);

/// SHA-256, in lower-case hexadecimal, of positions (y, x) as float32[N][2], velocities likewise
/// and species as int32[N], all little-endian, one after the other.
std::string hash_state(const State& state);

/// The bytes hash_state() hashes. `bytes` is resized to 20 * N.
void serialize_state(const State& state, std::vector<std::uint8_t>& bytes);

}  // namespace lifereel
