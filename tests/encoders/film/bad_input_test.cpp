// SPDX-License-Identifier: GPL-2.0-or-later
// What cannot become a film ends with one clear sentence and leaves nothing behind.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "encoders/film.h"
#include "encoders/finished_file.h"
#include "encoders/frame_hash.h"
#include "tests/encoders/films.h"
#include "tests/encoders/full_disk.h"

using namespace lifereel;
using namespace lifereel::test;

namespace {

/// The message of std::invalid_argument from validate(), which must be what Film says as well.
std::string refusal(const FilmSettings& settings, const FilmOutput& output) {
  std::string message;
  try {
    validate(settings, output);
  } catch (const std::invalid_argument& error) {
    message = error.what();
  }
  CHECK(error_of([&] { Film film(settings, output); }) == message);
  CHECK(message.find('\n') == std::string::npos);
  return message;
}

}  // namespace

TEST_SUITE_BEGIN("encoders.bad_input");

TEST_CASE("sizes, rates and aspects") {
  REQUIRE_ENCODER("libx264");
  const TemporaryFolder folder;
  const std::string path = folder.file("a.mp4");
  FilmSettings settings = film_settings("libx264");
  CHECK(contains(refusal(settings, film_output(path, 0, 480)), "must be positive, not 0x480"));
  CHECK(contains(refusal(settings, film_output(path, 720, -2)), "must be positive"));
  CHECK(contains(refusal(settings, film_output(path, 721, 480)), "721x480 is odd"));
  CHECK(contains(refusal(settings, film_output(path, 1 << 20, 1 << 20)), "larger than libav"));
  CHECK(refusal(settings, film_output(path, 720, 480)).empty());
  settings.frames_per_second = {0, 1};
  CHECK(contains(refusal(settings, film_output(path)), "frames per second must be positive"));
  settings = film_settings("libx264");
  settings.aspect = Rational{0, 9};
  CHECK(contains(refusal(settings, film_output(path)), "aspect must be positive"));
  CHECK(contains(folder.names().empty() ? "none" : folder.names()[0], "none"));
}

TEST_CASE("contradictory rate control") {
  REQUIRE_ENCODER("libx264");
  const TemporaryFolder folder;
  const FilmOutput output = film_output(folder.file("a.mp4"));
  FilmSettings settings = film_settings("libx264");
  settings.crf = 20;
  settings.bitrate = 1'000'000;
  CHECK(contains(refusal(settings, output), "crf and bitrate contradict each other"));
  settings.bitrate.reset();
  settings.maxrate = 2'000'000;
  CHECK(contains(refusal(settings, output), "maxrate means nothing without bufsize"));
  settings.maxrate.reset();
  settings.bufsize = 2'000'000;
  CHECK(contains(refusal(settings, output), "bufsize means nothing without maxrate"));
  settings.bufsize = std::int64_t{1} << 40;
  settings.maxrate = 2'000'000;
  CHECK(contains(refusal(settings, output), "below 2^31"));
  settings = film_settings("libx264");
  settings.bitrate = 3'000'000;
  settings.maxrate = 2'000'000;
  settings.bufsize = 2'000'000;
  CHECK(contains(refusal(settings, output), "is above maxrate"));
  settings = film_settings("libx264");
  settings.bitrate = 0;
  CHECK(contains(refusal(settings, output), "bitrate must be positive"));
  settings = film_settings("libx264");
  settings.crf = -1;
  CHECK(contains(refusal(settings, output), "crf must be 0 or more"));
  settings = film_settings("mpeg2video", {25, 1});
  settings.crf = 20;
  CHECK(contains(refusal(settings, output), "mpeg2video has no crf"));
  settings = film_settings("mpeg2video", {25, 1});
  settings.codec_preset = "medium";
  CHECK(contains(refusal(settings, output), "mpeg2video has no presets"));
  settings = film_settings("libx264");
  settings.audio_bitrate = 192000;
  CHECK(contains(refusal(settings, output), "this film has no sound"));
}

TEST_CASE("codecs and options that are not there list what is") {
  const TemporaryFolder folder;
  const FilmOutput output = film_output(folder.file("a.mkv"));
  FilmSettings settings = film_settings("libx999");
  CHECK(contains(refusal(settings, output), "no video encoder 'libx999'"));
  CHECK(contains(refusal(settings, output), "mpeg2video"));
  CHECK(contains(refusal(film_settings("ac3"), output), "no video encoder 'ac3'"));
  CHECK(contains(refusal(film_settings("wrapped_avframe"), output), "no video encoder"));
  settings = film_settings("mpeg2video", {25, 1});
  settings.codec_options = {{"mpv_flag", "x"}};
  CHECK(contains(refusal(settings, output), "mpeg2video has no option 'mpv_flag'"));
  CHECK(contains(refusal(settings, output), "mpv_flags"));
  settings.codec_options = {{"bf", "many"}};
  CHECK(contains(refusal(settings, output), "does not take bf=many"));
  settings.codec_options = {{"bf", "2"}};
  CHECK(refusal(settings, output).empty());
  if (has_encoder("libx264")) {
    settings = film_settings("libx264");
    settings.codec_preset = "sideways";
    CHECK(contains(refusal(settings, output), "no preset 'sideways'; it has ultrafast"));
    settings = film_settings("libx264");
    settings.codec_options = {{"x264-params", "nosuch=1"}};
    CHECK(contains(error_of([&] { Film film(settings, output); }), "nosuch"));
    settings.codec_options = {{"x264-params", "bframes=lots"}};
    CHECK(contains(error_of([&] { Film film(settings, output); }), "bframes"));
  }
  if (has_encoder("libx265")) {
    settings = film_settings("libx265");
    settings.codec_options = {{"x265-params", "nosuch=1"}};
    CHECK(contains(error_of([&] { Film film(settings, output); }), "nosuch"));
  }
  CHECK(folder.names().empty());
}

TEST_CASE("codec options do not go round the settings") {
  const TemporaryFolder folder;
  const FilmOutput output = film_output(folder.file("a.mkv"));
  FilmSettings settings;
  const auto with = [&](const char* key, const char* value) {
    settings.codec_options = {{key, value}};
    return refusal(settings, output);
  };
  if (has_encoder("libx264")) {
    settings = film_settings("libx264");
    settings.chunk_frames = 100;
    for (const auto& [key, value, setting] : {std::tuple{"maxrate", "1M", "maxrate"},
                                              {"bufsize", "1M", "bufsize"},
                                              {"b", "1M", "bitrate"},
                                              {"g", "30", "gop"},
                                              {"threads", "2", "codec-threads"},
                                              {"crf", "20", "crf"},
                                              {"x264-params", "me=dia:vbv-maxrate=1000", "maxrate"},
                                              {"x264-params", "vbv_bufsize=1000", "bufsize"},
                                              {"x264-params", "vbv\\-bufsize=1000", "bufsize"},
                                              {"x264-params", "bitrate=1000", "bitrate"},
                                              {"x264-params", "keyint=30", "gop"},
                                              {"x264opts", "no-cabac:threads=3", "codec-threads"}})
      CHECK(contains(with(key, value), std::string("setting ") + setting + ","));
    CHECK(contains(with("x264-params", "nal-hrd=vbr"), "break the joins"));
    CHECK(contains(with("x264-params", "no-stitchable=1"), "break the joins"));
    CHECK(contains(with("rc_init_occupancy", "1000"), "option rc_init_occupancy would break"));
    CHECK(contains(with("flags", "-cgop"), "option flags would break"));
    CHECK(contains(with("flags", "+pass1"), "option flags would break"));
    CHECK(contains(with("x264-params", "non-deterministic=1"), "other bytes every time"));
    CHECK(contains(with("x264-params", "me=dia:cpu-independent=0"), "on every processor"));
    CHECK(contains(with("x264opts", "no-cpu-independent"), "on every processor"));
    CHECK(contains(with("x264-params", "opencl=1"), "the machine's GPU"));
    CHECK(with("x264-params", "asm=sse2").empty());
    // The first would end in the middle of the second.
    settings.codec_options = {{"x264-params", "opencl-clbin=a\\"},
                              {"x264-params", "b:cpu-independent=0"}};
    CHECK(contains(refusal(settings, output), "x264-params is given twice"));
    CHECK(with("qp", "20").empty());
    CHECK(with("flags", "+bitexact").empty());
    CHECK(with("preset", "fast").empty());
    CHECK(with("x264-params", "aq-mode=2:no-mbtree=1:qpmax=40").empty());
    settings.crf = 20;
    CHECK(contains(with("qp", "20"), "qp and crf contradict each other"));
    CHECK(contains(with("x264opts", "qp=20"), "x264opts qp and crf contradict"));
    settings.maxrate = settings.bufsize = 1'000'000;
    for (const auto& [key, value] : {std::pair{"qmax", "30"},
                                     {"x264-params", "qpmax=30"},
                                     {"x264opts", "crf-max=25"},
                                     {"crf_max", "25"}})
      CHECK(contains(with(key, value), "larger than maxrate and bufsize allow"));
    settings.maxrate.reset();
    settings.bufsize.reset();
    settings.chunk_frames = 0;
    CHECK(with("x264-params", "nal-hrd=none:stitchable=0").empty());
    CHECK(with("flags", "-cgop").empty());
  }
  if (has_encoder("libx265")) {
    settings = film_settings("libx265");
    settings.bitrate = settings.maxrate = settings.bufsize = 1'000'000;
    CHECK(contains(with("x265-params", "aq-mode=1:vbv-maxrate=1000"), "setting maxrate,"));
    CHECK(contains(with("x265-params", "frame-threads=3"), "setting codec-threads,"));
    CHECK(contains(with("x265-params", "no-const-vbv=1"), "the same every time"));
    CHECK(contains(with("x265-params", "copy-pic=0"), "pictures that are gone"));
    CHECK(contains(with("x265-params", "info=1"), "from one processor to another"));
    CHECK(contains(with("x265-params", "lossless=1"), "lossless and bitrate contradict"));
    CHECK(with("x265-params", "aq-mode=1:vbv-init=0.5").empty());
    settings.chunk_frames = 100;
    CHECK(contains(with("x265-params", "vbv-init=0.5"), "break the joins"));
  }
}

TEST_CASE("containers and extensions") {
  REQUIRE_ENCODER("ffv1");
  const TemporaryFolder folder;
  FilmSettings settings = film_settings("ffv1");
  const auto at = [&](const char* name) { return film_output(folder.file(name)); };
  CHECK(contains(refusal(settings, at("a.xyz")), "extension '.xyz'"));
  CHECK(contains(refusal(settings, at("a.xyz")), ".mkv"));
  CHECK(contains(refusal(settings, at("film")), "has no extension"));
  // Newer mp4 muxers do hold FFV1.
  const AVOutputFormat* const mp4 = av_guess_format("mp4", nullptr, nullptr);
  if (avformat_query_codec(mp4, AV_CODEC_ID_FFV1, FF_COMPLIANCE_NORMAL) == 0)
    CHECK(contains(refusal(settings, at("a.mp4")), "cannot hold ffv1"));
  CHECK(contains(refusal(settings, at("a.webm")), "cannot hold ffv1"));
  CHECK(contains(refusal(settings, at("a.y4m")), "only the codec rawvideo"));
  CHECK(contains(refusal(settings, film_output("-")), "container = "));
  settings.faststart = true;
  CHECK(contains(refusal(settings, at("a.mkv")), "faststart"));
  settings.faststart = false;
  settings.container = "nosuch";
  CHECK(contains(refusal(settings, at("a.mkv")), "no container 'nosuch'"));
  settings.container = "image2";
  CHECK(contains(refusal(settings, at("a.mkv")), "image2 is for pictures"));
  settings.container = "hls";
  CHECK(contains(refusal(settings, at("a.mkv")), "does not write one video file"));
  settings.container.clear();
  for (const char* const name : {"a.hevc", "a.264", "a.m2v", "a.mjpeg", "a.yuv", "a.gray", "a.raw",
                                 "a.roq", "a.framehash", "a.gif", "a.webp", "a.apng"})
    CHECK(contains(refusal(settings, at(name)), " holds only "));
  CHECK(contains(refusal(settings, at("a.m2v")), "or the encoder mpeg2video"));
  for (const char* const name : {"a.m4a", "a.wma", "a.mp3", "a.flac"})
    CHECK(contains(refusal(settings, at(name)), "taken for sound alone"));
}

TEST_CASE("frames that would share a timestamp") {
  const TemporaryFolder folder;
  const auto error = [&](const char* name, int rate) {
    return error_of([&] {
      make_film(film_settings("ffv1", {rate, 1}), film_output(folder.file(name), 64, 48), 2);
    });
  };
  if (!has_encoder("ffv1")) return;
  CHECK(contains(error("fast.mkv", 1'000'000), "counts time in 1/1000 s, too coarse for 1000000"));
  CHECK(contains(error("fast.mkv", 1001), "too coarse"));
  CHECK(folder.names().empty());
  CHECK(error("fast.mkv", 1000).empty());
}

TEST_CASE("pictures that only a device holds") {
  const TemporaryFolder folder;
  for (const EncoderDescription& encoder : available_video_encoders()) {
    if (!encoder.name.ends_with("_vaapi")) continue;
    const std::string why = refusal(film_settings(encoder.name), film_output(folder.file("a.mkv")));
    CHECK(contains(why, "in the memory of a device (vaapi), which is not supported"));
  }
  CHECK(folder.names().empty());
}

TEST_CASE("what a disc does not allow") {
  const TemporaryFolder folder;
  const FilmOutput output = film_output(folder.file("a.mpg"), 720, 480);
  CHECK(refusal(dvd_settings(), output).empty());
  const auto with = [&](auto change) {
    FilmSettings settings = dvd_settings();
    change(settings);
    return refusal(settings, output);
  };
  CHECK(contains(refusal(dvd_settings(), film_output(folder.file("a.mpg"), 640, 480)),
                 "ntsc-dvd needs pictures of 720x480, not 640x480"));
  CHECK(contains(refusal(dvd_settings(DiscTarget::pal_dvd), output),
                 "pal-dvd needs pictures of 720x576, not 720x480"));
  CHECK(contains(refusal(dvd_settings(), film_output(folder.file("a.mp4"), 720, 480)),
                 "name the film .mpg, not .mp4"));
  CHECK(contains(with([](FilmSettings& s) {
                   s.frames_per_second = {25, 1};
                 }),
                 "needs 30000/1001 frames per second, not 25"));
  CHECK(contains(with([](FilmSettings& s) { s.codec = "ffv1"; }), "needs the codec mpeg2video"));
  CHECK(contains(with([](FilmSettings& s) { s.gop = 19; }), "GOPs of 1 to 18 frames, not 19"));
  CHECK(contains(with([](FilmSettings& s) { s.maxrate = 9'900'000; }), "9800 kb/s"));
  CHECK(contains(with([](FilmSettings& s) { s.bufsize = 2'000'000; }), "1835008"));
  CHECK(contains(with([](FilmSettings& s) { s.aspect = Rational{2, 1}; }), "16:9 or 4:3"));
  CHECK(contains(with([](FilmSettings& s) { s.audio_bitrate = 640'000; }), "448 kb/s"));
  CHECK(contains(with([](FilmSettings& s) { s.audio_bitrate = 100'000; }), "AC-3 has no bit rate"));
  CHECK(contains(with([](FilmSettings& s) { s.container = "mp4"; }), "needs the container dvd"));
  CHECK(contains(with([](FilmSettings& s) {
                   s.maxrate = 9'800'000;
                   s.audio_bitrate = 448'000;
                 }),
                 "10080 kb/s in all"));
  FilmSettings options = dvd_settings();
  options.codec_options = {{"flags", "+low_delay"}};
  CHECK(contains(error_of([&] { Film film(options, output); }), "closed GOPs of at most 18"));
  CHECK(folder.names().empty());
}

TEST_CASE("paths that cannot be written") {
  REQUIRE_ENCODER("ffv1");
  const TemporaryFolder folder;
  const FilmSettings settings = film_settings("ffv1");
  CHECK(contains(refusal(settings, film_output("")), "extension"));
  CHECK(contains(refusal(settings, film_output(folder.file("none/a.mkv"))),
                 "the folder '" + folder.file("none") + "': No such file or directory"));
  std::filesystem::create_directory(folder.file("b.mkv"));
  CHECK(contains(refusal(settings, film_output(folder.file("b.mkv"))), "is a folder"));
  { std::ofstream(folder.file("c.mkv")) << "precious"; }
  CHECK(contains(refusal(settings, film_output(folder.file("c.mkv"))), "exists"));
  CHECK(contains(refusal(settings, film_output(folder.file("c.mkv"))), "overwrite = yes"));
  CHECK(contains(refusal(settings, film_output(folder.file("c.mkv/d.mkv"))), "not"));
  CHECK(read_bytes(folder.file("c.mkv")) == "precious");
  // Root may write anywhere, so it steps down for a moment.
  const uid_t user = geteuid();
  chmod(folder.path().c_str(), 0500);
  if (user == 0) REQUIRE(seteuid(65534) == 0);
  const std::string denied = refusal(settings, film_output(folder.file("d.mkv")));
  REQUIRE(seteuid(user) == 0);
  chmod(folder.path().c_str(), 0700);
  CHECK(contains(denied, "Permission denied"));
  FilmOutput output = film_output(folder.file("c.mkv"));
  output.overwrite = true;
  make_film(settings, output, 3);
  CHECK(decode(output.path).frames == 3);
  CHECK(folder.names().size() == 2);
}

TEST_CASE("a file that appears meanwhile is left alone") {
  REQUIRE_ENCODER("ffv1");
  const TemporaryFolder folder;
  const Blobs blobs(320, 240);
  PictureOwner owner(320, 240);
  Film film(film_settings("ffv1"), film_output(folder.file("a.mkv")));
  film.write(owner.lend(0, blobs.draw(0)));
  { std::ofstream(folder.file("a.mkv")) << "precious"; }
  CHECK(contains(error_of([&] { film.finish(); }), "has appeared"));
  CHECK(owner.each_released_once());
  CHECK(read_bytes(folder.file("a.mkv")) == "precious");
  CHECK(folder.names().size() == 2);
  for (const std::string& name : folder.names())
    if (name != "a.mkv") CHECK(decode(folder.file(name)).frames == 1);
}

TEST_CASE("an overwritten film stays until the new one is whole") {
  REQUIRE_ENCODER("ffv1");
  const TemporaryFolder folder;
  const Blobs blobs(320, 240);
  FilmOutput output = film_output(folder.file("a.mkv"));
  make_film(film_settings("ffv1"), output, 4);
  std::filesystem::create_symlink("a.mkv", folder.file("link.mkv"));
  output.path = folder.file("link.mkv");
  output.overwrite = true;
  {
    PictureOwner owner(320, 240);
    Film film(film_settings("ffv1"), output);
    film.write(owner.lend(0, blobs.draw(0)));
  }
  CHECK(decode(folder.file("a.mkv")).frames == 4);
  make_film(film_settings("ffv1"), output, 7);
  CHECK(decode(folder.file("a.mkv")).frames == 7);
  CHECK(std::filesystem::is_symlink(folder.file("link.mkv")));
  CHECK(folder.names().size() == 2);
}

TEST_CASE("a full disk") {
  const TemporaryFolder folder;
  const auto fill = [&](const FilmSettings& settings, const FilmOutput& output, int frames) {
    const Blobs blobs(output.width, output.height);
    PictureOwner owner(output.width, output.height);
    const std::string error = error_of([&] {
      Film film(settings, output);
      for (int i = 0; i < frames; ++i) film.write(owner.lend(i, blobs.draw(i)));
      film.finish();
    });
    CHECK(owner.each_released_once());
    return error;
  };
  if (std::filesystem::exists("/dev/full")) {
    FilmSettings settings = film_settings("rawvideo");
    settings.container = "rawvideo";
    CHECK(contains(fill(settings, film_output("/dev/full"), 20),
                   "cannot write '/dev/full': No space left on device"));
    // Everything still in the buffer when the film ends.
    CHECK(contains(fill(settings, film_output("/dev/full", 64, 48), 2), "No space left"));
  }
  {
    const FullDisk full(100'000);
    const std::string path = folder.file("a.mpg");
    CHECK(contains(fill(dvd_settings(), film_output(path, 720, 480), 120),
                   "cannot write '" + path + "': File too large"));
    CHECK(contains(fill(film_settings("rawvideo"), film_output(folder.file("a.yuv")), 20),
                   "File too large"));
    if (has_encoder("libx264")) {
      FilmSettings settings = film_settings("libx264");
      settings.crf = 1;
      settings.codec_preset = "ultrafast";
      CHECK(contains(fill(settings, film_output(folder.file("a.mp4")), 60), "File too large"));
      settings.faststart = true;
      CHECK(contains(fill(settings, film_output(folder.file("a.mp4")), 60), "File too large"));
    }
    FrameHashSettings hashes;
    hashes.width = 320;
    hashes.height = 240;
    const Blobs blobs(320, 240);
    PictureOwner owner(320, 240);
    CHECK(contains(error_of([&] {
                     FrameHash hash(hashes, folder.file("a.framehash"), false);
                     const auto luma = blobs.draw(0);
                     for (int i = 0; i < 2000; ++i) hash.write(owner.lend(i, luma));
                     hash.finish();
                   }),
                   "File too large"));
    CHECK(owner.each_released_once());
  }
  CHECK(folder.names().empty());
}

TEST_CASE("a pipe is written in place, but not a container that needs to seek") {
  const TemporaryFolder folder;
  FilmSettings settings = film_settings("rawvideo");
  settings.container = "rawvideo";
  make_film(settings, film_output("/dev/null"), 2);
  CHECK(std::filesystem::is_character_file("/dev/null"));
  if (has_encoder("libx264")) {
    settings = film_settings("libx264");
    settings.container = "mp4";
    CHECK(contains(error_of([&] { Film film(settings, film_output("/dev/null")); }),
                   "goes back in its file at the end, which a pipe"));
  }
}

TEST_CASE("films that cannot be read") {
  const TemporaryFolder folder;
  CHECK(contains(error_of([&] { FilmReader(folder.file("none.mp4")); }), "No such file"));
  { std::ofstream(folder.file("text.mp4")) << "not a film"; }
  CHECK(contains(error_of([&] { FilmReader(folder.file("text.mp4")); }), "cannot read"));
  CHECK(contains(error_of([&] { read_film_comment(folder.file("text.mp4")); }), "cannot read"));
  if (!has_encoder("libx264")) return;
  make_film(film_settings("libx264"), film_output(folder.file("good.mkv")), 30);
  std::string bytes = read_bytes(folder.file("good.mkv"));
  for (std::size_t i = bytes.size() / 3; i < bytes.size() / 3 + 200; ++i) bytes[i] ^= 0x5a;
  { std::ofstream(folder.file("bad.mkv"), std::ios::binary) << bytes; }
  bool complete = true;
  const std::string error =
      error_of([&] { complete = decode(folder.file("bad.mkv")).frames == 30; });
  CHECK((!error.empty() || !complete));
}

TEST_CASE("SVT-AV1 closes, however few pictures it has had") {
  REQUIRE_ENCODER("libsvtav1");
  const TemporaryFolder folder;
  FilmSettings settings = film_settings("libsvtav1", {25, 1});
  settings.codec_preset = "12";
  CHECK(contains(error_of([&] { Film(settings, film_output(folder.file("a.mov"), 64, 64)); }),
                 "the container mov does not take this film, of av1"));
  for (const char* chain : {"", "null"})
    for (const int pictures : {0, 1, 5}) {
      settings.filter = chain;
      PictureOwner owner(64, 64, PixelFormat::yuv420p);
      Film film(settings, film_output(folder.file("a.mkv"), 64, 64));
      for (int i = 0; i < pictures; ++i) film.write(owner.lend(i, Blobs(64, 64).draw(i)));
    }
  CHECK(folder.names().empty());
}

TEST_SUITE_END();
