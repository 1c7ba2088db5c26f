// SPDX-License-Identifier: GPL-2.0-or-later
// The DVD's decoder model on streams made by hand, on real discs, and on discs that were spoilt.
#include "encoders/program_stream.h"

#include <doctest/doctest.h>

#include "tests/encoders/films.h"

using namespace lifereel;
using namespace lifereel::test;

namespace {

void put(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(value >> shift & 0xFF));
}

/// A pack header; the mux rate in 50 bytes per second.
std::string pack(std::int64_t scr_90khz, int mux_rate) {
  const auto base = static_cast<std::uint64_t>(scr_90khz) & 0x1FFFFFFFF;
  std::string out;
  put(out, 0x000001BA, 4);
  put(out,
      std::uint64_t{1} << 46 | (base >> 30) << 43 | std::uint64_t{1} << 42 |
          (base >> 15 & 0x7FFF) << 27 | std::uint64_t{1} << 26 | (base & 0x7FFF) << 11 |
          std::uint64_t{1} << 10 | 1,
      6);
  put(out, static_cast<std::uint64_t>(mux_rate) << 2 | 3, 3);
  put(out, 0xF8, 1);
  return out;
}

/// A packet with a PTS, or with none where it is negative.
std::string packet(int stream, std::int64_t pts_90khz, const std::string& payload) {
  const auto pts = static_cast<std::uint64_t>(pts_90khz) & 0x1FFFFFFFF;
  std::string fields;
  if (pts_90khz >= 0)
    put(fields,
        std::uint64_t{2} << 36 | (pts >> 30) << 33 | std::uint64_t{1} << 32 |
            (pts >> 15 & 0x7FFF) << 17 | std::uint64_t{1} << 16 | (pts & 0x7FFF) << 1 | 1,
        5);
  std::string out;
  put(out, 0x00000100 | static_cast<std::uint64_t>(stream), 4);
  put(out, 3 + fields.size() + payload.size(), 2);
  put(out, pts_90khz >= 0 ? 0x8080 : 0x8000, 2);
  put(out, fields.size(), 1);
  return out + fields + payload;
}

const std::string sequence_header{"\0\0\1\xB3\x2D\x01\xE0\x33\x15\xF9\x23\x80", 12};  // 25 fps

/// A picture of `bytes` in all, its start code included; the first has the sequence header.
std::string picture(std::size_t bytes, bool first = false) {
  std::string out = (first ? sequence_header : "") + std::string("\0\0\1\0ab\0\0\1\1", 10);
  out.resize(bytes, 'x');
  return out;
}

ProgramStreamReport check_bytes(const std::string& bytes) {
  const TemporaryFolder folder;
  const std::string path = folder.file("film.mpg");
  std::ofstream(path, std::ios::binary) << bytes;
  return check_program_stream(path);
}

std::string refused(const std::string& bytes) {
  return error_of([&] { check_bytes(bytes); });
}

/// A disc of `frames` blob pictures as bytes.
std::string disc(int frames, DiscTarget target = DiscTarget::ntsc_dvd) {
  const TemporaryFolder folder;
  const std::string path = folder.file("film.mpg");
  make_film(dvd_settings(target),
            film_output(path, 720, target == DiscTarget::ntsc_dvd ? 480 : 576), frames);
  return read_bytes(path);
}

/// Adds `ticks` of 90 kHz to the clock of the packs from `first` on.
void shift_clocks(std::string& bytes, std::size_t first, std::int64_t ticks) {
  for (std::size_t at = first * 2048; at < bytes.size(); at += 2048) {
    std::uint64_t field = 0;
    for (std::size_t i = 0; i < 6; ++i)
      field = field << 8 | static_cast<unsigned char>(bytes[at + 4 + i]);
    const std::uint64_t base =
        (field >> 43 & 7) << 30 | (field >> 27 & 0x7FFF) << 15 | (field >> 11 & 0x7FFF);
    const std::string header = pack(static_cast<std::int64_t>(base) + ticks, 25200);
    bytes.replace(at, 10, header, 0, 10);
  }
}

}  // namespace

TEST_SUITE_BEGIN("encoders.program_stream");

TEST_CASE("fills, margins and stays by hand") {
  // 1000 * 50 bytes per second: a byte takes 540 ticks of 27 MHz, 1.8 of 90 kHz. The first payload
  // begins 14 + 14 bytes into the pack, 20 after the byte that the clock is for.
  const std::string first = pack(9000, 1000) + packet(0xE0, 9000 + 900, picture(100, true));
  // A picture that spans two packets; the second packet has no time.
  const std::string second =
      pack(9000 + 9000, 1000) + packet(0xE0, 9000 + 18000, picture(300).substr(0, 200)) +
      packet(0xE0, -1, picture(300).substr(200)) + packet(0xE0, 9000 + 21600, picture(50));
  const ProgramStreamReport report = check_bytes(first + second);
  CHECK(report.conforms());
  CHECK(report.packs == 2);
  CHECK(report.mux_rate == 400'000);
  CHECK(report.bytes == static_cast<std::int64_t>(first.size() + second.size()));
  REQUIRE(report.streams.size() == 1);
  const DecoderBufferReport& video = report.streams[0];
  CHECK(video.stream == "video");
  CHECK(video.access_units == 3);
  CHECK(video.buffer_bytes == 232 * 1024);
  // The second and third picture are both there, at last, before the second one leaves.
  CHECK(video.fullest_bytes == 350);
  // First: its last byte, 20 + 99 bytes on, comes 119 * 1.8 = 214.2 after the clock; 685.8 remain.
  CHECK(video.least_margin_seconds == doctest::Approx(685.8 / 90000));
  // Third: begins 20 + 200 + 9 + 100 + 14 bytes on, 617.4 after the second clock of 18000.
  CHECK(video.longest_stay_seconds == doctest::Approx((30600 - 18000 - 343 * 1.8) / 90000));
}

TEST_CASE("a picture that is not there by its time is told with its number and time") {
  const std::string first = pack(9000, 1000) + packet(0xE0, 9000 + 900, picture(100, true));
  for (const std::int64_t dts : {900 + 214, 900 + 215}) {
    const bool late = dts == 900 + 214;
    const std::string second = pack(9900, 1000) + packet(0xE0, 9000 + dts, picture(100)) +
                               packet(0xE0, 9000 + 9000, picture(50));
    const ProgramStreamReport report = check_bytes(first + second);
    CAPTURE(dts);
    CHECK(report.conforms() == !late);
    CHECK((report.streams[0].least_margin_seconds < 0) == late);
    if (late) {
      REQUIRE(report.faults.size() == 1);
      // 0.2 ticks of 90 kHz are 2.2 us.
      CHECK(report.faults[0].text == "video unit 1 (0:00:00.002) arrives 0.002 ms too late");
    }
  }
}

TEST_CASE("untimed units follow evenly, and a time is that of the first unit in its packet") {
  // Three pictures at 25 a second in one packet, then one whose start code is cut by the packets:
  // its first byte is in the first of them, so that one's time is its own.
  const std::string cut = picture(60);
  const std::string bytes = pack(9000, 1000) +
                            packet(0xE0, 18000, picture(100, true) + picture(30) + picture(40)) +
                            packet(0xE0, 18000 + 3 * 3600, cut.substr(0, 2)) +
                            packet(0xE0, 18000 + 5 * 3600, cut.substr(2) + picture(20));
  const ProgramStreamReport report = check_bytes(bytes);
  CHECK(report.conforms());
  REQUIRE(report.streams.size() == 1);
  CHECK(report.streams[0].access_units == 5);
  CHECK(report.streams[0].fullest_bytes == 250);
  // The last begins 20 + 170 + 14 + 2 + 14 + 58 bytes on and leaves at 36000.
  CHECK(report.streams[0].longest_stay_seconds ==
        doctest::Approx((36000 - 9000 - 278 * 1.8) / 90000));
}

TEST_CASE("clocks and times may wrap") {
  const std::int64_t wrap = std::int64_t{1} << 33;
  const std::string bytes = pack(wrap - 900, 1000) + packet(0xE0, wrap - 90, picture(100, true)) +
                            pack(wrap - 450, 1000) + packet(0xE0, 3510, picture(100)) +
                            pack(3150, 1000) + packet(0xE0, 7110, picture(100));
  const ProgramStreamReport report = check_bytes(bytes);
  CHECK(report.fault_count == 0);
  CHECK(report.streams[0].access_units == 3);
  CHECK(report.streams[0].longest_stay_seconds < 0.05);
}

TEST_CASE("a buffer that runs over, and the smaller one that a packet declares") {
  std::string body = packet(0xE0, 18000, picture(2000, true));
  const std::string bytes = pack(9000, 1000) + body + packet(0xE0, 21600, picture(1000));
  CHECK(check_bytes(bytes).conforms());
  // The same packet with a P-STD field: 16 times 128 bytes, then 24 times.
  for (const int units : {16, 24}) {
    std::string declared = body;
    std::string field("\x1E\x40", 2);
    field.push_back(static_cast<char>(units));
    declared.insert(14, field);
    declared[5] = static_cast<char>(declared[5] + 3);
    declared[7] = static_cast<char>(0x81);
    declared[8] = 8;
    const ProgramStreamReport report =
        check_bytes(pack(9000, 1000) + declared + packet(0xE0, 21600, picture(1000)));
    REQUIRE(report.streams.size() == 1);
    CHECK(report.streams[0].buffer_bytes == units * 128);
    CHECK(report.conforms() == (units == 24));
    if (units == 16) {
      REQUIRE(report.fault_count == 1);
      CHECK(contains(report.faults[0].text, "video unit 0"));
      CHECK(contains(report.faults[0].text, "the buffer of 2048 bytes runs over"));
    }
  }
}

TEST_CASE("the packs' own clock: no step back, no pack before its time, no second's wait") {
  const std::string first = pack(9000, 1000) + packet(0xE0, 18000, picture(1000, true));
  // The first pack's 1028 bytes take 1850.4 ticks.
  const auto second = [&](std::int64_t scr) {
    return check_bytes(first + pack(scr, 1000) + packet(0xE0, 21600, picture(100)));
  };
  CHECK(second(9000 + 1850).conforms());
  CHECK(contains(second(9000 + 1840).faults.at(0).text, "before the pack before it has arrived"));
  CHECK(contains(second(8999).faults.at(0).text, "at byte 1028 steps back by 0.011 ms"));
  const ProgramStreamReport wait =
      check_bytes(first + pack(18000, 1000) + packet(0xE0, 18000 + 91000, picture(100)));
  REQUIRE(wait.fault_count == 1);
  CHECK(contains(wait.faults[0].text, "longer than a second"));
}

TEST_CASE("what is no whole program stream is refused with the reason") {
  const std::string good = pack(9000, 1000) + packet(0xE0, 18000, picture(100, true));
  CHECK(refused(good) == "");
  CHECK(contains(refused("RIFF and so on"), "no start code at byte 0"));
  CHECK(contains(refused(""), "no packs"));
  CHECK(contains(refused(good.substr(14)), "does not begin with a pack"));
  CHECK(contains(refused(good + "rubbish"), "no start code at byte 128"));
  CHECK(contains(refused(pack(9000, 1000) + packet(0xE0, -1, picture(100, true))), "untimed"));
  CHECK(contains(refused(pack(9000, 0) + good), "no rate"));
  for (std::size_t length = 1; length < good.size(); ++length) {
    CAPTURE(length);
    if (length != 14) CHECK(contains(refused(good.substr(0, length)), "ends within"));
  }
  CHECK(contains(refused(pack(9000, 1000) + packet(0xBD, 18000, std::string("\x80\1\0\1sound", 9))),
                 "AC-3"));
  CHECK(contains(error_of([] { check_program_stream("/nowhere/film.mpg"); }), "cannot read"));
}

TEST_CASE("bytes from anywhere end in a report or in an error") {
  const std::string good = pack(9000, 1000) + packet(0xE0, 18000, picture(100, true)) +
                           pack(18000, 1000) + packet(0xE0, 21600, picture(100));
  for (std::size_t at = 0; at < good.size(); ++at)
    for (const int bit : {0, 3, 7}) {
      std::string spoilt = good;
      spoilt[at] = static_cast<char>(spoilt[at] ^ 1 << bit);
      refused(spoilt);
    }
}

TEST_CASE("clocks that leap: no number is too large to be counted with") {
  // Decoded half a wrap after it has arrived, at the highest rate a pack can declare.
  const std::int64_t far = (std::int64_t{1} << 32) - 1;
  const ProgramStreamReport report =
      check_bytes(pack(0, 0x3FFFFF) + packet(0xE0, far, picture(100, true)) + pack(far, 0x3FFFFF) +
                  packet(0xE0, far + 3600, picture(100)));
  CHECK(report.fault_count == 1);
  CHECK(contains(report.faults.at(0).text, "longer than a second"));
  std::string leaps;
  for (int i = 0; i < 1002; ++i) leaps += pack(far * 2, 1000) + pack(0, 1000);
  CHECK(contains(refused(leaps), "starts over again and again"));
}

TEST_CASE("real discs keep the model") {
  for (const DiscTarget target : {DiscTarget::ntsc_dvd, DiscTarget::pal_dvd}) {
    const ProgramStreamReport report = check_bytes(disc(120, target));
    CHECK(report.fault_count == 0);
    CHECK(report.conforms());
    CHECK(report.mux_rate == 10'080'000);
    REQUIRE(report.streams.size() == 2);
    const DecoderBufferReport& video = report.streams[0];
    const DecoderBufferReport& sound = report.streams[1];
    CHECK(video.access_units == 120);
    CHECK(video.least_margin_seconds > 0);
    CHECK(video.fullest_bytes <= video.buffer_bytes);
    CHECK(video.buffer_bytes <= 232 * 1024);
    CHECK(sound.stream == "AC-3");
    CHECK(sound.access_units == (target == DiscTarget::ntsc_dvd ? 126 : 150));
    CHECK(sound.fullest_bytes <= sound.buffer_bytes);
    MESSAGE(video.stream << ": at most " << video.fullest_bytes << " of " << video.buffer_bytes
                         << " bytes, margin " << video.least_margin_seconds << " s, stay "
                         << video.longest_stay_seconds << " s; sound: " << sound.fullest_bytes
                         << " of " << sound.buffer_bytes << ", margin "
                         << sound.least_margin_seconds << " s");
  }
}

TEST_CASE("discs whose clocks were spoilt do not") {
  const std::string good = disc(60);
  std::string late = good;
  shift_clocks(late, 0, 0);
  CHECK(late == good);
  shift_clocks(late, 20, 60000);
  const ProgramStreamReport report = check_bytes(late);
  CHECK_FALSE(report.conforms());
  CHECK(report.faults.size() <= 16);
  CHECK(contains(report.faults.at(0).text, "too late"));

  // The second half comes two thirds of a second early: the buffers run over.
  std::string early = good;
  shift_clocks(early, early.size() / 2048 / 2, -60000);
  const ProgramStreamReport flood = check_bytes(early);
  CHECK(contains(flood.faults.at(0).text, "steps back"));
  bool over = false;
  for (const auto& fault : flood.faults) over = over || contains(fault.text, "runs over");
  CHECK(over);
  CHECK(flood.streams.at(0).fullest_bytes > flood.streams.at(0).buffer_bytes);
}

TEST_SUITE_END();
