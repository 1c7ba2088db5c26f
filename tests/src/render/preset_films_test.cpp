// SPDX-License-Identifier: GPL-2.0-or-later
// A short film of every preset suits the decoder that the preset promises.
#include <doctest/doctest.h>

#include <filesystem>
#include <random>

#include "encoders/program_stream.h"
#include "encoders/vbv.h"
#include "src/media/image_size.h"
#include "src/media/medium.h"
#include "src/render.h"
#include "tests/encoders/films.h"
#include "tests/sanitizers.h"
#include "tests/temporary_folder.h"

using namespace lifereel;

namespace {

/// The disc that a preset's summary names; nothing where it names none. Of a DVD either kind.
std::optional<Medium> medium_of(const Preset& preset) {
  const std::string summary = preset.summary;
  if (summary.find("DVD") != std::string::npos) return parse_medium("dvd");
  if (summary.find("BD-R of 25 GB") != std::string::npos) return parse_medium("bd25");
  return std::nullopt;
}

/// All of a film but its video.
std::int64_t container_bytes(RenderSettings settings, std::int64_t frames) {
  settings.frames = frames;
  settings.film.chunk_frames = 0;
  const RenderReport report = render(settings);
  CHECK(report.film.frames == frames);
  return report.film.file_bytes - report.film.video_bytes;
}

}  // namespace

TEST_SUITE_BEGIN("src.preset_films");

TEST_CASE("every preset's film keeps its buffers") {
  const test::TemporaryFolder folder;
  for (const Preset& preset : presets()) {
    CAPTURE(std::string(preset.name));
    RenderSettings settings;
    apply_preset(settings, preset.name);
    if (!test::has_encoder(settings.film.codec.c_str())) continue;
    const std::optional<VbvModel> model = vbv_model(settings.film);
    const bool promises = settings.film.maxrate || settings.film.target != DiscTarget::none;
    CHECK(model.has_value() == promises);
    if (!promises) continue;  // a film by quality alone promises no decoder anything

    const bool disc = settings.film.target != DiscTarget::none;
    settings.frames = settings.universe.width > 1000 ? 4 : test::sanitized ? 40 : 100;
    settings.output = folder.file(disc ? "film.mpg" : "film.mp4");
    settings.overwrite = true;
    render(settings);
    const FilmVbv film = check_film_vbv(settings.output, model);
    CHECK(film.report.frames == *settings.frames);
    CHECK(film.report.conforms());
    MESSAGE(std::string(preset.name) << ": at least " << film.report.minimum_fill_bits << " of "
                                     << film.model.buffer_bits << " bits");
    if (!disc) continue;
    CHECK(check_film_vbv(settings.output).model == *model);
    const ProgramStreamReport stream = check_program_stream(settings.output);
    CHECK(stream.fault_count == 0);
    CHECK(stream.layout_fault_count == 0);
    CHECK(stream.conforms());
    CHECK(stream.streams.size() == 2);
  }
}

TEST_CASE("every preset's film fits the disc that the preset names" *
          doctest::skip(test::sanitized)) {
  const test::TemporaryFolder folder;
  int discs = 0;
  for (const Preset& preset : presets()) {
    const std::string name = preset.name;
    CAPTURE(name);
    RenderSettings settings;
    apply_preset(settings, name);
    const std::optional<Medium> medium = medium_of(preset);
    if (!medium) continue;
    ++discs;
    REQUIRE(settings.film.bitrate);
    const double seconds =
        static_cast<double>(*settings.frames) / settings.film.frames_per_second.value();
    const double video = static_cast<double>(*settings.film.bitrate) / 8 * seconds;

    // A container takes as much for a small picture as for a large one.
    if (settings.film.target == DiscTarget::none) {
      settings.universe.width = 320;
      settings.universe.height = 288;
      settings.universe.particles = 300;
    }
    if (!test::has_encoder(settings.film.codec.c_str())) continue;
    settings.output =
        folder.file(settings.film.target == DiscTarget::none ? "film.mp4" : "film.mpg");
    settings.overwrite = true;
    const double a_frame =
        static_cast<double>(container_bytes(settings, 120) - container_bytes(settings, 48)) / 72;
    const double film = video + a_frame * static_cast<double>(*settings.frames);
    const auto film_bytes = static_cast<std::int64_t>(film);
    const bool is_video = settings.film.target != DiscTarget::none;
    const std::int64_t units = (*settings.frames + 14) / 15;
    const std::vector<ImageItem> data = {ImageItem{name + ".mp4", film_bytes}};
    const std::int64_t image = is_video ? dvd_video_image_bytes({{film_bytes, seconds, units, 24}})
                                        : data_image_bytes(data);
    const double share = static_cast<double>(image) / static_cast<double>(medium->bytes());
    MESSAGE(name << ": " << image << " of " << medium->bytes() << " bytes, " << a_frame
                 << " bytes a frame beside the video");
    CHECK(a_frame > 1);
    // An encoder may miss its rate by a little.
    CHECK(share < 0.99);
    if (!is_video) CHECK(share > 0.97);  // which says that it fills it
  }
  CHECK(discs == 4);
}

TEST_SUITE_END();
