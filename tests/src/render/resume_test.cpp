// SPDX-License-Identifier: GPL-2.0-or-later
// Renders that were stopped go on to the same bytes, whatever happened to their working files.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "encoders/film_reader.h"
#include "src/errors.h"
#include "src/render.h"
#include "src/render/job.h"
#include "src/render/work_folder.h"
#include "tests/messages.h"
#include "tests/sanitizers.h"
#include "tests/src/sound_films.h"
#include "tests/temporary_folder.h"

using namespace lifereel;
using test::chunk;
using test::contains;
using test::contents;
using test::error_of;
using test::frames;
namespace fs = std::filesystem;

namespace {

RenderSettings small(const std::string& output, const char* codec) {
  RenderSettings settings;
  settings.universe.width = 352;
  settings.universe.height = 288;
  settings.universe.particles = 300;
  settings.film.codec = codec;
  settings.film.frames_per_second = {25, 1};
  settings.film.gop = chunk;
  settings.film.chunk_frames = chunk;
  settings.film.codec_threads = 1;
  settings.frames = frames;
  settings.output = output;
  return settings;
}

// The CPU's engine, which does something before each step, and may be unable to save itself.
class Watched final : public Engine {
 public:
  explicit Watched(const RenderSettings& settings, std::function<void(std::uint64_t)> before = {},
                   bool saves = true)
      : engine_(make_engine(settings.universe, {EngineChoice::cpu, Isa::automatic, 1})),
        before_(std::move(before)),
        saves_(saves) {}
  const UniverseSettings& settings() const noexcept override { return engine_->settings(); }
  EngineDescription describe() const override { return engine_->describe(); }
  void step() override {
    if (before_) before_(engine_->frame());
    ++steps;
    engine_->step();
  }
  void begin_draw(const PictureTarget& target) override { engine_->begin_draw(target); }
  void finish_draw() override { engine_->finish_draw(); }
  void read_state(State& state) const override { engine_->read_state(state); }
  void save(Checkpoint& checkpoint) const override {
    if (!saves_) throw std::logic_error("this engine does not save itself");
    engine_->save(checkpoint);
  }
  void restore(const Checkpoint& checkpoint) override { engine_->restore(checkpoint); }
  std::uint64_t frame() const noexcept override { return engine_->frame(); }

  int steps = 0;

 private:
  std::unique_ptr<Engine> engine_;
  std::function<void(std::uint64_t)> before_;
  bool saves_;
};

std::string work_of(const RenderSettings& settings) { return settings.output + ".lifereel"; }

// Renders until the engine comes to `frame` and the first chunk is kept, and is stopped there.
void render_until(const RenderSettings& settings, std::uint64_t frame, bool saves = true) {
  std::atomic<bool> cancel{false};
  const auto stop = [&](std::uint64_t now) {
    if (now < frame) return;
    for (int tenths = 0; tenths < 600 && !fs::exists(work_of(settings) + "/chunk-000000"); ++tenths)
      usleep(100'000);
    cancel = true;
    usleep(100'000);  // for the pipeline, to see it
  };
  Watched engine(settings, stop, saves);
  JobControl control;
  control.cancel = &cancel;
  CHECK_THROWS_AS(render(settings, engine, control), Cancelled);
}

RenderReport render_rest(const RenderSettings& settings, int* steps = nullptr) {
  Watched engine(settings);
  const RenderReport report = render(settings, engine);
  if (steps != nullptr) *steps = engine.steps;
  return report;
}

void flip_bit(const std::string& path, std::size_t at) {
  std::string bytes = contents(path);
  REQUIRE(at < bytes.size());
  bytes[at] = static_cast<char>(bytes[at] ^ 4);
  std::ofstream(path, std::ios::binary) << bytes;
}

std::vector<std::string> working_files(const RenderSettings& settings, const std::string& kind) {
  std::vector<std::string> all;
  for (const auto& entry : fs::directory_iterator(work_of(settings)))
    if (entry.path().filename().string().starts_with(kind)) all.push_back(entry.path().string());
  return all;
}

ResolvedFilm resolved(const RenderSettings& settings) {
  FilmOutput output;
  output.path = settings.output;
  output.width = settings.universe.width;
  output.height = settings.universe.height;
  return resolve(settings.film, output);
}

/// Cases that differ in what lies in the folder, not in which threads work there.
constexpr bool files_alone = test::looks_for_races;

}  // namespace

TEST_SUITE("src.resume") {
  TEST_CASE("a render that was stopped goes on to the same bytes") {
    const struct {
      const char* codec;
      const char* extension;
    } films[] = {{"mpeg2video", ".ts"}, {"libx264", ".mp4"}, {"libx265", ".mkv"}, {"ffv1", ".mkv"}};
    for (const auto& film : films) {
      const char* const codec = film.codec;
      const char* const extension = film.extension;
      // Threads meet in the same places whatever the codec.
      if (test::looks_for_races && std::string(codec) != "libx264") continue;
      for (const int lanes : {1, 3}) {
        if (test::sanitized && lanes == 1) continue;  // other cases have one lane
        CAPTURE(codec);
        CAPTURE(lanes);
        const test::TemporaryFolder folder;
        RenderSettings settings = small(folder.file(std::string("whole") + extension), codec);
        settings.engine.lanes = lanes;
        settings.resume = Resume::off;
        const std::string hash = render_rest(settings).state_hash;
        const std::string whole = contents(settings.output);
        CHECK(folder.names().size() == 1);

        settings.output = folder.file(std::string("film") + extension);
        settings.resume = Resume::automatic;
        render_until(settings, 2 * chunk + 5);
        render_until(settings, 4 * chunk + 1);
        CHECK(!fs::exists(settings.output));
        const std::size_t kept = working_files(settings, "chunk-").size();
        CHECK(kept > 0);
        int steps = 0;
        const RenderReport report = render_rest(settings, &steps);
        CHECK(contents(settings.output) == whole);
        CHECK(report.pipeline.frames_kept >= static_cast<int>(kept) * chunk);
        CHECK(report.pipeline.frames + report.pipeline.frames_kept == frames);
        CHECK(report.film.frames == frames);
        CHECK(report.state_hash == hash);
        // A checkpoint spared the engine what was there.
        CHECK(steps <= frames - chunk);
        CHECK(folder.names().size() == 2);
      }
    }
  }

  TEST_CASE("a disc goes on to the same bytes, and so do its hashes" * doctest::skip(files_alone)) {
    const test::TemporaryFolder folder;
    RenderSettings settings;
    apply_preset(settings, "dvd_video");
    settings.film.chunk_frames = 90;
    settings.frames = 250;  // in chunks of 90, 90 and 70
    settings.output = folder.file("whole.mpg");
    settings.hash = folder.file("whole.hash");
    settings.engine.lanes = 1;
    settings.resume = Resume::off;
    render_rest(settings);
    const std::string whole = contents(settings.output), hashes = contents(settings.hash);

    settings.output = folder.file("film.mpg");
    settings.hash = folder.file("film.hash");
    settings.resume = Resume::automatic;
    render_until(settings, 175);
    CHECK(!fs::exists(settings.hash));
    render_rest(settings);
    CHECK(contents(settings.output) == whole);
    CHECK(contents(settings.hash) == hashes);
  }

  TEST_CASE("what is missing or damaged is made again, and only that" *
            doctest::skip(files_alone)) {
    const test::TemporaryFolder folder;
    RenderSettings settings = small(folder.file("whole.mkv"), "ffv1");
    settings.engine.lanes = 1;
    render_rest(settings);
    const std::string whole = contents(settings.output);
    settings.output = folder.file("film.mkv");
    const auto rendered = [&] {
      RenderReport report = render_rest(settings);
      CHECK(contents(settings.output) == whole);
      fs::remove(settings.output);
      CHECK(!fs::exists(work_of(settings)));
      return report.pipeline.frames;
    };
    const auto stop = [&] {
      render_until(settings, 4 * chunk + 5);
      REQUIRE(working_files(settings, "chunk-").size() >= 4);
    };
    const std::string second = work_of(settings) + "/chunk-000001";

    stop();
    fs::remove(second);
    CHECK(rendered() == frames - 3 * chunk);
    stop();
    flip_bit(second, 30);  // whose it is
    CHECK(rendered() == frames - 3 * chunk);
    stop();
    flip_bit(second, 5000);  // what it says
    CHECK(rendered() == frames - 3 * chunk);
    stop();
    flip_bit(second, contents(second).size() - 1);  // its checksum
    CHECK(rendered() == frames - 3 * chunk);
    if (test::sanitized) return;  // what libFuzzer damages it reads many times
    stop();
    fs::resize_file(second, 20'000);
    CHECK(rendered() == frames - 3 * chunk);
    stop();
    fs::resize_file(second, 0);
    CHECK(rendered() == frames - 3 * chunk);
    stop();
    fs::rename(second, work_of(settings) + "/chunk-000005");  // another's place
    CHECK(rendered() == frames - 3 * chunk);
    stop();
    for (const std::string& path : working_files(settings, "checkpoint-")) flip_bit(path, 400);
    CHECK(rendered() == frames - 4 * chunk);
    stop();
    for (const std::string& path : working_files(settings, "checkpoint-"))
      fs::resize_file(path, 99);
    CHECK(rendered() == frames - 4 * chunk);
    stop();
    flip_bit(work_of(settings) + "/job", 100);
    CHECK(rendered() == frames - 4 * chunk);
    stop();
    folder.write("film.mkv.lifereel/film", "half a film");
    folder.write("film.mkv.lifereel/chunk-000004.part-abcdef", "half a chunk");
    CHECK(rendered() == frames - 4 * chunk);
  }

  TEST_CASE("a film in colour goes on, with its checkpoints and without") {
    const test::TemporaryFolder folder;
    for (const int lanes : {1, 2}) {
      if (test::looks_for_races && lanes == 1) continue;
      RenderSettings settings = small(folder.file("film.mkv"), "libx264");
      apply_look(settings, "ember");
      settings.engine.lanes = lanes;
      settings.resume = Resume::off;
      settings.overwrite = true;
      render_rest(settings);
      const std::string whole = contents(settings.output);
      settings.resume = Resume::automatic;
      for (const bool keeps_checkpoints : {true, false}) {
        fs::remove(settings.output);
        render_until(settings, 3 * chunk + 5);
        if (!keeps_checkpoints)
          for (const std::string& path : working_files(settings, "checkpoint")) fs::remove(path);
        render_rest(settings);
        CHECK(contents(settings.output) == whole);
      }
    }
  }

  TEST_CASE("only the same film goes on, and the difference is told" * doctest::skip(files_alone)) {
    const test::TemporaryFolder folder;
    RenderSettings settings = small(folder.file("film.mp4"), "libx264");
    settings.engine.lanes = 1;
    render_until(settings, 2 * chunk + 5);
    RenderSettings other = settings;
    other.universe.seed = 7;
    CHECK(
        contains(error_of([&] { render_rest(other); }), "begun with seed = '480', now seed = '7'"));
    other = settings;
    other.film.crf = 30;
    CHECK(contains(error_of([&] { render_rest(other); }), "begun with no crf, now crf = '30'"));
    other = settings;
    other.frames = frames + 1;
    CHECK(contains(error_of([&] { render_rest(other); }), "frames"));
    CHECK(!fs::exists(settings.output));

    other = settings;
    apply_look(other, "glyphs");
    CHECK(contains(error_of([&] { render_rest(other); }),
                   "begun with trail-decay = '0.8', now trail-decay = '0.9'"));

    // What does not change a byte may change.
    other = settings;
    other.engine.lanes = 2;
    other.engine.ring_slots = 8;
    CHECK(render_rest(other).pipeline.frames_kept >= chunk);
    fs::remove(settings.output);

    render_until(settings, 2 * chunk + 5);
    other = settings;
    other.universe.seed = 7;
    other.resume = Resume::off;
    CHECK(render_rest(other).pipeline.frames_kept == 0);
    CHECK(fs::exists(work_of(settings)));
    fs::remove(settings.output);
    other.resume = Resume::restart;
    CHECK(render_rest(other).pipeline.frames_kept == 0);
    CHECK(!fs::exists(work_of(settings)));
  }

  TEST_CASE("a film in characters does not go on in others" * doctest::skip(files_alone)) {
    const test::TemporaryFolder folder;
    RenderSettings settings = small(folder.file("film.mp4"), "libx264");
    apply_look(settings, "glyphs");
    settings.engine.lanes = 1;
    render_until(settings, 2 * chunk + 5);
    const auto refused_with = [&](const char* key, const char* value) {
      RenderSettings changed = settings;
      apply_setting(changed, key, value, "test");
      return error_of([&] { render_rest(changed); });
    };
    CHECK(contains(refused_with("glyph-set", "blocks"),
                   "begun with glyph-set = 'ascii', now glyph-set = 'blocks'"));
    CHECK(contains(refused_with("glyph-cell", "24"),
                   "begun with glyph-cell = 'auto', now glyph-cell = '24'"));
    CHECK(contains(refused_with("barrel", "0.5"), "begun with no barrel, now barrel = '0.5'"));
    CHECK(contains(refused_with("glyphs", "no"),
                   "begun with glyph-cell = 'auto', now no glyph-cell"));
    CHECK(render_rest(settings).pipeline.frames_kept >= chunk);
  }

  TEST_CASE("one process works at a film" * doctest::skip(files_alone)) {
    const test::TemporaryFolder folder;
    RenderSettings settings = small(folder.file("film.mp4"), "libx264");
    fs::create_directory(work_of(settings));
    const int other = open((work_of(settings) + "/lock").c_str(), O_RDWR | O_CREAT, 0666);
    REQUIRE(flock(other, LOCK_EX | LOCK_NB) == 0);
    CHECK(contains(error_of([&] { render_rest(settings); }),
                   "another process is rendering this film"));
    settings.resume = Resume::restart;
    CHECK(contains(error_of([&] { render_rest(settings); }),
                   "another process is rendering this film"));
    close(other);
    render_rest(settings);
    CHECK(folder.names() == std::vector<std::string>{"film.mp4"});
  }

  TEST_CASE("an engine that cannot save itself begins again, without its chunks") {
    const test::TemporaryFolder folder;
    RenderSettings settings = small(folder.file("film.mp4"), "libx264");
    render_until(settings, 2 * chunk + 5, false);
    CHECK(working_files(settings, "checkpoint-").empty());
    Watched engine(settings, {}, false);
    const RenderReport report = render(settings, engine);
    CHECK(report.pipeline.frames_kept >= chunk);
    CHECK(engine.steps == frames);
  }

  TEST_CASE("a film that ends early is a film") {
    for (const int lanes : {1, 3}) {
      for (const int end : {5, 2 * chunk, 4 * chunk + 7}) {
        CAPTURE(lanes);
        CAPTURE(end);
        const test::TemporaryFolder folder;
        RenderSettings settings = small(folder.file("film.mkv"), "ffv1");
        settings.engine.lanes = lanes;
        settings.stats = folder.file("film.json");
        settings.psnr = true;
        std::atomic<bool> early{false};
        Watched engine(settings, [&](std::uint64_t now) { early = now + 1 >= unsigned(end); });
        JobControl control;
        control.end_early = &early;
        const RenderReport report = render(settings, engine, control);
        CHECK(report.film.frames == end);
        CHECK(engine.frame() == static_cast<std::uint64_t>(end));
        CHECK(folder.names().size() == 2);
        FilmReader film(settings.output);
        std::vector<std::uint8_t> luma;
        int decoded = 0;
        while (film.read_luma(luma)) ++decoded;
        CHECK(decoded == end);
      }
    }
  }

  TEST_CASE("a film that ended early after a stop leaves out what was kept behind its end") {
    const test::TemporaryFolder folder;
    RenderSettings settings = small(folder.file("film.mkv"), "ffv1");
    settings.engine.lanes = 1;
    render_until(settings, 4 * chunk + 5);
    fs::remove(work_of(settings) + "/chunk-000001");
    std::atomic<bool> early{false};
    Watched engine(settings, [&](std::uint64_t now) { early = now + 1 >= chunk + 4; });
    JobControl control;
    control.end_early = &early;
    const RenderReport report = render(settings, engine, control);
    CHECK(report.film.frames == chunk + 4);
    CHECK(report.pipeline.frames_kept == chunk);
    CHECK_FALSE(report.state_hash.empty());
  }

  TEST_CASE("with hashes, a film that ends early in a kept chunk ends with it") {
    const test::TemporaryFolder folder;
    RenderSettings settings = small(folder.file("film.mkv"), "ffv1");
    settings.hash = folder.file("film.hash");
    render_until(settings, 4 * chunk + 5);
    std::atomic<bool> early{false};
    Watched engine(settings, [&](std::uint64_t now) { early = now + 1 >= chunk + 4; });
    JobControl control;
    control.end_early = &early;
    CHECK(render(settings, engine, control).film.frames == 2 * chunk);
    std::size_t pictures = 0;
    std::istringstream hashes(contents(settings.hash));
    for (std::string line; std::getline(hashes, line);) pictures += line.starts_with("0,") ? 1 : 0;
    CHECK(pictures == 2 * chunk);
  }

  TEST_CASE("a film whose working files outlived it is finished" * doctest::skip(files_alone)) {
    const test::TemporaryFolder folder;
    RenderSettings settings = small(folder.file("film.mp4"), "libx264");
    render_rest(settings);
    // As a process leaves it that is killed between the film's renaming and the end.
    const auto leave = [&](const RenderSettings& whose) {
      const Watched engine(settings);
      WorkFolder work(settings.output, film_job(whose, resolved(whose), engine), {frames, chunk});
      Checkpoint checkpoint;
      engine.save(checkpoint);
      work.keep_checkpoint(1, checkpoint);
      fs::create_hard_link(settings.output, work.film_path());
      work.identify_film();
      fs::remove(work.film_path());
    };
    leave(settings);
    const std::string film = contents(settings.output);
    CHECK(render_rest(settings).finished_before);
    CHECK(contents(settings.output) == film);
    CHECK(folder.names() == std::vector<std::string>{"film.mp4"});

    leave(settings);
    RenderSettings owed = settings;
    owed.stats = folder.file("film.json");
    CHECK(contains(error_of([&] { render_rest(owed); }), "the film is finished, but"));
    CHECK(folder.names() == std::vector<std::string>{"film.mp4"});

    leave(settings);
    RenderSettings other = settings;
    other.universe.seed = 7;
    CHECK(contains(error_of([&] { render_rest(other); }), "exists"));
    leave(settings);
    other.overwrite = true;
    CHECK(!render_rest(other).finished_before);
    CHECK(contents(settings.output) != film);
    CHECK(folder.names() == std::vector<std::string>{"film.mp4"});
  }

  TEST_CASE("a file that is not the finished film is not taken for it" *
            doctest::skip(files_alone)) {
    const test::TemporaryFolder folder;
    RenderSettings settings = small(folder.file("film.mp4"), "libx264");
    settings.engine.lanes = 1;
    render_until(settings, 2 * chunk + 5);
    CHECK(working_files(settings, "film").empty());
    {
      const Watched engine(settings);
      WorkFolder work(settings.output, film_job(settings, resolved(settings), engine),
                      {frames, chunk});
      folder.write("film.mp4.lifereel/film", "the film");
      work.identify_film();
      fs::rename(work.film_path(), settings.output);
      CHECK(WorkFolder::finished(settings.output));
      std::ofstream(settings.output, std::ios::app) << "!";
      CHECK_FALSE(WorkFolder::finished(settings.output));
    }
    CHECK(contains(error_of([&] { render_rest(settings); }), "exists"));
    CHECK(contents(settings.output) == "the film!");
    settings.overwrite = true;
    const RenderReport report = render_rest(settings);
    CHECK_FALSE(report.finished_before);
    CHECK(report.pipeline.frames_kept >= chunk);
    CHECK(report.film.frames == frames);
  }

  TEST_CASE("a film that cannot get its name keeps all of it, or all but a last stump") {
    for (const int end : {frames, 3 * chunk + 5}) {
      CAPTURE(end);
      const test::TemporaryFolder folder;
      RenderSettings settings = small(folder.file("whole.mkv"), "ffv1");
      settings.engine.lanes = 2;
      render_rest(settings);
      const std::string whole = contents(settings.output);

      settings.output = folder.file("film.mkv");
      std::atomic<bool> early{false};
      JobControl control;
      control.end_early = &early;
      Watched engine(settings, [&](std::uint64_t now) {
        if (now + 1 < static_cast<std::uint64_t>(end)) return;
        folder.write("film.mkv", "in the way");
        early = end < frames;
      });
      const std::string told = error_of([&] { render(settings, engine, control); });
      CHECK(contains(told, "has appeared"));
      CHECK(contains(
          told, "film.mkv.lifereel/film', and a render with the same settings gives it its name"));
      fs::remove(settings.output);
      fs::remove(work_of(settings) + "/film");  // what follows is of the rest

      // While it is checked or put together, too, it can be stopped.
      for (const char* const moment : {"checking", "resuming"}) {
        std::atomic<bool> cancel{false};
        JobControl stopped;
        stopped.cancel = &cancel;
        stopped.notice = [&](const std::string& sentence) {
          cancel = cancel || contains(sentence, moment);
        };
        CHECK(contains(error_of([&] { render(settings, stopped); }),
                       "a render with the same settings resumes"));
      }

      int steps = 0;
      const RenderReport report = render_rest(settings, &steps);
      CHECK(contents(settings.output) == whole);
      const int kept = end / chunk * chunk;
      CHECK(report.pipeline.frames_kept == (end == frames ? frames : kept));
      CHECK(steps == (end == frames ? 0 : frames - kept));
      CHECK(report.state_hash.empty() == (end == frames));
    }
  }

  TEST_CASE("a whole film that could not get its name gets it from the same command" *
            doctest::skip(files_alone)) {
    const struct {
      Resume resume;
      int chunk_frames, end;
    } renders[] = {{Resume::automatic, chunk, frames},
                   {Resume::automatic, chunk, chunk + 5},
                   {Resume::automatic, 0, frames},
                   {Resume::off, chunk, frames}};
    for (const auto& one : renders) {
      CAPTURE(one.chunk_frames);
      CAPTURE(one.end);
      const test::TemporaryFolder folder;
      RenderSettings settings = small(folder.file("film.mkv"), "ffv1");
      settings.engine.lanes = 1;
      settings.resume = one.resume;
      settings.film.chunk_frames = one.chunk_frames;
      std::atomic<bool> early{false};
      JobControl control;
      control.end_early = &early;
      const int end = one.end;
      Watched engine(settings, [&](std::uint64_t now) {
        if (now + 1 < static_cast<std::uint64_t>(end)) return;
        folder.write("film.mkv", "in the way");
        early = end < frames;
      });
      CHECK(contains(error_of([&] { render(settings, engine, control); }), "lifereel/film'"));
      const std::string whole = contents(work_of(settings) + "/film");
      CHECK(contents(settings.output) == "in the way");
      CHECK(contains(error_of([&] { render_rest(settings); }), "exists"));

      // It is no other command's.
      fs::remove(settings.output);
      RenderSettings other = settings;
      other.universe.seed = 7;
      if (one.resume == Resume::automatic && one.chunk_frames > 0)
        CHECK(contains(error_of([&] { render_rest(other); }), "of another render"));

      CHECK(render_rest(settings).finished_before);
      CHECK(contents(settings.output) == whole);
      CHECK(whole.size() > 1000);
      CHECK(folder.names() == std::vector<std::string>{"film.mkv"});
    }
  }

  TEST_CASE("kept chunks and checkpoints know whose they are" * doctest::skip(files_alone)) {
    const test::TemporaryFolder folder;
    RenderSettings settings = small(folder.file("film.mkv"), "ffv1");
    settings.engine.lanes = 1;
    render_until(settings, 4 * chunk + 5);
    const std::size_t kept = working_files(settings, "chunk-").size();
    RenderSettings other = settings;
    other.universe.seed = 7;
    for (const bool gone : {false, true}) {
      if (gone)
        fs::remove(work_of(settings) + "/job");
      else
        flip_bit(work_of(settings) + "/job", 100);
      CHECK(contains(error_of([&] { render_rest(other); }), "is of another render"));
      CHECK(working_files(settings, "chunk-").size() == kept);
    }
    for (const std::string& path : working_files(settings, "chunk-")) fs::remove(path);
    CHECK_FALSE(working_files(settings, "checkpoint-").empty());
    render_rest(other);
    const std::string film = contents(settings.output);
    other.resume = Resume::off;
    other.output = folder.file("other.mkv");
    render_rest(other);
    // The name of the film is in neither.
    CHECK(contents(other.output) == film);
  }

  TEST_CASE("somebody else's files stay" * doctest::skip(files_alone)) {
    const test::TemporaryFolder folder;
    RenderSettings settings = small(folder.file("film.mp4"), "libx264");
    folder.write("film.mp4.lifereel/diary.part-1", "dear diary");
    folder.write("film.mp4.lifereel/chunky", "bacon");
    render_rest(settings);
    CHECK(contents(work_of(settings) + "/diary.part-1") == "dear diary");
    CHECK(contents(work_of(settings) + "/chunky") == "bacon");
    CHECK(working_files(settings, "").size() == 2);
  }
}
