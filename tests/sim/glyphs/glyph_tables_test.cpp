// SPDX-License-Identifier: GPL-2.0-or-later
// Glyphs as they are drawn, and as they are chosen by.
#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sim/glyphs/glyph_tables.h"
#include "sim/hash/sha256.h"

using namespace lifereel;

namespace {

GlyphTables tables_of(const std::string& set, int cell_height) {
  LookSettings look;
  look.glyph_set = set;
  return make_glyph_tables(look, cell_height);
}

/// By name: the named ones, and what no named one has.
std::map<std::string, std::string> all_sets() {
  std::map<std::string, std::string> sets = {{"latin-1", "｡｢｣､"}};
  for (const std::string& name : glyph_set_names()) sets[name] = name;
  for (int c = 0xA1; c <= 0xFF; ++c) {
    sets["latin-1"] += static_cast<char>(0xC0 | c >> 6);
    sets["latin-1"] += static_cast<char>(0x80 | (c & 0x3F));
  }
  return sets;
}

std::string hash_of(const GlyphTables& tables) {
  std::vector<std::uint8_t> bytes;
  for (const std::uint32_t row : tables.rows)
    for (int shift = 0; shift < 32; shift += 8)
      bytes.push_back(static_cast<std::uint8_t>(row >> shift));
  bytes.insert(bytes.end(), tables.shapes.begin(), tables.shapes.end());
  for (const int line : tables.lines) bytes.push_back(static_cast<std::uint8_t>(line));
  return sha256_hex(bytes.data(), bytes.size());
}

/// The first glyph after the blank.
struct Glyph {
  int width, height;
  std::vector<std::uint32_t> rows;
  std::vector<int> shape;

  bool lit(int x, int y) const { return (rows[static_cast<std::size_t>(y)] >> x & 1) != 0; }
  int pixels() const {
    int sum = 0;
    for (const std::uint32_t row : rows) sum += std::popcount(row);
    return sum;
  }
};

/// In a set with a full block, whose shapes are parts of a whole region.
Glyph glyph(const std::string& character, int cell_height) {
  const GlyphTables tables = tables_of(character + "█░", cell_height);
  return {tables.cell_width,
          tables.cell_height,
          {tables.rows.begin() + cell_height, tables.rows.begin() + 2 * cell_height},
          {tables.shapes.begin() + glyph_regions, tables.shapes.begin() + 2 * glyph_regions}};
}

/// Golden: a change here changes pictures, and belongs under "Bytes changed".
const std::map<std::pair<std::string, int>, std::string> golden = {
    {{"latin-1", 16}, "d12f2d3386882cc9399caff5974f742d471af30994a896fe46189bf442d8cac9"},
    {{"latin-1", 24}, "f296bc42ce515dc0265476680f8d6f7b5e53aeec5bcb45537637b956ea37bbf5"},
    {{"latin-1", 32}, "95d9b0e56e00810ae9d10e5276e96eceb44bbee05fb10db6b8bb9a1e0b3ef975"},
    {{"latin-1", 64}, "16e3d7da2b9b243ef1ad8b4646a91fcd6156ac498479977b8f34da94c5b34d46"},
    {{"ascii", 16}, "d9743f6a788d4c48e60ba182bb5de6efffb6a3df1bfe991edcfad6b111afe3d5"},
    {{"ascii", 24}, "d2a66a28894494c72a884187cf10884e3c49b25d40a30cda2a0be4007a85bdec"},
    {{"ascii", 32}, "fbf5c8d5452d54f33f8d8e7b1220e8323780f1e0953281d571457c03a7dedde4"},
    {{"ascii", 64}, "a1c027c34db45a5e0240b99cbb62c6a7bb5234eddcce7548c6813dbf10e7dedf"},
    {{"blocks", 16}, "a0024000f0b50a481c470d56a2bd97190ea0456a9fe130e365410e18b9b2ae0f"},
    {{"blocks", 24}, "8a66ed25f81cee16ec5fb0adc9c0f96a39a89c1e3bcf8224f339468edba71a3d"},
    {{"blocks", 32}, "2d2aa176fb163295b6e70a69570f41911bd6b41301f65247514ad2973a1943de"},
    {{"blocks", 64}, "865bd574d1634c687dcca2486aff108284f1209170bc7a56f3ccc597ee80060b"},
    {{"braille", 16}, "76d527d4d22db82475c78a994dadf6d357ecc524e69054834a9c3a30b197f683"},
    {{"braille", 24}, "04f157ab21d6a55fb59422f1cc911b5bf9e9000593a122b941e84c14ce13d25f"},
    {{"braille", 32}, "155e49883fb09f297efc501a25a19ee01cdf6a0b25919420fcc5c0ad50b92249"},
    {{"braille", 64}, "53a2800b651ff87277e04097b074f56616b71cf13599154dba4f7918a97f6f72"},
    {{"katakana", 16}, "57072d34d09394872e3e4d81a87fc178e85ed5136597611e04ee1d3dbbfefb66"},
    {{"katakana", 24}, "e8f04bfaa4a2b88bd04523793fd45730bb02c8552b3e33118157937e05963f25"},
    {{"katakana", 32}, "e1a9260278a4ac853b874326f19f5d0e28898867ed79a358188ce53a94876697"},
    {{"katakana", 64}, "4cf7660992b489c9d90ee97f76d58a2c2073bba42322f3fa8cbce48e61e79e3f"},
};

}  // namespace

TEST_SUITE("sim.glyph_tables") {
  TEST_CASE("the tables of every set and size") {
    for (const auto& named : all_sets())
      for (const int cell : glyph_cells) {
        const std::string &name = named.first, &set = named.second;
        CAPTURE(name);
        CAPTURE(cell);
        const GlyphTables tables = tables_of(set, cell);
        const auto glyphs = static_cast<std::size_t>(tables.glyphs);
        CHECK(glyphs == glyph_characters(set).size());
        CHECK(tables.cell_width == cell / 2);
        CHECK(tables.cell_height == cell);
        REQUIRE(tables.rows.size() == glyphs * static_cast<std::size_t>(cell));
        REQUIRE(tables.shapes.size() == glyphs * glyph_regions);
        CHECK(hash_of(tables) == golden.at({name, cell}));
      }
  }

  TEST_CASE("the blank is empty, every other glyph is not, and the fullest region is 255") {
    auto sets = all_sets();
    sets["two"] = ".,";
    for (const auto& named : sets)
      for (const int cell : glyph_cells) {
        const std::string& set = named.second;
        CAPTURE(set);
        CAPTURE(cell);
        const GlyphTables tables = tables_of(set, cell);
        const auto lit = [](auto value) { return value != 0; };
        CHECK(std::none_of(tables.rows.begin(), tables.rows.begin() + cell, lit));
        CHECK(std::none_of(tables.shapes.begin(), tables.shapes.begin() + glyph_regions, lit));
        for (int g = 1; g < tables.glyphs; ++g) {
          const auto row = tables.rows.begin() + g * cell;
          const auto shape = tables.shapes.begin() + g * glyph_regions;
          CHECK(std::any_of(row, row + cell, lit));
          CHECK(std::any_of(shape, shape + glyph_regions, lit));
        }
        CHECK(*std::max_element(tables.shapes.begin(), tables.shapes.end()) == 255);
        // Nothing is beside the cell.
        if (tables.cell_width < 32)
          CHECK(std::none_of(tables.rows.begin(), tables.rows.end(),
                             [&](std::uint32_t row) { return row >> tables.cell_width != 0; }));
      }
  }

  TEST_CASE("letters stand upright and the right way round") {
    for (const int cell : glyph_cells) {
      CAPTURE(cell);
      // Regions are 0 1 / 2 3 / 4 5 / 6 7.
      const std::vector<int> l = glyph("L", cell).shape;
      CHECK(l[2] > l[3]);
      CHECK(l[4] + l[6] > l[1] + l[3]);
      CHECK(l[0] > l[1]);
      const std::vector<int> seven = glyph("7", cell).shape;
      CHECK(seven[1] > seven[7]);
      CHECK(seven[3] > seven[2]);
      const std::vector<int> comma = glyph(",", cell).shape, quote = glyph("'", cell).shape;
      CHECK(comma[0] + comma[1] + comma[2] + comma[3] == 0);
      CHECK(quote[4] + quote[5] + quote[6] + quote[7] == 0);
      // The katakana that looks like it.
      const std::vector<int> re = glyph("ﾚ", cell).shape;
      CHECK(re[2] > re[3]);
      CHECK(re[0] > re[1]);
      const std::vector<int> ko = glyph("ｺ", cell).shape;
      CHECK(ko[3] > ko[2]);
    }
  }

  TEST_CASE("a shape is its region's part of the fullest one, rounded") {
    for (const int cell : glyph_cells) {
      const GlyphTables tables = tables_of("Lg", cell);
      const int side = cell / 4;
      std::vector<int> sums;
      for (int g = 0; g < 3; ++g)
        for (int region = 0; region < glyph_regions; ++region) {
          int sum = 0;
          for (int y = region / 2 * side; y < (region / 2 + 1) * side; ++y)
            for (int x = region % 2 * side; x < (region % 2 + 1) * side; ++x)
              sum += static_cast<int>(tables.rows[static_cast<std::size_t>(g * cell + y)] >> x & 1);
          sums.push_back(sum);
        }
      const int fullest = *std::max_element(sums.begin(), sums.end());
      for (std::size_t i = 0; i < sums.size(); ++i)
        CHECK(tables.shapes[i] == static_cast<int>(255.0 * sums[i] / fullest + 0.5));
    }
  }

  TEST_CASE("each braille dot is in its own region, round and in its middle") {
    // U+2801, 02, 04, 40 are the left column, U+2808, 10, 20, 80 the right one.
    const char* dots[glyph_regions] = {"⠁", "⠈", "⠂", "⠐", "⠄", "⠠", "⡀", "⢀"};
    for (const int cell : glyph_cells)
      for (int region = 0; region < glyph_regions; ++region) {
        CAPTURE(cell);
        CAPTURE(region);
        const Glyph dot = glyph(dots[region], cell);
        for (int other = 0; other < glyph_regions; ++other)
          CHECK((dot.shape[static_cast<std::size_t>(other)] > 0) == (other == region));
        const int side = cell / 4, left = region % 2 * side, top = region / 2 * side;
        for (int y = 0; y < side; ++y)
          for (int x = 0; x < side; ++x) {
            CHECK(dot.lit(left + x, top + y) == dot.lit(left + side - 1 - x, top + y));
            CHECK(dot.lit(left + x, top + y) == dot.lit(left + y, top + x));
          }
        CHECK(dot.lit(left + side / 2, top + side / 2));
        CHECK_FALSE(dot.lit(left, top + side / 2));  // dots side by side stay apart
      }
    CHECK(glyph("⠁", 64).pixels() == 112);  // 113.1 is a disc of 12 pixels
    for (const int cell : glyph_cells)
      CHECK(glyph("⣿", cell).pixels() == 8 * glyph("⠁", cell).pixels());
  }

  TEST_CASE("quarters and halves fill their regions and nothing else") {
    const std::map<std::string, std::vector<int>> full = {
        {"▘", {0, 2}},
        {"▝", {1, 3}},
        {"▖", {4, 6}},
        {"▗", {5, 7}},
        {"▀", {0, 1, 2, 3}},
        {"▄", {4, 5, 6, 7}},
        {"▌", {0, 2, 4, 6}},
        {"▐", {1, 3, 5, 7}},
        {"▚", {0, 2, 5, 7}},
        {"▞", {1, 3, 4, 6}},
        {"▛", {0, 1, 2, 3, 4, 6}},
        {"▜", {0, 1, 2, 3, 5, 7}},
        {"▙", {0, 2, 4, 5, 6, 7}},
        {"▟", {1, 3, 4, 5, 6, 7}},
        {"▂", {6, 7}},
        {"▆", {2, 3, 4, 5, 6, 7}},
    };
    for (const auto& quarter : full)
      for (const int cell : glyph_cells) {
        const std::string& block = quarter.first;
        const std::vector<int>& regions = quarter.second;
        CAPTURE(block);
        CAPTURE(cell);
        const Glyph drawn = glyph(block, cell);
        for (int region = 0; region < glyph_regions; ++region) {
          const bool filled = std::count(regions.begin(), regions.end(), region) > 0;
          CHECK(drawn.shape[static_cast<std::size_t>(region)] == (filled ? 255 : 0));
        }
        const int region_pixels = cell * cell / 16;
        CHECK(drawn.pixels() == static_cast<int>(regions.size()) * region_pixels);
      }
  }

  TEST_CASE("eighths grow from below and from the left") {
    const char* lower[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    const char* left[] = {"▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
    for (const int cell : glyph_cells)
      for (int count = 1; count <= 8; ++count) {
        CAPTURE(cell);
        CAPTURE(count);
        const int width = cell / 2;
        const Glyph low = glyph(lower[count - 1], cell), thin = glyph(left[count - 1], cell);
        CHECK(low.pixels() == count * cell / 8 * width);
        CHECK(low.lit(0, cell - 1));
        CHECK(thin.pixels() == (count * width + 4) / 8 * cell);
        CHECK(thin.lit(0, 0));
      }
    CHECK(glyph("▔", 16).lit(7, 0));
    CHECK(glyph("▕", 16).lit(7, 15));
    CHECK_FALSE(glyph("▔", 16).lit(7, 2));
    CHECK_FALSE(glyph("▕", 16).lit(6, 15));
  }

  TEST_CASE("shades are a quarter, a half and three quarters of every region") {
    const char* shades[] = {"░", "▒", "▓"};
    for (const int cell : glyph_cells)
      for (int quarters = 1; quarters <= 3; ++quarters) {
        CAPTURE(cell);
        CAPTURE(quarters);
        const GlyphTables tables = tables_of(std::string(shades[quarters - 1]) + "█", cell);
        for (int region = 0; region < glyph_regions; ++region)
          CHECK(tables.shapes[static_cast<std::size_t>(glyph_regions + region)] ==
                (255 * quarters + 2) / 4);
      }
  }

  TEST_CASE("lines are known where the set has them") {
    CHECK(tables_of("ascii", 16).lines == std::array<int, 4>{13, 15, 92, 60});
    CHECK(tables_of("|x-", 24).lines == std::array<int, 4>{3, -1, 1, -1});
    for (const char* set : {"blocks", "braille", "katakana"})
      CHECK(tables_of(set, 16).lines == std::array<int, 4>{-1, -1, -1, -1});
  }

  TEST_CASE("enlarged katakana keep their strokes' places and widths") {
    for (const char* letter : {"ｱ", "ｷ", "ﾈ", "ﾎ", "ﾛ", "ﾞ"})
      for (const int cell : {24, 32, 64}) {
        CAPTURE(letter);
        CAPTURE(cell);
        const Glyph small = glyph(letter, 16), large = glyph(letter, cell);
        // The middle of a small pixel that is lit is lit; of one with no lit pixel near, it is not.
        for (int y = 0; y < 16; ++y)
          for (int x = 0; x < 8; ++x) {
            bool near = false;
            for (int row = std::max(y - 1, 0); row <= std::min(y + 1, 15); ++row)
              for (int column = std::max(x - 1, 0); column <= std::min(x + 1, 7); ++column)
                near = near || small.lit(column, row);
            const bool lit = large.lit((2 * x + 1) * cell / 32, (2 * y + 1) * cell / 32);
            if (small.lit(x, y)) CHECK(lit);
            if (!near) CHECK_FALSE(lit);
          }
      }
    // A level stroke is as many pixels high as a small pixel, also beside a crossing.
    CHECK(glyph("ﾆ", 32).pixels() == 2 * (2 * 12));
  }
}
