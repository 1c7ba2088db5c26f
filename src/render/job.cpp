// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/render/job.h"

#include <cstdint>
#include <map>
#include <optional>
#include <sstream>
#include <string_view>
#include <vector>

#include "encoders/film.h"
#include "sim/checkpoint.h"
#include "sim/hash/sha256.h"
#include "src/render/checkpoint_files.h"
#include "src/text/setting_text.h"
#include "src/version.h"

namespace lifereel {
namespace {

constexpr std::string_view seal_key = "job-sha256 = ", start_key = "start";

/// Hashes, which settings change and which say less than these.
bool follows_from_settings(std::string_view key) {
  return key == start_key || key == "encoder-headers";
}

std::map<std::string, std::string> lines_of(const std::string& job) {
  std::map<std::string, std::string> lines;
  std::istringstream text(job);
  for (std::string line; std::getline(text, line);) {
    const std::size_t at = line.find(" = ");
    if (line.starts_with('#') || at == std::string::npos) continue;
    lines[line.substr(0, at)] += line.substr(at + 3);
  }
  return lines;
}

std::string difference(const std::string& begun, const std::string& now) {
  const auto a = lines_of(begun), b = lines_of(now);
  const auto text = [](const auto& lines, const std::string& key) {
    const auto found = lines.find(key);
    return found == lines.end() ? "no " + key : key + " = " + in_quotes(found->second);
  };
  const auto differs = [&](const std::string& key) {
    return a.contains(key) != b.contains(key) || (a.contains(key) && a.at(key) != b.at(key));
  };
  // Another scene changes much else, too.
  if (differs("scene")) return "begun with " + text(a, "scene") + ", now " + text(b, "scene");
  for (const bool following : {false, true})
    for (const auto* const lines : {&a, &b})
      for (const auto& [key, value] : *lines)
        if (following == follows_from_settings(key) && differs(key))
          return "begun with " + text(a, key) + ", now " + text(b, key);
  return "begun by another version of lifereel";
}

}  // namespace

std::string film_job(const RenderSettings& settings, const ResolvedFilm& film,
                     const Engine& engine) {
  std::string job =
      "# What this film's bytes depend on. The same lifereel render command goes on with it.\n";
  job += "lifereel = " + std::string(version()) + "\n" + print_config(settings);
  if (film.settings.chunk_frames > 0)
    for (const std::string& line : chunk_dependencies(film)) job += line + "\n";
  const std::optional<Checkpoint> start = checkpoint_of(engine);
  if (start) {
    const std::vector<std::uint8_t> bytes = serialize_checkpoint(*start);
    // A checkpoint ends with its own SHA-256.
    return job + std::string(start_key) + " = " + std::string(bytes.end() - 64, bytes.end()) + "\n";
  }
  return job + std::string(start_key) + " = " + engine.hash_state() + "\n";
}

std::string job_hash(const std::string& job) { return sha256_hex(job.data(), job.size()); }

std::string sealed_job(const std::string& job) {
  return job + std::string(seal_key) + job_hash(job) + "\n";
}

std::string other_job(const std::string& sealed, const std::string& job) {
  if (sealed == sealed_job(job)) return {};
  const std::size_t at = sealed.rfind(seal_key);
  if (at == std::string::npos) return {};
  const std::string begun = sealed.substr(0, at);
  return sealed == sealed_job(begun) ? difference(begun, job) : std::string();
}

}  // namespace lifereel
