// SPDX-License-Identifier: GPL-2.0-or-later
// Renders of 10 bits a sample: what comes back from a film is what the engine draws.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "encoders/film_reader.h"
#include "encoders/frame_hash.h"
#include "sim/hash/sha256.h"
#include "src/golden.h"
#include "src/pipeline/frame_source.h"
#include "src/pipeline/resources.h"
#include "src/render.h"
#include "src/render/disk_needs.h"
#include "src/verify.h"
#include "tests/encoders/films.h"

using namespace lifereel;
using namespace lifereel::test;

namespace {

constexpr int deep_frames = 40;

RenderSettings deep(const std::string& output, const char* codec = "ffv1") {
  RenderSettings settings;
  apply_look(settings, "ember");  // has grain, too
  settings.universe.width = 352;
  settings.universe.height = 288;
  settings.universe.particles = 300;
  settings.film.codec = codec;
  settings.film.pixel_format = PixelFormat::yuv420p10;
  settings.frames = deep_frames;
  settings.output = output;
  settings.resume = Resume::off;
  return settings;
}

/// Of every picture that the engine draws, without an encoder.
std::vector<std::vector<std::uint8_t>> drawn(const RenderSettings& settings) {
  const auto engine = make_cpu_engine(settings.universe, {Isa::baseline, 1});
  FrameSource source(*engine, format_for_size(PixelFormat::yuv420p10, 352, 288));
  std::vector<std::vector<std::uint8_t>> all(deep_frames);
  for (auto& bytes : all) {
    source.next();
    append_packed(source.picture(), bytes);
  }
  return all;
}

/// Stops a render at frame 30, when its first chunk is kept.
class Stopping final : public Engine {
 public:
  Stopping(const RenderSettings& settings, std::atomic<bool>& cancel)
      : engine_(make_cpu_engine(settings.universe)),
        chunk_(settings.output + ".lifereel/chunk-000000"),
        cancel_(cancel) {}
  const UniverseSettings& settings() const noexcept override { return engine_->settings(); }
  EngineDescription describe() const override { return engine_->describe(); }
  void step() override {
    if (frame() == 30) {
      for (int tenths = 0; tenths < 600 && !std::filesystem::exists(chunk_); ++tenths)
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
      cancel_ = true;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));  // for the pipeline, to see it
    }
    engine_->step();
  }
  void begin_draw(const PictureTarget& target) override { engine_->begin_draw(target); }
  void finish_draw() override { engine_->finish_draw(); }
  bool draws_colour() const noexcept override { return engine_->draws_colour(); }
  void read_state(State& state) const override { engine_->read_state(state); }
  void save(Checkpoint& checkpoint) const override { engine_->save(checkpoint); }
  void restore(const Checkpoint& checkpoint) override { engine_->restore(checkpoint); }
  std::uint64_t frame() const noexcept override { return engine_->frame(); }

 private:
  std::unique_ptr<Engine> engine_;
  const std::string chunk_;
  std::atomic<bool>& cancel_;
};

VerifyReport against_universe(const std::string& film) {
  VerifySettings settings;
  settings.against_universe = true;
  return verify(film, settings);
}

}  // namespace

TEST_SUITE("src.render.ten_bits") {
  TEST_CASE("FFV1 holds every bit, in chunks and in one piece, and so do hashes") {
    const TemporaryFolder folder;
    const auto expected = drawn(deep(""));
    for (const int lanes : {1, 3}) {
      RenderSettings settings = deep(folder.file(std::to_string(lanes) + ".mkv"));
      settings.psnr = true;
      if (lanes > 1) {
        settings.film.chunk_frames = 12;
        settings.engine.lanes = lanes;
      } else {
        settings.hash = folder.file("film.framehash");
      }
      const RenderReport report = render(settings);
      CHECK(report.film.pixel_format == "yuv420p10le");
      CHECK(std::isinf(*report.psnr_luma_mean));
      CHECK(std::isinf(*report.psnr_cr_mean));
      CHECK(report.pipeline.ring_bytes % (704 * 288 + 2 * 384 * 144) == 0);
      FilmReader film(settings.output);
      PictureView picture;
      std::size_t frame = 0;
      for (; film.read(picture); ++frame) {
        std::vector<std::uint8_t> bytes;
        for (const PlaneView& plane : picture.planes)
          for (int y = 0; y < plane.height; ++y)
            bytes.insert(bytes.end(), plane.row(y), plane.row(y) + plane.row_bytes());
        REQUIRE(bytes == expected[frame]);
        if (lanes == 1)
          CHECK(contains(read_bytes(settings.hash), sha256_hex(bytes.data(), bytes.size())));
      }
      CHECK(frame == deep_frames);
      const VerifyReport report_of_film = against_universe(settings.output);
      CHECK(report_of_film.passes());
      CHECK(contains(describe(report_of_film), "40 pictures, all equal to the universe's"));
    }
  }

  TEST_CASE("HEVC of 10 bits is near its universe, and that of another seed is not") {
    REQUIRE_ENCODER("libx265");
    const TemporaryFolder folder;
    RenderSettings settings = deep(folder.file("film.mp4"), "libx265");
    settings.film.codec_preset = "ultrafast";
    settings.film.crf = 18;
    settings.psnr = true;
    const RenderReport report = render(settings);
    CHECK(report.film.pixel_format == "yuv420p10le");
    CHECK(*report.psnr_luma_mean > 35);
    CHECK(*report.psnr_luma_mean < 70);
    const VerifyReport film = against_universe(settings.output);
    CHECK(film.passes());
    CHECK(*film.psnr_luma_mean == doctest::Approx(*report.psnr_luma_mean));
    CHECK(*film.psnr_cb_mean == doctest::Approx(*report.psnr_cb_mean));
    CHECK(film.brightness.back().mean > 20);
    CHECK(film.brightness.back().maximum <= 255);

    // The settings in it are those of the film that would be made again.
    RenderSettings again;
    apply_embedded_config(again, read_film_comment(settings.output), "film");
    CHECK(again.film.pixel_format == PixelFormat::yuv420p10);
    CHECK(again.universe == settings.universe);
  }

  TEST_CASE("a render of 10 bits that was stopped resumes to the same bytes") {
    const TemporaryFolder folder;
    RenderSettings whole = deep(folder.file("whole.mkv"));
    whole.film.chunk_frames = 12;
    render(whole);
    RenderSettings stopped = whole;
    stopped.output = folder.file("stopped.mkv");
    stopped.resume = Resume::automatic;
    std::atomic<bool> cancel{false};
    JobControl control;
    control.cancel = &cancel;
    Stopping engine(stopped, cancel);
    CHECK(contains(error_of([&] { render(stopped, engine, control); }), "the render was stopped"));
    RenderSettings other = stopped;
    other.film.pixel_format = PixelFormat::yuv420p;
    CHECK(contains(error_of([&] { render(other); }), "pixel-format"));
    CHECK(render(stopped).pipeline.frames_kept > 0);
    CHECK(read_bytes(stopped.output) == read_bytes(whole.output));
  }

  TEST_CASE("a still is the film's frame, with as many bits") {
    const TemporaryFolder folder;
    RenderSettings still = deep(folder.file("still.png"));
    still.frames.reset();
    still.frame = 20;
    render(still);
    CHECK(std::string(av_get_pix_fmt_name(
              static_cast<AVPixelFormat>(open_streams(still.output).video().format))) == "rgb48be");
    RenderSettings sequence = deep(folder.file("f%02d.png"));
    render(sequence);
    CHECK(read_bytes(folder.file("f20.png")) == read_bytes(still.output));
  }

  TEST_CASE("a golden file of 10 bits is checked in 10 bits") {
    const Golden golden = parse_golden(run_golden(deep(""), ""), "golden");
    CHECK(golden.format == PixelFormat::yuv420p10);
    CHECK(golden.settings.film.pixel_format == PixelFormat::yuv420p10);
    const auto expected = drawn(deep(""));
    CHECK(golden.pictures[7] == sha256_hex(expected[7].data(), expected[7].size()));
    CHECK_FALSE(check_golden(golden).difference);
    Golden other = golden;
    other.format = PixelFormat::yuv420p;
    REQUIRE(check_golden(other).difference);
    CHECK_FALSE(check_golden(other).difference->state_differs);
  }

  TEST_CASE("gray has 8 bits, and says so before anything is made") {
    RenderSettings settings = deep("film.mkv");
    apply_look(settings, "published");
    CHECK(contains(refusal_of([&] { validate(settings); }), "the look published has 8 bits"));
    CHECK(contains(refusal_of([&] { run_golden(settings, ""); }), "pixel-format = yuv420p"));
    settings.film.codec = "null";
    CHECK(contains(refusal_of([&] { validate(settings); }), "look = aurora"));
  }

  TEST_CASE("rings and raw files of 10 bits are counted in their bytes") {
    RenderSettings settings = deep("film.y4m", "rawvideo");
    const std::uint64_t deep_bytes = *disk_needs(settings, 1).film;
    settings.film.pixel_format = PixelFormat::yuv420p;
    CHECK(deep_bytes == 2 * *disk_needs(settings, 1).film);
    // Where memory is what limits lanes.
    RenderSettings film;
    apply_preset(film, "film_4k");
    int more = 0;
    for (std::uint64_t gibibytes = 4; gibibytes <= 128; gibibytes += 4) {
      const Resources machine{16, gibibytes << 30};
      film.film.pixel_format = PixelFormat::yuv420p10;
      const int lanes = share_resources(film, machine, true).lanes;
      film.film.pixel_format = PixelFormat::yuv420p;
      const int with_8_bits = share_resources(film, machine, true).lanes;
      CHECK(with_8_bits >= lanes);
      more += with_8_bits - lanes;
    }
    CHECK(more > 0);
  }
}
