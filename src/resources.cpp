// SPDX-License-Identifier: GPL-2.0-or-later
#include "resources.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <vector>

#include "encoders/chunk_plan.h"
#include "picture_layout.h"
#include "pipeline.h"

namespace lifereel {
namespace {

namespace fs = std::filesystem;

/// Pictures an encoder holds by reference, for an estimate.
constexpr int pictures_held = 4;

std::string read_file(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::optional<double> first_number(const std::string& text) {
  std::istringstream stream(text);
  double number = 0;
  if (stream >> number) return number;
  return std::nullopt;  // "max"
}

/// The number after `key` at the start of a line.
double number_after(const std::string& text, const std::string& key) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(key)) return first_number(line.substr(key.size())).value_or(0);
  return 0;
}

bool has_word(const std::string& list, const std::string& word) {
  return ("," + list + ",").find("," + word + ",") != std::string::npos;
}

/// The process's own group under the mount point of `controller`, and that mount point; empty for
/// none. An empty controller means version 2.
struct Group {
  fs::path mount, group;
};
Group find_group(const std::string& root, const std::string& controller) {
  Group found;
  std::string mount_root;
  std::istringstream mounts(read_file(root + "/proc/self/mountinfo"));
  for (std::string line; std::getline(mounts, line);) {
    // id parent major:minor root mount-point options [tags] - type source super-options
    std::istringstream fields(line);
    const std::vector<std::string> words{std::istream_iterator<std::string>(fields), {}};
    const auto dash = std::find(words.begin(), words.end(), "-");
    if (words.size() < 5 || std::distance(dash, words.end()) < 4) continue;
    const bool same = controller.empty() ? dash[1] == "cgroup2"
                                         : dash[1] == "cgroup" && has_word(dash[3], controller);
    if (!same) continue;
    mount_root = words[3];
    found.mount = root + words[4];
  }
  if (found.mount.empty()) return found;
  found.group = found.mount;
  std::istringstream groups(read_file(root + "/proc/self/cgroup"));
  for (std::string line; std::getline(groups, line);) {
    // id:controllers:path
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (controller.empty() ? !controllers.empty() : !has_word(controllers, controller)) continue;
    std::string path = line.substr(second + 1);
    if (mount_root != "/" && path.starts_with(mount_root)) path.erase(0, mount_root.size());
    // In a container the path may be one of the host's, which is not there.
    std::error_code error;
    if (fs::is_directory(found.mount.string() + "/" + path, error))
      found.group = found.mount.string() + "/" + path;
  }
  found.group = found.group.lexically_normal();
  if (!found.group.has_filename()) found.group = found.group.parent_path();
  return found;
}

/// Calls `look` with the process's group and each above it.
template <class Look>
void each_level(const Group& group, Look&& look) {
  if (group.mount.empty()) return;
  const fs::path top = group.mount.lexically_normal();
  for (fs::path at = group.group;; at = at.parent_path()) {
    look(at);
    if (at == top || !at.has_relative_path()) return;
  }
}

template <typename T>
void narrow(std::optional<T>& limit, T value) {
  limit = limit ? std::min(*limit, value) : value;
}

void narrow_memory(CgroupLimits& limits, const fs::path& level, const char* limit_name,
                   const char* usage_name, const char* cache_key) {
  const auto limit = first_number(read_file(level / limit_name));
  if (!limit || *limit > 1e18) return;  // version 1 writes "none" as a huge number
  const double usage = first_number(read_file(level / usage_name)).value_or(0);
  const double cache = number_after(read_file(level / "memory.stat"), cache_key);
  narrow(limits.memory_bytes,
         static_cast<std::uint64_t>(std::max(0.0, *limit - std::max(0.0, usage - cache))));
}

}  // namespace

CgroupLimits read_cgroup_limits(const std::string& root) {
  CgroupLimits limits;
  each_level(find_group(root, ""), [&](const fs::path& level) {
    std::istringstream quota(read_file(level / "cpu.max"));
    double microseconds = 0, period = 0;
    if (quota >> microseconds >> period && period > 0)
      narrow(limits.processors, microseconds / period);
    narrow_memory(limits, level, "memory.max", "memory.current", "inactive_file ");
  });
  each_level(find_group(root, "cpu"), [&](const fs::path& level) {
    const auto quota = first_number(read_file(level / "cpu.cfs_quota_us"));
    const auto period = first_number(read_file(level / "cpu.cfs_period_us"));
    if (quota && *quota > 0 && period && *period > 0) narrow(limits.processors, *quota / *period);
  });
  each_level(find_group(root, "memory"), [&](const fs::path& level) {
    narrow_memory(limits, level, "memory.limit_in_bytes", "memory.usage_in_bytes",
                  "total_inactive_file ");
  });
  return limits;
}

Resources usable_resources() {
  Resources free;
  const CgroupLimits limits = read_cgroup_limits();
  free.processors = available_processors();
  if (limits.processors)
    free.processors =
        std::clamp(static_cast<int>(std::lround(*limits.processors)), 1, free.processors);
  free.memory_bytes =
      static_cast<std::uint64_t>(1024 * number_after(read_file("/proc/meminfo"), "MemAvailable:"));
  if (limits.memory_bytes) free.memory_bytes = std::min(free.memory_bytes, *limits.memory_bytes);
  return free;
}

ResourceShare share_resources(const RenderSettings& settings, const Resources& free,
                              bool engine_on_gpu) {
  const int all = free.processors;
  const bool encodes = settings.film.codec != "null";
  const int chunk = encodes ? chunk_frames(settings.film) : 0;
  const UniverseSettings& universe = settings.universe;
  const EncoderNeeds needs =
      encodes ? encoder_needs(settings.film, universe.width, universe.height) : EncoderNeeds();
  // Hashes of the pictures are made in their order, by one thread.
  const bool may_use_lanes = chunk > 0 && settings.hash.empty() && settings.engine.lanes != 1;

  ResourceShare share;
  const int encoder_processors = needs.processors > 0 ? std::min(needs.processors, all) : all;
  const bool own_threads = encoder_processors == all && all > 1;
  share.engine_threads = settings.engine.threads;
  if (share.engine_threads == 0)
    share.engine_threads = std::max(1, may_use_lanes && !own_threads ? all / 2 : all - 1);
  if (!may_use_lanes) return share;

  const std::int64_t chunks = ChunkPlan{frame_count(settings), chunk}.count();
  if (settings.engine.lanes > 0) {
    share.lanes = settings.engine.lanes;
  } else if (!own_threads) {
    const int for_lanes = engine_on_gpu ? all : all - share.engine_threads + 1;
    share.lanes = std::max(1, for_lanes / encoder_processors);
    const std::uint64_t slot_bytes =
        PictureLayout(PixelFormat::gray8, universe.width, universe.height).slot_bytes();
    const auto lane_bytes = [&](int lanes) {
      const int slots = default_ring_slots(pictures_held, 1, lanes, chunk);
      return needs.memory_bytes + slot_bytes * static_cast<std::uint64_t>(slots);
    };
    while (share.lanes > 1 && lane_bytes(share.lanes) * static_cast<std::uint64_t>(share.lanes) >
                                  free.memory_bytes / 2)
      --share.lanes;
  }
  share.lanes = static_cast<int>(std::min<std::int64_t>(share.lanes, chunks));
  return share;
}

int ring_slots_within(const Resources& free, int wanted_slots, int least_slots, int lanes,
                      std::uint64_t slot_bytes) noexcept {
  const std::uint64_t fit =
      free.memory_bytes / 2 / (slot_bytes * static_cast<std::uint64_t>(lanes));
  return std::max(least_slots, static_cast<int>(std::min<std::uint64_t>(
                                   static_cast<std::uint64_t>(wanted_slots), fit)));
}

}  // namespace lifereel
