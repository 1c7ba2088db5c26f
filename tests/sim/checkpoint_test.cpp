// SPDX-License-Identifier: GPL-2.0-or-later
// Checkpoints: an engine goes on from one, on any instruction set, as if it had never stopped;
// bytes that were cut, flipped or invented are refused.
#include "sim/checkpoint.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/engine.h"
#include "sim/hash/sha256.h"

using namespace lifereel;

namespace {

UniverseSettings small_universe() {
  UniverseSettings settings;
  settings.width = 301;
  settings.height = 270;
  settings.particles = 97;
  return settings;
}

std::vector<std::uint8_t> draw(Engine& engine) {
  const auto width = static_cast<std::size_t>(engine.settings().width);
  std::vector<std::uint8_t> luma(width * static_cast<std::size_t>(engine.settings().height));
  engine.draw(luma_target(luma.data(), width, ColourRange::limited));
  return luma;
}

// With the right checksum again.
std::vector<std::uint8_t> sealed(std::vector<std::uint8_t> bytes) {
  const std::string checksum = sha256_hex(bytes.data(), bytes.size() - 64);
  std::memcpy(bytes.data() + bytes.size() - 64, checksum.data(), 64);
  return bytes;
}

Checkpoint checkpoint_after(int frames) {
  const auto engine = make_cpu_engine(small_universe(), {Isa::automatic, 1});
  for (int frame = 0; frame < frames; ++frame) engine->step(), draw(*engine);
  Checkpoint checkpoint;
  engine->save(checkpoint);
  return checkpoint;
}

}  // namespace

TEST_SUITE("sim.checkpoint") {
  TEST_CASE("an engine goes on from a checkpoint as if it had never stopped") {
    for (const Isa isa : available_isas())
      for (const int stop : {0, 1, 7}) {
        const auto whole = make_cpu_engine(small_universe(), {Isa::automatic, 2});
        for (int frame = 0; frame < stop; ++frame) whole->step(), draw(*whole);
        Checkpoint checkpoint;
        whole->save(checkpoint);
        CHECK(checkpoint.state.frame == static_cast<std::uint64_t>(stop));
        const auto bytes = serialize_checkpoint(checkpoint);
        const auto again = make_cpu_engine(small_universe(), {isa, 1});
        for (int frame = 0; frame < 3; ++frame)
          again->step(), draw(*again);  // what came before goes
        const Checkpoint read = parse_checkpoint(bytes.data(), bytes.size());
        CHECK(read == checkpoint);
        again->restore(read);
        CHECK(again->frame() == whole->frame());
        CHECK(again->hash_state() == whole->hash_state());
        for (int frame = 0; frame < 10; ++frame) {
          whole->step();
          again->step();
          CHECK(draw(*again) == draw(*whole));
        }
        CHECK(again->hash_state() == whole->hash_state());
        Checkpoint end, other_end;
        whole->save(end);
        again->save(other_end);
        CHECK(end == other_end);
      }
  }

  TEST_CASE("a checkpoint of another universe is refused") {
    const Checkpoint checkpoint = checkpoint_after(2);
    UniverseSettings other = small_universe();
    other.seed = 481;
    CHECK_THROWS_WITH_AS(make_cpu_engine(other)->restore(checkpoint),
                         doctest::Contains("another universe"), std::invalid_argument);
  }

  TEST_CASE("every cut and every flipped bit is found") {
    const auto bytes = serialize_checkpoint(checkpoint_after(3));
    REQUIRE_NOTHROW(parse_checkpoint(bytes.data(), bytes.size()));
    for (std::size_t size = 0; size < bytes.size(); size += size < 200 ? 1 : 4099)
      CHECK_THROWS_AS(parse_checkpoint(bytes.data(), size), std::runtime_error);
    std::mt19937 random(1);
    for (int i = 0; i < 200; ++i) {
      auto flipped = bytes;
      const std::size_t at = i < 100 ? static_cast<std::size_t>(i) : random() % bytes.size();
      flipped[at] ^= static_cast<std::uint8_t>(1u << (random() % 8));
      CHECK_THROWS_AS(parse_checkpoint(flipped.data(), flipped.size()), std::runtime_error);
    }
    auto longer = bytes;
    longer.push_back(0);
    CHECK_THROWS_AS(parse_checkpoint(longer.data(), longer.size()), std::runtime_error);
  }

  TEST_CASE("what no engine could have written is refused, though its checksum is right") {
    const auto bytes = serialize_checkpoint(checkpoint_after(1));
    const auto with = [&bytes](std::size_t at, auto value) {
      auto changed = bytes;
      std::memcpy(changed.data() + at, &value, sizeof value);
      return sealed(changed);
    };
    const auto reason = [](const std::vector<std::uint8_t>& changed) -> std::string {
      try {
        parse_checkpoint(changed.data(), changed.size());
      } catch (const std::runtime_error& error) {
        return error.what();
      }
      return "";
    };
    constexpr std::size_t width = 40, particles = 48, species = 52, seam = 56, rmax = 60,
                          entries = 84, frame = 88, y = 96;
    CHECK(reason(with(frame, std::uint64_t{12345})).empty());
    CHECK(reason(with(width, std::int32_t{300})).find("goes on after its end") !=
          std::string::npos);
    CHECK(reason(with(width, std::int32_t{0x7fffffff})).find("size") != std::string::npos);
    CHECK(reason(with(particles, std::int32_t{98})).find("cut short") != std::string::npos);
    CHECK(reason(with(particles, std::int32_t{-1})).find("particles") != std::string::npos);
    CHECK(reason(with(species, std::int32_t{1})).find("of no species") != std::string::npos);
    CHECK(reason(with(seam, std::int32_t{10})).find("seam") != std::string::npos);
    CHECK(reason(with(seam, std::int32_t{-1})).find("seam") != std::string::npos);
    CHECK(reason(with(rmax, std::nanf(""))).find("rmax") != std::string::npos);
    CHECK(reason(with(entries, std::uint32_t{0xffffffff})).find("cut short") != std::string::npos);
    CHECK(reason(with(y, -1.0f)).find("off the torus") != std::string::npos);
    CHECK(reason(with(y + 97 * 8, std::nanf(""))).find("velocity") != std::string::npos);
    CHECK(reason(with(bytes.size() - 64 - 4, -1.0f)).find("trail") != std::string::npos);
    auto newer = bytes;
    newer[21] = '9';
    CHECK(reason(sealed(newer)).find("another version") != std::string::npos);
  }
}
