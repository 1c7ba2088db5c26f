// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/scout/finalist_pictures.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>

#include "encoders/film.h"
#include "encoders/png.h"
#include "src/pictures/still.h"
#include "src/pipeline/frame_source.h"
#include "src/render.h"
#include "src/render/disk_file.h"
#include "src/scout/seed_run.h"

namespace lifereel {
namespace {

constexpr int most_still_width = 256, most_film_width = 960;
constexpr std::int64_t film_seconds = 8;

std::unique_ptr<Engine> engine_at(const UniverseSettings& universe, const State& state, Isa isa) {
  CpuEngineSettings cpu;
  cpu.isa = isa;
  cpu.threads = 1;
  std::unique_ptr<Engine> engine = make_cpu_engine(universe, cpu);
  engine->restore(undrawn(universe, state));
  return engine;
}

PictureFormat format_of(const RenderSettings& film) {
  return format_for_size(film.film.pixel_format, film.universe.width, film.universe.height);
}

/// Frames after which a hundredth of the light is left, and white has followed.
std::int64_t frames_to_draw_first(const UniverseSettings& universe) {
  constexpr std::int64_t least = 48, most = 600;
  float left = 1;
  std::int64_t frames = 0;
  for (; left > 0.01f && frames < most; ++frames) left *= universe.trail_decay;
  return std::max(least, frames);
}

/// Means of squares of pixels.
Still smaller(const Still& still, int by) {
  Still small;
  small.width = still.width / by;
  small.height = still.height / by;
  small.channels = still.channels;
  for (int y = 0; y < small.height; ++y)
    for (int x = 0; x < small.width; ++x)
      for (int channel = 0; channel < still.channels; ++channel) {
        int sum = 0;
        for (int row = y * by; row < (y + 1) * by; ++row)
          for (int column = x * by; column < (x + 1) * by; ++column)
            sum += still.samples[static_cast<std::size_t>(
                (row * still.width + column) * still.channels + channel)];
        small.samples.push_back(static_cast<std::uint8_t>((sum + by * by / 2) / (by * by)));
      }
  return small;
}

}  // namespace

ShowTimes::ShowTimes(std::int64_t frames, std::int64_t period) {
  constexpr std::int64_t steps = 5;
  const auto add = [&](std::int64_t frame) {
    frame = std::clamp(frame / period, std::int64_t{1}, frames / period) * period;
    if (stills.empty() || stills.back() < frame) stills.push_back(frame);
  };
  add(frames / 100);
  for (std::int64_t step = 1; step <= steps; ++step) add(frames * step / steps);
  film = stills[stills.size() / 2];
}

std::string still_path(const std::string& folder, std::uint64_t seed, std::int64_t frame) {
  return folder + "/stills/" + std::to_string(seed) + "-" + std::to_string(frame) + ".png";
}

std::string short_film_path(const std::string& folder, std::uint64_t seed) {
  return folder + "/films/" + std::to_string(seed) + ".mp4";
}

bool is_whole_still(const std::string& path) {
  constexpr std::string_view begin("\x89PNG\r\n\x1a\n", 8), end("IEND\xae\x42\x60\x82", 8);
  const std::optional<std::string> picture = lifereel::read_file(path);
  return picture && picture->starts_with(begin) && picture->ends_with(end);
}

bool is_short_film(const std::string& path) {
  std::error_code missing;
  const std::uintmax_t bytes = std::filesystem::file_size(path, missing);
  return !missing && bytes > 0;
}

void draw_still(const RenderSettings& film, const State& state, Isa isa, const std::string& path) {
  const std::unique_ptr<Engine> engine = engine_at(film.universe, state, isa);
  FrameSource source(*engine, format_of(film));
  source.pass(frames_to_draw_first(film.universe) - 1, {});
  source.next();
  const Still still = to_still(view(source.picture()));
  write_png(path,
            smaller(still, std::max(1, (still.width + most_still_width - 1) / most_still_width)));
}

std::string short_film_codec() {
  const std::vector<EncoderDescription> encoders = available_video_encoders();
  for (const char* const codec : {"libx264", "libvpx-vp9"})
    for (const EncoderDescription& encoder : encoders)
      if (encoder.name == codec) return codec;
  return "";
}

void make_short_film(const RenderSettings& film, const State& state, Isa isa,
                     const std::string& codec, const std::string& path,
                     const std::atomic<bool>* cancel) {
  JobControl control;
  control.cancel = cancel;
  RenderSettings clip;
  clip.universe = film.universe;
  clip.film.codec = codec;
  clip.film.frames_per_second = film.film.frames_per_second;
  clip.film.aspect = film.film.aspect;
  clip.film.crf = 26;
  clip.film.faststart = true;
  clip.film.codec_threads = 1;
  clip.film.chunk_frames = 0;
  if (clip.universe.width > most_film_width)
    clip.film.filter = "scale=" + std::to_string(most_film_width) + ":-2:flags=area";
  clip.engine.lanes = 1;
  clip.seconds = film_seconds;
  clip.output = path;
  clip.overwrite = true;
  clip.resume = Resume::off;
  const std::unique_ptr<Engine> engine = engine_at(clip.universe, state, isa);
  pass_frames(*engine, format_of(clip), frames_to_draw_first(clip.universe), control);
  render(clip, *engine, control);
}

}  // namespace lifereel
