// SPDX-License-Identifier: GPL-2.0-or-later
// Limits of control groups, read from trees made up here, and what a render makes of them.
#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "src/resources.h"
#include "tests/temporary_folder.h"

using namespace lifereel;

namespace {

// What stands for the machine's root.
class Root : public test::TemporaryFolder {
 public:
  CgroupLimits limits() const { return read_cgroup_limits(path()); }
};

constexpr const char* version_2 =
    "22 1 8:1 / / rw - ext4 /dev/root rw\n"
    "30 22 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n";
constexpr const char* version_1 =
    "31 22 0:27 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
    "32 22 0:28 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n";

RenderSettings preset(const char* name) {
  RenderSettings settings;
  apply_preset(settings, name);
  return settings;
}

constexpr std::uint64_t gibibyte = std::uint64_t{1} << 30;

}  // namespace

TEST_SUITE("src.resources") {
  TEST_CASE("no control group, no limit") {
    const Root root;
    CHECK_FALSE(root.limits().processors);
    CHECK_FALSE(root.limits().memory_bytes);
    root.write("proc/self/mountinfo", version_2);
    root.write("proc/self/cgroup", "0::/user/me\n");
    root.write("sys/fs/cgroup/user/me/cpu.max", "max 100000\n");
    root.write("sys/fs/cgroup/user/me/memory.max", "max\n");
    CHECK_FALSE(root.limits().processors);
    CHECK_FALSE(root.limits().memory_bytes);
  }

  TEST_CASE("version 2: the narrowest of all levels") {
    const Root root;
    root.write("proc/self/mountinfo", version_2);
    root.write("proc/self/cgroup", "0::/user/me\n");
    root.write("sys/fs/cgroup/user/me/cpu.max", "800000 100000\n");
    root.write("sys/fs/cgroup/user/cpu.max", "150000 100000\n");
    root.write("sys/fs/cgroup/user/me/memory.max", "1000000\n");
    root.write("sys/fs/cgroup/user/me/memory.current", "600000\n");
    root.write("sys/fs/cgroup/user/me/memory.stat", "anon 1\ninactive_file 100000\n");
    root.write("sys/fs/cgroup/user/memory.max", "5000000\n");
    CHECK(root.limits().processors == 1.5);
    CHECK(root.limits().memory_bytes == 500'000);
  }

  TEST_CASE("version 1: controllers of their own, a container's root") {
    const Root root;
    root.write("proc/self/mountinfo", version_1);
    root.write("proc/self/cgroup", "5:cpu,cpuacct:/job\n4:memory:/docker/abc/inner\n0::/\n");
    root.write("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "-1\n");
    root.write("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "100000\n");
    root.write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "300000\n");
    root.write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
    root.write("sys/fs/cgroup/memory/inner/memory.limit_in_bytes", "2000000\n");
    root.write("sys/fs/cgroup/memory/inner/memory.usage_in_bytes", "500000\n");
    root.write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    CHECK(root.limits().processors == 3);
    CHECK(root.limits().memory_bytes == 1'500'000);
  }

  TEST_CASE("a group whose folder is not to be seen: what is mounted counts") {
    const Root root;
    root.write("proc/self/mountinfo", version_2);
    root.write("proc/self/cgroup", "0::/host/only\n");
    root.write("sys/fs/cgroup/cpu.max", "200000 100000\n");
    CHECK(root.limits().processors == 2);
  }

  TEST_CASE("what may be used is something") {
    const Resources free = usable_resources();
    CHECK(free.processors >= 1);
    CHECK(free.processors <= available_processors());
    CHECK(free.memory_bytes > 1'000'000);
  }

  TEST_CASE("a film in chunks: lanes and engine share the processors") {
    RenderSettings settings = preset("dvd_video");
    const auto share = [&](int processors, std::uint64_t memory, bool gpu = false) {
      return share_resources(settings, {processors, memory}, gpu);
    };
    CHECK(share(1, 8 * gibibyte).lanes == 1);
    CHECK(share(2, 8 * gibibyte).lanes == 2);
    CHECK(share(2, 8 * gibibyte).engine_threads == 1);
    CHECK(share(16, 64 * gibibyte).lanes == 9);
    CHECK(share(16, 64 * gibibyte).engine_threads == 8);
    CHECK(share(16, 64 * gibibyte, true).lanes == 16);
    CHECK(share(16, gibibyte).lanes < 6);
    CHECK(share(16, 0).lanes == 1);
    settings.engine.threads = 1;
    CHECK(share(16, 64 * gibibyte).lanes == 16);
    settings.engine.lanes = 3;
    CHECK(share(16, 0).lanes == 3);
    settings.frames = 500;  // one chunk
    CHECK(share(16, 64 * gibibyte).lanes == 1);
  }

  TEST_CASE("one lane where the film is not cut, is hashed, or the codec has threads of its own") {
    const Resources many{16, 64 * gibibyte};
    RenderSettings settings = preset("dvd_video");
    settings.hash = "hash.txt";
    CHECK(share_resources(settings, many, false).lanes == 1);
    CHECK(share_resources(settings, many, false).engine_threads == 15);
    settings = preset("dvd_video");
    settings.film.chunk_frames = 0;
    CHECK(share_resources(settings, many, false).lanes == 1);
    CHECK(share_resources(preset("bd_4k_6h"), many, false).lanes == 1);
    CHECK(share_resources(preset("panoramic"), many, false).lanes == 1);
    settings = preset("dvd_video");
    settings.film.codec = "null";
    CHECK(share_resources(settings, many, false).lanes == 1);
  }

  TEST_CASE("rings shrink to the memory there is") {
    const Resources free{2, 1'000'000};
    CHECK(ring_slots_within(free, 185, 5, 2, 1000) == 185);
    CHECK(ring_slots_within(free, 185, 5, 2, 10'000) == 25);
    CHECK(ring_slots_within(free, 185, 5, 2, 1'000'000) == 5);
  }
}
