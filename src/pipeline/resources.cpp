// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/pipeline/resources.h"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <vector>

#include "encoders/chunk_plan.h"
#include "sim/cpu/strips.h"
#include "src/pipeline.h"
#include "src/pipeline/picture_layout.h"

namespace lifereel {
namespace {

namespace fs = std::filesystem;

/// Pictures an encoder holds by reference, and an engine draws at once, for estimates.
constexpr int pictures_held = 4, draws_in_flight = 1;

/// What the kernel says there, of which it tells no size; nothing where it says nothing.
std::string kernel_file(const fs::path& path) {
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
  std::istringstream mounts(kernel_file(root + "/proc/self/mountinfo"));
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
  std::istringstream groups(kernel_file(root + "/proc/self/cgroup"));
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
  const auto limit = first_number(kernel_file(level / limit_name));
  if (!limit || *limit > 1e18) return;  // version 1 writes "none" as a huge number
  const double usage = first_number(kernel_file(level / usage_name)).value_or(0);
  const double cache = number_after(kernel_file(level / "memory.stat"), cache_key);
  narrow(limits.memory_bytes,
         static_cast<std::uint64_t>(std::max(0.0, *limit - std::max(0.0, usage - cache))));
}

}  // namespace

CgroupLimits read_cgroup_limits(const std::string& root) {
  CgroupLimits limits;
  each_level(find_group(root, ""), [&](const fs::path& level) {
    std::istringstream quota(kernel_file(level / "cpu.max"));
    double microseconds = 0, period = 0;
    if (quota >> microseconds >> period && period > 0)
      narrow(limits.processors, microseconds / period);
    narrow_memory(limits, level, "memory.max", "memory.current", "inactive_file ");
  });
  each_level(find_group(root, "cpu"), [&](const fs::path& level) {
    const auto quota = first_number(kernel_file(level / "cpu.cfs_quota_us"));
    const auto period = first_number(kernel_file(level / "cpu.cfs_period_us"));
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
  free.memory_bytes = static_cast<std::uint64_t>(
      1024 * number_after(kernel_file("/proc/meminfo"), "MemAvailable:"));
  if (limits.memory_bytes) free.memory_bytes = std::min(free.memory_bytes, *limits.memory_bytes);
  rlimit mapped{};
  if (getrlimit(RLIMIT_AS, &mapped) == 0 && mapped.rlim_cur != RLIM_INFINITY) {
    const auto used = static_cast<std::uint64_t>(
        1024 * number_after(kernel_file("/proc/self/status"), "VmSize:"));
    free.memory_bytes = std::min<std::uint64_t>(
        free.memory_bytes, mapped.rlim_cur - std::min<std::uint64_t>(used, mapped.rlim_cur));
  }
  return free;
}

ResourceShare share_resources(const RenderSettings& settings, const Resources& free,
                              bool draws_colour) {
  const int all = std::max(1, free.processors);
  const UniverseSettings& universe = settings.universe;
  const bool encodes = settings.film.codec != "null";
  // Hashes of the pictures are made in their order, by one thread.
  const int chunk = encodes && settings.hash.empty() ? chunk_frames(settings.film) : 0;
  EncoderNeeds needs;
  if (encodes) needs = encoder_needs(settings.film, universe.width, universe.height);

  const auto ring_bytes = [&](int lanes) {
    const std::uint64_t half = free.memory_bytes / 2;
    const std::uint64_t encoders =
        (needs.memory_bytes + needs.chunk_bytes) * static_cast<std::uint64_t>(lanes);
    return half - std::min(half, encoders);
  };
  const std::uint64_t slot_bytes =
      PictureLayout(format_for_size(settings.film.pixel_format, universe.width, universe.height),
                    universe.width, universe.height, draws_colour)
          .slot_bytes();
  const auto at_work = [&](int lanes) {
    const int wanted = settings.engine.ring_slots > 0
                           ? settings.engine.ring_slots
                           : default_ring_slots(pictures_held, draws_in_flight, lanes, chunk);
    const int slots = ring_slots_within(ring_bytes(lanes), wanted, 0, lanes, slot_bytes);
    if (slots < settings.engine.ring_slots) return 0.0;  // they are not made fewer
    return lanes_at_work(lanes, slots, chunk);
  };

  ResourceShare share;
  if (chunk > 0) {
    const std::int64_t chunks = ChunkPlan{frame_count(settings), chunk}.count();
    const auto within_film = [chunks](int lanes) {
      return static_cast<int>(std::min<std::int64_t>(lanes, chunks));
    };
    if (settings.engine.lanes > 0) {
      share.lanes = within_film(settings.engine.lanes);
    } else {
      constexpr double worth_a_lane = 0.25;
      const int most = within_film((all + needs.threads - 1) / needs.threads);
      for (int lanes = 2; lanes <= most; ++lanes)
        if (at_work(lanes) > at_work(share.lanes) + worth_a_lane) share.lanes = lanes;
    }
  }
  share.ring_bytes = ring_bytes(share.lanes);
  share.engine_threads = settings.engine.threads;
  if (share.engine_threads == 0) {
    const int left = all - (encodes ? share.lanes * needs.threads : 0);
    // A thread with fewer strips than two often waits for one that has one more.
    const int fed = std::max(1, static_cast<int>(make_strips(universe).strips) / 2);
    share.engine_threads = std::clamp(std::max(all / 2, left), 1, fed);
  }
  return share;
}

double lanes_at_work(int lanes, int slots, std::int64_t chunk_frames) noexcept {
  if (lanes == 1) return 1;
  const std::int64_t ahead =
      std::max(0, slots - default_ring_slots(pictures_held, draws_in_flight, 1, chunk_frames));
  if (ahead >= chunk_frames) return lanes;
  const auto chunk = static_cast<double>(chunk_frames);
  return std::min<double>(lanes, chunk / (chunk - static_cast<double>(ahead)));
}

int ring_slots_within(std::uint64_t ring_bytes, int wanted_slots, int least_slots, int lanes,
                      std::uint64_t slot_bytes) noexcept {
  const std::uint64_t fit = ring_bytes / (slot_bytes * static_cast<std::uint64_t>(lanes));
  return std::max(least_slots, static_cast<int>(std::min<std::uint64_t>(
                                   static_cast<std::uint64_t>(wanted_slots), fit)));
}

}  // namespace lifereel
