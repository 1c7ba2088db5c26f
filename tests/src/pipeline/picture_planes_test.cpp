// SPDX-License-Identifier: GPL-2.0-or-later
// Pictures in colour, from an engine's target through ring, film and hashes to whoever looks at
// them; and gray ones, which are the same whether their chroma is drawn or shared.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "encoders/film_reader.h"
#include "encoders/frame_hash.h"
#include "encoders/png.h"
#include "sim/engine.h"
#include "sim/hash/sha256.h"
#include "src/pictures/contact_sheet.h"
#include "src/pictures/still.h"
#include "src/pipeline/picture_layout.h"
#include "src/render.h"
#include "src/verify.h"
#include "tests/encoders/films.h"

using namespace lifereel;
using namespace lifereel::test;

namespace {

RenderSettings small(const std::string& output) {
  RenderSettings settings;
  settings.universe.width = 352;
  settings.universe.height = 288;
  settings.universe.particles = 300;
  settings.film.codec = "ffv1";
  settings.frames = 40;
  settings.output = output;
  settings.resume = Resume::off;
  return settings;
}

std::uint8_t chroma_at(int plane, int x, int y, std::uint64_t frame) {
  return static_cast<std::uint8_t>(60 +
                                   (x * 3 + y * 5 * plane + static_cast<int>(frame) * 7) % 130);
}

/// A universe's luma, and chroma that differs at every place, in each plane and every frame.
class ColourEngine final : public Engine {
 public:
  explicit ColourEngine(const UniverseSettings& universe) : gray_(make_cpu_engine(universe)) {}
  const UniverseSettings& settings() const noexcept override { return gray_->settings(); }
  EngineDescription describe() const override { return gray_->describe(); }
  void step() override { gray_->step(); }
  void begin_draw(const PictureTarget& target) override {
    seen = target.colour;
    gray_->begin_draw(target);
    if (!target.has_chroma()) return;
    for (int plane = 1; plane < 3; ++plane)
      for (int y = 0; y < (settings().height + 1) / 2; ++y)
        for (int x = 0; x < (settings().width + 1) / 2; ++x)
          target.planes[plane]
              .data[static_cast<std::size_t>(y) * target.planes[plane].stride_bytes +
                    static_cast<std::size_t>(x)] = chroma_at(plane, x, y, frame());
  }
  void finish_draw() override { gray_->finish_draw(); }
  bool draws_colour() const noexcept override { return true; }
  void read_state(State& state) const override { gray_->read_state(state); }
  void save(Checkpoint& checkpoint) const override { gray_->save(checkpoint); }
  void restore(const Checkpoint& checkpoint) override { gray_->restore(checkpoint); }
  std::uint64_t frame() const noexcept override { return gray_->frame(); }

  ColourDescription seen;

 private:
  std::unique_ptr<Engine> gray_;
};

/// Three planes in one piece of memory, with some bytes around each.
struct Planes {
  explicit Planes(const UniverseSettings& universe, int padding = 13) {
    for (int plane = 0; plane < 3; ++plane) {
      const PlaneSize size = plane_size(plane, universe.width, universe.height);
      strides[plane] = static_cast<std::size_t>(size.width + padding);
      memory[plane].assign(strides[plane] * static_cast<std::size_t>(size.height), 0xEE);
    }
  }
  PictureTarget target(const ColourDescription& colour) {
    PictureTarget target;
    for (int plane = 0; plane < 3; ++plane)
      target.planes[plane] = {memory[plane].data(), strides[plane]};
    target.colour = colour;
    return target;
  }
  std::vector<std::uint8_t> memory[3];
  std::size_t strides[3] = {};
};

Still still_of(std::uint8_t y, std::uint8_t cb, std::uint8_t cr, ColourMatrix matrix) {
  const PictureView picture{
      {{&y, 1, 1, 1}, {&cb, 1, 1, 1}, {&cr, 1, 1, 1}}, 3, {matrix, ColourRange::limited, 8}};
  return to_still(picture);
}

}  // namespace

TEST_SUITE("src.picture_planes") {
  TEST_CASE("gray drawn into three planes is gray beside a shared neutral plane") {
    UniverseSettings universe;
    universe.width = 353;
    universe.height = 277;
    universe.particles = 200;
    const auto one = make_cpu_engine(universe), three = make_cpu_engine(universe);
    const ColourDescription colour = format_for_size(PixelFormat::yuv420p, 353, 277).colour;
    std::vector<std::uint8_t> luma(353 * 277);
    Planes planes(universe);
    for (int frame = 0; frame < 5; ++frame) {
      one->step();
      three->step();
      one->draw(luma_target(luma.data(), 353));
      three->draw(planes.target(colour));
    }
    int wrong = 0;
    for (std::size_t y = 0; y < 277; ++y)
      for (std::size_t x = 0; x < 353; ++x)
        wrong += planes.memory[0][y * planes.strides[0] + x] != luma[y * 353 + x];
    for (int plane = 1; plane < 3; ++plane)
      for (std::size_t y = 0; y < 139; ++y) {
        for (std::size_t x = 0; x < 177; ++x)
          wrong += planes.memory[plane][y * planes.strides[plane] + x] != neutral_chroma;
        wrong += planes.memory[plane][y * planes.strides[plane] + 177] != 0xEE;
      }
    CHECK(wrong == 0);

    PictureTarget target = planes.target(colour);
    target.planes[2] = {};
    CHECK(contains(error_of([&] { three->draw(target); }), "both planes of chroma or none"));
    target = planes.target(colour);
    target.planes[1].stride_bytes = 176;
    CHECK(contains(error_of([&] { three->draw(target); }), "plane 1 of a picture of 353x277"));
    target = planes.target({ColourMatrix::none, ColourRange::full, 8});
    CHECK(contains(error_of([&] { three->draw(target); }), "needs a colour matrix"));
    target = planes.target({ColourMatrix::bt709, ColourRange::limited, 10});
    CHECK(contains(error_of([&] { three->draw(target); }), "8 bits"));
    CHECK(contains(error_of([&] { three->draw({}); }), "plane 0"));
  }

  TEST_CASE("a slot has the planes that are drawn") {
    const PictureFormat format = format_for_size(PixelFormat::yuv420p, 353, 277);
    const PictureLayout gray(format, 353, 277, false), colour(format, 353, 277, true);
    CHECK(gray.slot_bytes() == 384 * 277);
    CHECK(colour.slot_bytes() == 384 * 277 + 2 * 192 * 139);
    CHECK(
        PictureLayout(format_for_size(PixelFormat::gray8, 353, 277), 353, 277, true).slot_bytes() ==
        384 * 277);
    std::vector<std::uint8_t> slot(colour.slot_bytes());
    CHECK_FALSE(gray.target(slot.data()).has_chroma());
    const Picture shared = gray.picture(slot.data(), 0);
    CHECK(shared.planes[1] == shared.planes[2]);
    CHECK(shared.planes[1][0] == neutral_chroma);
    const PictureTarget target = colour.target(slot.data());
    const Picture picture = colour.picture(slot.data(), 7);
    for (int plane = 0; plane < 3; ++plane) {
      CHECK(target.planes[plane].data == picture.planes[plane]);
      CHECK(static_cast<int>(target.planes[plane].stride_bytes) == picture.stride_bytes[plane]);
      CHECK((picture.planes[plane] - slot.data()) % 64 == 0);
    }
  }

  TEST_CASE("the matrix is the size's, and the film states it") {
    CHECK(format_for_size(PixelFormat::yuv420p, 720, 480).colour.matrix == ColourMatrix::smpte170m);
    CHECK(format_for_size(PixelFormat::yuv420p, 720, 576).colour.matrix == ColourMatrix::bt470bg);
    CHECK(format_for_size(PixelFormat::yuv420p, 1280, 720).colour.matrix == ColourMatrix::bt709);
    CHECK(format_for_size(PixelFormat::gray8, 1280, 720).colour.range == ColourRange::full);
    const TemporaryFolder folder;
    for (const int height : {288, 720}) {
      RenderSettings settings = small(folder.file(std::to_string(height) + ".mkv"));
      settings.universe.height = height;
      settings.frames = 2;
      ColourEngine engine(settings.universe);
      render(settings, engine);
      const PictureFormat format = format_for_size(PixelFormat::yuv420p, 352, height);
      CHECK(engine.seen == format.colour);
      FilmReader film(settings.output);
      PictureView picture;
      REQUIRE(film.read(picture));
      CHECK(picture.colour == format.colour);
      CHECK(picture.plane_count == 3);
    }
  }

  // FFV1 is lossless: what was drawn is what comes back.
  TEST_CASE("colour comes through rings, lanes, film and hashes as it was drawn") {
    const TemporaryFolder folder;
    for (const bool lanes : {false, true}) {
      RenderSettings settings = small(folder.file(lanes ? "lanes.mkv" : "film.mkv"));
      if (lanes) {
        settings.film.chunk_frames = 12;
        settings.engine.lanes = 3;
      } else {
        settings.hash = folder.file("film.framehash");
      }
      ColourEngine engine(settings.universe), again(settings.universe);
      const RenderReport report = render(settings, engine);
      CHECK(report.pipeline.ring_bytes % (384 * 288 + 2 * 192 * 144) == 0);

      const PictureFormat format = format_for_size(PixelFormat::yuv420p, 352, 288);
      const PictureLayout layout(format, again);
      std::vector<std::uint8_t> slot(layout.slot_bytes()), drawn, decoded;
      std::string hashes;
      FilmReader film(settings.output);
      PictureView picture;
      int frames = 0;
      for (; film.read(picture); ++frames) {
        again.step();
        again.draw(layout.target(slot.data()));
        drawn.clear();
        append_packed(layout.picture(slot.data(), frames), drawn);
        decoded.clear();
        for (const PlaneView& plane : picture.planes)
          for (int y = 0; y < plane.height; ++y)
            decoded.insert(decoded.end(), plane.row(y), plane.row(y) + plane.width);
        REQUIRE(decoded == drawn);
        if (!lanes)
          CHECK(contains(read_bytes(settings.hash), sha256_hex(drawn.data(), drawn.size())));
      }
      CHECK(frames == 40);
    }
  }

  TEST_CASE("PSNR and verify look at chroma") {
    const TemporaryFolder folder;
    RenderSettings settings = small(folder.file("gray.mkv"));
    settings.psnr = true;
    VerifySettings against;
    against.against_universe = true;
    const RenderReport gray = render(settings);
    CHECK(std::isinf(*gray.psnr_luma_mean));
    CHECK(std::isinf(*gray.psnr_cb_mean));
    CHECK(std::isinf(*gray.psnr_cr_mean));
    const VerifyReport right = verify(settings.output, against);
    CHECK(right.passes());
    CHECK(std::isinf(*right.psnr_cb_mean));

    // The same luma, but chroma that the universe does not have.
    settings.output = folder.file("tinted.mkv");
    ColourEngine engine(settings.universe);
    const RenderReport tinted = render(settings, engine);
    CHECK(std::isinf(*tinted.psnr_luma_mean));
    CHECK(std::isinf(*tinted.psnr_cb_mean));  // that engine draws it again
    CHECK(std::isinf(*tinted.psnr_cr_mean));
    CHECK(engine.frame() == 40);
    RenderSettings lossy = settings;
    lossy.film.codec = "libx264";
    lossy.output = folder.file("lossy.mkv");
    ColourEngine fresh(settings.universe);
    const RenderReport encoded = render(lossy, fresh);
    CHECK(*encoded.psnr_cb_mean > 20);
    CHECK(*encoded.psnr_cb_mean < 60);
    const VerifyReport wrong = verify(settings.output, against);
    CHECK_FALSE(wrong.passes());
    CHECK(contains(describe(wrong), "the picture's colours are not the universe's: PSNR of C"));
  }

  TEST_CASE("stills have the colours of the matrix, and gray ones are gray") {
    // 75 % bars as BT.601 and BT.709 have them.
    const Still sd = still_of(65, 100, 212, ColourMatrix::smpte170m);
    REQUIRE(sd.channels == 3);
    CHECK(std::abs(sd.samples[0] - 191) <= 1);
    CHECK(sd.samples[1] <= 1);
    CHECK(sd.samples[2] <= 1);
    const Still hd = still_of(51, 109, 212, ColourMatrix::bt709);
    CHECK(std::abs(hd.samples[0] - 191) <= 1);
    CHECK(hd.samples[1] <= 1);
    CHECK(hd.samples[2] <= 1);
    const Still gray = still_of(126, 128, 128, ColourMatrix::bt709);
    CHECK(gray.channels == 1);
    CHECK(gray.samples == std::vector<std::uint8_t>{128});
  }

  TEST_CASE("a contact sheet shows colour, and is gray where there is none") {
    const TemporaryFolder folder;
    const std::vector<std::uint8_t> luma(64 * 48, 65), cb(32 * 24, 100), cr(32 * 24, 212);
    PictureView picture{
        {{luma.data(), 64, 64, 48}, {cb.data(), 32, 32, 24}, {cr.data(), 32, 32, 24}},
        3,
        {ColourMatrix::smpte170m, ColourRange::limited, 8}};
    for (const bool colour : {false, true}) {
      ContactSheet sheet(1, 64, 48, 1);
      picture.plane_count = colour ? 3 : 1;
      sheet.add(picture, "00:00");
      const std::string path = folder.file("sheet.png");
      sheet.write(path);
      const std::string png = read_bytes(path);
      constexpr std::size_t colour_type = 25, rows = 43;  // past zlib's header and a block's
      CHECK(int{png[colour_type]} == (colour ? 2 : 0));
      const int channels = colour ? 3 : 1;
      const std::size_t pixel =
          rows + 5 + static_cast<std::size_t>(20 * (1 + channels * 80) + 1 + channels * 40);
      const auto sample = [&](int channel) {
        return int{static_cast<std::uint8_t>(png[pixel + static_cast<std::size_t>(channel)])};
      };
      if (colour) {
        CHECK(std::abs(sample(0) - 191) <= 1);
        CHECK(sample(1) <= 1);
      } else {
        CHECK(sample(0) == 57);
      }
    }
  }
}
