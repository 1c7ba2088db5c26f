// SPDX-License-Identifier: GPL-2.0-or-later
// The universe against NumPy's initial draws and a float64 model.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "sim/engine.h"
#include "sim/hash/sha256.h"

using namespace lifereel;

namespace {

struct Case {
  const char* name;
  int width, height, particles, species;
  std::uint64_t seed;
  const char *positions, *species_sha, *matrix;  // SHA-256 of what NumPy draws
};

constexpr Case cases[] = {
    {"dvd_480", 720, 480, 2500, 5, 480u,
     "f0aaf1fa5092a3394043f5c518c386b7a5daea65f125181743fcf54f7811c958",
     "d598cec560a91c5902e2b3b07d36f62940f928b9fd8a5ad47221483ff7dc2ae6",
     "05310abaa72c15cc0f25461fad8a3c0a090683e57cc4d0ed123df59be16935ae"},
    {"small_7", 640, 360, 1000, 3, 7u,
     "7f4291877d47572dc964861469255172410c4aa404bf335f1f1c1688a9197cbf",
     "9062eca940f8c62b5dca5b15f887cc10d675ef3268ceff5dba6b04f75ef9c52b",
     "517c73fee289557a862546747387d0ad2beff1fa45122cad6ef39374ad26c6d3"},
    {"bigseed", 352, 288, 300, 6, 9223372036854775819u,
     "8cc9b2aba53b34c2a6d1f7791028f95b8480834aae43466a7c4e19cc6818e202",
     "df528f52148c01c1b9259f2fb3153ab1ae2de46503b483a720d538a9825247d5",
     "e9c1ac17ea9ecead7b12752a2920c19b4d63048de75b9b92020ea067dc3e3a6b"},
    {"one_species", 528, 264, 200, 1, 0u,
     "0aec57845c87fbc705ef8b4131616fbf21fcea105ddf13ae268be0ab5107dd23",
     "67042dfda5683aead81b6055d19c4dba238341f9dd82f49c0e7cc0c19c5f10d1",
     "48ea8ef8cbe0643a9ca3a6cbb0a1143cc47661741e55d19e238659aa2074d832"},
    {"panoramic_480", 7680, 2160, 115000, 5, 480u,
     "7285192e4691a0a8839847bc59d171b6f5b0bd46ca974495f35b2b12452abf74",
     "d1e498a6fa90c0299886b4cee9d6adbf1b9bbbe1f55aba3462415cc717198875",
     "4ab02350bad5becf2adc5804adf8bf41d45d27d71825a34085511ecf77243180"},
    {"bd_480", 3840, 2160, 115000, 5, 480u,
     "7cc77e6eedaef51b2c484d8e0698d85d41ba103a6841bafd65cc6c6689f568b4",
     "d1e498a6fa90c0299886b4cee9d6adbf1b9bbbe1f55aba3462415cc717198875",
     "4ab02350bad5becf2adc5804adf8bf41d45d27d71825a34085511ecf77243180"},
    {"max_seed", 720, 480, 1000, 8, 18446744073709551615u,
     "6ffe6e3a6bcdbd8e671105dc48300759a6d1333eed987b5967fbe4edd475eebb",
     "1843c3867938b2e8d9394d7be91f21f2ccb1c77e0caed5f0497d2a6ba227d970",
     "efca53d5e9b4b17f03a178e1269b6a5aca5749747ec9d40c0abcae8e31e1e2b1"},
};

UniverseSettings settings_of(const Case& c, Seam seam = Seam::exact) {
  UniverseSettings settings;
  settings.width = c.width;
  settings.height = c.height;
  settings.particles = c.particles;
  settings.species = c.species;
  settings.seed = c.seed;
  settings.seam = seam;
  return settings;
}

template <class T>
std::vector<T> read_vector(const Case& c, const std::string& file) {
  std::ifstream in(std::string(LIFEREEL_TEST_DATA "/vectors/") + c.name + "/" + file,
                   std::ios::binary);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(in)), {});
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
  return values;
}

// Distances on the torus between the engine's particles and the model's, sorted.
std::vector<double> torus_distances(const State& state, const std::vector<double>& model,
                                    const Case& c) {
  std::vector<double> distances;
  for (std::size_t i = 0; i < state.y.size(); ++i) {
    double dy = static_cast<double>(state.y[i]) - model[2 * i];
    double dx = static_cast<double>(state.x[i]) - model[2 * i + 1];
    dy -= c.height * std::round(dy / c.height);
    dx -= c.width * std::round(dx / c.width);
    distances.push_back(std::hypot(dy, dx));
  }
  std::sort(distances.begin(), distances.end());
  return distances;
}

}  // namespace

TEST_SUITE("sim.vectors") {
  TEST_CASE("SHA-256 of known messages") {
    CHECK(sha256_hex("", 0) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256_hex("abc", 3) ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    const std::string two_blocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    CHECK(sha256_hex(two_blocks.data(), two_blocks.size()) ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  }

  TEST_CASE("initial states equal NumPy's, bit for bit") {
    for (const Case& c : cases) {
      CAPTURE(std::string(c.name));
      const InitialState initial = make_initial_state(settings_of(c));
      std::vector<std::uint8_t> bytes;
      serialize_state(initial.state, bytes);
      const std::size_t n = initial.state.y.size();
      CHECK(sha256_hex(bytes.data(), 8 * n) == c.positions);
      CHECK(sha256_hex(bytes.data() + 16 * n, 4 * n) == c.species_sha);
      CHECK(sha256_hex(initial.matrix.data(), 4 * initial.matrix.size()) == c.matrix);
    }
  }

  TEST_CASE("a given matrix replaces the seed's and nothing else") {
    UniverseSettings settings = settings_of(cases[1]);
    const InitialState drawn = make_initial_state(settings);
    settings.matrix.assign(9, 0.25f);
    const InitialState given = make_initial_state(settings);
    CHECK(given.matrix == settings.matrix);
    CHECK(given.state == drawn.state);
  }

  TEST_CASE("steps follow the float64 model, both seams") {
    for (const Seam seam : {Seam::exact, Seam::published})
      for (const Case& c : cases) {
        const std::string prefix = seam == Seam::exact ? "exact" : "published";
        if (read_vector<double>(c, prefix + "_step1_positions.f64").empty()) continue;
        CAPTURE(std::string(c.name));
        CAPTURE(prefix);
        const auto engine = make_cpu_engine(settings_of(c, seam));
        State state;
        for (int step = 1; step <= 20; ++step) {
          engine->step();
          const auto model =
              read_vector<double>(c, prefix + "_step" + std::to_string(step) + "_positions.f64");
          if (model.empty()) continue;
          REQUIRE(model.size() == 2 * static_cast<std::size_t>(c.particles));
          engine->read_state(state);
          const auto distances = torus_distances(state, model, c);
          const double median = distances[distances.size() / 2];
          const double most = distances[distances.size() * 99 / 100];
          MESSAGE(std::string(c.name)
                  << " " << prefix << " step " << step << ": median " << median
                  << " px, 99 % within " << most << " px, largest " << distances.back());
          if (step == 1) CHECK(distances.back() <= 1e-4);
          if (step == 10) CHECK(distances.back() <= 5e-3);
          if (step == 20) {
            CHECK(median <= 5e-4);
            CHECK(most <= 1e-2);
          }
        }
      }
  }

  TEST_CASE("frames follow the float64 model") {
    int compared = 0;
    for (const Case& c : cases) {
      const auto engine = make_cpu_engine(settings_of(c));
      std::vector<std::uint8_t> picture(static_cast<std::size_t>(c.width) * c.height);
      for (int step = 1; step <= 10; ++step) {
        const auto model =
            read_vector<std::uint8_t>(c, "exact_step" + std::to_string(step) + "_frame.u8");
        if (step == 1 && model.empty()) break;
        engine->step();
        engine->draw(
            luma_target(picture.data(), static_cast<std::size_t>(c.width), ColourRange::full));
        if (model.empty()) continue;
        REQUIRE(model.size() == picture.size());
        std::size_t near = 0;
        for (std::size_t i = 0; i < picture.size(); ++i)
          near += std::abs(int{picture[i]} - int{model[i]}) <= 1;
        const double share = static_cast<double>(near) / static_cast<double>(picture.size());
        MESSAGE(std::string(c.name)
                << " step " << step << ": " << 100 * share << " % of pixels within one level");
        CHECK(share >= 0.999);
        ++compared;
      }
    }
    CHECK(compared == 8);
  }
}
