// SPDX-License-Identifier: GPL-2.0-or-later
// Checkpoints of characters, tubes and scenes: all of it is read back, field by field, and what no
// engine could have written is refused.
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "sim/checkpoint.h"
#include "sim/glyphs/glyph_tables.h"
#include "sim/hash/sha256.h"
#include "tests/messages.h"

using namespace lifereel;
using test::contains;

namespace {

UniverseSettings universe_in_characters() {
  UniverseSettings universe;
  universe.width = 96;
  universe.height = 64;
  universe.rmax = 20;
  universe.particles = 3;
  universe.look.tone = ToneCurve::log;
  universe.look.glyphs = true;
  universe.look.glyph_set = "blocks";
  universe.look.glyph_cell = 16;
  universe.look.glyph_edges = 0.25f;
  universe.look.barrel = 0.5f;
  return universe;
}

// After a picture.
Checkpoint checkpoint_of(const UniverseSettings& universe) {
  Checkpoint checkpoint;
  checkpoint.universe = universe;
  checkpoint.state.frame = 7;
  const GlyphGrid grid = glyph_grid(universe.look, universe.width, universe.height);
  if (universe.look.glyphs)
    checkpoint.glyphs.assign(static_cast<std::size_t>(grid.columns) * grid.rows, 2);
  if (universe.scene != Scene::particle_life) return checkpoint;
  checkpoint.state = make_initial_state(universe).state;
  checkpoint.state.frame = 7;
  const auto pixels = static_cast<std::size_t>(universe.width) * universe.height;
  checkpoint.trail.assign(pixels, 1.5f);
  checkpoint.trail_cb.assign(pixels / 4, -0.5f);
  checkpoint.trail_cr.assign(pixels / 4, 0.25f);
  checkpoint.trail_matrix = ColourMatrix::smpte170m;
  checkpoint.white_bits = 0x40000000;  // 2
  return checkpoint;
}

Checkpoint parsed(const std::vector<std::uint8_t>& bytes) {
  return parse_checkpoint(bytes.data(), bytes.size());
}

std::string header_of(const std::vector<std::uint8_t>& bytes) {
  return {bytes.begin() + 20, bytes.begin() + 23};
}

std::string refusal(const std::vector<std::uint8_t>& bytes) {
  try {
    parsed(bytes);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

std::string refusal(const Checkpoint& checkpoint) {
  try {
    validate(checkpoint);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

// With the right checksum.
template <class T>
std::vector<std::uint8_t> with(std::vector<std::uint8_t> bytes, std::size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
  const std::string checksum = sha256_hex(bytes.data(), bytes.size() - 64);
  std::memcpy(bytes.data() + bytes.size() - 64, checksum.data(), 64);
  return bytes;
}

}  // namespace

TEST_SUITE("sim.character_checkpoint") {
  TEST_CASE("what each setting says is kept, and makes the version 05") {
    const auto kept = [](auto change) {
      UniverseSettings universe = universe_in_characters();
      change(universe);
      const Checkpoint checkpoint = checkpoint_of(universe);
      const auto bytes = serialize_checkpoint(checkpoint);
      CHECK(parsed(bytes) == checkpoint);
      return header_of(bytes);
    };
    CHECK(kept([](UniverseSettings&) {}) == "v05");
    CHECK(kept([](UniverseSettings& u) { u.steps_per_frame = 3; }) == "v05");
    CHECK(kept([](UniverseSettings& u) { u.matrix.assign(25, 0.5f); }) == "v05");
    CHECK(kept([](UniverseSettings& u) { u.scene = Scene::rain; }) == "v05");
    CHECK(kept([](UniverseSettings& u) { u.scene = Scene::fire; }) == "v05");
    // One field is enough.
    const auto with_one = [&](auto change) {
      return kept([&](UniverseSettings& u) {
        u.look = {};
        u.look.tone = ToneCurve::filmic;
        change(u.look);
      });
    };
    CHECK(with_one([](LookSettings&) {}) == "v02");
    CHECK(with_one([](LookSettings& look) { look.glyphs = true; }) == "v05");
    CHECK(with_one([](LookSettings& look) { look.glyph_set = "katakana"; }) == "v05");
    CHECK(with_one([](LookSettings& look) { look.glyph_cell = 32; }) == "v05");
    CHECK(with_one([](LookSettings& look) { look.glyph_edges = 1; }) == "v05");
    CHECK(with_one([](LookSettings& look) { look.glyph_floor = 0; }) == "v05");
    CHECK(with_one([](LookSettings& look) { look.barrel = 0.1f; }) == "v05");
    const auto with_tube = [&](auto change) {
      return kept([&](UniverseSettings& u) {
        u.width = u.height = 480;
        u.look.barrel = 0;
        u.look.glyphs = false;
        change(u.look);
      });
    };
    CHECK(with_tube([](LookSettings& look) { look.scanlines = 0.1f; }) == "v05");
    CHECK(with_tube([](LookSettings& look) { look.mask = 0.1f; }) == "v05");
    CHECK(kept([](UniverseSettings& u) {
            u.look = {};
            u.look.tone = ToneCurve::log;
            u.substeps = 2;
          }) == "v04");
  }

  TEST_CASE("scenes keep their frame and nothing of particles") {
    UniverseSettings universe = universe_in_characters();
    universe.scene = Scene::rain;
    const auto bytes = serialize_checkpoint(checkpoint_of(universe));
    CHECK(bytes.size() < 500);
    CHECK(parsed(bytes).state.frame == 7);
    Checkpoint checkpoint = checkpoint_of(universe);
    checkpoint.trail.resize(96 * 64);
    CHECK(contains(refusal(checkpoint), "trail"));
    checkpoint = checkpoint_of(universe);
    checkpoint.state = make_initial_state(universe).state;
    CHECK(contains(refusal(checkpoint), "particle"));
    checkpoint = checkpoint_of(universe);
    checkpoint.trail_cb.resize(48 * 32);
    CHECK(contains(refusal(checkpoint), "chroma"));
    checkpoint = checkpoint_of(universe);
    checkpoint.white_bits = 0x40000000;
    CHECK(contains(refusal(checkpoint), "white"));
    checkpoint.trail_matrix = ColourMatrix::bt709;
    CHECK(contains(refusal(checkpoint), "white"));
  }

  TEST_CASE("glyphs are all there and of their set") {
    const UniverseSettings universe = universe_in_characters();
    const auto known = static_cast<std::uint16_t>(glyph_characters("blocks").size());
    Checkpoint checkpoint = checkpoint_of(universe);
    CHECK(checkpoint.glyphs.size() == 12 * 4);
    checkpoint.glyphs.back() = static_cast<std::uint16_t>(known - 1);
    CHECK(refusal(checkpoint).empty());
    checkpoint.glyphs.back() = known;
    CHECK(contains(refusal(checkpoint), "a character that its glyph set has not"));
    checkpoint.glyphs.pop_back();
    CHECK(contains(refusal(checkpoint), "characters are not of the picture's size"));
    checkpoint.glyphs.clear();
    CHECK(refusal(checkpoint).empty());
    CHECK(parsed(serialize_checkpoint(checkpoint)) == checkpoint);
    checkpoint = checkpoint_of(universe);
    checkpoint.universe.look.glyphs = false;
    CHECK(contains(refusal(checkpoint), "its look has none"));
  }

  TEST_CASE("every field is checked, though the checksum is right") {
    const Checkpoint checkpoint = checkpoint_of(universe_in_characters());
    const auto bytes = serialize_checkpoint(checkpoint);
    // "oklch" stands before them.
    constexpr std::size_t dither = 116, glyphs = 153, cell = 157, scene = 161, edges = 165,
                          set_length = 185, set = 189;
    REQUIRE(std::string_view(reinterpret_cast<const char*>(&bytes[set]), 6) == "blocks");
    const std::size_t cells = bytes.size() - 64 - 2 * checkpoint.glyphs.size() - 4;
    const auto reason = [&](std::size_t at, auto value) { return refusal(with(bytes, at, value)); };
    CHECK(reason(cell, std::int32_t{16}).empty());
    CHECK(contains(reason(dither, std::int32_t{2}), "neither yes nor no"));
    CHECK(contains(reason(glyphs, std::int32_t{-1}), "neither yes nor no"));
    CHECK(contains(reason(glyphs, std::int32_t{0}), "its look has none"));
    CHECK(contains(reason(cell, std::int32_t{17}), "glyph-cell 17"));
    CHECK(contains(reason(cell, std::int32_t{64}), "not of the picture's size"));
    CHECK(contains(reason(scene, std::int32_t{3}), "scene"));
    CHECK(contains(reason(scene, std::int32_t{-1}), "scene"));
    CHECK_FALSE(reason(scene, std::int32_t{1}).empty());
    for (std::size_t field = 0; field < 5; ++field)
      for (const float value : {std::nanf(""), -1.0f, 1.5f})
        CHECK(contains(reason(edges + 4 * field, value), "out of range"));
    CHECK(contains(reason(edges + 8, 1.0f), "480 lines"));
    CHECK(contains(reason(set_length, std::uint32_t{0xffffffff}), "cut short"));
    CHECK_FALSE(reason(set_length, std::uint32_t{5}).empty());
    CHECK(contains(reason(set, std::uint8_t{0xff}), "glyph-set"));
    CHECK(contains(reason(cells, std::uint32_t{0xffffffff}), "cut short"));
    CHECK(contains(reason(cells, std::uint32_t{47}), "goes on after its end"));
    CHECK(contains(reason(cells + 4, std::uint16_t{0xffff}), "glyph set"));
    for (std::size_t size = 0; size < bytes.size(); size += size < 300 ? 1 : 997)
      CHECK_FALSE(
          refusal(std::vector(bytes.begin(), bytes.begin() + static_cast<long>(size))).empty());
  }

  TEST_CASE("no version says more than there is") {
    UniverseSettings universe = universe_in_characters();
    const auto bytes = serialize_checkpoint(checkpoint_of(universe));
    for (const char version : {'1', '2', '3', '4', '6'})
      CHECK_FALSE(refusal(with(bytes, 22, version)).empty());
    universe.look = {};
    universe.look.tone = ToneCurve::log;
    universe.steps_per_frame = 2;
    CHECK_FALSE(refusal(with(serialize_checkpoint(checkpoint_of(universe)), 22, '5')).empty());
  }
}
