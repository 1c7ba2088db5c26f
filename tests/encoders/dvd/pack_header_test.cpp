// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/dvd/pack_header.h"

#include <doctest/doctest.h>

#include "encoders/dvd/stream_clock.h"
#include "tests/encoders/films.h"

using namespace lifereel;
using namespace lifereel::test;

namespace {

std::optional<PackHeader> read_again(const std::array<std::uint8_t, PackHeader::bytes>& bytes) {
  return read_pack_header(std::span<const std::uint8_t, PackHeader::bytes>(bytes).subspan<4, 10>());
}

}  // namespace

TEST_SUITE_BEGIN("encoders.pack_header");

TEST_CASE("what is written is read again") {
  for (const PackHeader& header :
       {PackHeader{0, 0, 25200, 0}, PackHeader{clock_wrap_90khz - 1, 299, (1 << 22) - 1, 7},
        PackHeader{0x155555555, 0x155, 0x155555, 5}, PackHeader{0x0AAAAAAAA, 0x0AA, 0x2AAAAA, 2}}) {
    const auto again = read_again(header.write());
    REQUIRE(again);
    CHECK(again->scr_base_90khz == header.scr_base_90khz);
    CHECK(again->scr_extension == header.scr_extension);
    CHECK(again->mux_rate == header.mux_rate);
    CHECK(again->stuffing_bytes == header.stuffing_bytes);
  }
}

TEST_CASE("libavformat's packs are read, and written to the same bytes") {
  const TemporaryFolder folder;
  const std::string path = folder.file("film.mpg");
  make_film(dvd_settings(DiscTarget::ntsc_dvd), film_output(path, 720, 480), 20);
  const std::string film = read_bytes(path);
  int packs = 0;
  for (std::size_t at = 0; at < film.size(); at += 2048, ++packs) {
    std::array<std::uint8_t, PackHeader::bytes> bytes{};
    std::copy_n(film.begin() + static_cast<std::ptrdiff_t>(at), bytes.size(), bytes.begin());
    const auto header = read_again(bytes);
    REQUIRE(header);
    CHECK(header->write() == bytes);
  }
  CHECK(packs > 10);
}

TEST_CASE("a pack after another waits until that has arrived") {
  // 2048 bytes at 25200 * 50 bytes a second take 43886 ticks of 27 MHz: 146.3 of 90 kHz.
  const PackHeader next = PackHeader{100, 0, 25200, 3}.after(2048);
  CHECK(next.scr_base_90khz == 247);
  CHECK(next.scr_extension == 0);
  CHECK(next.mux_rate == 25200);
  CHECK(next.stuffing_bytes == 0);
  CHECK(PackHeader{100, 299, 25200, 0}.after(2048).scr_base_90khz == 248);
  CHECK(PackHeader{clock_wrap_90khz - 1, 0, 25200, 0}.after(2048).scr_base_90khz == 146);
}

TEST_CASE("MPEG-1's are none of these") {
  std::array<std::uint8_t, PackHeader::bytes> bytes = PackHeader{0, 0, 25200, 0}.write();
  bytes[4] = 0x21;
  CHECK_FALSE(read_again(bytes));
}

TEST_SUITE_END();
