// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/estimate/estimate_folder.h"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <utility>
#include <vector>

#include "cuda/cuda_engine.h"
#include "encoders/film.h"
#include "encoders/finished_file.h"
#include "sim/hash/sha256.h"
#include "src/pipeline/resources.h"
#include "src/settings/setting_keys.h"
#include "src/text/text_file.h"
#include "src/version.h"

namespace lifereel {
namespace {

std::string measurement_path(const std::string& folder, const std::string& key) {
  return folder + "/" + sha256_hex(key.data(), key.size()).substr(0, 32) + ".estimate";
}

/// Lets the oldest go where there are too many.
void tidy(const std::string& folder) {
  namespace fs = std::filesystem;
  std::vector<std::pair<fs::file_time_type, fs::path>> kept;
  for (const fs::directory_entry& file : fs::directory_iterator(folder))
    if (file.path().extension() == ".estimate")
      kept.emplace_back(file.last_write_time(), file.path());
  if (kept.size() <= most_kept_measurements) return;
  std::sort(kept.begin(), kept.end());
  for (std::size_t i = 0; i < kept.size() - most_kept_measurements; ++i) fs::remove(kept[i].second);
}

}  // namespace

std::string estimate_folder() {
  const auto variable = [](const char* name) {
    const char* const value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  const std::string cache = variable("XDG_CACHE_HOME"), home = variable("HOME");
  if (cache.starts_with('/')) return cache + "/lifereel";  // others are to be ignored
  return home.empty() ? "" : home + "/.cache/lifereel";
}

std::string measurement_key(const RenderSettings& settings) {
  RenderSettings film = settings;
  film.frames.reset();
  film.seconds.reset();
  std::string key = "lifereel = " + std::string(version()) + "\nformat = 5\n" + print_config(film);
  for (const SettingEntry& entry : setting_entries()) {
    if (std::string_view(entry.key.group) != "engine") continue;
    key += std::string(entry.key.name) + " = " + entry.print(settings).value_or("") + "\n";
  }
  if (!settings.hash.empty()) key += "hash\n";
  for (const std::string& line : libav_versions()) key += line + "\n";
  key += "processor = " + cpu_name() + "\n";
  key += "processors = " + std::to_string(usable_resources().processors) + " of " +
         std::to_string(available_processors()) + "\n";
  for (const Isa isa : available_isas()) key += std::string(isa_name(isa)) + "\n";
  if (settings.engine.engine != EngineChoice::cpu)
    for (const CudaDevice& gpu : cuda_devices().devices)
      key += "GPU = " + gpu.name + (gpu.unusable.empty() ? "\n" : ", unusable\n");
  return key;
}

std::optional<Measurement> kept_measurement(const std::string& folder, const std::string& key) {
  if (folder.empty()) return std::nullopt;
  try {
    return parse_measurement(read_text_file(measurement_path(folder, key)));
  } catch (const std::exception&) {
    return std::nullopt;  // it is measured again
  }
}

void keep_measurement(const std::string& folder, const std::string& key,
                      const Measurement& measurement) noexcept {
  if (folder.empty()) return;
  try {
    std::filesystem::create_directories(folder);
    write_text_file(measurement_path(folder, key), true, print(measurement));
    tidy(folder);
  } catch (const std::exception&) {
    // Then it is measured the next time, too.
  }
}

}  // namespace lifereel
