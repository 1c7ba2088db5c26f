// SPDX-License-Identifier: GPL-2.0-or-later
// The GPU's engine, whole, on a GPU made of the host (cuda_runtime.h): every bit as the CPU engine
// makes it, whatever the order of blocks, threads, copies and streams, and whatever fails.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <cfenv>
#include <cmath>
#include <map>
#include <set>
#include <string>

#include "cuda/cuda_engine.cu"
#include "cuda/runtime/cuda_devices.cu"
#include "fresh_gpu.h"
#include "sim/arithmetic/cell_grid.h"
#include "sim/cpu/kernels.h"
#include "tests/sanitizers.h"

using namespace lifereel;
using host_gpu::gpu;
using lifereel::test::sanitized;

namespace {

struct Frame {
  std::vector<std::uint8_t> luma;
  explicit Frame(const UniverseSettings& settings)
      : luma(static_cast<std::size_t>(settings.height) * stride(settings), 0x5a) {}
  static std::size_t stride(const UniverseSettings& settings) {
    return static_cast<std::size_t>(settings.width) + 9;
  }
  PictureTarget target(const UniverseSettings& settings, ColourRange range) {
    return luma_target(luma.data(), stride(settings), range);
  }
};

// Both engines side by side for some frames: states, pictures, and nothing written beside them.
void compare(const UniverseSettings& settings, const CudaEngineSettings& cuda, int frames,
             unsigned scramble) {
  CAPTURE(settings.width);
  CAPTURE(settings.particles);
  CAPTURE(cuda.lanes_per_particle);
  CAPTURE(cuda.threads_per_block);
  gpu().random.seed(scramble);
  const auto expected = make_cpu_engine(settings, {Isa::automatic, 1});
  const auto engine = make_cuda_engine(settings, cuda);
  REQUIRE(engine->hash_state() == expected->hash_state());
  const int in_flight = engine->draws_in_flight();
  REQUIRE(in_flight >= 2);
  std::vector<Frame> want, got;
  want.reserve(static_cast<std::size_t>(frames));
  got.reserve(static_cast<std::size_t>(frames));
  int finished = 0;
  for (int frame = 0; frame < frames; ++frame) {
    const ColourRange range = frame % 3 == 1 ? ColourRange::full : ColourRange::limited;
    expected->step();
    engine->step();
    if (frame % 5 == 4) {  // a step without a picture
      expected->step();
      engine->step();
    }
    if (frame % 4 == 2) REQUIRE(engine->hash_state() == expected->hash_state());
    expected->draw(want.emplace_back(settings).target(settings, range));
    engine->begin_draw(got.emplace_back(settings).target(settings, range));
    if (frame - finished + 1 == in_flight) engine->finish_draw(), ++finished;
    for (int done = 0; done < finished; ++done)
      REQUIRE(got[static_cast<std::size_t>(done)].luma ==
              want[static_cast<std::size_t>(done)].luma);
  }
  while (finished < frames) engine->finish_draw(), ++finished;
  for (std::size_t frame = 0; frame < want.size(); ++frame)
    CHECK(got[frame].luma == want[frame].luma);
  CHECK(engine->hash_state() == expected->hash_state());
  CHECK(engine->frame() == expected->frame());
}

}  // namespace

TEST_SUITE("cuda.on_host") {
  TEST_CASE("runs hold every pair in reach once, and the published seam's pairs exactly") {
    std::mt19937 random(7);
    for (const auto& [width, height, rmax] :
         std::vector<std::tuple<int, int, float>>{{264, 264, 88.0f},
                                                  {720, 480, 88.0f},
                                                  {300, 400, 70.5f},
                                                  {2000, 90, 30.0f},
                                                  {3, 4, 1.0f},
                                                  {90, 2000, 1.0f},
                                                  {1000, 1000, 333.3f}})
      for (const Seam seam : {Seam::exact, Seam::published}) {
        UniverseSettings settings = universe_of(width, height, sanitized ? 100 : 400);
        settings.rmax = rmax;
        settings.seam = seam;
        const StripGrid grid = make_strip_grid(settings);
        std::uniform_real_distribution<float> anywhere(0.0f, 1.0f);
        std::vector<Particle> particles;
        for (int i = 0; i < settings.particles; ++i) {
          Particle p{anywhere(random) * grid.height, anywhere(random) * grid.width, 0, i};
          if (i % 5 == 0) p.y = i % 2 ? 0.0f : std::nextafter(grid.height, 0.0f);
          if (i % 7 == 0) p.x = i % 2 ? 0.0f : std::nextafter(grid.width, 0.0f);
          if (i == 11) p.y = grid.height, p.x = grid.width;  // float32 may round up to it
          if (i % 3 == 1) {  // about as far as the reach from the one before
            const float angle = anywhere(random) * 6.2831f;
            p.y = particles.back().y + rmax * std::sin(angle);
            p.x = particles.back().x + rmax * std::cos(angle);
            p.y = arithmetic::wrap(p.y, grid.height);
            p.x = arithmetic::wrap(p.x, grid.width);
          }
          particles.push_back(p);
        }
        const auto bucket = [&](const Particle& p) { return grid.bucket_of(p.y, p.x); };
        std::stable_sort(particles.begin(), particles.end(),
                         [&](const auto& a, const auto& b) { return bucket(a) < bucket(b); });
        std::vector<std::int32_t> start(static_cast<std::size_t>(grid.buckets()) + 1);
        for (const Particle& p : particles) {
          REQUIRE(bucket(p) >= 0);
          REQUIRE(bucket(p) < grid.buckets());
          ++start[static_cast<std::size_t>(bucket(p)) + 1];
        }
        std::partial_sum(start.begin(), start.end(), start.begin());

        const CellGrid cells = make_cell_grid(settings);
        for (const Particle& p : particles) {
          std::map<std::pair<std::int32_t, std::pair<float, float>>, int> held;  // id and image
          for (std::int32_t r = 0; r < grid.runs_at(p.x); ++r) {
            const Run run = grid.published ? grid.run<true>(r, p.y, p.x, start.data())
                                           : grid.run<false>(r, p.y, p.x, start.data());
            for (std::int32_t j = run.from; j < run.to; ++j)
              ++held[{particles[static_cast<std::size_t>(j)].id, {run.offset_y, run.offset_x}}];
          }
          std::size_t wanted = 0;
          for (const Particle& other : particles)
            for (const float offset_y : {-grid.height, 0.0f, grid.height})
              for (const float offset_x : {-grid.width, 0.0f, grid.width}) {
                const auto image = held.find({other.id, {offset_y, offset_x}});
                const int times = image == held.end() ? 0 : image->second;
                REQUIRE(times <= 1);
                bool want = false;
                if (seam == Seam::exact) {
                  const float dy = (other.y + offset_y) - p.y, dx = (other.x + offset_x) - p.x;
                  want = dy * dy + dx * dx <= grid.reach_squared;
                  if (want) REQUIRE(times == 1);
                } else {
                  const auto meet = [](std::int32_t from, std::int32_t to, std::int32_t count,
                                       float offset) {
                    const std::int32_t there = to + (offset < 0 ? -count : offset > 0 ? count : 0);
                    return std::abs(there - from) <= 1;
                  };
                  want =
                      meet(cells.row_of(p.y), cells.row_of(other.y), cells.rows, offset_y) &&
                      meet(cells.column_of(p.x), cells.column_of(other.x), cells.columns, offset_x);
                  REQUIRE((times == 1) == want);
                }
                wanted += want;
              }
          CHECK(wanted >= 1);  // itself
        }
      }
  }

  TEST_CASE("splat weights are the CPU's") {
    for (int dy = -2; dy <= 2; ++dy)
      for (int dx = -2; dx <= 2; ++dx)
        CHECK(SplatImage::weight(dy, dx) == splat_weights[std::abs(dy)][dx + 2]);
  }

  TEST_CASE("states and pictures equal the CPU's with every block shape, in every order") {
    const FreshGpu fresh;
    unsigned scramble = 1;
    for (const int lanes : {8, 16, 32})
      for (const int threads : {64, 128, 256, 512}) {
        const CudaEngineSettings shape = {-1, lanes, threads, static_cast<int>(1 + scramble)};
        compare(universe_of(300, 270, 333), shape, 8, scramble++);
      }
    for (; scramble < (sanitized ? 16 : 30); ++scramble)
      compare(universe_of(271, 264, 97), {}, 7, scramble);
  }

  TEST_CASE("states and pictures equal the CPU's for universes of many kinds") {
    const FreshGpu fresh;
    compare(universe_of(720, 480, 2500), {}, 6, 1);
    compare(universe_of(264, 264, 1), {}, 6, 2);
    compare(universe_of(264, 264, 2, 1), {}, 6, 3);
    compare(universe_of(265, 1001, 1500, 32), {}, 5, 4);
    compare(universe_of(1280, 300, 700, 3), {}, 5, 5);
    UniverseSettings published = universe_of(720, 480, 1500);
    published.seam = Seam::published;
    compare(published, {}, 6, 6);
    UniverseSettings strong = universe_of(300, 300, 800, 2);
    strong.matrix = {100.0f, -3.5f, 1000.0f, 0.25f};
    strong.rmax = 20.0f;
    strong.beta = 0.6f;
    strong.trail_decay = 0.95f;
    compare(strong, {}, 8, 7);
    UniverseSettings fast = universe_of(100, 90, 300);
    fast.rmax = 30.0f;
    fast.force_scale = 1e6f;
    fast.dt = 100.0f;
    compare(fast, {}, 8, 8);
    UniverseSettings tiny = universe_of(3, 3, 40);
    tiny.rmax = 1.0f;
    compare(tiny, {}, 8, 9);
    UniverseSettings lapse = universe_of(300, 290, 500);
    lapse.steps_per_frame = 3;
    compare(lapse, {}, 6, 10);
    UniverseSettings slow = universe_of(300, 290, 500);
    slow.substeps = 4;
    compare(slow, {}, 6, 11);
  }

  TEST_CASE("long runs: a crowd larger than a partial sum may hold") {
    const FreshGpu fresh;
    const UniverseSettings settings = universe_of(264, 264, 9000, 2);
    std::mt19937 random(3);
    std::uniform_real_distribution<float> near(100.0f, 101.0f);
    std::vector<Particle> sorted;
    for (int i = 0; i < settings.particles; ++i)
      sorted.push_back({near(random), near(random), i % 2, i});
    std::vector<Velocity> velocities(sorted.size(), {0.0f, 0.0f}), moved_velocities(sorted.size());
    std::vector<Particle> moved(sorted.size());
    const StripGrid grid = make_strip_grid(settings);
    const auto buckets = static_cast<std::size_t>(grid.buckets());
    // All in the first bucket's run: what is tested are sums, not cells.
    std::vector<std::int32_t> counts(buckets), strip_counts(buckets), starts(buckets + 1, 9000);
    const std::int32_t first = grid.bucket_of(100.5f, 100.5f);
    std::fill(starts.begin(), starts.begin() + first + 1, 0);
    std::vector<Place> places(sorted.size());
    const std::vector<float> matrix = {1.0f, 1.0f, 1.0f, 1.0f};
    MoveParticles<8> move;
    move.sorted = {sorted.data(), velocities.data()};
    move.moving = {moved.data(), moved_velocities.data()};
    move.buckets = {grid, counts.data(), strip_counts.data(), 1, starts.data(), places.data()};
    move.image = {};
    move.matrix = matrix.data();
    move.species_count = 2;
    move.particles = 64;  // the rest are candidates alone
    move.force = force_constants(settings, matrix);
    move.motion = motion_constants(settings, matrix);
    FrameClock clock = {};
    move.clock = &clock;
    move.steps_per_frame = 1;
    move.brightest = nullptr;
    move.draws = false;
    run_on_host(move, 8, 64, random);
    for (std::size_t i = 0; i < 64; ++i) {
      std::int64_t sum_y = 0, sum_x = 0;
      for (const Particle& other : sorted) {
        const float dy = other.y - sorted[i].y, dx = other.x - sorted[i].x;
        const float c = arithmetic::pair_coefficient(dy * dy + dx * dx, 1.0f, move.force);
        sum_y += arithmetic::force_quanta(c, dy, move.force);
        sum_x += arithmetic::force_quanta(c, dx, move.force);
      }
      float y = sorted[i].y, x = sorted[i].x, vy = 0.0f, vx = 0.0f;
      arithmetic::integrate(y, vy, sum_y, grid.height, move.motion);
      arithmetic::integrate(x, vx, sum_x, grid.width, move.motion);
      CHECK((moved[i].y == y && moved[i].x == x));
      CHECK((moved_velocities[i].y == vy && moved_velocities[i].x == vx));
    }
  }

  TEST_CASE("blocks that run at the same time meet only in atomic additions") {
    const FreshGpu fresh;
    host_gpu::concurrent_blocks() = 3;
    compare(universe_of(300, 270, 500), {-1, 16, 64}, 5, 1);
  }

  TEST_CASE("either engine goes on from the other's checkpoint") {
    const FreshGpu fresh;
    const UniverseSettings settings = universe_of(301, 270, 97);
    const auto cpu = make_cpu_engine(settings, {Isa::automatic, 1});
    auto gpu = make_cuda_engine(settings);
    Frame want(settings), got(settings);
    const auto advance = [&](int frames) {
      for (int frame = 0; frame < frames; ++frame) {
        cpu->step();
        gpu->step();
        cpu->draw(want.target(settings, ColourRange::limited));
        gpu->draw(got.target(settings, ColourRange::limited));
        CHECK(got.luma == want.luma);
      }
    };
    advance(5);
    Checkpoint of_cpu, of_gpu;
    cpu->step();
    gpu->step();  // a step not yet launched belongs to it
    cpu->save(of_cpu);
    gpu->save(of_gpu);
    CHECK(of_cpu == of_gpu);
    gpu = make_cuda_engine(settings);
    gpu->step();
    gpu->restore(of_cpu);
    CHECK(gpu->frame() == 6);
    advance(4);
    cpu->restore(of_gpu);
    gpu->restore(of_gpu);
    advance(4);
    CHECK(gpu->hash_state() == cpu->hash_state());
    UniverseSettings other = settings;
    other.seed = 1;
    CHECK_THROWS_AS(make_cuda_engine(other)->restore(of_cpu), std::invalid_argument);
    gpu->begin_draw(got.target(settings, ColourRange::limited));
    CHECK_THROWS_AS(gpu->restore(of_cpu), std::logic_error);
    gpu->finish_draw();
  }

  TEST_CASE("a draw without a step, and draws in a row, fade and splat again") {
    const FreshGpu fresh;
    const UniverseSettings settings = universe_of(300, 270, 50);
    const auto expected = make_cpu_engine(settings, {Isa::automatic, 1});
    const auto engine = make_cuda_engine(settings);
    for (const bool steps : {false, false, true, false, true, true}) {
      Frame want(settings), got(settings);
      if (steps) expected->step(), engine->step();
      expected->draw(want.target(settings, ColourRange::limited));
      engine->draw(got.target(settings, ColourRange::limited));
      CHECK(got.luma == want.luma);
    }
  }

  TEST_CASE("rows that lie as the device's are copied in one piece, and nothing past the last") {
    const FreshGpu fresh;
    const UniverseSettings settings = universe_of(300, 270, 50);
    const auto expected = make_cpu_engine(settings, {Isa::automatic, 1});
    const auto engine = make_cuda_engine(settings);
    std::vector<std::uint8_t> want(320 * 269 + 300), got(want.size());
    for (int frame = 0; frame < 3; ++frame) {
      expected->step(), engine->step();
      expected->draw(luma_target(want.data(), 320, ColourRange::limited));
      engine->draw(luma_target(got.data(), 320, ColourRange::limited));
      for (std::size_t row = 0; row < 270; ++row)
        REQUIRE(std::equal(&want[320 * row], &want[320 * row] + 300, &got[320 * row]));
    }
  }

  TEST_CASE("chroma planes of gray are neutral, and a target without luma is refused") {
    const FreshGpu fresh;
    const UniverseSettings settings = universe_of(301, 271, 50);
    const auto engine = make_cuda_engine(settings);
    std::vector<std::uint8_t> luma(301 * 271), chroma(2 * 151 * 136 + 1, 0x5a);
    PictureTarget target = luma_target(luma.data(), 301);
    target.colour.matrix = ColourMatrix::smpte170m;
    target.planes[1] = {chroma.data(), 151};
    target.planes[2] = {chroma.data() + 151 * 136, 151};
    engine->step();
    engine->draw(target);
    CHECK(std::count(chroma.begin(), chroma.end(), neutral_chroma) == 2 * 151 * 136);
    CHECK(chroma.back() == 0x5a);
    target.planes[0] = {};
    CHECK_THROWS_AS(engine->begin_draw(target), std::invalid_argument);
  }

  TEST_CASE("the constants are the CPU's whatever the caller's rounding mode") {
    const FreshGpu fresh;
    const UniverseSettings settings = universe_of(300, 270, 50);
    std::fesetround(FE_UPWARD);
    const auto engine = make_cuda_engine(settings);
    std::fesetround(FE_TONEAREST);
    const auto expected = make_cpu_engine(settings, {Isa::automatic, 1});
    for (int frame = 0; frame < 5; ++frame) expected->step(), engine->step();
    CHECK(engine->hash_state() == expected->hash_state());
  }

  TEST_CASE("a frame is one graph of three kernels; nothing is allocated after the start") {
    const FreshGpu fresh;
    const UniverseSettings settings = universe_of(300, 270, 50);
    const auto engine = make_cuda_engine(settings);
    Frame frame(settings);
    const int before = gpu().allocated_in_all;
    gpu().launches = gpu().kernels = 0;
    for (int i = 0; i < 20; ++i) {
      engine->step();
      engine->draw(frame.target(settings, ColourRange::limited));
    }
    CHECK(gpu().launches == 20);
    CHECK(gpu().kernels == 60);
    CHECK(gpu().allocated_in_all == before);
  }

  TEST_CASE("picture memory outlives the engine; more pictures than may be in flight are refused") {
    const FreshGpu fresh;
    const UniverseSettings settings = universe_of(300, 270, 50);
    auto engine = make_cuda_engine(settings);
    const auto pictures = static_cast<std::size_t>(engine->draws_in_flight());
    const auto memory = engine->allocate_picture_memory(300 * 270, pictures);
    REQUIRE(memory.pictures() == pictures);
    for (std::size_t i = 0; i < pictures; ++i)
      engine->begin_draw(luma_target(memory.picture(i), 300, ColourRange::full));
    CHECK_THROWS_AS(engine->begin_draw(luma_target(memory.picture(0), 300, ColourRange::full)),
                    std::logic_error);
    engine.reset();  // with pictures in flight
    memory.picture(0)[0] = 1;
  }

  TEST_CASE("device memory is known before, and asking for too much is an error before the start") {
    const FreshGpu fresh;
    const UniverseSettings panorama = universe_of(7680, 2160, 115000);
    MESSAGE("7680x2160 with 115000 particles: ",
            static_cast<double>(cuda_engine_memory_bytes(panorama)) / 0x1p20, " MiB");
    CHECK(cuda_engine_memory_bytes(panorama) < std::size_t{1} << 30);
    const UniverseSettings settings = universe_of(300, 270, 50);
    CHECK(make_cuda_engine(settings)->describe().memory_bytes ==
          cuda_engine_memory_bytes(settings));
    gpu().free_bytes = cuda_engine_memory_bytes(settings) - 1;
    CHECK_THROWS_WITH_AS(make_cuda_engine(settings),
                         doctest::Contains("GPU 0 (Host GPU): 50 particles at 300x270 need "),
                         NoUsableGpu);
    CHECK(gpu().allocated_in_all > 0);
  }

  TEST_CASE("no device, no driver, an old one, a wrong number, a wrong architecture: the reason") {
    const UniverseSettings settings = universe_of(300, 270, 50);
    const auto reason = [&settings](int device = -1) -> std::string {
      try {
        make_cuda_engine(settings, {device, 0, 0});
      } catch (const std::runtime_error& error) {
        return error.what();
      }
      return "";
    };
    const FreshGpu fresh;
    CHECK(reason().empty());
    CHECK(reason(0).empty());
    CHECK(reason(1) == "engine cuda: there is no device 1, only 0; engine = cpu needs no GPU");
    gpu().load_code = cudaErrorNoKernelImageForDevice;
    CHECK(reason().find("GPU 0 (Host GPU): this build has no code for sm_90") != std::string::npos);
    gpu().load_code = cudaSuccess;
    gpu().devices[0].major = 6;
    CHECK(reason().find("its architecture sm_60 is older than any this build was compiled for "
                        "(sm_75 and later)") != std::string::npos);
    gpu().devices.push_back(gpu().devices[0]);
    gpu().devices[1].major = 9;
    CHECK(reason().empty());  // the first usable
    CHECK(reason(0).find("GPU 0 (Host GPU) cannot be used") != std::string::npos);
    CHECK(cuda_devices().devices.size() == 2);
    gpu().count_error = cudaErrorNoDevice;
    CHECK(reason() == "engine cuda: the NVIDIA driver finds no GPU; engine = cpu needs no GPU");
    gpu().count_error = cudaErrorInsufficientDriver;
    CHECK(reason().find("the NVIDIA driver is too old: it runs CUDA 13.0") != std::string::npos);
    gpu().driver_version = 0;
    CHECK(reason().find("this machine has no NVIDIA driver") != std::string::npos);
    CHECK_THROWS_AS(make_cuda_engine(settings, {-1, 7, 0}), std::invalid_argument);
    CHECK_THROWS_AS(make_cuda_engine(settings, {-1, 8, 96}), std::invalid_argument);
    CHECK_THROWS_AS(make_cuda_engine(settings, {-1, 0, 0, 1}), std::invalid_argument);
    CHECK_THROWS_AS(make_cuda_engine(settings, {-1, 0, 0, 65}), std::invalid_argument);
  }

  TEST_CASE("a failure of any call is told with the call and CUDA's text, and leaks nothing") {
    const FreshGpu fresh;
    UniverseSettings settings = universe_of(264, 264, 20);
    constexpr int frames = sanitized ? 1 : 3;
    int most_passed_over = 7;
    SUBCASE("in gray") {}
    SUBCASE("in colour") {
      settings.look.tone = ToneCurve::log;
      most_passed_over = 11;
    }
    Frame frame(settings);
    long calls = 0;
    bool finished = false;
    const auto render = [&] {
      finished = false;
      const auto engine = make_cuda_engine(settings);
      const auto memory = engine->allocate_picture_memory(4096, 1);
      for (int i = 0; i < frames; ++i) {
        engine->step();
        engine->draw(frame.target(settings, ColourRange::limited));
      }
      engine->step();
      Checkpoint checkpoint;
      engine->save(checkpoint);
      engine->restore(checkpoint);
      engine->hash_state();
      finished = true;
      calls = gpu().calls;
    };
    gpu().calls = 0;
    render();
    const long all = calls;
    REQUIRE(all > 50);
    int passed_over = 0;
    for (long call = 0; call < all; ++call) {
      CAPTURE(call);
      gpu().calls = 0;
      gpu().fail_call = call;
      std::string told;
      try {
        render();
      } catch (const std::runtime_error& error) {
        told = error.what();
      }
      // Whoever cleans up goes on, and so does who finds no pinned memory: the work itself was
      // done.
      if (told.empty())
        CHECK((finished && ++passed_over <= most_passed_over));
      else
        CHECK(told.find("cuda") != std::string::npos);
      CHECK(gpu().allocations == 0);
    }
  }
}
