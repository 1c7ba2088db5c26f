// SPDX-License-Identifier: GPL-2.0-or-later
// The one interface behind which every engine stands: the CPU's here, the GPU's in cuda/.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cancelled.h"
#include "checkpoint.h"
#include "colour.h"
#include "species_motion.h"
#include "universe.h"

namespace [[gnu::visibility("default")]] lifereel {

/// One plane of samples in the caller's memory, of one byte each or, where they have more than 8
/// bits, of two (sample_bytes()).
struct WritablePlane {
  std::uint8_t* data = nullptr;  ///< even where samples have two bytes, and so is the stride
  /// From row to row, at least a row's bytes. Up to 63 bytes between the rows may be written.
  std::size_t stride_bytes = 0;
};

/// Where an engine draws a picture, in the caller's memory.
struct PictureTarget {
  /// Luma of the universe's size; then Cb and Cr of half its width and height (rounded up), in the
  /// places of 4:2:0, or no data in both: luma alone.
  WritablePlane planes[3];
  ColourDescription colour;
  /// A universe's: how each of its species moves in the frame that is drawn, complete when the
  /// picture is; nullptr: not wanted. Scenes, which have no particles, leave it as it is, and so
  /// does an engine of your own that makes no sound.
  SpeciesMotion* motion = nullptr;

  bool has_chroma() const noexcept { return planes[1].data != nullptr; }
};

/// Luma alone: gray as it is, or as FFmpeg converts it to yuv420p: 16 + (219 * gray + 127) / 255.
inline PictureTarget luma_target(std::uint8_t* data, std::size_t stride_bytes,
                                 ColourRange range = ColourRange::limited) noexcept {
  PictureTarget target;
  target.planes[0] = {data, stride_bytes};
  target.colour = {ColourMatrix::none, range, 8};
  return target;
}

/// Memory for pictures of one size, which an engine draws into. Owns it, and may outlive the
/// engine.
class PictureMemory {
 public:
  /// Memory for some pictures, one after another, and how it is given back: by any thread.
  using Piece = std::unique_ptr<std::uint8_t, std::function<void(std::uint8_t*)>>;

  /// Without any pictures yet.
  explicit PictureMemory(std::size_t picture_bytes) noexcept;

  std::size_t pictures() const noexcept { return pictures_.size(); }
  /// Of each, at least as many as were asked for.
  std::size_t picture_bytes() const noexcept { return picture_bytes_; }
  /// Aligned to 64 bytes or more; valid as long as this memory, wherever it is moved to.
  std::uint8_t* picture(std::size_t index) const noexcept { return pictures_[index]; }
  /// How many of them the engine is slower to draw into: plain where it asked for pinned memory.
  std::size_t slow_pictures() const noexcept { return slow_pictures_; }

  /// For engines: the bytes of so many pictures. Throws std::bad_alloc for more than can be
  /// counted.
  std::size_t bytes_of(std::size_t pictures) const;
  /// For engines: `piece` holds that many further pictures, bytes_of() them, aligned to 64 bytes.
  void add(Piece piece, std::size_t pictures);
  /// For engines: as many further pictures in plain memory. Throws std::bad_alloc.
  void add_plain(std::size_t pictures);
  /// For engines that would rather not have added plain memory.
  void add_slow(std::size_t pictures) {
    add_plain(pictures);
    slow_pictures_ += pictures;
  }

 private:
  std::size_t picture_bytes_;
  std::size_t slow_pictures_ = 0;
  std::vector<Piece> pieces_;
  std::vector<std::uint8_t*> pictures_;
};

/// Where and how an engine computes, for people and logs.
struct EngineDescription {
  std::string engine;            ///< "cpu" or "cuda"
  std::string device;            ///< processor or card by name
  std::string isa;               ///< "baseline", "avx2", "avx512", or the GPU's architecture
  int threads = 1;               ///< host threads that step and draw
  std::size_t memory_bytes = 0;  ///< state and pictures, without ring slots
};

/// What an engine spent on each stage of its frames, in seconds of wall time on the thread that
/// drives it; 0 for stages that it does not have or cannot tell apart. A GPU, whose stages are one
/// launch, tells none: all of its frame is in PipelineStatistics::engine_busy_seconds.
struct StageTimes {
  double step = 0;  ///< moving particles, and adding the light of all steps of a frame but its last
  double light = 0;  ///< what was there fades, particles are added; a scene has none
  double glyphs =
      0;  ///< characters are chosen; where no glass bends them, they are drawn as they are toned
  double bend = 0;  ///< by a tube's glass
  double bloom = 0;
  double tone = 0;  ///< light becomes samples

  double sum() const noexcept { return step + light + glyphs + bend + bloom + tone; }
};

/// What was spent between two readings.
constexpr StageTimes operator-(const StageTimes& now, const StageTimes& then) noexcept {
  return {now.step - then.step, now.light - then.light, now.glyphs - then.glyphs,
          now.bend - then.bend, now.bloom - then.bloom, now.tone - then.tone};
}

/// A universe that moves. Not thread-safe: one thread drives an engine. Two engines know nothing of
/// each other. Every call may throw std::runtime_error when the device fails.
class Engine {
 public:
  virtual ~Engine() = default;
  Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  virtual const UniverseSettings& settings() const noexcept = 0;
  virtual EngineDescription describe() const = 0;

  /// Moves every particle one frame on, however many steps that is. Throws Cancelled where
  /// cancel_steps() says so.
  virtual void step() = 0;

  /// Once any thread or a signal handler has set the flag, a step ends soon with Cancelled, and the
  /// universe is where it was before that step. nullptr, as in the beginning: steps end by
  /// themselves. The flag must outlive the engine or be taken back. An engine whose steps are short
  /// need not have it.
  virtual void cancel_steps(const std::atomic<bool>* flag) noexcept;

  /// Fades the trail, adds the particles where they are now, and starts to write the picture into
  /// `target`, all of its planes. This is part of the universe's course, not a look at it: the
  /// trail remembers every draw, so call it once after each step. The caller keeps the memory alive
  /// and untouched until the finish_draw() that belongs to it. Throws std::invalid_argument for a
  /// target that cannot be drawn into (validate()).
  virtual void begin_draw(const PictureTarget& target) = 0;

  /// Returns when the oldest picture begun and not yet finished is complete in its memory.
  virtual void finish_draw() = 0;

  /// How many pictures may be begun before the first must be finished; 1 where begin_draw() itself
  /// completes the picture.
  virtual int draws_in_flight() const noexcept { return 1; }

  void draw(const PictureTarget& target) {
    begin_draw(target);
    finish_draw();
  }

  /// As draw(), for a frame that nobody looks at: pictures that follow are the same, and what is
  /// left in `target` means nothing. No draw may be in flight. An engine that knows no shorter way
  /// draws.
  virtual void pass(const PictureTarget& target);

  /// Whether its pictures have colour, which may be of 10 bits a sample; gray ones have 8. The
  /// chroma planes of those that have none are neutral, so that all pictures may share one, which
  /// nobody draws: a target then has luma alone.
  virtual bool draws_colour() const noexcept { return false; }

  /// Copies the particles out, in particle order. Reuses the vectors' memory.
  virtual void read_state(State& state) const = 0;

  /// Copies out all that the universe's future depends on. Reuses the vectors' memory. An engine of
  /// your own need not have it: it throws std::logic_error then, as any does between step() and
  /// draw of a frame of several steps in colour, whose light is not all in the trail.
  virtual void save(Checkpoint& checkpoint) const;

  /// Goes on from there, whatever this engine has computed before; no draw may be in flight. Throws
  /// std::invalid_argument for another universe's checkpoint, std::runtime_error for a broken one.
  virtual void restore(const Checkpoint& checkpoint);

  /// Since it was made.
  virtual StageTimes stage_times() const { return {}; }

  /// Frames so far: calls of step().
  virtual std::uint64_t frame() const noexcept = 0;

  /// hash_state() of the present state.
  std::string hash_state() const;

  /// Memory for so many pictures of so many bytes each; plain memory unless the engine needs
  /// better.
  virtual PictureMemory allocate_picture_memory(std::size_t picture_bytes,
                                                std::size_t pictures) const;
};

/// Throws std::invalid_argument unless pictures of this size can be drawn into the target: samples
/// of 8 bits or, where the engine draws such, 10; luma, both planes of chroma or none, rows that do
/// not overlap.
void validate(const PictureTarget& target, int width, int height, int most_bits = 8);

/// Fills the chroma planes of a target that has any with neutral_chroma, for engines that draw
/// gray.
void draw_neutral_chroma(const PictureTarget& target, int width, int height) noexcept;

/// How the CPU engine computes. None of it changes a bit of the result.
enum class Isa { automatic, baseline, avx2, avx512 };

struct CpuEngineSettings {
  Isa isa = Isa::automatic;  ///< automatic: the widest this processor has
  int threads = 0;           ///< 0: every processor this process may run on
  bool operator==(const CpuEngineSettings&) const = default;
};

/// Makes a CPU engine at frame 0. Throws std::invalid_argument for invalid settings or an ISA that
/// this processor or this build lacks, std::bad_alloc when memory does not suffice.
std::unique_ptr<Engine> make_cpu_engine(const UniverseSettings& universe,
                                        const CpuEngineSettings& cpu = {});

/// The instruction sets this build and this processor have, narrowest first.
std::vector<Isa> available_isas();

/// "auto", "baseline", "avx2", "avx512".
const char* isa_name(Isa isa) noexcept;

/// The processor by name, as the operating system tells it.
std::string cpu_name();

/// Processors this process may run on (affinity respected), at least 1.
int available_processors() noexcept;

}  // namespace lifereel
