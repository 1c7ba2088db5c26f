// SPDX-License-Identifier: GPL-2.0-or-later
// Records survive kills, and no damage passes for one.
#include "src/scout/records.h"

#include <doctest/doctest.h>

#include <string>

#include "src/errors.h"
#include "tests/messages.h"
#include "tests/temporary_folder.h"

using namespace lifereel;
using namespace lifereel::test;

namespace {

ObservedRun observed() {
  ObservedRun run;
  run.measures = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  run.dead_from = 600;
  run.alive = 250'000;
  run.course = {900, 0, 7};
  return run;
}

}  // namespace

TEST_SUITE("src.scout") {
  TEST_CASE("a record reads back, and no damaged one does") {
    const RunKey key{18'446'744'073'709'551'615u, 216'000};
    const std::string line = print_record(key, observed());
    const auto read = parse_record(line);
    REQUIRE(read.has_value());
    CHECK(read->first == key);
    CHECK(read->second.measures == observed().measures);
    CHECK(read->second.dead_from == observed().dead_from);
    CHECK(read->second.course == observed().course);
    for (std::size_t at = 0; at < line.size(); ++at) {
      CHECK_FALSE(parse_record(line.substr(0, at)).has_value());
      std::string damaged = line;
      damaged[at] = damaged[at] == '7' ? '8' : '7';
      CHECK_FALSE(parse_record(damaged).has_value());
    }
    CHECK_FALSE(parse_record(line + "0").has_value());
  }

  TEST_CASE("what a kill has cut short is cut off, and the rest is kept") {
    const TemporaryFolder folder;
    const std::string path = folder.file("records-all.txt");
    const std::string line = print_record({7, 300}, observed());
    folder.write("records-all.txt", line + "\n" + line.substr(0, 20));
    {
      const Records records(folder.path());
      CHECK(records.find({7, 300}) != nullptr);
      CHECK(records.damaged_lines() == 1);
    }
    RecordWriter writer(path);
    writer.append(print_record({8, 300}, observed()));
    const Records records(folder.path());
    CHECK(records.find({7, 300}) != nullptr);
    CHECK(records.find({8, 300}) != nullptr);
    CHECK(records.find({8, 600}) == nullptr);
    CHECK(records.damaged_lines() == 0);
    CHECK_THROWS_AS(RecordWriter{path}, TryAgain);
    CHECK(contains(error_of([&] { const RecordWriter second(path); }), "another scout writes"));
  }

  TEST_CASE("a line that damage has made endless costs itself alone") {
    const TemporaryFolder folder;
    const std::string line = print_record({7, 300}, observed());
    folder.write("records-all.txt", line + std::string(3u << 20, 'x') + "\n" +
                                        print_record({8, 300}, observed()) + "\n");
    const Records records(folder.path());
    CHECK(records.find({7, 300}) == nullptr);
    CHECK(records.find({8, 300}) != nullptr);
    CHECK(records.damaged_lines() == 1);
  }

  TEST_CASE("machines that disagree are found") {
    const TemporaryFolder folder;
    ObservedRun other = observed();
    other.measures.motion = 2;
    folder.write("records-0001-of-0002.txt", print_record({7, 300}, observed()) + "\n");
    folder.write("records-all.txt", print_record({7, 300}, observed()) + "\n");
    CHECK(error_of([&] { const Records records(folder.path()); }) == "");
    folder.write("records-0002-of-0002.txt", print_record({7, 300}, other) + "\n");
    CHECK(contains(error_of([&] { const Records records(folder.path()); }),
                   "seed 7 over 300 frames differ"));
  }
}
