// SPDX-License-Identifier: GPL-2.0-or-later
// A short film of every preset suits the decoder that the preset promises.
#include <doctest/doctest.h>

#include <filesystem>
#include <random>

#include "encoders/program_stream.h"
#include "encoders/vbv.h"
#include "src/render.h"
#include "tests/encoders/films.h"
#include "tests/temporary_folder.h"

using namespace lifereel;

namespace {}  // namespace

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
    settings.frames = settings.universe.width > 1000 ? 4 : 150;
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

TEST_SUITE_END();
