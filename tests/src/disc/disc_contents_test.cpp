// SPDX-License-Identifier: GPL-2.0-or-later
// What a disc can hold beside a film, and what it cannot.
#include "src/disc/disc_contents.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "tests/messages.h"
#include "tests/temporary_folder.h"

using namespace lifereel;
using test::contains;
using test::refusal_of;

namespace {

std::string refusal(const test::TemporaryFolder& folder) {
  return refusal_of([&] { check_names(list_contents(folder.path(), dvd_video_limits())); });
}

}  // namespace

TEST_SUITE("src.disc_contents") {
  TEST_CASE("files and folders are listed in the order of their names") {
    const test::TemporaryFolder folder;
    folder.write("b/c/three", "123");
    folder.write("b/two", "12");
    folder.write("a", "");
    const DiscContents contents = list_contents(folder.path(), dvd_video_limits());
    REQUIRE(contents.files.size() == 3);
    CHECK(contents.files[0].name == "a");
    CHECK(contents.files[1].name == "b/c/three");
    CHECK(contents.files[2].path == folder.file("b/two"));
    CHECK(contents.folders == std::vector<std::string>{"b", "b/c"});
    CHECK(contents.bytes() == 5);
    check_names(contents);
  }

  TEST_CASE("what a disc cannot hold is refused") {
    SUBCASE("links") {
      const test::TemporaryFolder folder;
      std::filesystem::create_symlink("/etc/passwd", folder.file("link"));
      CHECK(contains(refusal(folder), "link' is a link"));
    }
    SUBCASE("pipes") {
      const test::TemporaryFolder folder;
      REQUIRE(mkfifo(folder.file("pipe").c_str(), 0600) == 0);
      CHECK(contains(refusal(folder), "neither a file nor a folder"));
    }
    SUBCASE("folders that are too deep") {
      const test::TemporaryFolder folder;
      folder.write("1/2/3/4/5/file", "");
      CHECK(refusal(folder) == "");
      folder.write("1/2/3/4/5/6/file", "");
      CHECK(contains(refusal(folder), "is too deep"));
    }
    SUBCASE("the film's own folder") {
      const test::TemporaryFolder folder;
      folder.write("x/VIDEO_TS/file", "");
      CHECK(refusal(folder) == "");
      folder.write("video_ts/file", "");
      CHECK(contains(refusal(folder), "is the film's"));
    }
    SUBCASE("names that differ in nothing but case") {
      const test::TemporaryFolder folder;
      folder.write("x/Readme", "");
      folder.write("README", "");
      CHECK(refusal(folder) == "");
      folder.write("x/README", "");
      CHECK(contains(refusal(folder), "'x/README' and 'x/Readme' would have one name"));
    }
    SUBCASE("names that no disc has") {
      for (const std::string& name : {std::string(101, 'x'), std::string("\xff"),
                                      std::string("a\nb"), std::string("\xf0\x9f\x98\x80")}) {
        CAPTURE(name);
        const test::TemporaryFolder folder;
        folder.write(name, "");
        CHECK(contains(refusal(folder), "rename it"));
      }
    }
    SUBCASE("files that are too large") {
      const test::TemporaryFolder folder;
      folder.write("large", "");
      std::filesystem::resize_file(folder.file("large"), std::uintmax_t{1} << 32);
      CHECK(contains(refusal(folder), "has 4.29 GB"));
      CHECK(list_contents(folder.path(), data_disc_limits()).files.size() == 1);
    }
    SUBCASE("what is no folder") {
      CHECK(contains(refusal_of([] { list_contents("/etc/passwd", dvd_video_limits()); }),
                     "is no folder"));
    }
  }
}
