// SPDX-License-Identifier: GPL-2.0-or-later
// How fast this machine makes films: the engine alone, the encoder alone, both together; and how
// the engine's cost grows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "job_control.h"
#include "settings.h"

namespace [[gnu::visibility("default")]] lifereel {

/// Where figures come from, without which they say nothing.
struct MachineDescription {
  std::string processor;
  int processors = 1;  ///< that this process may use
  std::uint64_t memory_bytes = 0;
  std::string system;    ///< kernel and architecture
  std::string lifereel;  ///< version
  std::string ffmpeg;    ///< version
  std::string date;      ///< 2026-11-21, UTC
};
MachineDescription describe_machine();

struct BenchSettings {
  std::vector<std::string> presets;  ///< by name; empty: every one
  std::string look;                  ///< one of looks() or a file; empty: that of each preset
  std::int64_t frames = 0;           ///< in each part; 0: what the slower part does in `seconds`
  double seconds = 3;
  int rounds = 3;         ///< each goes through all the parts in turn; medians count
  EngineSettings engine;  ///< threads: of the engine in the film
  /// For pictures that the encoder gets from memory; 0: 1 GiB, or half of what is free. When they
  /// do not all fit, the encoder gets them forwards and backwards in turn.
  std::uint64_t picture_memory_bytes = 0;
  /// Films are written here and removed; empty: the system's folder for temporary files.
  std::string folder;
};

/// One part, done once. The one of median wall time stands for all rounds.
struct BenchPart {
  std::int64_t frames = 0;
  double wall_seconds = 0;
  double processor_seconds = 0;  ///< of all threads together
  int threads = 0;               ///< of the engine on the host; 0 where none computes
  int lanes = 0;                 ///< chunks encoded at once; 0 where nothing is encoded

  double frames_per_second() const noexcept {
    return wall_seconds > 0 ? static_cast<double>(frames) / wall_seconds : 0;
  }
};

struct PresetBench {
  std::string preset, look;  ///< look: that was asked for
  int width = 0, height = 0, particles = 0;
  std::string codec;
  std::string skipped;  ///< why nothing was measured; empty: all was
  std::int64_t frames = 0;
  std::int64_t pictures_in_memory = 0;
  /// Simulate and draw the film's frames, or beside a GPU a few of them: the CPU's, one thread.
  BenchPart engine_one_thread;
  BenchPart engine;  ///< the same on every processor, or on a GPU that render() takes
  /// The same pictures from memory (a copy into the ring each), encoded into the same file.
  BenchPart encoder;
  BenchPart film;  ///< render(), as anyone would call it
  /// Wall time of the film over that of the slower of engine (every processor) and encoder, each
  /// alone; median over rounds. 1.00: the other one costs nothing.
  double film_over_slower = 0;
  /// The same over what this machine allows: the longest of engine alone, encoder alone, and the
  /// processor time of both spread evenly over all processors.
  double film_over_bound = 0;
};

struct BenchReport {
  MachineDescription machine;
  EngineDescription engine;  ///< that is measured beside the one of one thread
  std::vector<PresetBench> presets;
};

/// Blocks; figures mean something on an otherwise idle machine. Throws std::invalid_argument
/// (settings), std::runtime_error (libav, disk), Cancelled.
BenchReport run_bench(const BenchSettings& settings, const JobControl& control = {});

/// A Markdown table with the machine above it.
std::string describe(const BenchReport& report);
std::string to_json(const BenchReport& report);

struct ScalingSettings {
  std::int64_t frames = 0;  ///< at each point; 0: what is done in `seconds`, after some to warm up
  double seconds = 2;
  int most_particles = 160'000;
  EngineSettings engine;  ///< threads 0: every processor
};

struct ScalingPoint {
  /// "density": N grows with the world, as many particles to a pixel as dvd_video has.
  /// "pixels": dvd_video's N in larger and larger worlds.
  std::string series;
  int particles = 0, width = 0, height = 0;
  std::int64_t frames = 0;
  double step_seconds = 0;  ///< a frame, simulating: the median
  double draw_seconds = 0;  ///< a frame, drawing: the median
  double frames_per_second() const noexcept { return 1 / (step_seconds + draw_seconds); }
};

struct ScalingReport {
  MachineDescription machine;
  int threads = 1;
  std::vector<ScalingPoint> points;
};

/// How the engine's cost grows with N and with pixels. Throws as run_bench().
ScalingReport run_scaling(const ScalingSettings& settings, const JobControl& control = {});

std::string describe(const ScalingReport& report);
std::string to_json(const ScalingReport& report);
/// A line a point below a line of names; times in milliseconds a frame.
std::string to_csv(const ScalingReport& report);

}  // namespace lifereel
