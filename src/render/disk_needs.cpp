// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/render/disk_needs.h"

#include <linux/magic.h>
#include <sys/resource.h>
#include <sys/statfs.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "encoders/finished_file.h"
#include "src/files/free_space.h"
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

struct FileLimit {
  std::uint64_t bytes;
  const char* remedy;
};

/// How large a file may become in a folder; nothing where no limit is known.
std::optional<FileLimit> file_limit(const std::string& folder) {
  std::optional<FileLimit> limit;
  rlimit process{};
  if (getrlimit(RLIMIT_FSIZE, &process) == 0 && process.rlim_cur != RLIM_INFINITY)
    limit = {process.rlim_cur, "raise the limit of this process (ulimit -f)"};
  struct statfs disk {};
  constexpr std::uint64_t largest_on_fat = 0xffff'ffff;
  if (statfs(folder.c_str(), &disk) == 0 && disk.f_type == MSDOS_SUPER_MAGIC &&
      (!limit || limit->bytes > largest_on_fat))
    limit = {largest_on_fat, "choose a folder that is not on FAT"};
  return limit;
}

std::string folder_of_film(const RenderSettings& settings) {
  const std::string folder =
      std::filesystem::path(FinishedFile::real_path(settings.output)).parent_path().string();
  return folder.empty() ? "." : folder;
}

void check_file_limit(const std::string& sentence, double film, const std::string& folder) {
  const std::optional<FileLimit> limit = file_limit(folder);
  if (!limit || film <= static_cast<double>(limit->bytes)) return;
  throw std::invalid_argument(sentence + ", but in '" + folder + "' a file may have " +
                              format("%.2f GB", static_cast<double>(limit->bytes) / gigabyte) +
                              " at most: " + limit->remedy + ", or make it shorter or smaller");
}

}  // namespace

bool keeps_working_files(const RenderSettings& settings) {
  return settings.resume != Resume::off && settings.film.codec != "null" &&
         chunk_frames(settings.film) > 0 && !FinishedFile::real_path(settings.output).empty();
}

DiskNeeds disk_needs(const RenderSettings& settings, int lanes, std::int64_t sound_bits) {
  DiskNeeds needs;
  const FilmSettings& film = settings.film;
  const UniverseSettings& universe = settings.universe;
  const auto pixels =
      static_cast<std::uint64_t>(universe.width) * static_cast<std::uint64_t>(universe.height);
  const auto frames = static_cast<double>(frame_count(settings));
  if (film.bitrate) {
    const std::int64_t sound = film.target == DiscTarget::none
                                   ? sound_bits
                                   : film.audio_bitrate.value_or(most_audio_bitrate);
    needs.film =
        static_cast<std::uint64_t>(static_cast<double>(*film.bitrate + sound) / 8 * frames /
                                   film.frames_per_second.value() * container_share(film));
  } else if (film.codec == "rawvideo") {
    needs.film = static_cast<std::uint64_t>(
        static_cast<double>(packed_bytes(film.pixel_format, universe.width, universe.height)) *
        frames);
  }
  if (!keeps_working_files(settings)) return needs;
  // One for every chunk at work, the next, and one that is just being written.
  const std::uint64_t particle_bytes = 20;
  const std::uint64_t pixel_bytes = universe.look.draws_colour() ? 6 : 4;  // of the trail's planes
  needs.checkpoints =
      static_cast<std::uint64_t>(lanes + 2) *
      (particle_bytes * static_cast<std::uint64_t>(universe.particles) + pixel_bytes * pixels);
  return needs;
}

std::string check_disk(const RenderSettings& settings, const DiskNeeds& needs,
                       std::uint64_t there_already) {
  const bool keeps = keeps_working_files(settings);
  const std::string folder = folder_of_film(settings);
  const std::optional<double> free = free_space(folder);
  const std::string free_text =
      free ? format("%.2f GB are free", *free / gigabyte) : "how much is free there is not known";
  if (!needs.film)
    return "the film's size is not known beforehand" +
           std::string(keeps ? "; until it is finished it takes twice that" : "") + "; " +
           free_text;
  const auto film = static_cast<double>(*needs.film);
  const double all = film + (keeps ? film + static_cast<double>(needs.checkpoints) : 0.0);
  std::string sentence = format("the film will have about %.2f GB", film / gigabyte);
  check_file_limit(sentence, film, folder);
  if (keeps) sentence += format(" and needs %.2f GB until it is finished", all / gigabyte);
  if (free && all > *free + static_cast<double>(there_already))
    throw std::invalid_argument(
        sentence + ", but in '" + folder + "' " + free_text + ": make space, or " +
        (keeps ? "render without working files, resume = off" : "make it shorter or smaller"));
  return sentence + "; " + free_text;
}

std::string try_out_folders(const RenderSettings& settings, const std::string& film) {
  std::string unflushed;
  const auto try_out = [&unflushed](const std::string& path) {
    if (!path.empty() && !FinishedFile::try_out(path) && unflushed.empty()) unflushed = path;
  };
  try_out(film);
  try_out(settings.hash);
  try_out(settings.stats);
  if (unflushed.empty()) return {};
  return "the file system of '" + unflushed +
         "' cannot flush files to disk: after a power cut, files that were finished shortly before "
         "may be damaged";
}

}  // namespace lifereel
