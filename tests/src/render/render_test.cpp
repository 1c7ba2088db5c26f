// SPDX-License-Identifier: GPL-2.0-or-later
// Whole renders through the public interface.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "cuda/cuda_engine.h"
#include "encoders/film_reader.h"
#include "src/errors.h"
#include "src/golden.h"
#include "src/render.h"
#include "tests/sanitizers.h"
#include "tests/temporary_folder.h"

using namespace lifereel;
using test::contents;
namespace fs = std::filesystem;

namespace {

RenderSettings small(const std::string& output, const char* codec, int frames) {
  RenderSettings settings;
  settings.universe.width = 352;
  settings.universe.height = 288;
  settings.universe.particles = 600;
  settings.film.codec = codec;
  settings.film.frames_per_second = {25, 1};
  settings.frames = frames;
  settings.output = output;
  return settings;
}

/// The CPU's engine, which tells when it steps and when its particles are read.
class ToldEngine final : public Engine {
 public:
  explicit ToldEngine(const UniverseSettings& universe) : engine_(make_cpu_engine(universe)) {}
  const UniverseSettings& settings() const noexcept override { return engine_->settings(); }
  EngineDescription describe() const override { return engine_->describe(); }
  void step() override {
    if (at_step) at_step();
    engine_->step();
  }
  void cancel_steps(const std::atomic<bool>* flag) noexcept override {
    engine_->cancel_steps(flag);
  }
  void begin_draw(const PictureTarget& target) override { engine_->begin_draw(target); }
  void finish_draw() override { engine_->finish_draw(); }
  void read_state(State& state) const override {
    if (at_read) at_read();
    engine_->read_state(state);
  }
  void save(Checkpoint& checkpoint) const override {
    if (saves)
      engine_->save(checkpoint);
    else
      Engine::save(checkpoint);
  }
  void restore(const Checkpoint& checkpoint) override { engine_->restore(checkpoint); }
  std::uint64_t frame() const noexcept override { return engine_->frame(); }
  PictureMemory allocate_picture_memory(std::size_t picture_bytes,
                                        std::size_t pictures) const override {
    PictureMemory memory(picture_bytes);
    memory.add_slow(std::min(slow_pictures, pictures));
    memory.add_plain(pictures - memory.pictures());
    return memory;
  }

  std::function<void()> at_step, at_read;
  bool saves = true;
  std::size_t slow_pictures = 0;

 private:
  std::unique_ptr<Engine> engine_;
};

}  // namespace

TEST_SUITE("src.render") {
  TEST_CASE("a lossless film holds the universe, and its hashes are the golden ones" *
            doctest::skip(test::looks_for_races)) {
    const test::TemporaryFolder folder;
    RenderSettings settings = small(folder.file("film.mkv"), "ffv1", 40);
    settings.hash = folder.file("film.framehash");
    settings.stats = folder.file("film.json");
    settings.psnr = true;
    const RenderReport report = render(settings);
    CHECK(report.pipeline.frames == 40);
    CHECK(report.film.frames == 40);
    CHECK(report.film.file_bytes == static_cast<std::int64_t>(fs::file_size(settings.output)));
    CHECK(std::isinf(*report.psnr_luma_mean));
    CHECK(folder.names().size() == 3);

    const auto engine = make_engine(settings.universe, {});
    std::vector<std::uint8_t> expected(352 * 288), decoded;
    FilmReader film(settings.output);
    int frames = 0;
    while (film.read_luma(decoded)) {
      engine->step();
      engine->draw(luma_target(expected.data(), 352, ColourRange::limited));
      REQUIRE(decoded == expected);
      ++frames;
    }
    CHECK(frames == 40);
    CHECK(engine->hash_state() == report.state_hash);

    const Golden golden = parse_golden(run_golden(settings, ""), "golden");
    const Golden hashed = read_golden(settings.hash);
    CHECK(golden.pictures == hashed.pictures);
    CHECK(golden.states.back() == report.state_hash);
    CHECK(contents(settings.stats).find("\"frames\": 40") != std::string::npos);
  }

  TEST_CASE("the film carries what renders it again" * doctest::skip(test::looks_for_races)) {
    const test::TemporaryFolder folder;
    for (const char* name : {"film.mkv", "film.mp4"}) {
      RenderSettings settings = small(folder.file(name), "ffv1", 5);
      if (std::string(name) == "film.mp4") settings.film.codec = "libx264";
      settings.universe.seed = 18446744073709551615u;
      settings.universe.matrix.assign(25, 0.1f);
      render(settings);
      RenderSettings again;
      apply_config_text(again, read_film_comment(settings.output), "film");
      CHECK(again.universe == settings.universe);
      CHECK(again.film == settings.film);
      CHECK(again.frames == settings.frames);
    }
  }

  TEST_CASE("two renders at once in one process give the bytes that one gives") {
    const test::TemporaryFolder folder;
    RenderSettings first = small(folder.file("1.mpg"), "mpeg2video", 45);
    first.universe.width = 720;
    first.universe.height = 480;
    first.film.frames_per_second = {30000, 1001};
    first.film.target = DiscTarget::ntsc_dvd;
    RenderSettings second = first, alone = first;
    second.output = folder.file("2.mpg");
    alone.output = folder.file("alone.mpg");
    render(alone);
    std::thread other([&] { render(second); });
    render(first);
    other.join();
    CHECK(contents(first.output).size() > 10000);
    CHECK(contents(first.output) == contents(alone.output));
    CHECK(contents(second.output) == contents(alone.output));
  }

  TEST_CASE("any number of lanes, with or without hashes, gives the same bytes") {
    const test::TemporaryFolder folder;
    RenderSettings settings = small(folder.file("film.mpg"), "mpeg2video", 200);
    settings.universe.width = 720;
    settings.universe.height = 480;
    settings.film.frames_per_second = {30000, 1001};
    settings.film.target = DiscTarget::ntsc_dvd;
    settings.film.chunk_frames = 36;
    settings.overwrite = true;
    std::string expected, hashes;
    for (const int lanes : {1, 2, 3, 7, 0}) {
      if (test::looks_for_races && (lanes == 2 || lanes == 0)) continue;  // others do what they do
      CAPTURE(lanes);
      settings.engine.lanes = lanes;
      const RenderReport report = render(settings);
      if (lanes > 0) CHECK(report.pipeline.lanes == std::min(lanes, 6));
      CHECK(report.film.frames == 200);
      if (lanes == 1) expected = contents(settings.output);
      CHECK(contents(settings.output) == expected);
    }
    settings.hash = folder.file("film.framehash");
    settings.engine.lanes = 3;
    CHECK_THROWS_AS(render(settings), std::invalid_argument);
    settings.engine.lanes = 0;
    const RenderReport report = render(settings);
    CHECK(report.pipeline.lanes == 1);  // hashes are made in the pictures' order
    CHECK(contents(settings.output) == expected);
    CHECK(read_golden(settings.hash).pictures.size() == 200);
  }

  TEST_CASE("lanes that rings are too short for are told of" *
            doctest::skip(test::looks_for_races)) {
    const test::TemporaryFolder folder;
    RenderSettings settings = small(folder.file("film.mkv"), "ffv1", 200);
    settings.film.chunk_frames = 40;
    settings.engine.lanes = 2;
    settings.overwrite = true;
    CHECK(render(settings).warnings.empty());
    settings.engine.ring_slots = 12;
    const RenderReport report = render(settings);
    REQUIRE(report.warnings.size() == 1);
    CHECK(report.warnings[0].starts_with("of 2 lanes about 1.1 work at once: rings of 12 slots"));
    CHECK(describe(report).find("warning     of 2 lanes") != std::string::npos);
    settings.engine.lanes = 0;
    CHECK(render(settings).pipeline.lanes == 1);
  }

  TEST_CASE("cancelling several lanes leaves nothing behind where no working files are kept") {
    const test::TemporaryFolder folder;
    std::atomic<bool> cancel{false};
    JobControl control;
    control.cancel = &cancel;
    control.progress = [&](const JobProgress& progress) { cancel = progress.frames_done > 50; };
    RenderSettings settings = small(folder.file("film.mkv"), "ffv1", 1'000'000);
    settings.film.chunk_frames = 40;
    settings.engine.lanes = 3;
    settings.resume = Resume::off;
    CHECK_THROWS_AS(render(settings, control), Cancelled);
    CHECK(folder.names().empty());
  }

  TEST_CASE("cancelling leaves nothing behind") {
    const test::TemporaryFolder folder;
    std::atomic<bool> cancel{false};
    JobControl control;
    control.cancel = &cancel;
    int reports = 0;
    control.progress = [&](const JobProgress& progress) {
      CHECK(progress.frames_total == 1'000'000);
      CHECK(progress.frames_done < progress.frames_total);
      if (++reports == 2) cancel = true;
    };
    RenderSettings settings = small(folder.file("film.mkv"), "ffv1", 1'000'000);
    settings.hash = folder.file("film.framehash");
    settings.resume = Resume::off;  // however many chunks this machine makes in that time
    CHECK_THROWS_AS(render(settings, control), Cancelled);
    CHECK(folder.names().empty());
  }

  TEST_CASE("cancelling gives back the pictures that an encoder holds by reference") {
    const test::TemporaryFolder folder;
    std::atomic<bool> cancel{false};
    JobControl control;
    control.cancel = &cancel;
    control.progress = [&](const JobProgress&) { cancel = true; };
    RenderSettings settings = small(folder.file("film.mpg"), "mpeg2video", 1'000'000);
    settings.universe.width = 720;  // with rows of 768 bytes, as the encoder's own
    settings.universe.height = 480;
    settings.film.frames_per_second = {30000, 1001};
    settings.film.target = DiscTarget::ntsc_dvd;
    settings.resume = Resume::off;  // a fast machine has made a chunk by then
    CHECK_THROWS_AS(render(settings, control), Cancelled);
    CHECK(folder.names().empty());
  }

  TEST_CASE("an encoder that cannot open leaves nothing behind" *
            doctest::skip(test::looks_for_races)) {
    const test::TemporaryFolder folder;
    RenderSettings settings = small(folder.file("film.mkv"), "ffv1", 5);
    settings.film.codec_options = {{"slices", "1000000"}};
    settings.hash = folder.file("film.framehash");
    CHECK_THROWS(render(settings));
    CHECK(folder.names().empty());
  }

  TEST_CASE("the engine is chosen by what was asked for; contradictions are told" *
            doctest::skip(test::looks_for_races)) {
    const RenderSettings settings = small("unused.mkv", "null", 5);
    const auto engine = [&settings](const EngineSettings& asked) {
      return make_engine(settings.universe, asked)->describe().engine;
    };
    const CudaDevices gpus = cuda_devices();
    const bool gpu = std::any_of(gpus.devices.begin(), gpus.devices.end(),
                                 [](const CudaDevice& device) { return device.unusable.empty(); });
    CHECK(gpus.devices.empty() != gpus.none_because.empty());
    EngineSettings automatic, cuda, cpu;
    cuda.engine = EngineChoice::cuda;
    cpu.engine = EngineChoice::cpu;
    CHECK(engine(cpu) == "cpu");
    CHECK(engine(automatic) == (gpu ? "cuda" : "cpu"));
    EngineSettings threads;
    threads.threads = 2;
    CHECK(engine(threads) == "cpu");
    if (!gpu) {
      const char* const remedy = "engine = cpu needs no GPU";
      CHECK_THROWS_WITH_AS(engine(cuda), doctest::Contains(remedy), std::runtime_error);
      if (gpus.devices.empty())
        CHECK_THROWS_WITH_AS(engine(cuda), doctest::Contains(gpus.none_because.c_str()),
                             std::runtime_error);
      automatic.device = 0;
      CHECK_THROWS_WITH_AS(engine(automatic), doctest::Contains(remedy), std::runtime_error);
    }
    cpu.device = 0;
    CHECK_THROWS_AS(engine(cpu), std::invalid_argument);
    cuda.isa = Isa::baseline;
    CHECK_THROWS_AS(engine(cuda), std::invalid_argument);
    automatic.device = -2;
    CHECK_THROWS_AS(engine(automatic), std::invalid_argument);
  }

  TEST_CASE("an engine of the caller's makes the same film, from where it stands" *
            doctest::skip(test::looks_for_races)) {
    const test::TemporaryFolder folder;
    RenderSettings settings = small(folder.file("own.mkv"), "ffv1", 8);
    const auto engine = make_engine(settings.universe, {});
    const RenderReport own = render(settings, *engine);
    CHECK(engine->frame() == 8);
    settings.output = folder.file("made.mkv");
    CHECK(render(settings).state_hash == own.state_hash);
    CHECK(contents(folder.file("own.mkv")) == contents(folder.file("made.mkv")));

    // Wherever that is, and whatever universe the settings name, PSNR is of the engine's pictures.
    settings.output = folder.file("later.mkv");
    settings.universe.seed += 1;
    settings.psnr = true;
    const RenderReport later = render(settings, *engine);
    CHECK(engine->frame() == 16);
    CHECK(later.state_hash == engine->hash_state());
    CHECK(std::isinf(*later.psnr_luma_minimum));
    settings.universe.seed -= 1;
    settings.psnr = false;

    settings.output = folder.file("other.mkv");
    settings.universe.width = 368;
    CHECK_THROWS_WITH_AS(render(settings, *engine), doctest::Contains("352x288"),
                         std::invalid_argument);
    CHECK(folder.names().size() == 3);
  }

  TEST_CASE("PSNR is refused, before the first frame, of an engine that cannot save itself" *
            doctest::skip(test::looks_for_races)) {
    const test::TemporaryFolder folder;
    RenderSettings settings = small(folder.file("film.mkv"), "ffv1", 8);
    settings.psnr = true;
    ToldEngine engine(settings.universe);
    engine.saves = false;
    CHECK_THROWS_WITH_AS(render(settings, engine), doctest::Contains("leave psnr out"),
                         std::invalid_argument);
    CHECK(engine.frame() == 0);
    CHECK(folder.names().empty());
    settings.psnr = false;
    CHECK(render(settings, engine).film.frames == 8);
  }

  TEST_CASE("a frame that takes long is explained where its particles are the reason" *
            doctest::skip(test::looks_for_races)) {
    for (const int particles : {600, 3'000'000}) {
      CAPTURE(particles);
      RenderSettings settings = small("", "null", 2);
      ToldEngine engine(settings.universe);
      settings.universe.particles = particles;
      engine.at_step = [&] {
        if (engine.frame() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2500));
      };
      std::vector<std::string> told;
      JobControl control;
      control.notice = [&](const std::string& sentence) { told.push_back(sentence); };
      CHECK(render(settings, engine, control).pipeline.frames == 2);
      REQUIRE(told.size() == (particles == 600 ? 0 : 1));
      if (told.empty()) continue;
      CHECK(told[0].starts_with("the first frame takes longer than 2 seconds: each of 3000000 "));
    }
  }

  TEST_CASE("a render is cancelled within a frame, and its kept chunks make the same film") {
    const test::TemporaryFolder folder;
    RenderSettings settings = small(folder.file("film.mkv"), "libx264", 50);
    settings.film.chunk_frames = 25;
    const auto render_with = [&](Engine& engine, const std::atomic<bool>* cancel) {
      JobControl control;
      control.cancel = cancel;
      return render(settings, engine, control).film.frames;
    };
    std::atomic<bool> cancel{false};
    ToldEngine engine(settings.universe);
    engine.at_step = [&] { cancel = engine.frame() == 30; };
    CHECK_THROWS_AS(render_with(engine, &cancel), Cancelled);
    CHECK(engine.frame() == 30);  // the step that was cancelled
    ToldEngine again(settings.universe);
    CHECK(render_with(again, nullptr) == 50);
    const std::string film = contents(settings.output);
    settings.output = folder.file("whole.mkv");
    ToldEngine whole(settings.universe);
    CHECK(render_with(whole, nullptr) == 50);
    CHECK(film == contents(settings.output));
  }

  TEST_CASE("PSNR that is cancelled leaves a finished film, and says so") {
    const test::TemporaryFolder folder;
    RenderSettings settings = small(folder.file("film.mkv"), "ffv1", 8);
    settings.psnr = true;
    std::atomic<bool> cancel{false};
    JobControl control;
    control.cancel = &cancel;
    ToldEngine engine(settings.universe);
    engine.at_read = [&] { cancel = fs::exists(settings.output); };  // for the report's state hash
    CHECK_THROWS_WITH_AS(render(settings, engine, control),
                         "the film is finished, but measuring its PSNR was cancelled",
                         CancelledWhenFinished);
    CHECK(folder.names() == std::vector<std::string>{"film.mkv"});
  }

  TEST_CASE("a failure beside a film tells that the film is finished only where there is one" *
            doctest::skip(test::looks_for_races)) {
    for (const char* const codec : {"ffv1", "null"}) {
      const std::string name = codec;
      CAPTURE(name);
      const test::TemporaryFolder folder;
      RenderSettings settings = small(name == "null" ? "" : folder.file("film.mkv"), codec, 8);
      settings.hash = folder.file("film.framehash");
      ToldEngine engine(settings.universe);
      engine.at_step = [&] { std::ofstream(settings.hash) << "in the way"; };
      std::string told;
      bool finished = false;
      try {
        render(settings, engine);
      } catch (const FinishedWithError& error) {
        finished = true;
        told = error.what();
      } catch (const std::exception& error) {
        told = error.what();
      }
      CHECK(told.find("film.framehash") != std::string::npos);
      CHECK(finished == (name == "ffv1"));
      CHECK(told.starts_with("the film is finished, but ") == finished);
      CHECK(contents(settings.hash) == "in the way");
      CHECK(!fs::exists(".lifereel"));  // hashes are not taken for a film without a name
    }
  }

  TEST_CASE("pictures that arrive slowly are told of once, while there is time" *
            doctest::skip(test::looks_for_races)) {
    for (const std::size_t slow : {std::size_t{0}, std::size_t{2}}) {
      const test::TemporaryFolder folder;
      RenderSettings settings = small(folder.file("film.mkv"), "ffv1", 3);
      settings.engine.lanes = 1;
      settings.engine.ring_slots = 16;
      ToldEngine engine(settings.universe);
      engine.slow_pictures = slow;
      // Progress comes a few times a second.
      engine.at_step = [] { std::this_thread::sleep_for(std::chrono::milliseconds(300)); };
      JobControl control;
      std::vector<std::string> told;
      control.notice = [&](const std::string& sentence) { told.push_back(sentence); };
      render(settings, engine, control);
      CHECK(std::count_if(told.begin(), told.end(), [](const std::string& sentence) {
              return sentence.find("pins no memory for") != std::string::npos;
            }) == (slow == 0 ? 0 : 1));
    }
  }

  TEST_CASE("a filter chain that needs more memory than there is is refused before the film" *
            doctest::skip(test::looks_for_races)) {
    const test::TemporaryFolder folder;
    RenderSettings settings = small(folder.file("film.mkv"), "ffv1", 100'000'000);
    settings.film.filter = "reverse";
    std::string told;
    try {
      render(settings);
    } catch (const std::invalid_argument& error) {
      told = error.what();
    }
    CHECK(told.starts_with("the filter chain 'reverse' keeps "));
    CHECK(told.find("GB are free; make the film shorter") != std::string::npos);
    CHECK(folder.names().empty());
  }

  TEST_CASE("measuring without an encoder needs no output" * doctest::skip(test::looks_for_races)) {
    const RenderReport report = render(small("", "null", 30));
    CHECK(report.pipeline.frames == 30);
    CHECK(report.state_hash.size() == 64);
  }
}
