// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/render/resume.h"

#include <sys/statvfs.h>

#include <filesystem>
#include <stdexcept>
#include <utility>

#include "encoders/finished_file.h"
#include "src/errors.h"
#include "src/pipeline/frame_source.h"
#include "src/text/format.h"
#include "src/version.h"

namespace lifereel {
namespace {

constexpr double gigabyte = 1e9;

/// What a container adds to what it holds: packs of 2048 bytes on a disc, an index elsewhere.
double container_share(const FilmSettings& film) {
  return film.target == DiscTarget::none ? 1.01 : 1.03;
}

/// The sound of a disc where the settings say nothing about it.
constexpr std::int64_t most_audio_bitrate = 448'000;

std::optional<Checkpoint> saved(const Engine& engine) {
  Checkpoint checkpoint;
  try {
    engine.save(checkpoint);
  } catch (const std::logic_error&) {
    return std::nullopt;  // an engine of the caller's that cannot
  }
  return checkpoint;
}

bool is_set(const std::atomic<bool>* flag) noexcept {
  return flag != nullptr && flag->load(std::memory_order_relaxed);
}

}  // namespace

bool keeps_working_files(const RenderSettings& settings) {
  return settings.resume != Resume::off && settings.film.codec != "null" &&
         chunk_frames(settings.film) > 0 && !FinishedFile::real_path(settings.output).empty();
}

std::string film_job(const RenderSettings& settings, const Engine& engine) {
  FilmOutput output;
  output.path = settings.output;
  output.width = settings.universe.width;
  output.height = settings.universe.height;
  std::string job =
      "# What this film's bytes depend on. The same lifereel render command goes on with it.\n";
  job += "lifereel = " + std::string(version()) + "\n" + print_config(settings);
  for (const std::string& line : chunk_dependencies(settings.film, output)) job += line + "\n";
  const std::optional<Checkpoint> start = saved(engine);
  if (start) {
    const std::vector<std::uint8_t> bytes = serialize_checkpoint(*start);
    // A checkpoint ends with its own SHA-256.
    return job + "start = " + std::string(bytes.end() - 64, bytes.end()) + "\n";
  }
  return job + "start = " + engine.hash_state() + "\n";
}

DiskNeeds disk_needs(const RenderSettings& settings, int lanes) {
  DiskNeeds needs;
  const FilmSettings& film = settings.film;
  const UniverseSettings& universe = settings.universe;
  const auto pixels =
      static_cast<std::uint64_t>(universe.width) * static_cast<std::uint64_t>(universe.height);
  const auto frames = static_cast<double>(frame_count(settings));
  if (film.bitrate) {
    const std::int64_t sound =
        film.target == DiscTarget::none ? 0 : film.audio_bitrate.value_or(most_audio_bitrate);
    needs.film =
        static_cast<std::uint64_t>(static_cast<double>(*film.bitrate + sound) / 8 * frames /
                                   film.frames_per_second.value() * container_share(film));
  } else if (film.codec == "rawvideo") {
    needs.film = static_cast<std::uint64_t>(static_cast<double>(pixels) * 1.5 * frames);
  }
  if (!keeps_working_files(settings)) return needs;
  // One for every chunk at work, the next, and one that is just being written.
  const std::uint64_t particle_bytes = 20, pixel_bytes = 4;
  needs.checkpoints =
      static_cast<std::uint64_t>(lanes + 2) *
      (particle_bytes * static_cast<std::uint64_t>(universe.particles) + pixel_bytes * pixels);
  return needs;
}

std::string check_disk(const RenderSettings& settings, const DiskNeeds& needs,
                       std::uint64_t there_already) {
  const bool keeps = keeps_working_files(settings);
  std::filesystem::path folder =
      std::filesystem::path(FinishedFile::real_path(settings.output)).parent_path();
  if (folder.empty()) folder = ".";
  struct statvfs disk {};
  if (statvfs(folder.c_str(), &disk) != 0) return {};
  const double free = static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize);
  const std::string free_text = format("%.2f GB are free", free / gigabyte);
  if (!needs.film)
    return "the film's size is not known beforehand" +
           std::string(keeps ? "; until it is finished it takes twice that" : "") + "; " +
           free_text;
  const auto film = static_cast<double>(*needs.film);
  const double all = film + (keeps ? film + static_cast<double>(needs.checkpoints) : 0.0);
  std::string sentence = format("the film will have about %.2f GB", film / gigabyte);
  if (keeps) sentence += format(" and needs %.2f GB until it is finished", all / gigabyte);
  if (all > free + static_cast<double>(there_already))
    throw std::invalid_argument(
        sentence + ", but in '" + folder.string() + "' " + free_text + ": make space, or " +
        (keeps ? "render without working files, --resume off" : "make it shorter or smaller"));
  return sentence + "; " + free_text;
}

ChunkStarts::ChunkStarts(const Engine& engine, const ChunkPlan& plan, WorkFolder* folder,
                         const std::atomic<bool>* cancel, const std::atomic<bool>* end_early)
    : plan_(plan),
      first_frame_(engine.frame()),
      folder_(folder),
      cancel_(cancel),
      end_early_(end_early) {}

void ChunkStarts::reach(Engine& engine, std::int64_t chunk) {
  const std::uint64_t frame = first_frame_ + static_cast<std::uint64_t>(plan_.begin(chunk));
  go_to(engine, frame, chunk);
  // A chunk that is there, but drawn again for its hashes, needs none.
  if (folder_ == nullptr || frame == first_frame_ || engine.frame() != frame ||
      folder_->pictures(chunk) > 0)
    return;
  if (std::optional<Checkpoint> checkpoint = saved(engine)) {
    const std::lock_guard lock(mutex_);
    waiting_.insert_or_assign(chunk, std::move(*checkpoint));
  }
}

void ChunkStarts::go_to(Engine& engine, std::uint64_t frame, std::int64_t chunk) {
  if (engine.frame() >= frame) return;
  if (folder_ != nullptr && plan_.chunk_frames > 0) {
    const auto passed =
        static_cast<std::int64_t>(engine.frame() - first_frame_) / plan_.chunk_frames;
    if (const auto checkpoint = folder_->checkpoint(passed, chunk);
        checkpoint && checkpoint->state.frame <= frame && checkpoint->state.frame > engine.frame())
      engine.restore(*checkpoint);
  }
  if (engine.frame() == frame) return;
  FrameSource nobody_looks(engine, PixelFormat::gray8);
  while (engine.frame() < frame) {
    if (is_set(cancel_)) throw Cancelled();
    if (is_set(end_early_)) return;
    nobody_looks.next();
  }
}

void ChunkStarts::keep(std::int64_t chunk) {
  Checkpoint checkpoint;
  {
    const std::lock_guard lock(mutex_);
    const auto found = waiting_.find(chunk);
    if (found == waiting_.end()) return;
    checkpoint = std::move(found->second);
    waiting_.erase(found);
  }
  folder_->keep_checkpoint(chunk, checkpoint);
}

}  // namespace lifereel
