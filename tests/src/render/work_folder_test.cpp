// SPDX-License-Identifier: GPL-2.0-or-later
// The parts of a work folder by themselves: the store of chunks without a lock, checkpoints, jobs.
#include "src/render/work_folder.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "src/render.h"
#include "src/render/chunk_folder.h"
#include "src/render/job.h"
#include "tests/temporary_folder.h"

using namespace lifereel;
using test::contents;
namespace fs = std::filesystem;

namespace {

constexpr const char* job = "lifereel = 0.1.0\nseed = 480\n";
constexpr ChunkPlan plan{100, 25};

const std::uint8_t* bytes_of(const std::string& text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

void keep(ChunkStore& store, std::int64_t index, const std::string& text) {
  const auto writer = store.keep(index);
  writer->write(bytes_of(text), text.size());
  writer->finish(plan.length(index));
}

std::string read(ChunkStore& store, std::int64_t index) {
  const auto reader = store.open(index);
  std::string text(static_cast<std::size_t>(reader->left()), '\0');
  reader->read(reinterpret_cast<std::uint8_t*>(text.data()), text.size());
  reader->finish();
  return text;
}

Checkpoint some_checkpoint() {
  UniverseSettings universe;
  universe.width = 64;
  universe.height = 48;
  universe.particles = 10;
  universe.rmax = 16;
  Checkpoint checkpoint;
  make_engine(universe, {EngineChoice::cpu, Isa::automatic, 1})->save(checkpoint);
  return checkpoint;
}

}  // namespace

TEST_SUITE("src.work_folder") {
  TEST_CASE("several stores fill one folder without a lock") {
    const test::TemporaryFolder folder;
    ChunkFolder mine(folder.path(), job_hash(job), plan, nullptr);
    ChunkFolder yours(folder.path(), job_hash(job), plan, nullptr);
    const std::string half = "half a chunk, ";
    const auto writer = mine.keep(0);
    writer->write(bytes_of(half), half.size());
    keep(yours, 2, "another one");
    CHECK(mine.pictures(2) == 0);

    std::vector<std::string> useless;
    const ChunkFolder::Found found = mine.look(useless);
    CHECK(found.chunks == 1);
    CHECK(found.damaged == 0);
    CHECK(found.bytes == std::string("another one").size());
    CHECK(mine.pictures(2) == 25);
    CHECK(mine.first_missing() == 0);

    // What was half written when somebody else looked becomes whole.
    writer->write(bytes_of(half), half.size());
    writer->finish(25);
    CHECK(yours.look(useless).chunks == 2);
    CHECK(yours.first_missing() == 1);
    CHECK(read(yours, 0) == half + half);
    CHECK(read(mine, 2) == "another one");
    CHECK(useless.empty());
  }

  TEST_CASE("two that make the same chunk leave one that is whole") {
    const test::TemporaryFolder folder;
    ChunkFolder mine(folder.path(), job_hash(job), plan, nullptr);
    ChunkFolder yours(folder.path(), job_hash(job), plan, nullptr);
    const std::string text = "the same bytes, whoever makes them";
    const auto first = mine.keep(1), second = yours.keep(1);
    first->write(bytes_of(text), 10);
    second->write(bytes_of(text), text.size());
    second->finish(25);
    first->write(bytes_of(text) + 10, text.size() - 10);
    first->finish(25);
    CHECK(read(yours, 1) == text);
    CHECK(folder.names() == std::vector<std::string>{"chunk-000001"});
  }

  TEST_CASE("a store names what is of no use, and throws nothing away") {
    const test::TemporaryFolder folder;
    ChunkFolder store(folder.path(), job_hash(job), plan, nullptr);
    keep(store, 0, "whole");
    keep(store, 1, "to be damaged");
    folder.write("chunk-000001", contents(folder.file("chunk-000001")) + "!");
    store.keep(3)->finish(7);  // as a film that ended early leaves it

    ChunkFolder next(folder.path(), job_hash(job), plan, nullptr);
    std::vector<std::string> useless;
    const ChunkFolder::Found found = next.look(useless);
    CHECK(found.chunks == 1);
    CHECK(found.damaged == 1);
    std::sort(useless.begin(), useless.end());
    CHECK(useless ==
          std::vector<std::string>{folder.file("chunk-000001"), folder.file("chunk-000003")});
    CHECK(folder.names().size() == 3);
    CHECK_THROWS_AS(read(next, 1), std::runtime_error);

    ChunkFolder others(folder.path(), job_hash("seed = 7\n"), plan, nullptr);
    CHECK_THROWS_AS(others.look(useless), std::invalid_argument);
  }

  TEST_CASE("a pipe that is named like a checkpoint is none, and nobody waits for its other end") {
    const test::TemporaryFolder folder;
    const std::string film = folder.file("film.mkv");
    const std::string pipe = WorkFolder::path_for(film) + "/checkpoint-000001";
    fs::create_directory(WorkFolder::path_for(film));
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    WorkFolder work(film, job, plan);
    auto found = std::async(std::launch::async, [&] { return work.checkpoint(0, 1).has_value(); });
    const bool at_once = found.wait_for(std::chrono::seconds(60)) == std::future_status::ready;
    CHECK(at_once);
    if (!at_once) close(open(pipe.c_str(), O_RDWR | O_CLOEXEC));
    CHECK_FALSE(found.get());
    work.keep_checkpoint(2, some_checkpoint());
    CHECK(work.checkpoint(0, 2));
    CHECK_FALSE(work.checkpoint(0, 1));
  }

  TEST_CASE("a job's file is the same, another's, or says nothing") {
    const std::string sealed = sealed_job(job);
    CHECK(other_job(sealed, job).empty());
    CHECK(other_job(sealed_job("lifereel = 0.1.0\nseed = 7\n"), job) ==
          "begun with seed = '7', now seed = '480'");
    CHECK(other_job(sealed_job("lifereel = 0.1.0\n"), job) ==
          "begun with no seed, now seed = '480'");
    // Of all that another scene changes, that it is another.
    CHECK(other_job(sealed_job("look = a\nscene = fire\nseed = 7\n"), "look = b\nseed = 480\n") ==
          "begun with scene = 'fire', now no scene");
    for (std::size_t end = 0; end < sealed.size(); ++end)
      CHECK(other_job(sealed.substr(0, end), "seed = 7\n").empty());
    CHECK(other_job("x" + sealed, "seed = 7\n").empty());
  }
}
