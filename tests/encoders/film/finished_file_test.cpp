// SPDX-License-Identifier: GPL-2.0-or-later
// Files that have their names when they are complete, on file systems and streams of all kinds.
#include "encoders/finished_file.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <thread>

#include "tests/encoders/films.h"

using namespace lifereel;
using namespace lifereel::test;

namespace {

mode_t mode_of(const std::string& path) {
  struct stat status {};
  REQUIRE(stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

std::string refusal(const std::string& path, bool overwrite = false) {
  return error_of([&] { FinishedFile::check_path(path, overwrite); });
}

}  // namespace

TEST_SUITE_BEGIN("encoders/finished_file");

TEST_CASE("a file that is replaced passes its mode on") {
  const TemporaryFolder folder;
  const mode_t mask = umask(022);
  for (const mode_t mode : {0600, 0640, 0664, 0444}) {
    const std::string path = folder.write("film.mkv", "old");
    REQUIRE(chmod(path.c_str(), mode) == 0);
    {
      FinishedFile file(path, true);
      CHECK((mode_of(file.temporary_path()) & ~(mode | 0600)) == 0);
    }
    write_text_file(path, true, "new");
    CHECK(mode_of(path) == mode);
    CHECK(read_bytes(path) == "new");
    REQUIRE(unlink(path.c_str()) == 0);
  }
  write_text_file(folder.file("new.mkv"), true, "new");
  CHECK(mode_of(folder.file("new.mkv")) == 0644);
  umask(mask);
}

TEST_CASE("a file that cannot get its name is kept where the error says") {
  const TemporaryFolder folder;
  FinishedFile file(folder.file("film.mkv"), false);
  file.try_write(reinterpret_cast<const std::uint8_t*>("whole"), 5);
  folder.write("film.mkv", "precious");
  std::string kept;
  try {
    file.finish();
  } catch (const FinishedUnnamed& error) {
    kept = error.kept_path();
    CHECK(contains(error.what(), "'" + kept + "'"));
  }
  CHECK(read_bytes(kept) == "whole");
  CHECK(read_bytes(folder.file("film.mkv")) == "precious");
  CHECK_THROWS_AS(give_name(kept, folder.file("film.mkv"), false), FinishedUnnamed);
  give_name(kept, folder.file("film.mkv"), true);
  CHECK(read_bytes(folder.file("film.mkv")) == "whole");
  CHECK(folder.names().size() == 1);
}

TEST_CASE("a name must leave room for what is added to it") {
  const TemporaryFolder folder;
  const auto named = [&](std::size_t bytes) {
    return folder.file(std::string(bytes - 4, 'a') + ".mp4");
  };
  CHECK(contains(refusal(named(249)), "choose a shorter name"));
  CHECK(contains(refusal(named(600)), "choose a shorter name"));
  CHECK(contains(refusal(named(244)), "243"));
  CHECK(refusal(named(243)).empty());
  write_text_file(named(243), false, "fits");
  CHECK(read_bytes(named(243)) == "fits");
  std::string deep = folder.path();
  while (deep.size() < 4090) deep += "/.";
  CHECK(contains(refusal(deep + "/a.mp4"), "path is too long"));
}

TEST_CASE("a folder is tried out and left as it was") {
  const TemporaryFolder folder;
  CHECK(FinishedFile::try_out(folder.file("film.mkv")));
  CHECK(FinishedFile::try_out("/dev/null"));
  CHECK(FinishedFile::try_out("-"));
  CHECK(folder.names().empty());
  CHECK(contains(error_of([] { FinishedFile::try_out("/proc/film.mkv"); }), "cannot make a file"));
}

TEST_CASE("the folder of a linked file is the one that must be writable") {
  const TemporaryFolder folder;
  const std::string locked = folder.file("locked");
  folder.write("locked/real.mkv", "precious");
  std::filesystem::create_symlink("locked/real.mkv", folder.file("film.mkv"));
  REQUIRE(chmod(folder.path().c_str(), 0777) == 0);
  REQUIRE(chmod(locked.c_str(), 0555) == 0);
  // Root may write anywhere, so it steps down for a moment.
  const uid_t user = geteuid();
  if (user == 0) REQUIRE(seteuid(65534) == 0);
  const std::string told = refusal(folder.file("film.mkv"), true);
  REQUIRE(seteuid(user) == 0);
  REQUIRE(chmod(locked.c_str(), 0755) == 0);
  CHECK(contains(told, "locked': Permission denied"));
}

TEST_CASE("another user's file where only its owner may replace it") {
  if (geteuid() != 0) {
    SKIP_TEST("only root can make another user's file");
    return;
  }
  const TemporaryFolder folder;
  const std::string path = folder.write("film.mkv", "precious");
  REQUIRE(chmod(folder.path().c_str(), 01777) == 0);
  REQUIRE(chown(folder.path().c_str(), 1, 1) == 0);
  REQUIRE(seteuid(65534) == 0);
  const std::string told = refusal(path, true);
  REQUIRE(seteuid(0) == 0);
  CHECK(contains(told, "another user's"));
  CHECK(refusal(path, true).empty());
}

TEST_CASE("a large file is whole, whatever of it the disk has begun with") {
  const TemporaryFolder folder;
  std::string expected(20 << 20, '\0');
  for (std::size_t i = 0; i < expected.size(); ++i)
    expected[i] = static_cast<char>(i % 251 + i / 4096);
  FinishedFile file(folder.file("film.mp4"), false);
  const auto write = [&](std::size_t from, std::size_t size) {
    return file.try_write(reinterpret_cast<const std::uint8_t*>(expected.data()) + from, size);
  };
  constexpr std::size_t piece = 100'000;
  for (std::size_t at = 0; at < expected.size(); at += piece) {
    REQUIRE(write(at, std::min(piece, expected.size() - at)) == 0);
    // As muxers complete their headers.
    expected.replace(at / 2, 8, "complete");
    REQUIRE(file.try_seek(static_cast<std::int64_t>(at / 2), SEEK_SET) >= 0);
    REQUIRE(write(at / 2, 8) == 0);
    REQUIRE(file.try_seek(0, SEEK_END) >= 0);
  }
  CHECK(file.finish() == static_cast<std::int64_t>(expected.size()));
  CHECK(read_bytes(folder.file("film.mp4")) == expected);
}

TEST_CASE("a slow reader behind a pipe that does not block gets every byte") {
  int ends[2];
  REQUIRE(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
  const int before = dup(STDOUT_FILENO);
  REQUIRE(dup2(ends[1], STDOUT_FILENO) >= 0);
  close(ends[1]);
  std::string got;
  std::thread reader([&got, from = ends[0]] {
    char block[5000];
    ssize_t taken = -1;
    while (taken != 0) {
      usleep(500);
      taken = read(from, block, sizeof block);
      if (taken > 0) got.append(block, static_cast<std::size_t>(taken));
    }
  });
  const std::string sent(1'000'000, 'x');
  int error = -1;
  {
    FinishedFile file("-", false);
    error = file.try_write(reinterpret_cast<const std::uint8_t*>(sent.data()), sent.size());
  }
  REQUIRE(dup2(before, STDOUT_FILENO) >= 0);
  close(before);
  reader.join();
  close(ends[0]);
  CHECK(error == 0);
  CHECK(got == sent);
}

TEST_SUITE_END();
