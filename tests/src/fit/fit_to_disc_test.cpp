// SPDX-License-Identifier: GPL-2.0-or-later
// Films that fill a disc, predicted and made.
#include "src/film_to_disc.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "encoders/film_reader.h"
#include "src/fit/disc_budget.h"
#include "src/fit/film_pieces.h"
#include "src/media/film_size.h"
#include "src/media/medium.h"
#include "tests/encoders/films.h"
#include "tests/messages.h"
#include "tests/programs_on_path.h"
#include "tests/sanitizers.h"
#include "tests/temporary_folder.h"

using namespace lifereel;
using test::contains;
using test::error_of;
using test::refusal_of;

namespace {

namespace fs = std::filesystem;
using Choice = FitSettings::Choice;

RenderSettings preset_of(const char* name, std::int64_t frames, const std::string& output) {
  RenderSettings settings;
  apply_preset(settings, name);
  settings.frames = frames;
  settings.output = output;
  return settings;
}

/// Encoded in an instant.
RenderSettings small_film(const std::string& output) {
  RenderSettings settings;
  settings.universe.width = 320;
  settings.universe.height = 288;
  settings.universe.particles = 400;
  settings.film.codec = "libx264";
  settings.film.codec_preset = "veryfast";
  settings.film.bitrate = 500'000;
  settings.film.chunk_frames = 50;
  settings.frames = 200;
  settings.output = output;
  return settings;
}

FitSettings on(const std::string& medium, Choice choice = Choice::bitrate) {
  FitSettings fit;
  fit.medium = medium;
  fit.choose = choice;
  return fit;
}

std::int64_t size_of(const std::string& path) {
  return static_cast<std::int64_t>(fs::file_size(path));
}

}  // namespace

TEST_SUITE("src.fit_to_disc") {
  TEST_CASE("a DVD film fills its medium and takes no more") {
    const test::TemporaryFolder folder;
    const std::int64_t frames = test::sanitized ? 180 : 1200;
    for (const char* const preset : {"dvd_video", "dvd_video_pal"}) {
      CAPTURE(preset);
      RenderSettings settings = preset_of(preset, frames, folder.file("film.mpg"));
      settings.overwrite = true;  // what is there of another film says nothing
      if (settings.film.target == DiscTarget::pal_dvd) settings.film.aspect = Rational{4, 3};
      // What its frames have at 3 Mb/s, and a disc's tables.
      const auto bytes = static_cast<std::int64_t>(3'200'000 / 8 * static_cast<double>(frames) /
                                                   settings.film.frames_per_second.value()) +
                         1'500'000;
      const FitSettings fit = on(std::to_string(bytes));
      const FittedFilm fitted = fit_to_disc(settings, fit);
      CHECK(fitted.expected.share() > 0.97);
      CHECK(fitted.expected.fits());
      CHECK(fitted.shortfall == "");
      CHECK(fitted.settings.output == settings.output);
      CHECK(contains(fitted.why, "bitrate = "));
      CHECK_FALSE(fitted.chosen_before);
      REQUIRE(fitted.settings.film.bitrate);
      CHECK(*fitted.settings.film.bitrate % 1000 == 0);
      if (test::sanitized) continue;
      render(fitted.settings);
      const DiscFill fill = disc_fill(fitted.settings, fit, size_of(settings.output));
      MESSAGE(std::string(preset) << ": expected " << fitted.expected.share() << ", measured "
                                  << fill.share() << " at " << *fitted.settings.film.bitrate);
      CHECK(fill.fits());
      CHECK(fill.share() > 0.97);
    }
  }

  TEST_CASE("a film in H.264 fills a data disc, and by its length, too") {
    if (!test::has_encoder("libx264")) return;
    const test::TemporaryFolder folder;
    RenderSettings settings = small_film(folder.file("film.mp4"));
    const FitSettings fit = on("1500 kB");
    const FittedFilm fitted = fit_to_disc(settings, fit);
    render(fitted.settings);
    const DiscFill fill = disc_fill(fitted.settings, fit, size_of(settings.output));
    MESSAGE("expected " << fitted.expected.share() << ", measured " << fill.share());
    CHECK(fill.fits());
    CHECK(fill.share() > 0.95);

    settings.output = folder.file("long.mp4");
    const FittedFilm filling = fit_to_disc(settings, on("1500 kB", Choice::length));
    CHECK(filling.settings.film.bitrate == settings.film.bitrate);
    CHECK(frame_count(filling.settings) > 250);
    CHECK(contains(filling.why, "seconds = "));
    render(filling.settings);
    const DiscFill filled = disc_fill(filling.settings, fit, size_of(settings.output));
    MESSAGE("expected " << filling.expected.share() << ", measured " << filled.share());
    CHECK(filled.fits());
    CHECK(filled.share() > 0.95);
  }

  TEST_CASE("a film that comes out too large is rendered again") {
    if (!test::has_encoder("libx264")) return;
    const test::TemporaryFolder folder;
    RenderSettings settings = small_film(folder.file("film.mp4"));
    settings.frames = 100;
    settings.stats = folder.file("stats.json");
    std::vector<std::string> notices;
    JobControl control;
    control.notice = [&](const std::string& sentence) { notices.push_back(sentence); };
    const auto told = [&](const char* text) {
      return std::any_of(notices.begin(), notices.end(),
                         [text](const std::string& sentence) { return contains(sentence, text); });
    };
    const FittedRender fitting = render_to_fit(settings, on("3 MB", Choice::nothing), control);
    CHECK(fitting.settings.film == settings.film);
    CHECK_FALSE(told("rendered again"));
    CHECK(fitting.too_large.empty());
    settings.overwrite = true;
    const std::string medium = std::to_string(fitting.fill.image_bytes - 30'000);
    const FitSettings fit = on(medium);
    const FittedRender made = render_to_fit(settings, fit, control);
    settings.overwrite = false;
    CHECK(made.fill.fits());
    CHECK(made.fill.share() > 0.95);
    CHECK(made.fill.film_bytes == size_of(settings.output));
    CHECK(*made.settings.film.bitrate < 500'000);
    CHECK(told("and is rendered again, bitrate = "));
    CHECK(folder.names() == std::vector<std::string>{"film.mp4", "stats.json"});
    RenderSettings from;
    apply_embedded_config(from, read_film_comment(settings.output), "film");
    CHECK(from.film.bitrate == made.settings.film.bitrate);

    // Stopped in the second render, whichever way, there is the first one, which says what fits.
    settings.output = folder.file("stopped.mp4");
    settings.stats.clear();
    for (const bool ends_early : {false, true}) {
      std::atomic<bool> stop{false};
      JobControl stopped;
      (ends_early ? stopped.end_early : stopped.cancel) = &stop;
      stopped.notice = [&](const std::string& sentence) {
        if (contains(sentence, "rendered again")) stop = true;
      };
      CHECK_THROWS_WITH_AS(render_to_fit(settings, fit, stopped),
                           doctest::Contains("is finished and stays"), Cancelled);
      CHECK(read_film_comment(settings.output).find("bitrate = 500k") != std::string::npos);
      CHECK(contains(refusal_of([&] { fit_to_disc(settings, fit); }), "exists"));
      settings.overwrite = true;
      const FittedFilm again = fit_to_disc(settings, fit);
      CHECK(again.settings.film.bitrate == made.settings.film.bitrate);
      CHECK(render_to_fit(again.settings, fit).fill.film_bytes == made.fill.film_bytes);
      fs::remove(settings.output);
      settings.overwrite = false;
    }
    settings.output = folder.file("shorter.mp4");
    const FittedRender shorter = render_to_fit(settings, on(medium, Choice::length), control);
    CHECK(shorter.fill.fits());
    CHECK(shorter.settings.film.bitrate == settings.film.bitrate);
    CHECK(frame_count(shorter.settings) < 100);
    CHECK(told("and is rendered again, seconds = "));

    // Both are given, and nothing is left to choose.
    settings.output = folder.file("both.mp4");
    const FittedRender both = render_to_fit(settings, on(medium, Choice::nothing));
    CHECK(contains(both.too_large, "finished and kept, but too large: an image of"));
    CHECK(both.report.film.frames == 100);
    CHECK(fs::exists(settings.output));

    FilmDiscSettings disc;
    disc.film = settings;
    disc.film.output = folder.file("data.mp4");
    disc.fit = fit;
    disc.disc.output = folder.file("data.iso");
    disc.disc.medium = fit.medium;
    const FilmDiscReport report = render_disc(disc);
    CHECK(report.settings.film.bitrate == made.settings.film.bitrate);
    CHECK(report.disc.bytes <= std::stoll(medium));
    CHECK_FALSE(fs::exists(disc.film.output));
  }

  TEST_CASE("what was chosen is kept by the film, and by what a stopped render leaves") {
    if (!test::has_encoder("libx264")) return;
    const test::TemporaryFolder folder;
    RenderSettings settings = small_film(folder.file("film.mp4"));
    const FitSettings fit = on("1500 kB");
    const FittedFilm first = fit_to_disc(settings, fit);
    std::atomic<bool> cancel{false};
    JobControl control;
    control.cancel = &cancel;
    control.progress = [&](const JobProgress& progress) {
      if (progress.frames_done > 100) cancel = true;
    };
    // Another rate than is measured: it is the one that was kept that counts.
    RenderSettings begun = first.settings;
    begun.film.bitrate = *begun.film.bitrate - 1000;
    begun.engine.lanes = 1;
    begun.engine.ring_slots = 8;
    std::string stopped = error_of([&] { render(begun, control); });
    if (fs::exists(settings.output + ".lifereel")) {
      const FittedFilm again = fit_to_disc(settings, fit);
      CHECK(again.chosen_before);
      CHECK(again.settings.film.bitrate == begun.film.bitrate);
      CHECK(contains(again.why, "as when"));
      CHECK(contains(refusal_of([&] { fit_to_disc(settings, on("700MB")); }),
                     "chosen for another medium"));
      // Nor is it for one that is a little larger: what came of it tells.
      CHECK(contains(refusal_of([&] { fit_to_disc(settings, on("1900 kB")); }),
                     "chosen for another medium"));
      settings.resume = Resume::restart;
      CHECK_FALSE(fit_to_disc(settings, fit).chosen_before);
      settings.resume = Resume::automatic;
      render(again.settings);
    }
    CHECK(fit_to_disc(settings, fit).chosen_before);
    RenderSettings from;
    apply_embedded_config(from, read_film_comment(settings.output), "film");
    CHECK(from.film.bitrate == begun.film.bitrate);
    // A film that is there is no reason to keep to what it was made for.
    settings.overwrite = true;
    CHECK_FALSE(fit_to_disc(settings, on("3000 kB")).chosen_before);
    CHECK_FALSE(fit_to_disc(settings, on("1400 kB")).chosen_before);
    settings.overwrite = false;
    CHECK(contains(refusal_of([&] { fit_to_disc(settings, on("3000 kB")); }), "exists"));
  }

  TEST_CASE("what cannot fit is refused, with what would") {
    const test::TemporaryFolder folder;
    RenderSettings dvd = preset_of("dvd_video", 216'000, folder.file("film.mpg"));
    const auto refusal = [&](const RenderSettings& settings, const FitSettings& fit) {
      return refusal_of([&] { fit_to_disc(settings, fit); });
    };
    // Sound alone takes 173 MB.
    const std::string too_long = refusal(dvd, on("100MB"));
    CHECK(contains(too_long, "a film of 2:00 h does not fit on a medium of 100MB"));
    CHECK(contains(too_long, "make it no longer than seconds = "));
    CHECK(contains(too_long, "disc = cd"));
    CHECK(contains(refusal(dvd, on("1")),
                   "a medium of 1 byte holds no film: an image without any takes"));
    CHECK(contains(refusal(dvd, on("cd", Choice::nothing)), "at 4400 kb/s"));
    CHECK(contains(refusal(dvd, on("dvdr")), "did you mean dvd?"));
    CHECK(contains(refusal(dvd, on("4 parsecs")), "is no size of a medium"));
    CHECK(contains(refusal(dvd, on("")), "there is no medium"));
    if (!test::has_encoder("libx264")) return;
    RenderSettings film = small_film(folder.file("film.mp4"));
    film.film.bitrate.reset();
    CHECK(contains(refusal(film, on("cd", Choice::length)), "set bitrate = RATE"));
    CHECK(contains(refusal(film, on("cd", Choice::nothing)), "set bitrate = RATE"));
    film.output = folder.file("film%05d.png");
    CHECK(contains(refusal(film, on("cd")), "names pictures"));
    film.output = folder.file("film.gray");
    film.film.codec = "rawvideo";
    CHECK(contains(refusal(film, on("cd")), "a raw film has no bitrate"));
    film.film.codec = "null";
    CHECK(contains(refusal(film, on("cd")), "codec null makes no film"));
    film.film.codec = "ffv1";
    film.output = folder.file("film.mkv");
    CHECK(refusal(film, on("1200 kB")) != "");
    CHECK(folder.names().empty());
  }

  TEST_CASE("a film that cannot use the bits says so, and which length would") {
    const test::TemporaryFolder folder;
    RenderSettings dvd = preset_of("dvd_video", 90, folder.file("film.mpg"));
    const FittedFilm fitted = fit_to_disc(dvd, on("dvd+r"));
    CHECK(contains(fitted.shortfall, "is the most that DVD-Video has room for"));
    CHECK(contains(fitted.shortfall, "a longer film would, seconds = "));
    CHECK(*fitted.settings.film.bitrate > 8'000'000);
    if (!test::has_encoder("libx264")) return;
    RenderSettings film = small_film(folder.file("film.mp4"));
    film.frames = 60;
    const FittedFilm unused = fit_to_disc(film, on("100MB"));
    CHECK(contains(unused.shortfall, "no use for more bits"));
    film.film.maxrate = 600'000;
    film.film.bufsize = 1'200'000;
    film.film.chunk_frames = 0;
    FitSettings keeping = on("100MB");
    keeping.keep_maxrate = true;
    const FittedFilm held = fit_to_disc(film, keeping);
    CHECK(*held.settings.film.bitrate <= 600'000);
    CHECK(held.settings.film.maxrate == 600'000);
    CHECK(contains(held.shortfall, "is the most that maxrate has room for"));
  }

  TEST_CASE("a medium's room is the largest film whose image it takes") {
    const test::TemporaryFolder folder;
    folder.write("extras/notes.txt", std::string(100'000, 'x'));
    RenderSettings dvd = preset_of("dvd_video", 216'000, folder.file("film.mpg"));
    FitSettings fit = on("dvd+r");
    const DiscBudget budget(dvd, fit);
    const std::int64_t film = budget.film_bytes_within(1, 216'000) / 2048 * 2048;
    CHECK(budget.image_bytes(film, 216'000) <= budget.medium().bytes());
    CHECK(budget.image_bytes(film + 2048 * 4, 216'000) > budget.medium().bytes());
    fit.extras = folder.file("extras");
    const std::int64_t beside = DiscBudget(dvd, fit).film_bytes_within(1, 216'000);
    CHECK(film - beside >= 100'000);
    CHECK(film - beside < 100'000 + 8 * 2048);
    CHECK(budget.film_bytes_within(0.0001, 216'000) < 0);
  }

  TEST_CASE("sizes and their inverse agree") {
    RenderSettings dvd = preset_of("dvd_video", 216'000, "film.mpg");
    FilmOutput output;
    output.path = "film.mpg";
    output.width = 720;
    output.height = 480;
    output.frames = 216'000;
    const ResolvedFilm film = resolve(dvd.film, output);
    CHECK(video_bytes_within(film, film_file_bytes(film, 1e9, 216'000), 216'000) ==
          doctest::Approx(1e9));
  }

  TEST_CASE("pieces stand for what lies between them") {
    const std::vector<FilmPieces::Piece> pieces{{0, 100, 10}, {200, 100, 20}};
    CHECK(mean_bytes_a_frame(pieces, 50) == doctest::Approx(10));
    CHECK(mean_bytes_a_frame(pieces, 250) == doctest::Approx((50 * 10 + 200 * 15) / 250.0));
    CHECK(mean_bytes_a_frame(pieces, 450) ==
          doctest::Approx((50 * 10 + 200 * 15 + 200 * 20) / 450.0));
    const std::vector<FilmPieces::Piece> three{{0, 100, 10}, {100, 100, 20}, {200, 100, 30}};
    CHECK(mean_bytes_a_frame(three, 450) ==
          doctest::Approx((50 * 10 + 100 * 15 + 100 * 25 + 200 * 25) / 450.0));
    const std::vector<FilmPieces::Piece> all{{0, 100, 10}, {100, 50, 40}};
    CHECK(mean_bytes_a_frame(all, 150) == doctest::Approx(20));
  }
}

TEST_SUITE("src.render_disc") {
  TEST_CASE("a render becomes a disc in one go") {
    const test::TemporaryFolder folder;
    FilmDiscSettings both;
    both.film = preset_of("dvd_video", 60, "");
    both.disc.output = folder.file("disc.iso");
    both.film.output = film_beside(both.disc.output, both.film.film);
    CHECK(both.film.output == folder.file("disc.mpg"));
    both.disc.medium = "dvd";
    const FilmDiscReport report = render_disc(both);
    CHECK(report.film.has_value());
    CHECK(report.disc.kind == "DVD-Video, NTSC");
    CHECK(folder.names() == std::vector<std::string>{"disc.iso"});

    // Again, with a program that fails: the film stays, and the next try goes on there.
    both.disc.overwrite = true;
    {
      const test::ProgramsOnPath programs;
      programs.add("dvdauthor", "echo 'ERR:  no luck' >&2; exit 1");
      const std::string error = error_of([&] { render_disc(both); });
      CHECK(contains(error, "dvdauthor failed with status 1: ERR:  no luck"));
      CHECK(contains(error, "the film is finished and stays"));
    }
    CHECK(fs::exists(both.film.output));
    both.keep_film = true;
    const FilmDiscReport again = render_disc(both);
    CHECK_FALSE(again.film.has_value());
    CHECK(again.disc.sha256 == report.disc.sha256);
    CHECK(fs::exists(both.film.output));

    // What was there before stays, too.
    both.keep_film = false;
    CHECK_FALSE(render_disc(both).film.has_value());
    CHECK(fs::exists(both.film.output));

    // Somebody's film of that name is not taken, and not lost.
    both.film.universe.seed = 1;
    CHECK(contains(refusal_of([&] { render_disc(both); }), "exists and is another one"));
    fs::remove(both.film.output);
    both.disc.medium = "600000";
    CHECK(contains(error_of([&] { render_disc(both); }), "the film is finished and stays"));
    both.disc.label = "lower case";
    CHECK(contains(refusal_of([&] { render_disc(both); }), "set label = LOWER_CASE"));
    {
      const test::ProgramsOnPath programs;
      programs.hide_others();
      both.disc.label = "DISC";
      fs::remove(both.film.output);
      CHECK(contains(error_of([&] { render_disc(both); }), "apt install"));
      CHECK_FALSE(fs::exists(both.film.output));
    }
    both.film.output = both.disc.output;
    CHECK(contains(refusal_of([&] { render_disc(both); }), "is both film and image"));
  }

  TEST_CASE("films have a name beside their image") {
    FilmSettings film;
    CHECK(film_beside("a/disc.iso", film) == "a/disc.mp4");
    film.codec = "huffyuv";  // FFmpeg 9 puts FFV1 into mp4
    CHECK(film_beside("disc.iso", film) == "disc.mkv");
    film.target = DiscTarget::pal_dvd;
    CHECK(film_beside("disc.iso", film) == "disc.mpg");
  }
}
