// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/golden.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "encoders/frame_hash.h"
#include "sim/hash/sha256.h"
#include "src/pictures/still.h"
#include "src/pipeline/cancellation.h"
#include "src/pipeline/frame_source.h"
#include "src/render.h"
#include "src/settings/validation.h"
#include "src/version.h"

namespace lifereel {

std::string run_golden(const RenderSettings& settings, const std::string& path, bool overwrite,
                       const JobControl& control) {
  validate(settings.universe);
  check_pixel_format(settings);
  RenderSettings counted = settings;
  counted.frames = frame_count(settings);
  counted.seconds.reset();

  FrameHashSettings hash;
  hash.format = settings.film.pixel_format;
  hash.width = settings.universe.width;
  hash.height = settings.universe.height;
  hash.frames_per_second = settings.film.frames_per_second;
  hash.with_states = true;
  hash.comments.push_back("# lifereel " + std::string(version()));
  const std::string config = print_config(counted);
  for (std::size_t at = 0; at < config.size();) {
    const std::size_t end = config.find('\n', at);
    hash.comments.push_back(config.substr(at, end - at));
    at = end + 1;
  }

  const std::unique_ptr<Engine> engine =
      make_engine(settings.universe, settings.engine, control.notice);
  const PictureFormat format = format_for_size(hash.format, hash.width, hash.height);
  pass_frames(*engine, format, settings.warmup, control);
  engine->cancel_steps(control.cancel);
  FrameSource source(*engine, format);
  FrameHash sink(hash, path, overwrite);
  const FrameMeter meter;
  State state;
  std::vector<std::uint8_t> state_bytes;
  for (std::int64_t frame = 0; frame < *counted.frames; ++frame) {
    throw_if_cancelled(control.cancel);
    source.next();
    engine->read_state(state);
    serialize_state(state, state_bytes);
    sink.write(source.picture());  // hashed when this returns
    sink.write_state(frame, state_bytes);
    if (control.progress) control.progress(meter.measure(frame + 1, *counted.frames));
  }
  sink.finish();
  return sink.text();
}

GoldenCheck check_golden(const Golden& golden, const EngineSettings& engine_settings,
                         const JobControl& control) {
  const UniverseSettings& universe = golden.settings.universe;
  const auto total = static_cast<std::int64_t>(golden.pictures.size());
  const std::unique_ptr<Engine> engine = make_engine(universe, engine_settings, control.notice);
  GoldenCheck result;
  result.engine = engine->describe();
  const PictureFormat format = format_for_size(golden.format, universe.width, universe.height);
  pass_frames(*engine, format, golden.settings.warmup, control);
  engine->cancel_steps(control.cancel);
  FrameSource source(*engine, format);
  std::vector<std::uint8_t> picture;
  const FrameMeter meter;
  for (std::int64_t frame = 0; frame < total; ++frame) {
    throw_if_cancelled(control.cancel);
    source.next();
    picture.clear();
    append_packed(source.picture(), picture);
    const auto index = static_cast<std::size_t>(frame);
    GoldenDifference difference;
    difference.golden_picture = golden.pictures[index];
    difference.picture = sha256_hex(picture.data(), picture.size());
    difference.picture_differs = difference.picture != difference.golden_picture;
    difference.state = engine->hash_state();
    if (!golden.states.empty()) {
      difference.golden_state = golden.states[index];
      difference.state_differs = difference.state != difference.golden_state;
    }
    if (difference.picture_differs || difference.state_differs) {
      difference.frame = frame;
      difference.still = to_still(view(source.picture()));
      result.difference = std::move(difference);
      return result;
    }
    result.frames_equal = frame + 1;
    if (control.progress) control.progress(meter.measure(frame + 1, total));
  }
  return result;
}

}  // namespace lifereel
