// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/render/disk_needs.h"

#include <sys/statvfs.h>

#include <filesystem>
#include <stdexcept>

#include "encoders/finished_file.h"
#include "src/text/format.h"

namespace lifereel {
namespace {

constexpr double gigabyte = 1e9;

/// What a container adds to what it holds: packs of 2048 bytes on a disc, an index elsewhere.
double container_share(const FilmSettings& film) {
  return film.target == DiscTarget::none ? 1.01 : 1.03;
}

/// The sound of a disc where the settings say nothing about it.
constexpr std::int64_t most_audio_bitrate = 448'000;

}  // namespace

bool keeps_working_files(const RenderSettings& settings) {
  return settings.resume != Resume::off && settings.film.codec != "null" &&
         chunk_frames(settings.film) > 0 && !FinishedFile::real_path(settings.output).empty();
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

}  // namespace lifereel
