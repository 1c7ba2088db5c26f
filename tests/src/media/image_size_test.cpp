// SPDX-License-Identifier: GPL-2.0-or-later
// How large an image will be, against what the programs make.
#include "src/media/image_size.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "src/disc/external_program.h"
#include "tests/temporary_folder.h"

using namespace lifereel;

namespace {

std::int64_t packed_bytes(const std::string& folder) {
  std::int64_t bytes = 0;
  ExternalProgram::Run run;
  run.arguments = {"-quiet",  "-iso-level",   "3",   "-follow-links", "-rational-rock",
                   "-joliet", "-joliet-long", folder};
  run.output = [&](std::span<const std::uint8_t> piece) {
    bytes += static_cast<std::int64_t>(piece.size());
  };
  ExternalProgram("xorrisofs", "xorriso").run(run, nullptr);
  return bytes;
}

}  // namespace

TEST_SUITE("src.image_size") {
  TEST_CASE("a data disc takes hardly less than was said, and not more") {
    for (const int files : {1, 10, 100}) {
      CAPTURE(files);
      const test::TemporaryFolder folder;
      std::vector<ImageItem> items;
      for (int i = 0; i < files; ++i) {
        const std::string name = "a folder/" + std::to_string(i % 7) + "/file number " +
                                 std::to_string(i) + " of them.dat";
        folder.write(name, std::string(static_cast<std::size_t>(i) * 1000, 'x'));
        items.push_back({name, i * 1000});
      }
      const std::int64_t said = data_image_bytes(items), real = packed_bytes(folder.path());
      CHECK(real <= said);
      CHECK(said - real <= 64 * 2048);
    }
  }

  TEST_CASE("a DVD takes what was said, also in two VOBs") {
    // 21 minutes of seed 480 at 8800 kb/s, as they were authored and packed.
    CHECK(dvd_video_image_bytes({{1'090'187'264, 1260.03, 2098, 5}}) == 1'091'180'544);
    // 45 minutes, where the map of times has an entry for every two seconds.
    CHECK(dvd_video_image_bytes({{193'951'744, 2700.03, 4496, 5}}) == 194'959'360);
  }
}
