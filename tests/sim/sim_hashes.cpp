// SPDX-License-Identifier: GPL-2.0-or-later
// Prints hashes of a universe's states and pictures, so that builds by other compilers, at other
// optimisation levels and for other processors can be compared line by line. Knows sim/ alone.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/engine.h"

namespace {

using lifereel::Isa;

constexpr const char* usage =
    "usage: sim_hashes [--seed N] [--size WxH] [--particles N] [--species N] [--frames N]\n"
    "                  [--isa auto|baseline|avx2|avx512] [--threads N] [--seam exact|published]\n"
    "                  [--tone published|log|filmic] [--bits 8|10]\n"
    "                  [--steps-per-frame N] [--substeps N] [--scene rain|fire]\n"
    "                  [--glyph-edges X] [--barrel X]\n"
    "Prints frame, SHA-256 of the state and FNV-1a of the picture's planes, one line a frame.\n"
    "A picture in colour has every stage: bloom, vignette, grain, dither.\n"
    "Edges are of a picture in characters, a barrel is of a whole tube of at least 480 lines. "
    "They\n"
    "and scenes need a tone.\n"
    "Exit status 77: this processor or build lacks the instruction set.\n";

std::uint64_t fnv1a(std::uint64_t hash, const std::vector<std::uint8_t>& bytes) {
  for (const std::uint8_t byte : bytes) hash = (hash ^ byte) * 0x100000001b3u;
  return hash;
}

Isa isa_from_name(const std::string& name) {
  for (const Isa isa : {Isa::automatic, Isa::baseline, Isa::avx2, Isa::avx512}) {
    if (name == lifereel::isa_name(isa)) return isa;
  }
  throw std::invalid_argument("no instruction set is called " + name);
}

bool is_available(Isa isa) {
  if (isa == Isa::automatic) return true;
  for (const Isa available : lifereel::available_isas()) {
    if (available == isa) return true;
  }
  return false;
}

// log by species, filmic by speed, so that both curves and both kinds of colours are there.
void draw_in_light(lifereel::UniverseSettings& universe, const std::string& tone) {
  lifereel::LookSettings& look = universe.look;
  look.tone = tone == "log"      ? lifereel::ToneCurve::log
              : tone == "filmic" ? lifereel::ToneCurve::filmic
                                 : lifereel::ToneCurve::published;
  if (tone == "filmic") look.colour_by = lifereel::ColourBy::speed;
  look.background = 0x04060A;
  look.bloom = 0.4f;
  look.vignette = 0.3f;
  look.grain = 3;
}

void set_scene(lifereel::UniverseSettings& universe, const std::string& scene) {
  universe.scene = scene == "rain" ? lifereel::Scene::rain : lifereel::Scene::fire;
  universe.look.glyphs = true;
  universe.look.glyph_set = scene == "rain" ? "katakana" : "ascii";
}

struct Options {
  lifereel::UniverseSettings universe;
  lifereel::CpuEngineSettings cpu;
  std::uint64_t frames = 10;
  int bits = 8;
};

Options read_options(const std::map<std::string, std::string>& given) {
  Options options;
  lifereel::UniverseSettings& universe = options.universe;
  for (const auto& [key, value] : given) {
    if (key == "--seed") {
      universe.seed = std::stoull(value);
    } else if (key == "--size") {
      if (std::sscanf(value.c_str(), "%dx%d", &universe.width, &universe.height) != 2) {
        throw std::invalid_argument("--size takes WxH, not " + value);
      }
    } else if (key == "--particles") {
      universe.particles = std::stoi(value);
    } else if (key == "--species") {
      universe.species = std::stoi(value);
    } else if (key == "--frames") {
      options.frames = std::stoull(value);
    } else if (key == "--isa") {
      options.cpu.isa = isa_from_name(value);
    } else if (key == "--threads") {
      options.cpu.threads = std::stoi(value);
    } else if (key == "--seam") {
      universe.seam = value == "published" ? lifereel::Seam::published : lifereel::Seam::exact;
    } else if (key == "--steps-per-frame") {
      universe.steps_per_frame = std::stoi(value);
    } else if (key == "--substeps") {
      universe.substeps = std::stoi(value);
    } else if (key == "--scene") {
      set_scene(universe, value);
    } else if (key == "--glyph-edges") {
      universe.look.glyphs = true;
      universe.look.glyph_edges = std::stof(value);
    } else if (key == "--barrel") {
      universe.look.scanlines = 0.6f;
      universe.look.mask = 0.25f;
      universe.look.barrel = std::stof(value);
    } else if (key == "--bits") {
      options.bits = std::stoi(value);
    } else if (key == "--tone") {
      draw_in_light(universe, value);
    } else {
      throw std::invalid_argument("unknown option " + key + "\n" + usage);
    }
  }
  return options;
}

int run(const std::map<std::string, std::string>& given) {
  const auto [universe, cpu, frames, bits] = read_options(given);
  if (!is_available(cpu.isa)) {
    std::fprintf(stderr, "sim_hashes: no %s here\n", lifereel::isa_name(cpu.isa));
    return 77;
  }

  const auto engine = lifereel::make_cpu_engine(universe, cpu);
  const lifereel::EngineDescription description = engine->describe();
  std::fprintf(stderr, "sim_hashes: %s, %d threads, %s\n", description.isa.c_str(),
               description.threads, description.device.c_str());
  const std::size_t width = static_cast<std::size_t>(universe.width);
  const std::size_t height = static_cast<std::size_t>(universe.height);
  const bool colour = engine->draws_colour();
  const auto bytes = static_cast<std::size_t>(lifereel::sample_bytes(bits));
  std::vector<std::uint8_t> planes((colour ? width * height * 3 / 2 : width * height) * bytes);
  lifereel::PictureTarget target =
      luma_target(planes.data(), width * bytes, lifereel::ColourRange::limited);
  target.colour.bit_depth = bits;
  if (colour) {
    target.colour.matrix = lifereel::ColourMatrix::bt709;
    target.planes[1] = {planes.data() + width * height * bytes, width / 2 * bytes};
    target.planes[2] = {planes.data() + width * height * 5 / 4 * bytes, width / 2 * bytes};
  }
  std::printf("0 %s\n", engine->hash_state().c_str());
  for (std::uint64_t frame = 1; frame <= frames; ++frame) {
    engine->step();
    engine->draw(target);
    std::printf("%llu %s %016llx\n", static_cast<unsigned long long>(frame),
                engine->hash_state().c_str(),
                static_cast<unsigned long long>(fnv1a(0xcbf29ce484222325u, planes)));
  }
  return std::fflush(stdout) == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    std::map<std::string, std::string> options;
    for (int i = 1; i < argc; i += 2) {
      if (i + 1 == argc) throw std::invalid_argument(usage);
      options[argv[i]] = argv[i + 1];
    }
    return run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sim_hashes: %s\n", error.what());
    return 1;
  }
}
