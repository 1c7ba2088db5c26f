// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/fit/chosen_before.h"

#include <array>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>

#include "encoders/film_reader.h"
#include "encoders/finished_file.h"
#include "src/render/disk_file.h"
#include "src/render/film_description.h"
#include "src/render/work_folder.h"

namespace lifereel {
namespace {

namespace fs = std::filesystem;

std::string job_there(const std::string& film) {
  try {
    return read_file(WorkFolder::path_for(film) + "/job").value_or("");
  } catch (const FileError&) {  // as if there were none
    return {};
  }
}

std::string settings_of_film(const std::string& film) {
  std::error_code ignored;
  if (!fs::is_regular_file(film, ignored)) return {};
  try {
    return read_film_comment(film);
  } catch (const std::runtime_error&) {
    return {};
  }
}

/// The lines that speak of what may have been chosen.
std::string lines_of_choice(const std::string& text) {
  constexpr std::array<std::string_view, 5> keys{"bitrate", "maxrate", "bufsize", "frames",
                                                 "seconds"};
  std::istringstream lines(text);
  std::string chosen;
  for (std::string line; std::getline(lines, line);)
    for (const std::string_view key : keys)
      if (line.starts_with(std::string(key) + " = ")) chosen += line + "\n";
  return chosen;
}

/// Chunks are there only when they are whole, under their name and a number. The last one of a film
/// may be shorter than the others and says less.
void count_chunks(const std::string& film, ChosenBefore& choice) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(WorkFolder::path_for(film), ignored)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("chunk-") || entry.path().has_extension()) continue;
    const auto bytes = entry.file_size(ignored);
    if (ignored) continue;
    choice.chunk_bytes += static_cast<std::int64_t>(bytes);
    ++choice.chunks;
  }
}

}  // namespace

std::optional<ChosenBefore> chosen_before(const RenderSettings& settings) {
  const std::string film = FinishedFile::real_path(settings.output);
  if (film.empty()) return std::nullopt;
  const std::string job = job_there(film);
  const std::string lines = lines_of_choice(job.empty() ? settings_of_film(film) : job);
  if (lines.empty()) return std::nullopt;
  RenderSettings then;
  try {
    apply_config_text(then, lines, film);
  } catch (const std::invalid_argument&) {
    return std::nullopt;  // damaged; render() says so
  }
  if (!then.film.bitrate) return std::nullopt;
  ChosenBefore choice;
  choice.is_unfinished = !job.empty();
  choice.rates.bitrate = then.film.bitrate;
  choice.rates.maxrate = then.film.maxrate;
  choice.rates.bufsize = then.film.bufsize;
  choice.frames = then.frames;
  choice.seconds = then.seconds;
  // Whether working files are of this film, render() says; one that is finished may be any.
  if (!choice.is_unfinished &&
      settings_of_film(film) != self_description(with_choice(settings, choice)))
    return std::nullopt;
  if (choice.is_unfinished) {
    count_chunks(film, choice);
    return choice;
  }
  std::error_code error;
  choice.film_bytes = static_cast<std::int64_t>(fs::file_size(film, error));
  if (error) return std::nullopt;
  return choice;
}

RenderSettings with_choice(const RenderSettings& settings, const ChosenBefore& choice) {
  RenderSettings chosen = settings;
  chosen.film.crf.reset();
  chosen.film.bitrate = choice.rates.bitrate;
  chosen.film.maxrate = choice.rates.maxrate;
  chosen.film.bufsize = choice.rates.bufsize;
  chosen.frames = choice.frames;
  chosen.seconds = choice.seconds;
  return chosen;
}

}  // namespace lifereel
