// SPDX-License-Identifier: GPL-2.0-or-later
// Discs by the real programs, and by programs that fail.
#include "src/disc.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "encoders/dvd/ifo.h"
#include "src/files/temporary_folder.h"
#include "src/media/image_size.h"
#include "src/render.h"
#include "src/verify.h"
#include "src/verify/dvd_files.h"
#include "tests/messages.h"
#include "tests/programs_on_path.h"
#include "tests/temporary_folder.h"

using namespace lifereel;
using test::contains;
using test::error_of;

namespace {

namespace fs = std::filesystem;

/// Films of a few frames, made once for all tests.
class Films {
 public:
  static const Films& get() {
    static const Films films;
    return films;
  }
  std::string ntsc() const { return folder_.file("ntsc.mpg"); }      // 16:9, three seconds
  std::string pal() const { return folder_.file("pal.mpg"); }        // 4:3, two seconds
  std::string pal_wide() const { return folder_.file("wide.mpg"); }  // 16:9, a second
  std::string h264() const { return folder_.file("film.mp4"); }

 private:
  Films() {
    render_film("dvd_video", ntsc(), 90, Rational{16, 9});
    render_film("dvd_video_pal", pal(), 50, Rational{4, 3});
    render_film("dvd_video_pal", pal_wide(), 25, Rational{16, 9});
    render_film("dvd_mp4", h264(), 10, std::nullopt);
  }
  static void render_film(const char* preset, const std::string& path, std::int64_t frames,
                          std::optional<Rational> aspect) {
    RenderSettings settings;
    apply_preset(settings, preset);
    settings.universe.particles = 100;
    settings.frames = frames;
    settings.seconds.reset();
    settings.film.aspect = aspect;
    settings.output = path;
    settings.resume = Resume::off;
    render(settings);
  }

  const test::TemporaryFolder folder_;
};

DiscSettings disc_of(std::vector<std::string> films, const std::string& output) {
  DiscSettings settings;
  settings.films = std::move(films);
  settings.output = output;
  return settings;
}

std::string failures(const VerifyReport& report) {
  std::string text;
  for (const VerifyFinding& finding : report.findings)
    text += finding.check + ": " + finding.sentence + "\n";
  return text;
}

/// Inverts a byte of a file.
void damage(const std::string& path, std::int64_t place) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekg(place);
  const int byte = file.get();
  file.seekp(place);
  file.put(static_cast<char>(byte ^ 0xFF));
}

}  // namespace

TEST_SUITE("src.disc") {
  TEST_CASE("a film becomes an image of the same bytes each time") {
    const test::TemporaryFolder folder;
    DiscSettings settings = disc_of({Films::get().ntsc()}, folder.file("one.iso"));
    settings.chapters = DiscChapters::parse("1");
    settings.keep = folder.file("kept");
    const DiscReport report = make_disc(settings);
    CHECK(report.kind == "DVD-Video, NTSC");
    CHECK(report.bytes == static_cast<std::int64_t>(fs::file_size(report.image)));
    CHECK(contains(report.media, "any DVD"));
    CHECK(contains(report.checked, "lsdvd"));
    REQUIRE(report.titles.size() == 1);
    CHECK(report.titles[0].chapters == 3);
    CHECK(contains(describe(report), report.sha256));

    const auto film_bytes = static_cast<std::int64_t>(fs::file_size(Films::get().ntsc()));
    CHECK(report.bytes == dvd_video_image_bytes({{film_bytes, report.titles[0].seconds, 5, 3}}));

    settings.output = folder.file("two.iso");
    settings.keep = folder.file("kept again");
    fs::last_write_time(Films::get().ntsc(), fs::file_time_type::clock::now());
    CHECK(make_disc(settings).sha256 == report.sha256);
    CHECK(test::contents(settings.output) == test::contents(report.image));
    auto names = folder.names();
    std::sort(names.begin(), names.end());
    CHECK(names == std::vector<std::string>{"kept", "kept again", "one.iso", "two.iso"});

    for (const std::string& disc :
         {report.image, folder.file("kept"), folder.file("kept/VIDEO_TS")}) {
      CAPTURE(disc);
      const VerifyReport verified = verify(disc);
      CAPTURE(failures(verified));
      CHECK(verified.passes());
      CHECK(verified.disc);
      CHECK(verified.frames == 90);
      REQUIRE(verified.streams.size() == 1);
      CHECK(verified.streams[0] ==
            "title 1: NTSC, 16:9, 00:00:03:00, 3 chapters, AC-3 with 2 channels");
      CHECK(contains(describe(verified), "The disc is what it should be."));
    }
    CHECK(contains(error_of([&] { make_disc(settings); }), "kept again' exists"));
    settings.keep.clear();
    CHECK(contains(error_of([&] { make_disc(settings); }), "two.iso' exists"));
    setenv("SOURCE_DATE_EPOCH", "1000000000", 1);
    settings.overwrite = true;
    CHECK(make_disc(settings).sha256 != report.sha256);
    setenv("SOURCE_DATE_EPOCH", "today", 1);
    CHECK(contains(error_of([&] { make_disc(settings); }), "SOURCE_DATE_EPOCH is 'today'"));
    unsetenv("SOURCE_DATE_EPOCH");
  }

  TEST_CASE("damage to a disc is found, wherever it is") {
    const test::TemporaryFolder folder;
    DiscSettings settings = disc_of({Films::get().ntsc()}, folder.file("disc.iso"));
    settings.chapters = DiscChapters::parse("1");
    settings.keep = folder.file("kept");
    make_disc(settings);
    const std::string set = "VTS_01_0.IFO", vob = "VTS_01_1.VOB";
    const VideoTitleSet tables =
        read_video_title_set(DvdFiles(settings.keep).find(set)->read_all());
    REQUIRE(tables.unit_sectors.size() == 5);
    REQUIRE(tables.program_chains.size() == 1);
    CHECK(tables.program_chains[0].cells.size() == 3);
    CHECK(tables.program_chains[0].time.total_frames() == 90);
    const std::int64_t unit = tables.unit_sectors[2] * 2048;
    struct Damage {
      std::string file;
      std::int64_t place;
      const char* check;
    };
    const std::vector<Damage> all = {
        {"VIDEO_TS.BUP", 5000, "tables"},
        {"VIDEO_TS.IFO", 15, "tables"},
        {set, 5 * 2048 + 7, "object units"},
        {set, 31, "tables"},
        {vob, unit + 0x2D + 3, "packs"},
        {vob, unit + 0x407 + 3, "packs"},
        {vob, unit + 0x40F + 3, "object units"},
        {vob, unit + 0x422, "object units"},
        {vob, unit + 0x541 + 3, "object units"},
        {vob, unit + 0x545 + 3, "object units"},
        {vob, unit + 0x3D + 3, "object units"},
        {vob, unit + 0x599 + 1, "object units"},
        {vob, unit + 3 * 2048, "packs"},
        {vob, unit + 3 * 2048 + 18, "packs"},
        {vob, unit + 2048 + 14 + 9 + 2, "object units"},
        {vob, 2048 + 14 + 9 + 13 + 3 + 5, "dvd"},
    };
    for (const Damage& one : all) {
      CAPTURE(one.file);
      CAPTURE(one.place);
      const std::string path = settings.keep + "/VIDEO_TS/" + one.file;
      damage(path, one.place);
      const VerifyReport report = verify(settings.keep);
      damage(path, one.place);
      CAPTURE(failures(report));
      CHECK_FALSE(report.passes());
      const bool found =
          std::any_of(report.findings.begin(), report.findings.end(),
                      [&](const auto& finding) { return finding.check == one.check; });
      CHECK(found);
    }
    CHECK(verify(settings.keep).passes());
    fs::resize_file(settings.keep + "/VIDEO_TS/" + vob, unit);
    CHECK_FALSE(verify(settings.keep).passes());
    fs::remove(settings.keep + "/VIDEO_TS/VIDEO_TS.IFO");
    CHECK(contains(error_of([&] { verify(settings.keep); }), "is no DVD-Video"));
  }

  TEST_CASE("several films in PAL are titles, with chapters and extras") {
    const test::TemporaryFolder folder;
    folder.write("extras/notes/Read me \xc3\xa4.txt", "about the film");
    folder.write("extras/empty", "");
    DiscSettings settings = disc_of(
        {Films::get().pal(), Films::get().pal_wide(), Films::get().pal()}, folder.file("disc.iso"));
    settings.extras = folder.file("extras");
    const DiscReport report = make_disc(settings);
    const VerifyReport verified = verify(report.image);
    CAPTURE(failures(verified));
    CHECK(verified.passes());
    REQUIRE(verified.streams.size() == 3);
    CHECK(contains(verified.streams[0], "PAL, 4:3, 00:00:02:00"));
    CHECK(contains(verified.streams[1], "PAL, 16:9, 00:00:01:0"));  // dvdauthor adds a frame
    std::vector<ImageTitle> sizes;
    for (const DiscTitle& title : report.titles)
      sizes.push_back({static_cast<std::int64_t>(fs::file_size(title.film)), title.seconds,
                       static_cast<std::int64_t>(title.seconds * 2), 1});
    const std::int64_t said =
        dvd_video_image_bytes(sizes, {{"empty", 0}, {"notes/Read me xx.txt", 14}});
    CHECK(report.bytes == said);
    fs::last_write_time(folder.file("extras/empty"), fs::file_time_type::clock::now());
    settings.output = folder.file("again.iso");
    CHECK(make_disc(settings).sha256 == report.sha256);

    settings.overwrite = true;
    settings.output = folder.file("extras/notes/disc.iso");
    CHECK(contains(error_of([&] { make_disc(settings); }), "would be made among the extras"));
    settings.output = folder.file("again.iso");
    settings.films.push_back(Films::get().ntsc());
    CHECK(contains(error_of([&] { make_disc(settings); }), "a disc has one standard"));
    settings.films = {Films::get().pal(), Films::get().h264()};
    CHECK(contains(error_of([&] { make_disc(settings); }), "put that into the extras"));
    settings.films = {Films::get().pal(), Films::get().pal()};
    settings.chapters = DiscChapters::parse("0,1");
    CHECK(contains(error_of([&] { make_disc(settings); }), "for one film, and there are 2"));
  }

  TEST_CASE("other films become files of a data disc") {
    const test::TemporaryFolder folder;
    folder.write("extras/notes.txt", "about the film");
    DiscSettings settings = disc_of({Films::get().h264()}, folder.file("disc.iso"));
    settings.extras = folder.file("extras");
    const DiscReport report = make_disc(settings);
    CHECK(report.kind == "data disc");
    settings.output = folder.file("again.iso");
    fs::last_write_time(folder.file("extras/notes.txt"), fs::file_time_type::clock::now());
    CHECK(make_disc(settings).sha256 == report.sha256);
    CHECK(contains(error_of([&] { verify(report.image); }), "no image of a DVD"));
    folder.write("extras/FILM.mp4", "another");
    settings.output = folder.file("third.iso");
    CHECK(contains(error_of([&] { make_disc(settings); }), "would have one name"));
    settings.keep = folder.file("kept");
    CHECK(contains(error_of([&] { make_disc(settings); }), "keep is for DVD-Video"));
    CHECK(folder.names().size() == 3);
  }

  TEST_CASE("the order in which a file system lists extras changes no byte") {
    // One that keeps the order in which files were made, or the reverse, beside one that hashes.
    std::string sha256;
    std::error_code ignored;
    const bool has_shm = fs::is_directory("/dev/shm", ignored);
    for (const std::string& parent : {std::string(), std::string(has_shm ? "/dev/shm" : "")})
      for (const bool backwards : {false, true}) {
        const TemporaryFolder folder(parent, "lifereel-disc-");
        std::vector<std::string> names{"a=b/x", "b/deep/y", "b/z", "c/one", "d=e", "empty/"};
        if (backwards) std::reverse(names.begin(), names.end());
        for (const std::string& name : names) {
          const fs::path path = fs::path(folder.file("extras")) / name;
          fs::create_directories(path.parent_path());
          if (!name.ends_with('/')) std::ofstream(path) << name;
        }
        DiscSettings settings = disc_of({Films::get().pal_wide()}, folder.file("disc.iso"));
        settings.extras = folder.file("extras");
        const DiscReport report = make_disc(settings);
        if (sha256.empty()) sha256 = report.sha256;
        CHECK(report.sha256 == sha256);
      }
  }

  TEST_CASE("names as long as a disc takes are read back") {
    const test::TemporaryFolder folder;
    folder.write("extras/" + std::string(100, 'e'), "an extra");
    const std::string film = folder.file(std::string(96, 'f') + ".mp4");
    fs::copy_file(Films::get().h264(), film);
    DiscSettings settings = disc_of({film}, folder.file("disc.iso"));
    settings.extras = folder.file("extras");
    CHECK(make_disc(settings).kind == "data disc");
  }

  TEST_CASE("an image that ends too early is one with faults") {
    const test::TemporaryFolder folder;
    const DiscSettings settings = disc_of({Films::get().ntsc()}, folder.file("disc.iso"));
    make_disc(settings);
    const auto all = static_cast<std::int64_t>(fs::file_size(settings.output));
    for (const std::int64_t missing : {all / 3, std::int64_t{400'000}}) {
      CAPTURE(missing);
      fs::resize_file(settings.output, static_cast<std::uintmax_t>(all - missing));
      const VerifyReport report = verify(settings.output);
      CHECK_FALSE(report.passes());
      CHECK(contains(failures(report), "ends before it should"));
      fs::resize_file(settings.output, static_cast<std::uintmax_t>(all));
    }
  }

  TEST_CASE("tables that ask for any memory are refused") {
    const test::TemporaryFolder folder;
    DiscSettings settings = disc_of({Films::get().pal_wide()}, folder.file("disc.iso"));
    settings.keep = folder.file("kept");
    make_disc(settings);
    const std::string path = settings.keep + "/VIDEO_TS/VTS_01_0.IFO";
    const std::string good = test::contents(path);
    const auto error_with = [&](std::size_t pointer, std::size_t at) {
      std::string ifo = good;
      const auto byte = [&](std::size_t place) { return static_cast<unsigned char>(ifo[place]); };
      const std::size_t table = 2048u * (byte(pointer + 2) << 8 | byte(pointer + 3));
      ifo[table + at] = ifo[table + at + 1] = '\xff';
      return error_of([&] {
        read_video_title_set({reinterpret_cast<const std::uint8_t*>(ifo.data()), ifo.size()});
      });
    };
    CHECK(contains(error_with(200, 0), "tells of 65535 titles"));
    CHECK(contains(error_with(204, 0), "tells of 65535 program chains"));
    CHECK(contains(error_with(212, 0), "tells of 65535 time maps, and a disc has 1 at most"));
  }

  TEST_CASE("what is larger than the medium is refused before it is made") {
    const test::TemporaryFolder folder;
    DiscSettings settings = disc_of({Films::get().pal_wide()}, folder.file("disc.iso"));
    settings.medium = "1MB";
    const std::string error = test::refusal_of([&] { make_disc(settings); });
    CHECK(contains(error, "and a medium of 1MB holds"));
    CHECK(contains(error, "it fits on CD, any DVD"));
    settings.medium = "cdr";
    CHECK(contains(test::refusal_of([&] { make_disc(settings); }), "did you mean cd?"));
    CHECK(folder.names().empty());
    settings.medium = "cd";
    CHECK(contains(make_disc(settings).media, "CD, any DVD"));
    const std::string large = folder.file("large.mp4");
    fs::copy_file(Films::get().h264(), large);
    std::error_code ignored;
    fs::resize_file(large, 200'000'000'000, ignored);  // with a hole
    if (ignored) return;
    DiscSettings data = disc_of({large}, folder.file("data.iso"));
    CHECK(contains(test::refusal_of([&] { make_disc(data); }), "no disc is so large"));
  }

  TEST_CASE("a short film among longer ones has one chapter") {
    const test::TemporaryFolder folder;
    DiscSettings settings =
        disc_of({Films::get().pal(), Films::get().pal_wide()}, folder.file("disc.iso"));
    settings.chapters = DiscChapters::parse("1.5");
    const DiscReport report = make_disc(settings);
    REQUIRE(report.titles.size() == 2);
    CHECK(report.titles[1].chapters == 1);
    settings.chapters = DiscChapters::parse("10");
    settings.output = folder.file("none.iso");
    CHECK(contains(error_of([&] { make_disc(settings); }), "is beyond the end"));
  }

  TEST_CASE("names and places that lead elsewhere") {
    const test::TemporaryFolder folder;
    folder.write("extras/notes.txt", "about the film");
    folder.write("extras/old.iso", "an image");
    fs::create_symlink(folder.file("extras/old.iso"), folder.file("link.iso"));
    DiscSettings settings = disc_of({Films::get().pal_wide()}, folder.file("link.iso"));
    settings.overwrite = true;
    settings.extras = folder.file("extras");
    CHECK(contains(error_of([&] { make_disc(settings); }), "would be made among the extras"));
    settings.extras = "/";
    settings.output = folder.file("disc.iso");
    CHECK(contains(error_of([&] { make_disc(settings); }), "would be made among the extras"));
    settings.extras.clear();
    settings.keep = folder.file("kept") + "//";
    make_disc(settings);
    CHECK(fs::is_directory(folder.file("kept/VIDEO_TS")));
    CHECK(fs::is_directory(folder.file("kept/AUDIO_TS")));
    CHECK(contains(error_of([&] { make_disc(settings); }), "exists; name another folder"));
    const std::string odd = folder.file(std::string(120, 'n') + ".mp4");
    fs::copy_file(Films::get().h264(), odd);
    CHECK(contains(error_of([&] { make_disc(disc_of({odd}, folder.file("data.iso"))); }),
                   "has a name of 124 bytes"));
  }

  TEST_CASE("what is no film for a disc is refused") {
    const test::TemporaryFolder folder;
    DiscSettings settings = disc_of({folder.write("text.mpg", "no film")}, folder.file("disc.iso"));
    CHECK(error_of([&] { make_disc(settings); }) != "");
    settings.films = {folder.file("missing.mpg")};
    CHECK(contains(error_of([&] { make_disc(settings); }), "missing.mpg"));
    settings.films = {};
    CHECK(contains(error_of([&] { make_disc(settings); }), "no film is named"));
    const std::string cut = folder.file("cut.mpg");
    fs::copy_file(Films::get().ntsc(), cut);
    fs::resize_file(cut, fs::file_size(cut) / 2 / 2048 * 2048);
    settings.films = {cut};
    CHECK(contains(error_of([&] { make_disc(settings); }), "is not what it should be"));
    settings.films = {Films::get().ntsc()};
    settings.label = "lower case";
    CHECK(contains(error_of([&] { make_disc(settings); }), "set label = LOWER_CASE"));
    settings.label = "DISC";
    settings.output = Films::get().ntsc();
    settings.overwrite = true;
    CHECK(contains(error_of([&] { make_disc(settings); }), "both film and image"));
    settings.output = "-";
    CHECK(contains(error_of([&] { make_disc(settings); }), "must be a file"));
  }

  TEST_CASE("programs that fail leave nothing behind") {
    const test::TemporaryFolder folder;
    const DiscSettings settings = disc_of({Films::get().ntsc()}, folder.file("disc.iso"));
    const auto failure = [&](const char* program, const std::string& script) {
      const test::ProgramsOnPath programs;
      programs.add(program, script);
      const std::string error = error_of([&] { make_disc(settings); });
      CHECK(folder.names().empty());
      return error;
    };
    CHECK(contains(failure("dvdauthor",
                           "echo 'ERR:  Error 28 -- No space left on device -- "
                           "flushing output VOB' >&2; exit 1"),
                   "dvdauthor failed with status 1: ERR:  Error 28 -- No space left"));
    CHECK(contains(failure("dvdauthor", "echo 'WARN: GOP may not be closed' >&2; sleep 600"),
                   "dvdauthor warns of what a player may stumble over: WARN: GOP"));
    CHECK(contains(failure("dvdauthor", "kill -KILL $$"), "ended by a signal (Killed)"));
    CHECK(contains(failure("dvdauthor", "true"), "VIDEO_TS"));  // nothing is there
    CHECK(contains(failure("genisoimage", "printf text; exit 1"), "genisoimage failed"));
    CHECK(contains(failure("genisoimage", "printf text"), "ends before"));
    CHECK(contains(failure("genisoimage", "echo 'File x is larger than 4GiB-1.' >&2; sleep 600"),
                   "genisoimage says that something is wrong: File x"));
    CHECK(contains(failure("lsdvd", "echo 'Title: 01, Length: 00:00:09.000 Chapters: 01, '"),
                   "lsdvd sees title 1 with 9.0 s"));
    CHECK(contains(failure("lsdvd", "exit 2"), "lsdvd failed with status 2"));
    {
      const test::ProgramsOnPath programs;
      programs.hide_others();
      CHECK(contains(error_of([&] { make_disc(settings); }), "apt install genisoimage"));
      programs.add("genisoimage", "true");
      CHECK(contains(error_of([&] { make_disc(settings); }), "apt install dvdauthor"));
      DiscSettings data = settings;
      data.films = {Films::get().h264()};
      CHECK(contains(error_of([&] { make_disc(data); }), "apt install xorriso"));
    }
    CHECK(folder.names().empty());
  }

  TEST_CASE("a file that may not become so large is told, and not kept") {
    const test::TemporaryFolder folder;
    const DiscSettings settings = disc_of({Films::get().h264()}, folder.file("disc.iso"));
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    const rlimit small{100'000, before.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    const std::string error = error_of([&] { make_disc(settings); });
    setrlimit(RLIMIT_FSIZE, &before);
    CHECK(contains(error, "disc.iso': File too large; the file was not kept"));
    CHECK(folder.names().empty());
  }

  TEST_CASE("whoever cancels gets neither image nor leftovers") {
    const test::TemporaryFolder folder;
    const DiscSettings settings = disc_of({Films::get().ntsc()}, folder.file("disc.iso"));
    for (const char* step : {"verifying", "authoring", "packing", "reading", "hashing"}) {
      CAPTURE(step);
      std::atomic<bool> cancel{false};
      JobControl control;
      control.cancel = &cancel;
      control.progress = [&](const JobProgress& progress) {
        if (progress.step.starts_with(step)) cancel = true;
      };
      CHECK_THROWS_AS(make_disc(settings, control), Cancelled);
      CHECK(folder.names().empty());
    }
  }

  TEST_CASE("a disc is burnt and read back") {
    const test::TemporaryFolder folder;
    const BurnSettings burning{folder.write("an image.iso", std::string(3'000'000, 'x')),
                               folder.write("drive", "")};
    CHECK(burn_command(burning) == "growisofs -use-the-force-luke=tty -dvd-compat -Z '" +
                                       burning.device + "=" + burning.image + "'");
    const test::ProgramsOnPath programs;
    // As growisofs, in the fourth word: DEVICE=IMAGE.
    const std::string burn =
        "echo ' 1605632/4700372992 (12.5%) @0.0x, remaining 1:00'; cat \"${4#*=}\" > \"${4%%=*}\"";
    programs.add("growisofs", burn);
    double share = 0;
    JobControl control;
    control.progress = [&](const JobProgress& progress) {
      if (progress.step == "burning") share = progress.share;
    };
    burn_disc(burning, control);
    CHECK(share == doctest::Approx(0.125));
    CHECK(test::contents(burning.device) == test::contents(burning.image));

    const auto another_disc = [&] { fs::resize_file(burning.device, 0); };
    CHECK(contains(error_of([&] { burn_disc(burning); }), "is no drive"));  // holds something now
    another_disc();
    programs.add("growisofs", burn +
                                  "; printf y | dd of=\"${4%%=*}\" bs=1 seek=2500000 "
                                  "conv=notrunc 2> /dev/null");
    CHECK(contains(error_of([&] { burn_disc(burning); }), "differs from the image at sector 1220"));
    another_disc();
    programs.add("growisofs", "printf short > \"${4%%=*}\"");
    CHECK(contains(error_of([&] { burn_disc(burning); }), "it ends there"));
    another_disc();
    programs.add("growisofs",
                 "echo ':-( media is not recognized as recordable DVD: 0' >&2; exit 4");
    CHECK(contains(error_of([&] { burn_disc(burning); }),
                   "growisofs failed with status 4: :-( media is not recognized"));
    programs.hide_others();
    fs::remove(programs.path("growisofs"));
    CHECK(contains(error_of([&] { burn_disc(burning); }), "apt install growisofs"));
    CHECK(contains(error_of([&] {
                     burn_disc({burning.image, folder.file("none")});
                   }),
                   "there is no device"));
    CHECK(contains(error_of([&] { burn_disc({burning.image, folder.path()}); }), "is no drive"));
  }
}
