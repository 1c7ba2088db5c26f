// SPDX-License-Identifier: GPL-2.0-or-later
// Limits of control groups, read from trees made up here, and what a render makes of them.
#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "src/pipeline/resources.h"
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
    struct Row {
      const char* preset;
      int processors;
      std::uint64_t gibibytes;
      int lanes, engine_threads;
    };
    for (const Row& row : {Row{"dvd_video", 1, 8, 1, 1},
                           {"dvd_video", 2, 8, 2, 1},
                           {"dvd_video", 4, 8, 4, 2},
                           {"dvd_video", 16, 64, 16, 8},
                           {"dvd_video", 16, 1, 4, 10},    // rings of a chunk but a quarter each
                           {"dvd_video", 16, 0, 1, 10},    // one encoder leaves the others
                           {"dvd_video", 64, 64, 64, 10},  // 21 strips feed no more
                           {"dvd_mp4", 2, 8, 2, 1},
                           {"dvd_mp4", 16, 64, 16, 8},
                           {"panoramic", 2, 8, 1, 1},
                           {"panoramic", 16, 16, 1, 10},
                           {"panoramic", 16, 32, 2, 8},
                           {"panoramic", 16, 64, 3, 8},  // x264 has six threads in each
                           {"bd_4k_6h", 2, 8, 1, 1},
                           {"bd_4k_6h", 16, 8, 1, 8},
                           {"bd_4k_6h", 16, 64, 2, 8},  // x265 has eight
                           {"bd_4k_6h", 64, 512, 8, 32}}) {
      CAPTURE(std::string(row.preset));
      CAPTURE(row.processors);
      CAPTURE(row.gibibytes);
      const ResourceShare share =
          share_resources(preset(row.preset), {row.processors, row.gibibytes * gibibyte});
      CHECK(share.lanes == row.lanes);
      CHECK(share.engine_threads == row.engine_threads);
      CHECK(share.ring_bytes <= row.gibibytes * gibibyte / 2);
    }
  }

  TEST_CASE("what settings say themselves is kept") {
    RenderSettings settings = preset("dvd_video");
    settings.engine.threads = 3;
    CHECK(share_resources(settings, {16, 64 * gibibyte}).engine_threads == 3);
    CHECK(share_resources(settings, {16, 64 * gibibyte}).lanes == 16);
    settings.engine.lanes = 3;
    CHECK(share_resources(settings, {16, 0}).lanes == 3);
    settings.frames = 500;  // one chunk
    CHECK(share_resources(settings, {16, 64 * gibibyte}).lanes == 1);
  }

  TEST_CASE("one lane where the film is not cut or is hashed, and the engine takes what is left") {
    const Resources many{16, 64 * gibibyte};
    RenderSettings settings = preset("dvd_video");
    settings.hash = "hash.txt";
    CHECK(share_resources(settings, many).lanes == 1);
    CHECK(share_resources(settings, many).engine_threads == 10);
    settings.universe.height = 4800;
    CHECK(share_resources(settings, many).engine_threads == 15);
    settings = preset("dvd_video");
    settings.film.chunk_frames = 0;
    CHECK(share_resources(settings, many).lanes == 1);
    settings = preset("panoramic");
    settings.film.codec = "null";
    CHECK(share_resources(settings, many).lanes == 1);
    CHECK(share_resources(settings, many).engine_threads == 16);
  }

  TEST_CASE("lossless chunks wait in memory, too") {
    RenderSettings settings = preset("dvd_mp4");
    settings.film = {};
    settings.film.chunk_frames = 1000;
    settings.film.codec = "ffv1";
    const std::uint64_t raw = std::uint64_t{720} * 480 * 1000;
    CHECK(encoder_needs(settings.film, 720, 480).chunk_bytes == raw);
    settings.film.bitrate = 800'000;
    CHECK(encoder_needs(settings.film, 720, 480).chunk_bytes == 5'000'000);
  }

  TEST_CASE("lanes live on their rings while the engine is with another") {
    CHECK(lanes_at_work(1, 5, 360) == 1);
    CHECK(lanes_at_work(2, 7, 360) == 1);
    CHECK(lanes_at_work(2, 97, 360) == doctest::Approx(4.0 / 3));
    CHECK(lanes_at_work(2, 187, 360) == 2);
    CHECK(lanes_at_work(3, 187, 360) == 2);
    CHECK(lanes_at_work(3, 247, 360) == 3);
    CHECK(lanes_at_work(9, 4000, 360) == 9);
    RenderSettings settings = preset("dvd_video");
    settings.engine.ring_slots = 190;
    CHECK(share_resources(settings, {16, 64 * gibibyte}).lanes == 2);
    settings.engine.ring_slots = 20;
    CHECK(share_resources(settings, {16, 64 * gibibyte}).lanes == 1);
    settings.engine.ring_slots = 1000;
    CHECK(share_resources(settings, {16, 64 * gibibyte}).lanes == 16);
    CHECK(share_resources(settings, {16, 2 * gibibyte}).lanes == 2);
    CHECK(share_resources(settings, {16, gibibyte / 2}).lanes == 1);
  }

  TEST_CASE("rings shrink to the memory there is") {
    CHECK(ring_slots_within(500'000, 185, 5, 2, 1000) == 185);
    CHECK(ring_slots_within(500'000, 185, 5, 2, 10'000) == 25);
    CHECK(ring_slots_within(500'000, 185, 5, 2, 1'000'000) == 5);
  }
}
