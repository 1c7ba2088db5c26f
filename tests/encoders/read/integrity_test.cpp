// SPDX-License-Identifier: GPL-2.0-or-later
// Changed and missing bytes are found in films, wherever they are.
#include "encoders/read/integrity.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "encoders/libav/film_digest.h"
#include "tests/encoders/films.h"

using namespace lifereel;
using namespace lifereel::test;

namespace {

struct Kind {
  const char* name;
  const char* codec;
  const char* container;  ///< as libavformat calls it when it reads it
  bool faststart = false;
};
constexpr Kind kinds[] = {{"a.mp4", "libx264", "mov,mp4,m4a,3gp,3g2,mj2"},
                          {"b.mp4", "libx264", "mov,mp4,m4a,3gp,3g2,mj2", true},
                          {"a.mov", "mpeg4", "mov,mp4,m4a,3gp,3g2,mj2"},
                          {"a.mkv", "ffv1", "matroska,webm"},
                          {"a.webm", "libvpx", "matroska,webm"},
                          {"a.ogv", "libtheora", "ogg"},
                          {"a.vob", "libx264", "mpeg"},
                          {"a.mpg", "mpeg4", "mpeg"}};

Integrity check_bytes_of(const std::string& path, const Kind& kind) {
  return check_integrity(path, kind.container, nullptr);
}

void make(const Kind& kind, const std::string& path) {
  FilmSettings settings = film_settings(kind.codec);
  settings.faststart = kind.faststart;
  make_film(settings, film_output(path), 30);
}

/// What no reader reads: Matroska's space for an index that needed less of it, all zeros.
std::pair<std::size_t, std::size_t> padding_of(const std::string& bytes) {
  const std::string zeros(40, '\0');
  const std::size_t begin = bytes.find(zeros);
  if (begin > 400) return {0, 0};
  return {begin, bytes.find_first_not_of('\0', begin)};
}

}  // namespace

TEST_SUITE_BEGIN("encoders.integrity");

TEST_CASE("bytes that are overwritten anywhere are found") {
  const TemporaryFolder folder;
  for (const Kind& kind : kinds) {
    if (!has_encoder(kind.codec)) continue;
    CAPTURE(kind.name);
    const std::string path = folder.file(kind.name);
    make(kind, path);
    const Integrity good = check_bytes_of(path, kind);
    CAPTURE(good.summary);
    CHECK(good.faults.empty());
    CHECK(good.proof == Integrity::Proof::bytes);
    const std::string bytes = read_bytes(path);
    const bool padded =
        std::string(kind.container) == "matroska,webm" && std::string(kind.codec) == "ffv1";
    const auto [begin, end] = padded ? padding_of(bytes) : std::pair<std::size_t, std::size_t>();
    std::mt19937 random(5);
    for (int attempt = 0; attempt < 300; ++attempt) {
      // Anywhere, near its begin, near its end.
      const std::size_t room = attempt % 3 == 0 ? bytes.size() - 6 : 600;
      std::size_t place = random() % std::min(room, bytes.size() - 6);
      if (attempt % 3 == 2) place = bytes.size() - 6 - place;
      std::string damaged = bytes;
      if (attempt % 2 == 0)
        for (std::size_t i = 0; i < 6; ++i) damaged[place + i] = static_cast<char>(random());
      else
        damaged[place] = static_cast<char>(damaged[place] ^ 1 << random() % 8);
      const bool in_padding = place + 6 > begin && place < end;
      if (damaged == bytes || in_padding) continue;
      CAPTURE(place);
      const Integrity found = check_bytes_of(folder.write("bad", damaged), kind);
      CHECK_FALSE(found.faults.empty());
    }
  }
}

TEST_CASE("a film that was cut off is found by few bytes") {
  const TemporaryFolder folder;
  std::vector<Kind> all(std::begin(kinds), std::end(kinds));
  all.push_back({"a.avi", "mpeg4", "avi"});
  all.push_back({"a.flv", "flv", "flv"});
  for (const Kind& kind : all) {
    if (!has_encoder(kind.codec)) continue;
    CAPTURE(kind.name);
    const std::string path = folder.file(kind.name);
    make(kind, path);
    CHECK(check_bytes_of(path, kind).faults.empty());
    const std::string bytes = read_bytes(path);
    for (const std::size_t cut : {1, 2, 50, 300}) {
      CAPTURE(cut);
      const std::string bad = folder.write("bad", bytes.substr(0, bytes.size() - cut));
      CHECK_FALSE(check_bytes_of(bad, kind).faults.empty());
    }
    CHECK_FALSE(check_bytes_of(folder.write("bad", bytes + "x"), kind).faults.empty());
  }
}

TEST_CASE("a disc's digest ends with its authoring, and not with damage to a pack") {
  REQUIRE_ENCODER("mpeg2video");
  const TemporaryFolder folder;
  const std::string path = folder.file("film.mpg");
  make_film(dvd_settings(DiscTarget::ntsc_dvd), film_output(path, 720, 480), 90);
  const std::string film = read_bytes(path);
  CHECK(film.size() % 2048 == 0);
  const auto found = [&](const std::string& bytes) {
    return check_integrity(folder.write("bad.mpg", bytes), "mpeg", nullptr);
  };
  CHECK(found(film).proof == Integrity::Proof::bytes);
  // As dvdauthor has it: every navigation pack says where it stands.
  std::string authored = film;
  int packs = 0;
  for (std::size_t at = 0; at < film.size(); at += 2048)
    if (film.compare(at + 14, 4, std::string("\0\0\1\xBB", 4)) == 0) {
      authored[at + 0x30] = '\x07';
      if (++packs == 1) CHECK_FALSE(found(authored).faults.empty());
    }
  REQUIRE(packs > 2);
  const Integrity disc = found(authored);
  CHECK(disc.faults.empty());
  CHECK(disc.proof == Integrity::Proof::none);
  CHECK(contains(disc.summary, "authored for a DVD"));
  for (const std::size_t cut : {1, 60, 2000})
    CHECK_FALSE(found(film.substr(0, film.size() - cut)).faults.empty());
  CHECK_FALSE(found(film + "x").faults.empty());
}

TEST_CASE("of a film without checksums it is said that nothing is known") {
  REQUIRE_ENCODER("mpeg4");
  const TemporaryFolder folder;
  const Kind kind = kinds[2];
  const std::string path = folder.file(kind.name);
  make(kind, path);
  const std::string bytes = read_bytes(path);
  const std::size_t digest = bytes.rfind("uuid") - 4;
  const Integrity older = check_bytes_of(folder.write("old", bytes.substr(0, digest)), kind);
  CHECK(older.faults.empty());
  CHECK(older.proof == Integrity::Proof::sizes);
  CHECK(contains(older.summary, "carries no digest"));
  const Integrity other = check_integrity(path, "mpegts", nullptr);
  CHECK(other.proof == Integrity::Proof::none);
}

TEST_CASE("a digest is right, too, where a muxer went back into what was summed") {
  const TemporaryFolder folder;
  for (const bool rewritten : {false, true}) {
    CAPTURE(rewritten);
    std::string bytes(1000, 'a');
    RunningDigest running;
    const auto see = [&](std::size_t place, std::size_t size) {
      running.see(static_cast<std::int64_t>(place),
                  reinterpret_cast<const std::uint8_t*>(bytes.data()) + place, size);
    };
    running.start(100);
    see(100, 500);
    bytes[300] = rewritten ? 'b' : 'a';
    if (rewritten) see(300, 1);
    bytes[3] = 'c';  // what lies before is read back
    see(3, 1);
    see(600, 200);
    running.stop();
    const ByteFile file(folder.write("whole", bytes));
    const FilmDigest digest = running.finish(file, 0);
    CHECK((digest.end == 0) == rewritten);
    const std::string element = digest_element(FilmDigest::Element::box, digest);
    const Kind kind = kinds[0];
    // A box as long as all of it.
    std::string film = bytes;
    film.replace(0, 8,
                 std::string("\0\0\x03\xe8"
                             "free",
                             8));
    CHECK_FALSE(check_bytes_of(folder.write("film", film + element), kind).faults.empty());
    Checksum checksum;
    if (!rewritten) checksum.add(reinterpret_cast<const std::uint8_t*>(bytes.data()) + 100, 700);
    add_rest(checksum, file, digest.begin, digest.end, file.size());
    CHECK(checksum.hex() == digest.hex);
  }
}

TEST_SUITE_END();
