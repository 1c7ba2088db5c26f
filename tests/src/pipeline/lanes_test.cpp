// SPDX-License-Identifier: GPL-2.0-or-later
// A DVD in chunks: the same bytes from any number of lanes, and a minute of it is as good a
// film as one encoder makes in one piece.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "encoders/film.h"
#include "encoders/film_reader.h"
#include "encoders/libav/libav.h"
#include "encoders/vbv.h"
#include "src/pipeline/picture_layout.h"
#include "src/render.h"
#include "tests/encoders/films.h"
#include "tests/sanitizers.h"
#include "tests/temporary_folder.h"

using namespace lifereel;
using test::contents;

namespace {

RenderSettings preset(const char* name, const std::string& output, std::int64_t frames) {
  RenderSettings settings;
  apply_preset(settings, name);
  settings.frames = frames;
  settings.output = output;
  settings.overwrite = true;
  return settings;
}

// Some pictures of a universe, forwards and backwards for ever: an engine that costs nothing.
class Replay final : public Engine {
 public:
  Replay(const UniverseSettings& universe, int count)
      : universe_(universe), bytes_(static_cast<std::size_t>(universe.width) * universe.height) {
    const auto engine = make_engine(universe, {});
    pictures_.resize(static_cast<std::size_t>(count));
    for (auto& picture : pictures_) {
      picture.resize(bytes_);
      engine->step();
      engine->draw(luma_target(picture.data(), static_cast<std::size_t>(universe.width)));
    }
  }
  void rewind() { frame_ = 0; }
  const UniverseSettings& settings() const noexcept override { return universe_; }
  EngineDescription describe() const override { return {"replay", "", "", 1, 0}; }
  void step() override { ++frame_; }
  void begin_draw(const PictureTarget& target) override {
    const std::uint64_t last = pictures_.size() - 1, at = (frame_ - 1) % (2 * last);
    const auto& picture = pictures_[at <= last ? at : 2 * last - at];
    const auto width = static_cast<std::size_t>(universe_.width);
    for (std::size_t y = 0; y < bytes_ / width; ++y)
      std::memcpy(target.planes[0].data + y * target.planes[0].stride_bytes,
                  picture.data() + y * width, width);
  }
  void finish_draw() override {}
  void read_state(State& state) const override { state = {}; }
  std::uint64_t frame() const noexcept override { return frame_; }

 private:
  UniverseSettings universe_;
  std::size_t bytes_;
  std::vector<std::vector<std::uint8_t>> pictures_;
  std::uint64_t frame_ = 0;
};

double decibels(double mean_square) { return 10 * std::log10(255 * 255 / mean_square); }

// PSNR of every picture of films against the universe, drawn once for all of them.
std::vector<std::vector<double>> measure(const UniverseSettings& universe,
                                         const std::vector<std::string>& paths) {
  const auto engine = make_engine(universe, {});
  const std::size_t bytes = static_cast<std::size_t>(universe.width) * universe.height;
  std::vector<std::uint8_t> drawn(bytes), decoded;
  std::vector<std::unique_ptr<FilmReader>> films;
  for (const std::string& path : paths) films.push_back(std::make_unique<FilmReader>(path));
  std::vector<std::vector<double>> all(films.size());
  for (bool more = true; more;) {
    engine->step();
    engine->draw(luma_target(drawn.data(), static_cast<std::size_t>(universe.width)));
    for (std::size_t film = 0; film < films.size(); ++film) {
      more = films[film]->read_luma(decoded);
      if (!more) continue;
      std::uint64_t squares = 0;
      for (std::size_t i = 0; i < bytes; ++i) {
        const int d = int{drawn[i]} - int{decoded[i]};
        squares += static_cast<std::uint64_t>(d * d);
      }
      all[film].push_back(
          decibels(std::max(1e-3, static_cast<double>(squares) / static_cast<double>(bytes))));
    }
  }
  return all;
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double first_percentile(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 100];
}

using test::sanitized;

// Sanitizers get shorter films, in which lanes go on to a second chunk or are more than there are
// chunks, and no comparison of quality.
#if defined(LIFEREEL_ADDRESS_SANITIZER) || defined(LIFEREEL_THREAD_SANITIZER)
constexpr int equal_chunks = 3, lane_counts[] = {2, 7}, preset_lane_counts[] = {1, 3};
#else
// One chunk more than the most lanes; 0 lanes: as many as this machine can use.
constexpr int equal_chunks = 8, lane_counts[] = {1, 2, 3, 7}, preset_lane_counts[] = {1, 3};
#endif

}  // namespace

TEST_SUITE("src.lanes") {
  TEST_CASE("1, 2, 3 and 7 lanes make the same DVD") {
    const test::TemporaryFolder folder;
    constexpr int chunk = 90, equal_frames = equal_chunks * chunk;
    RenderSettings settings = preset("dvd_video", folder.file("film.mpg"), equal_frames);
    settings.film.chunk_frames = chunk;
    Replay engine(settings.universe, 90);
    std::string expected;
    for (const int lanes : lane_counts) {
      CAPTURE(lanes);
      settings.engine.lanes = lanes;
      engine.rewind();
      const RenderReport report = render(settings, engine);
      CHECK(report.pipeline.lanes == std::min(lanes, equal_chunks));
      CHECK(report.film.frames == equal_frames);
      CHECK(report.film.late_frames == 0);
      const std::string bytes = contents(settings.output);
      if (expected.empty()) expected = bytes;
      CHECK(bytes.size() > 1'000'000);
      CHECK(bytes == expected);
    }
  }

  TEST_CASE("a minute in chunks is as big and as good as in one piece" * doctest::skip(sanitized)) {
    const test::TemporaryFolder folder;
    RenderSettings chunks = preset("dvd_video", folder.file("chunks.mpg"), 1800);
    RenderSettings whole = preset("dvd_video", folder.file("whole.mpg"), 1800);
    whole.film.chunk_frames = 0;
    const RenderReport report = render(chunks);
    const RenderReport whole_report = render(whole);
    CHECK(report.state_hash == whole_report.state_hash);
    const double asked = static_cast<double>(*chunks.film.bitrate);
    CHECK(std::abs(report.film.average_bitrate / asked - 1) < 0.01);

    const FilmVbv vbv = check_film_vbv(chunks.output);
    CHECK(vbv.report.conforms());
    CHECK(vbv.report.frames == 1800);

    const auto quality = measure(chunks.universe, {chunks.output, whole.output});
    REQUIRE(quality[0].size() == 1800);
    REQUIRE(quality[1].size() == 1800);
    // What a hundredth more or less of size does to quality: 6.02 dB for twice the bits, about.
    const double size =
        6.02 * std::log2(report.film.average_bitrate / whole_report.film.average_bitrate);
    MESSAGE("PSNR in chunks " << mean(quality[0]) << " dB, whole " << mean(quality[1])
                              << " dB; first percentile " << first_percentile(quality[0]) << ", "
                              << first_percentile(quality[1]) << " dB; size "
                              << report.film.video_bytes << ", " << whole_report.film.video_bytes);
    CHECK(mean(quality[0]) - size > mean(quality[1]) - 0.1);
    CHECK(first_percentile(quality[0]) > first_percentile(quality[1]) - 0.5);
  }

  TEST_CASE("presets' films, smaller and in shorter chunks: the same bytes from any lanes" *
            doctest::skip(sanitized)) {
    const test::TemporaryFolder folder;
    std::set<std::string> tried;  // encoders and what they keep to: others are like one of these
    for (const Preset& one : presets()) {
      CAPTURE(std::string(one.name));
      const bool disc = std::string(one.name).starts_with("dvd_video");
      RenderSettings settings =
          preset(one.name, folder.file((disc) ? "film.mpg" : "film.mp4"), 130);
      if (!test::has_encoder(settings.film.codec.c_str())) continue;
      const char* const keeps_to = settings.film.crf       ? " crf"
                                   : settings.film.maxrate ? " maxrate"
                                                           : " bitrate";
      if (!tried.insert(settings.film.codec + keeps_to).second) continue;
      if (!disc) {
        settings.universe.width = 352;
        settings.universe.height = 288;
        settings.universe.particles = 600;
      }
      CHECK(chunk_frames(settings.film) > 0);
      if (!disc) settings.film.gop = 40;
      settings.film.chunk_frames = 80;
      std::string expected;
      for (const int lanes : preset_lane_counts) {
        settings.engine.lanes = lanes;
        render(settings);
        const std::string bytes = contents(settings.output);
        if (expected.empty()) expected = bytes;
        CHECK(bytes.size() > 20'000);
        CHECK(bytes == expected);
      }
    }
    CHECK(tried.size() >= 3);
  }
}
