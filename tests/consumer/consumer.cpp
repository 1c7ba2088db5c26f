// SPDX-License-Identifier: GPL-2.0-or-later
// What a user of the library does, against the installed package: render, drive an engine, feed an
// encoder, take frames, show a scene of its own. Checks every result; exits 1 at the first that is
// wrong.
//   consumer FOLDER
#include <lifereel/encoders/film.h>
#include <lifereel/encoders/film_reader.h>
#include <lifereel/encoders/picture.h>
#include <lifereel/pipeline.h>
#include <lifereel/render.h>
#include <lifereel/settings.h>
#include <lifereel/sim/engine.h>
#include <lifereel/sim/scene.h>
#include <lifereel/version.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#if LIFEREEL_VERSION_MAJOR == 0 && LIFEREEL_VERSION_MINOR < 1
#error "the macros of <lifereel/version.h> are missing or wrong"
#endif
#if __has_include("sim/engine.h") || __has_include("src/render.h")
#error "who uses lifereel sees its folders, not <lifereel/...> alone"
#endif

namespace {

void require(bool holds, const std::string& sentence) {
  if (!holds) throw std::runtime_error("not so: " + sentence);
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  require(file.good(), path + " can be read");
  return {std::istreambuf_iterator<char>(file), {}};
}

lifereel::RenderSettings small_film(const std::string& output) {
  lifereel::RenderSettings settings;
  settings.universe.width = 320;
  settings.universe.height = 288;
  settings.universe.particles = 400;
  settings.film.codec = "libx264";
  settings.film.codec_preset = "ultrafast";
  settings.film.codec_threads = 1;
  settings.film.crf = 30;
  settings.frames = 40;
  settings.output = output;
  return settings;
}

std::int64_t count_pictures(const std::string& path) {
  lifereel::FilmReader reader(path);
  std::vector<std::uint8_t> luma;
  std::int64_t pictures = 0;
  while (reader.read_luma(luma)) ++pictures;
  return pictures;
}

void render_with_progress(const std::string& folder) {
  const lifereel::RenderSettings settings = small_film(folder + "/film.mp4");
  std::int64_t done = 0;
  lifereel::JobControl control;
  control.progress = [&](const lifereel::JobProgress& progress) {
    require(progress.frames_total == 40, "progress knows the film's length");
    require(progress.frames_done >= done, "progress does not go back");
    done = progress.frames_done;
  };
  const lifereel::RenderReport report = lifereel::render(settings, control);
  require(report.film.frames == 40, "40 frames were encoded");
  require(count_pictures(settings.output) == 40, "40 frames can be decoded");
  require(!lifereel::describe(report).empty(), "the report has words");
  require(!lifereel::read_film_comment(settings.output).empty(), "the film carries its settings");

  // The film says how to make it again.
  lifereel::RenderSettings again;
  lifereel::apply_config_text(again, lifereel::read_film_comment(settings.output), "film.mp4");
  require(again.universe == settings.universe, "the film's settings are those it was made with");
}

void cancel_a_render(const std::string& folder) {
  lifereel::RenderSettings settings = small_film(folder + "/cancelled.mp4");
  settings.frames = 100'000'000;
  std::atomic<bool> cancel = false;
  lifereel::JobControl control;
  control.cancel = &cancel;
  control.progress = [&](const lifereel::JobProgress&) { cancel = true; };
  bool cancelled = false;
  try {
    lifereel::render(settings, control);
  } catch (const lifereel::Cancelled&) {
    cancelled = true;
  }
  require(cancelled, "a cancelled render throws Cancelled");
  require(!std::filesystem::exists(settings.output), "a cancelled render leaves no film");
}

void drive_an_engine() {
  lifereel::UniverseSettings universe;
  universe.particles = 200;
  const auto engine = lifereel::make_cpu_engine(universe, {.threads = 2});
  const auto twin = lifereel::make_cpu_engine(universe, {.threads = 1});
  std::vector<std::uint8_t> luma(static_cast<std::size_t>(universe.width) *
                                 static_cast<std::size_t>(universe.height));
  for (int i = 0; i < 5; ++i) {
    engine->step();
    engine->draw(lifereel::luma_target(luma.data(), static_cast<std::size_t>(universe.width)));
    twin->step();
  }
  lifereel::State state;
  engine->read_state(state);
  require(state.frame == 5 && state.x.size() == 200, "the state is that of frame 5");
  require(engine->hash_state() == twin->hash_state(), "thread counts do not change the state");
  std::uint8_t brightest = 0;
  for (const std::uint8_t value : luma) {
    if (value > brightest) brightest = value;
  }
  require(brightest == 235, "the brightest pixel is white");
}

void feed_own_pictures(const std::string& folder) {
  const std::string path = folder + "/own.mkv";
  constexpr int width = 64;
  constexpr int height = 48;
  lifereel::FilmSettings settings;
  settings.codec = "ffv1";
  lifereel::FilmOutput output;
  output.path = path;
  output.width = width;
  output.height = height;

  const std::vector<std::uint8_t> chroma(width / 2 * height / 2, 128);
  std::vector<std::vector<std::uint8_t>> lumas;
  {
    lifereel::Film film(settings, output);
    require(film.picture_format().pixel_format == lifereel::PixelFormat::yuv420p,
            "a film takes yuv420p");
    for (int i = 0; i < 10; ++i) {
      lumas.emplace_back(width * height, static_cast<std::uint8_t>(20 * i + 20));
    }
    for (int i = 0; i < 10; ++i) {
      lifereel::Picture picture;
      picture.width = width;
      picture.height = height;
      picture.planes[0] = lumas[static_cast<std::size_t>(i)].data();
      picture.planes[1] = picture.planes[2] = chroma.data();
      picture.stride_bytes[0] = width;
      picture.stride_bytes[1] = picture.stride_bytes[2] = width / 2;
      picture.pts_frames = i;
      film.write(picture);
    }
    require(!std::filesystem::exists(path), "a film has no name before finish()");
    film.finish();
  }
  lifereel::FilmReader reader(path);
  std::vector<std::uint8_t> luma;
  for (const auto& expected : lumas) {
    require(reader.read_luma(luma), "every picture comes back");
    require(luma == expected, "a lossless film gives the same pictures back");
  }
  require(!reader.read_luma(luma), "and no other");
}

/// A sink of our own: a sum over each picture's luma.
class SumSink final : public lifereel::PictureSink {
 public:
  void write(const lifereel::Picture& picture) override {
    std::uint64_t sum = 0;
    for (int y = 0; y < picture.height; ++y) {
      const std::uint8_t* row =
          picture.planes[0] + static_cast<std::ptrdiff_t>(y) * picture.stride_bytes[0];
      for (int x = 0; x < picture.width; ++x) sum += row[x];
    }
    sums.push_back(sum);
    if (picture.release) picture.release(picture.owner, picture.tag);
  }
  void finish() override { finished = true; }
  lifereel::PictureFormat picture_format() const noexcept override {
    return lifereel::format_for_size(lifereel::PixelFormat::gray8, 720, 480);
  }

  std::vector<std::uint64_t> sums;
  bool finished = false;
};

void take_frames() {
  lifereel::UniverseSettings universe;
  universe.particles = 100;
  const auto engine = lifereel::make_cpu_engine(universe);
  SumSink sink;
  lifereel::PipelineSettings settings;
  settings.frames = 25;
  const lifereel::PipelineStatistics statistics = lifereel::run_pipeline(*engine, sink, settings);
  require(statistics.frames == 25 && sink.sums.size() == 25, "the sink took 25 frames");
  require(sink.finished, "the sink was finished");
  require(engine->frame() == 25, "the engine stands at frame 25");
  for (const std::uint64_t sum : sink.sums) require(sum > 0, "no frame is black");
}

/// A scene of our own: rings that widen, each as bright as it is young.
class Ripples final : public lifereel::SceneFunction {
 public:
  Ripples(int columns, int rows) : columns_(columns), rows_(rows) {}

  lifereel::SceneCell cell(int column, int row, std::uint64_t frame) const override {
    lifereel::SceneCell cell{};
    for (int region = 0; region < 8; ++region) {
      // In regions, which are square, from the picture's middle.
      const int x = 2 * column + region % 2 - columns_, y = 4 * row + region / 2 - 2 * rows_;
      const std::uint64_t square = static_cast<std::uint64_t>(x * x + y * y);
      const std::uint64_t phase = (square + 4096 - frame * 16 % 1024) % 1024;
      cell.shape[region] = phase < 512 ? 1.0f : 0.0f;
    }
    const int across = 2 * column - columns_, down = 4 * row - 2 * rows_;
    cell.brightness = 200.0f / static_cast<float>(200 + across * across + down * down);
    cell.colour = cell.brightness;
    return cell;
  }

 private:
  int columns_, rows_;
};

void show_an_own_scene() {
  lifereel::RenderSettings settings;
  lifereel::apply_config_text(settings, "scene = fire\nsize = 320x288\n", "ripples");
  const auto make = [](int columns, int rows) { return std::make_unique<Ripples>(columns, rows); };
  const auto engine = lifereel::make_scene_engine(settings.universe, make, {.threads = 2});
  std::vector<std::uint8_t> luma(320 * 288), before;
  for (int frame = 1; frame <= 3; ++frame) {
    engine->step();
    engine->draw(lifereel::luma_target(luma.data(), 320));
    require(luma != before, "ripples move");
    before = luma;
  }
  // It goes to any frame.
  lifereel::Checkpoint checkpoint;
  engine->save(checkpoint);
  engine->step();
  engine->restore(checkpoint);
  engine->draw(lifereel::luma_target(luma.data(), 320));
  require(luma == before, "a picture depends on its frame alone");
}

void render_twice_at_once(const std::string& folder) {
  const std::string paths[2] = {folder + "/one.mp4", folder + "/two.mp4"};
  std::exception_ptr errors[2];
  {
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i) {
      threads.emplace_back([&, i] {
        try {
          lifereel::render(small_film(paths[i]));
        } catch (...) {
          errors[i] = std::current_exception();
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  for (const std::exception_ptr& error : errors) {
    if (error) std::rethrow_exception(error);
  }
  require(bytes_of(paths[0]) == bytes_of(paths[1]), "two renders at once make the same film");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: consumer FOLDER\n");
    return 2;
  }
  const std::string folder = argv[1];
  try {
    render_with_progress(folder);
    cancel_a_render(folder);
    drive_an_engine();
    feed_own_pictures(folder);
    take_frames();
    show_an_own_scene();
    render_twice_at_once(folder);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "consumer: %s\n", error.what());
    return 1;
  }
  std::printf("consumer: all is well with lifereel %s\n", lifereel::version());
  return 0;
}
