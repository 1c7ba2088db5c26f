// SPDX-License-Identifier: GPL-2.0-or-later
// What no arrangement of the same work can beat.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <vector>

#include "ceilings.h"
#include "cuda/kernels/bloom_kernels.h"
#include "sim/glyphs/glyph_tables.h"
#include "sim/light/light_tables.h"
#include "sim/universe.h"

namespace lifereel {

struct Floor {
  double seconds;
  const char* name;
};

/// What a kernel of cuda/kernels cannot but move of a universe, by its name in KernelTimes, in
/// bytes; all of its launches in a frame.
class KernelBytes {
 public:
  explicit KernelBytes(const UniverseSettings& universe)
      : scene_(universe.scene),
        particles_(universe.particles),
        pixels_(static_cast<double>(universe.width) * universe.height),
        levels_(universe.look.draws_colour() ? bloom_levels(universe) : 0),
        small_(first_small_level(universe)),
        has_glyphs_(universe.look.glyphs) {
    if (has_glyphs_) {
      const GlyphGrid grid = glyph_grid(universe.look, universe.width, universe.height);
      cells_ = static_cast<double>(grid.columns) * grid.rows;
    }
    const int radius = universe.look.point_size / 2, blocks = 2 * ((radius + 1) / 2) + 1;
    words_ = (2 * radius + 1) * (radius + 1) + blocks * blocks;
  }

  double of(const std::string& kernel) const {
    const double channels = levels_ > 0 ? 3 : 1;
    if (kernel == "CountStarts and Fade") return fade * pixels_;
    if (kernel == "Scatter and Tone") return tone * pixels_ + scatter * particles_;
    if (kernel == "SplatParticles") return splat * particles_;
    // A particle and its velocity read; words of two pixels or a block added to, which the points
    // of a streak may share.
    if (kernel == "CountStarts and SplatLight") return (24 + 16.0 * words_) * particles_;
    // Luma and its splats as Fade; blocks' opponents and theirs; sums of 4x4 written.
    if (kernel == "Scatter and FadeLight")
      return (fade + 6 + channels * 4 / 16) * pixels_ + scatter * particles_;
    // Light read; a canvas of it written, and sums of 4x4.
    if (kernel == "ChooseGlyphs") return 6 * pixels_;
    if (kernel == "DrawGlyphs") return (6 + (levels_ > 0 ? 3 * 4.0 / 16 : 0)) * pixels_;
    if (kernel == "SetFrame") return 16;
    // What is the brightest of a cell read and written; a cell written, sparks read and set to 0.
    if (kernel == "SortSparks") return 16 * particles_;
    if (kernel == "FillCells") return (16 + (scene_ == Scene::fire ? 16 : 0)) * cells_;
    // Light read and written; sums of 4x4 written.
    if (kernel == "BendLight") return (6 + 6 + channels * 4 / 16) * pixels_;
    // A level written and the one before, four times as large, read; or read and added to.
    constexpr double down = 1 + 4, up = 1 + 2 * 4;
    if (kernel == "HalveLight") return down * levels_bytes(1, small_);
    if (kernel == "SpreadLight" || kernel == "FindWhite and SpreadLight")
      return (down + up) * levels_bytes(small_ + 1, levels_ - 1);
    // White is beside the last, unless glyphs needed it before or small levels had it.
    const int with_white = has_glyphs_ || small_ + 1 < levels_ ? 0 : 1;
    if (kernel == "DoubleLight") return up * levels_bytes(1 + with_white, small_);
    if (kernel == "FindWhite and DoubleLight")
      return up * levels_bytes(1, std::min(with_white, small_));
    if (kernel == "FindWhite") return 0;
    // Light, the largest level of the bloom, and three planes.
    const double light = 6 * pixels_ + levels_bytes(0, levels_ > 0 ? 0 : -1);
    if (kernel == "ToneLight") return light + 1.5 * pixels_;
    if (kernel == "ToneLight, 10 bits") return light + 2 * 1.5 * pixels_;
    throw std::logic_error("no bytes are known of the kernel " + kernel);
  }
  /// Of all that draws in a frame.
  static double of_drawing(const UniverseSettings& universe, int bit_depth = 8) {
    const KernelBytes bytes(universe);
    const bool has_particles = universe.scene == Scene::particle_life;
    double sum = has_particles ? -scatter * universe.particles : 0;  // which is sorting
    for (const char* kernel : universe.look.draws_colour()
                                  ? kernels_in_light(universe, bit_depth)
                                  : std::vector<const char*>{"CountStarts and Fade",
                                                             "Scatter and Tone", "SplatParticles"})
      sum += bytes.of(kernel);
    return sum;
  }

  // A pixel: the trail read and written, its splats read; the trail read, its luma written.
  static constexpr double fade = 12, tone = 5;

 private:
  // A particle and velocity read and written, and its place read; a particle read, 25 pixels added
  // to.
  static constexpr double scatter = 56, splat = 16 + 25 * 8;

  static std::vector<const char*> kernels_in_light(const UniverseSettings& universe,
                                                   int bit_depth) {
    const LookSettings& look = universe.look;
    const bool has_particles = universe.scene == Scene::particle_life;
    std::vector<const char*> kernels = {"HalveLight", "SpreadLight", "DoubleLight",
                                        bit_depth == 10 ? "ToneLight, 10 bits" : "ToneLight"};
    const auto add = [&kernels](std::initializer_list<const char*> more) {
      kernels.insert(kernels.end(), more);
    };
    if (has_particles) add({"CountStarts and SplatLight", "Scatter and FadeLight"});
    if (universe.scene == Scene::fire) add({"SortSparks"});
    if (look.glyphs) add({has_particles ? "ChooseGlyphs" : "FillCells", "DrawGlyphs"});
    if (look.barrel > 0) add({"BendLight"});
    if (!look.glyphs) add({"FindWhite and DoubleLight"});
    return kernels;
  }

  // Three channels of samples of 4x4 pixels, and of half the size each level.
  double levels_bytes(int first, int last) const {
    double sum = 0;
    for (int level = first; level <= last; ++level)
      sum += 3 * 4.0 / 16 * pixels_ * std::pow(0.25, level);
    return sum;
  }
  static int first_small_level(const UniverseSettings& universe) {
    std::vector<LightLevel> levels(static_cast<std::size_t>(
        universe.look.draws_colour() ? std::max(bloom_levels(universe), 1) : 1));
    std::int32_t width = (universe.width + 3) / 4, height = (universe.height + 3) / 4;
    for (LightLevel& level : levels) {
      level.width = width;
      level.height = height;
      width = (width + 1) / 2;
      height = (height + 1) / 2;
    }
    return static_cast<int>(SpreadLight::first_level(levels));
  }

  Scene scene_;
  double particles_, pixels_, cells_ = 0;
  int levels_, small_, words_;
  bool has_glyphs_;
};

// What no arrangement of the same work can beat, and what of it.
class Floors {
 public:
  Floors() : ceilings_(measure_ceilings()) {
    constexpr std::size_t bus_bytes = std::size_t{7680} * 2160;
    std::printf(
        "ceilings, measured: %.1f T float operations/s (not fused), %.2f TB/s device memory, a "
        "launch of three kernels that do nothing every %.1f us, %.1f GB/s to the host, 1 GiB of "
        "pinned memory in %.2f s\n\n",
        1e-12 * ceilings_.operations_per_second, 1e-12 * ceilings_.memory_bytes_per_second,
        1e6 * ceilings_.frame_seconds, 1e-9 * bus_bytes / seconds_to_host(bus_bytes),
        ceilings_.pinned_gib_seconds);
  }
  Floor arithmetic(double candidates) const {
    // Additions, multiplications, comparisons and integer operations of one pair.
    constexpr double operations_per_pair = 31;
    return {candidates * operations_per_pair / ceilings_.operations_per_second, "arithmetic"};
  }
  Floor memory(double bytes) const {
    return {bytes / ceilings_.memory_bytes_per_second, "device memory"};
  }
  Floor step(double candidates) const {
    return longest({{ceilings_.frame_seconds, "launches"}, arithmetic(candidates)});
  }
  Floor frame(const UniverseSettings& universe, double candidates) const {
    const auto pitch = (static_cast<std::size_t>(universe.width) + 63) / 64 * 64;
    const std::size_t bytes = pitch * static_cast<std::size_t>(universe.height);
    return longest({step(candidates),
                    memory(KernelBytes::of_drawing(universe)),
                    {seconds_to_host(bytes), "bus"}});
  }

  /// All of a frame but its way to the host.
  Floor frame_on_device(const UniverseSettings& universe, double candidates) const {
    const Floor moving =
        universe.scene == Scene::particle_life ? arithmetic(candidates) : Floor{0, "arithmetic"};
    return longest(
        {{ceilings_.frame_seconds, "launches"}, moving, memory(KernelBytes::of_drawing(universe))});
  }
  /// What a kernel should take if nothing goes wrong: its floor, with what else a pair costs
  /// (addresses, the loop, a reciprocal root) and the splats on the side of arithmetic, a fifth
  /// more on that of memory, and its launches. A kernel far above it is worth a look.
  double model(const std::string& name, const UniverseSettings& universe, double candidates,
               int launches) const {
    constexpr double slots_per_pair = 36, splatted_bytes = 25 * 8, of_memory = 1.2;
    double seconds = of_memory * kernel(name, universe, candidates).seconds;
    if (name.starts_with("MoveParticles")) {
      seconds = candidates * slots_per_pair / ceilings_.operations_per_second;
      if (name.find("splats") != std::string::npos)
        seconds += memory(splatted_bytes * universe.particles).seconds;
    }
    return seconds + launches * ceilings_.frame_seconds / 3;
  }

  Floor kernel(const std::string& name, const UniverseSettings& universe, double candidates) const {
    if (name.starts_with("MoveParticles")) return arithmetic(candidates);
    return memory(KernelBytes(universe).of(name));
  }

 private:
  static Floor longest(std::initializer_list<Floor> floors) {
    return *std::max_element(floors.begin(), floors.end(),
                             [](const Floor& a, const Floor& b) { return a.seconds < b.seconds; });
  }
  Ceilings ceilings_;
};

}  // namespace lifereel
