// SPDX-License-Identifier: GPL-2.0-or-later
// A film of many machines is the film of one, byte for byte, however its tasks came about.
#include "src/farm.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "src/errors.h"
#include "src/render.h"
#include "src/render/job.h"
#include "tests/messages.h"
#include "tests/sanitizers.h"
#include "tests/temporary_folder.h"

using namespace lifereel;
using test::contains;
using test::contents;
using test::error_of;
namespace fs = std::filesystem;

namespace {

constexpr int chunk = 12, chunks = 7;

RenderSettings film(const std::string& output, const char* codec = "mpeg2video") {
  RenderSettings settings;
  settings.universe.width = 272;
  settings.universe.height = 272;
  settings.universe.particles = 200;
  settings.film.codec = codec;
  if (std::string(codec).starts_with("lib")) settings.film.codec_preset = "ultrafast";
  settings.film.frames_per_second = {25, 1};
  settings.film.gop = chunk;
  settings.film.chunk_frames = chunk;
  settings.frames = (chunks - 1) * chunk + 8;
  settings.output = output;
  return settings;
}

FarmSettings among(int tasks, TaskRanges ranges = TaskRanges::equal) {
  FarmSettings farm;
  farm.tasks = tasks;
  farm.ranges = ranges;
  farm.engine_speed = 400, farm.render_speed = 100;
  return farm;
}

const EngineSettings one_thread{EngineChoice::cpu, Isa::automatic, 1};

TaskReport run(const FarmPlan& plan, int task, const JobControl& control = {}) {
  return render_task(plan.folder, task, one_thread, control);
}

std::string whole_film(const RenderSettings& settings, const std::string& path) {
  RenderSettings alone = settings;
  alone.engine = one_thread;
  alone.output = path;
  render(alone);
  return contents(path);
}

std::string chunk_path(const FarmPlan& plan, int index) {
  return plan.folder + "/chunk-00000" + std::to_string(index);
}

std::vector<std::string> files(const FarmPlan& plan, const std::string& kind) {
  std::vector<std::string> all;
  for (const auto& entry : fs::directory_iterator(plan.folder))
    if (entry.path().filename().string().starts_with(kind)) all.push_back(entry.path().string());
  return all;
}

void change(const std::string& path, const std::function<void(std::string&)>& how) {
  std::string bytes = contents(path);
  REQUIRE(bytes.size() > 200);
  how(bytes);
  std::ofstream(path, std::ios::binary) << bytes;
}

}  // namespace

TEST_SUITE("src.farm") {
  TEST_CASE(
      "any number of tasks in any order, stopped and run again, make the film of one machine") {
    const struct {
      const char *codec, *extension;
    } films[] = {{"mpeg2video", ".mpg"}, {"libx264", ".mp4"}, {"libx265", ".mkv"}};
    for (const auto& one : films) {
      const char *const codec = one.codec, *const extension = one.extension;
      if (test::looks_for_races && std::string(codec) != "mpeg2video") continue;
      CAPTURE(codec);
      const test::TemporaryFolder folder;
      const RenderSettings settings = film(folder.file(std::string("film") + extension), codec);
      const std::string whole = whole_film(settings, folder.file(std::string("alone") + extension));
      for (const int tasks : {1, 3, 7}) {
        CAPTURE(tasks);
        const FarmPlan plan = plan_film(
            settings, among(tasks, tasks == 3 ? TaskRanges::shrinking : TaskRanges::equal));
        CHECK(static_cast<int>(plan.tasks.size()) == tasks);
        std::vector<int> order(static_cast<std::size_t>(tasks));
        std::iota(order.begin(), order.end(), 0);
        std::reverse(order.begin(), order.end());
        for (const int task : order) {
          std::atomic<bool> cancel{false};
          JobControl control;
          control.cancel = &cancel;
          std::thread stops([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(20 * (task + 1)));
            cancel = true;
          });
          try {
            run(plan, task, control);
          } catch (const Cancelled& stopped) {
            CHECK(contains(stopped.what(), "goes on with the rest"));
          }
          stops.join();
          run(plan, task);
          CHECK(run(plan, task).frames == 0);  // all is there
        }
        // Fewer than one a chunk.
        CHECK(static_cast<int>(files(plan, "checkpoint-").size()) <= tasks);
        CHECK(files(plan, "task-").empty());
        const JoinReport joined = join_film(plan.folder, {true});
        CHECK_FALSE(joined.finished_before);
        CHECK(joined.film.frames == *settings.frames);
        CHECK(contents(settings.output) == whole);
        CHECK(files(plan, "chunk-").empty());
        CHECK(join_film(plan.folder).finished_before);
        CHECK(run(plan, 0).film_was_finished);
        fs::remove(settings.output);
        fs::remove_all(plan.folder);
      }
    }
  }

  TEST_CASE("chunks of a task are those of a render, with sound of the universe and a warm-up" *
            doctest::skip(test::looks_for_races)) {
    for (const char* look : {"aurora", "glyphs", "rain"}) {
      CAPTURE(look);
      const test::TemporaryFolder folder;
      RenderSettings settings = film(folder.file("film.mp4"), "libx264");
      apply_look(settings, look);
      settings.warmup = 17;
      settings.film.audio.universe = settings.universe.scene == Scene::particle_life;
      const std::string whole = whole_film(settings, folder.file("alone.mp4"));
      const FarmPlan plan = plan_film(settings, among(3));
      for (const int task : {2, 0, 1}) run(plan, task);
      join_film(plan.folder);
      CHECK(contents(settings.output) == whole);
    }
  }

  TEST_CASE("a task begins where another has left its universe" *
            doctest::skip(test::looks_for_races)) {
    const test::TemporaryFolder folder;
    const FarmPlan plan = plan_film(film(folder.file("film.mpg")), among(7));
    CHECK(run(plan, 4).began_at == 0);
    const TaskReport behind = run(plan, 5);
    CHECK(behind.began_at == 5 * chunk);
    CHECK(behind.frames_passed == 0);
    const TaskReport further = run(plan, 3);
    CHECK(further.began_at == 0);
    CHECK(further.frames_passed == 3 * chunk);
    // Damaged, it is as if it were not there.
    change(plan.folder + "/checkpoint-000006", [](std::string& bytes) { bytes[150] ^= 1; });
    CHECK(run(plan, 6).began_at == 5 * chunk);
    // And it was made again.
    fs::remove(chunk_path(plan, 6));
    CHECK(run(plan, 6).began_at == 6 * chunk);
  }

  TEST_CASE("runs of one task at once, and joins at once, do not disturb each other") {
    const test::TemporaryFolder folder;
    const RenderSettings settings = film(folder.file("film.mpg"));
    const std::string whole = whole_film(settings, folder.file("alone.mpg"));
    const FarmPlan plan = plan_film(settings, among(2));
    const auto at_once = [](const std::function<void()>& work) {
      std::vector<std::string> errors(3);
      std::vector<std::thread> threads;
      for (std::string& error : errors)
        threads.emplace_back([&error, &work] { error = error_of(work); });
      for (std::thread& thread : threads) thread.join();
      for (const std::string& error : errors) CHECK(error == "");
    };
    at_once([&] { run(plan, 1); });
    at_once([&] { run(plan, 0); });
    at_once([&] { join_film(plan.folder); });
    CHECK(contents(settings.output) == whole);
    CHECK(files(plan, "film.part").empty());
    CHECK(files(plan, "chunk-").size() == chunks);
    // The first that ends takes away what the others are reading and writing.
    for (int round = 0; round < 5; ++round) {
      CAPTURE(round);
      fs::remove(settings.output);
      fs::remove(plan.folder + "/finished");
      for (const int task : {0, 1}) run(plan, task);
      at_once([&] { join_film(plan.folder, {true}); });
      CHECK(contents(settings.output) == whole);
      CHECK(farm_status(plan.folder).joined);
      CHECK(files(plan, "film.part").empty());
      CHECK(files(plan, "chunk-").empty());
    }
  }

  TEST_CASE("what is missing, damaged, half, or another film's is found and named" *
            doctest::skip(test::looks_for_races)) {
    const test::TemporaryFolder folder;
    const RenderSettings settings = film(folder.file("film.mpg"));
    const std::string whole = whole_film(settings, folder.file("alone.mpg"));
    const FarmPlan plan = plan_film(settings, among(7));
    const auto missing = [&] {
      try {
        join_film(plan.folder);
      } catch (const TasksMissing& error) {
        CHECK(contains(error.what(), task_list(error.tasks)));
        return std::string(error.what());
      }
      return std::string();
    };
    CHECK(contains(missing(), "chunk 0 of task 0 is missing, chunk 1 of task 1 is missing"));
    for (int task = 0; task < 7; ++task) run(plan, task);

    RenderSettings other = film(folder.file("other.mpg"));
    other.universe.seed += 1;
    const FarmPlan others = plan_film(other, among(7));
    run(others, 5);
    fs::remove(chunk_path(plan, 0));
    change(chunk_path(plan, 1), [](std::string& bytes) { bytes[bytes.size() / 2] ^= 1; });
    change(chunk_path(plan, 3), [](std::string& bytes) { bytes.resize(bytes.size() / 2); });
    fs::copy_file(chunk_path(others, 5), chunk_path(plan, 5), fs::copy_options::overwrite_existing);
    const std::string told = missing();
    CAPTURE(told);
    CHECK(contains(told, "chunk 0 of task 0 is missing"));
    CHECK(contains(told, "chunk 1 of task 1 is damaged"));
    CHECK(contains(told, "chunk 3 of task 3 is damaged"));
    CHECK(contains(told, "chunk 5 of task 5 is another job's"));
    CHECK(contains(told, "run these tasks: 0-1,3,5"));
    CHECK_FALSE(fs::exists(settings.output));

    for (const int task : {0, 1, 3, 5}) CHECK(run(plan, task).frames == chunk);
    // A chunk whose begin and end are as they should be: only reading it all tells.
    change(chunk_path(plan, 6), [](std::string& bytes) { bytes[bytes.size() / 2] ^= 1; });
    CHECK(contains(missing(), "chunk 6 of task 6 is damaged; run these tasks: 6"));
    CHECK(files(plan, "film.part").empty());
    CHECK_FALSE(fs::exists(settings.output));
    run(plan, 6);
    join_film(plan.folder);
    CHECK(contents(settings.output) == whole);
  }

  TEST_CASE("a job is sealed: other settings, a damaged plan and what cannot be cut are refused" *
            doctest::skip(test::looks_for_races)) {
    const test::TemporaryFolder folder;
    RenderSettings settings = film(folder.file("film.mpg"));
    const FarmPlan plan = plan_film(settings, among(3));
    CHECK(plan_film(settings, among(3)).tasks == plan.tasks);
    CHECK(plan_film(settings, among(5)).digest == plan.digest);  // shared out anew
    CHECK(read_farm_plan(plan.folder).tasks.size() == 5);
    settings.universe.seed = 5;
    CHECK(contains(error_of([&] { plan_film(settings, among(3)); }),
                   "is another one: begun with seed = '480', now seed = '5'"));
    CHECK(contains(error_of([&] { run(plan, 5); }),
                   "there is no task 5: this film has tasks 0 to 4"));
    CHECK(contains(error_of([&] { run(plan, -1); }), "there is no task -1"));
    CHECK(contains(error_of([&] { plan_film(film(folder.file("f.mpg")), among(8)); }),
                   "has 7 chunks of 12 frames, which more than 7 tasks cannot share"));
    RenderSettings piece = film(folder.file("piece.mpg"));
    piece.film.chunk_frames = 0;
    CHECK(contains(error_of([&] { plan_film(piece, among(2)); }), "cannot be cut"));
    RenderSettings hashed = film(folder.file("hashed.mpg"));
    hashed.hash = folder.file("hashes");
    CHECK(contains(error_of([&] { plan_film(hashed, among(2)); }), "hash is made by a render"));
    change(plan.folder + "/plan", [](std::string& bytes) { bytes[90] ^= 1; });
    CHECK(contains(error_of([&] { run(plan, 0); }), "plan' is damaged"));
    plan_film(film(folder.file("film.mpg")), among(5));
    change(plan.folder + "/job", [](std::string& bytes) { bytes[90] ^= 1; });
    CHECK(contains(error_of([&] { run(plan, 0); }), "job' is damaged"));
    CHECK(contains(error_of([&] { render_task(folder.file("none"), 0); }),
                   "there is no planned film in"));
  }

  TEST_CASE("a machine whose chunks would not fit refuses to take part" *
            doctest::skip(test::looks_for_races)) {
    const test::TemporaryFolder folder;
    const FarmPlan plan = plan_film(film(folder.file("film.mpg")), among(2));
    const auto seal = [&](const char* name, const std::string& begin, const std::string& instead,
                          const std::string& key) {
      std::string text = contents(plan.folder + "/" + name);
      text.erase(text.rfind(key));
      const std::size_t at = text.find(begin);
      REQUIRE(at != std::string::npos);
      text.replace(at, text.find('\n', at) - at, instead);
      const std::string hash = job_hash(text);
      std::ofstream(plan.folder + "/" + name) << text << key << hash << "\n";
      return hash;
    };
    const std::string digest =
        seal("job", "processor = ", "processor = one that is older", "job-sha256 = ");
    seal("plan", "job = ", "job = " + digest, "plan-sha256 = ");
    const std::string refused = error_of([&] { run(plan, 0); });
    CAPTURE(refused);
    CHECK(contains(refused, "chunks of this machine would not fit into the film"));
    CHECK(contains(refused, "begun with processor = 'one that is older', now processor = '"));
    CHECK(files(plan, "chunk-").empty());
  }

  TEST_CASE("a film of that name that somebody else made stays as it is" *
            doctest::skip(test::looks_for_races)) {
    const test::TemporaryFolder folder;
    const RenderSettings settings = film(folder.file("film.mpg"));
    const FarmPlan plan = plan_film(settings, among(1));
    run(plan, 0);
    folder.write("film.mpg", "mine");
    CHECK(contains(error_of([&] { plan_film(settings, among(1)); }), "exists; name another file"));
    CHECK(contains(error_of([&] { join_film(plan.folder); }), "exists; name another file"));
    CHECK(contents(settings.output) == "mine");
    fs::remove(settings.output);
    join_film(plan.folder);
    CHECK(farm_status(plan.folder).joined);
    folder.write("film.mpg", "mine");
    CHECK_FALSE(farm_status(plan.folder).joined);
    CHECK(contains(error_of([&] { join_film(plan.folder); }), "exists; name another file"));
    CHECK(contains(error_of([&] { plan_film(settings, among(1)); }), "exists; name another file"));
  }

  TEST_CASE("a film gets beside its folder, whatever its name and whatever link leads there" *
            doctest::skip(test::looks_for_races)) {
    const test::TemporaryFolder folder;
    fs::create_directory(folder.file("films"));
    fs::create_directory(folder.file("links"));
    RenderSettings settings = film(folder.file("films/film[settings]"));
    settings.film.container = "mpeg";
    const FarmPlan plan = plan_film(settings, among(1));
    fs::create_directory_symlink(plan.folder, folder.file("links/job"));
    render_task(folder.file("links/job"), 0, one_thread);
    join_film(folder.file("links/job"));
    CHECK(fs::exists(settings.output));
    CHECK(farm_status(folder.file("links/job")).joined);
  }

  TEST_CASE("status tells what is done, what is running and what is missing" *
            doctest::skip(test::looks_for_races)) {
    const test::TemporaryFolder folder;
    const FarmPlan plan = plan_film(film(folder.file("film.mpg")), among(7));
    run(plan, 2);
    FarmStatus status = farm_status(plan.folder);
    CHECK(status.count(TaskState::done) == 1);
    CHECK(task_list(status.missing()) == "0-1,3-6");
    CHECK(status.frames_done == chunk);
    CHECK(status.eta_seconds < 0);
    CHECK(contains(to_json(status), "\"missing_list\": \"0-1,3-6\""));

    // One was killed, another is at work.
    folder.write("film.mpg.farm/task-000004.run-00000001", "000000000007 00000012.500 dead\n");
    const std::string beating = folder.file("film.mpg.farm/task-000005.run-00000002");
    std::atomic<bool> over{false};
    const auto beat = [&](int count) {  // in place, as tasks do: never empty
      std::fstream file(beating, std::ios::in | std::ios::out);
      file << 1000 + count << " 12.500 node7\n";
    };
    std::ofstream(beating) << "1000 12.500 node7\n";
    std::thread beats([&] {
      for (int count = 1; !over; ++count) {
        beat(count);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      }
    });
    status = farm_status(plan.folder, 1.5);
    over = true;
    beats.join();
    CHECK(status.tasks[4].state == TaskState::missing);
    CHECK(status.tasks[5].state == TaskState::running);
    CHECK(status.tasks[5].host == "node7");
    CHECK(status.frames_per_second == 12.5);
    CHECK(status.eta_seconds > 0);
    CHECK(contains(describe(status), "tasks: 1 done, 1 running, 5 missing"));
  }

  TEST_CASE("lists of tasks are written as engines take them" *
            doctest::skip(test::looks_for_races)) {
    CHECK(task_list({}) == "");
    CHECK(task_list({17}) == "17");
    CHECK(task_list({17, 40, 41, 42}) == "17,40-42");
    CHECK(task_list({0, 1, 3, 4, 9}) == "0-1,3-4,9");
  }
}
