// SPDX-License-Identifier: GPL-2.0-or-later
// A universe between two frames, whole: what an engine needs to go on as if it had never stopped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "colour.h"
#include "universe.h"

namespace [[gnu::visibility("default")]] lifereel {

/// What Engine::save() gives and Engine::restore() takes, on any engine: equal bits on all of them.
/// Of another scene than particle_life that is its frame: there is nothing else.
struct Checkpoint {
  UniverseSettings universe;
  State state;  ///< of frame state.frame
  /// Brightness that has not yet faded, in twentieths, height rows of width pixels, as the last
  /// draw left it; 0 or more, finite.
  std::vector<float> trail;
  /// Of a look in colour, beside its light's luma in `trail`: Cb and Cr of 2x2 pixels, in which
  /// matrix (none: nothing is drawn yet), and white, a float's bits (0: none yet).
  std::vector<float> trail_cb, trail_cr;
  ColourMatrix trail_matrix = ColourMatrix::none;
  std::int32_t white_bits = 0;
  /// Of a look in characters: which glyph of its set each cell has, row by row; empty before the
  /// first picture.
  std::vector<std::uint16_t> glyphs;

  bool operator==(const Checkpoint&) const = default;
};

// clang-format off
/// A checkpoint as bytes, little-endian, without padding:
///   24 bytes   "lifereel checkpoint v01\n"
///   u64        number of bytes in all
///   u64        seed
///   i32 x 5    width, height, particles N, species K, seam (0 exact, 1 published)
///              + 2 * matrix family (0 random, 1 symmetric, 2 chase, 3 chains, 4 snakes)
///   f32 x 6    rmax, beta, force_scale, friction, dt, trail_decay
///   u32        entries of the matrix that follow: K * K, or 0 where it is drawn from the seed
///   f32 ...    matrix
///   u64        frame
///   f32 x N    y; x; velocity y; velocity x: four arrays, one after another
///   i32 x N    species
///   f32 ...    trail, height * width
///   64 bytes   SHA-256 of all bytes before, in lower-case hexadecimal
/// Of a look in colour it is "v02", and has these as well:
///   after the matrix   i32 x 6: tone (1 log, 2 filmic), colour-by (0 species, 1 speed, 2 density,
///                      3 age), point size, streaks, bloom radius, dither; u32 background;
///                      f32 x 5: exposure, white, bloom, vignette, grain; u32 length of the
///                      palette's text, which follows
///   after the trail    i32 its matrix, as ColourMatrix; i32 white, a float's bits; f32 ... Cb and
///                      Cr, (height / 2) * (width / 2) each
/// Where a frame is not one step, it is "v03" in place of v01 and "v04" in place of v02, and has
/// after trail_decay    i32 x 2: steps a frame, substeps
/// Of a scene, a tube or characters (any of their fields in LookSettings is not as there) it is
/// "v05", and has all of the above, whatever it is of, and these as well:
///   after the palette  i32 x 3: glyphs, glyph cell, scene (0 particle life, 1 rain, 2 fire);
///                      f32 x 5: glyph edges, glyph floor, scanlines, mask, barrel; u32 length of
///                      the glyph set's text, which follows
///   after Cb and Cr    u32 cells, as many as the picture has or 0; u16 ... glyph of each
/// A scene other than particle life has no particles and no trail: those arrays have 0 entries.
// clang-format on
std::vector<std::uint8_t> serialize_checkpoint(const Checkpoint& checkpoint);

/// Reads it back. Trusts nothing: throws std::runtime_error with one sentence for bytes that are no
/// checkpoint, of another version, cut short, damaged, or that no engine could have written.
Checkpoint parse_checkpoint(const std::uint8_t* bytes, std::size_t size);

/// Throws std::runtime_error with one sentence unless an engine could have written it: valid
/// settings, arrays of the right lengths, positions on the torus, finite numbers.
void validate(const Checkpoint& checkpoint);

/// The same, and throws std::invalid_argument unless it is a checkpoint of this universe.
void validate(const Checkpoint& checkpoint, const UniverseSettings& universe);

}  // namespace lifereel
