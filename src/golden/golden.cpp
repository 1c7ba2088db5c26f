// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/golden.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <stdexcept>
#include <utility>

#include "encoders/frame_hash.h"
#include "sim/hash/sha256.h"
#include "src/pictures/still.h"
#include "src/pipeline/cancellation.h"
#include "src/pipeline/frame_source.h"
#include "src/render.h"
#include "src/text/setting_text.h"
#include "src/version.h"

namespace lifereel {
namespace {

constexpr std::string_view comment_mark = "#lifereel ";
constexpr std::string_view version_mark = "# lifereel ";
constexpr std::size_t hash_digits = 64;

[[noreturn]] void fail(const std::string& message) { throw std::invalid_argument(message); }

/// One line "stream, dts, pts, duration, size, hash".
struct HashLine {
  int stream = 0;
  std::int64_t frame = 0;
  std::int64_t bytes = 0;
  std::string hash;
};

std::optional<HashLine> parse_hash_line(std::string_view line) {
  std::vector<std::string_view> fields;
  while (true) {
    const std::size_t comma = line.find(',');
    fields.push_back(trim(line.substr(0, comma)));
    if (comma == std::string_view::npos) break;
    line.remove_prefix(comma + 1);
  }
  if (fields.size() != 6) return std::nullopt;
  HashLine result;
  try {
    result.stream = parse_int(fields[0]);
    result.frame = parse_integer(fields[2]);
    result.bytes = parse_integer(fields[4]);
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
  result.hash = fields[5];
  if (result.hash.size() != hash_digits ||
      result.hash.find_first_not_of("0123456789abcdef") != std::string::npos) {
    return std::nullopt;
  }
  return result;
}

}  // namespace

std::string run_golden(const RenderSettings& settings, const std::string& path, bool overwrite,
                       const JobControl& control) {
  validate(settings.universe);
  RenderSettings counted = settings;
  counted.frames = frame_count(settings);
  counted.seconds.reset();

  FrameHashSettings hash;
  hash.width = settings.universe.width;
  hash.height = settings.universe.height;
  hash.frames_per_second = settings.film.frames_per_second;
  hash.with_states = true;
  hash.comments.push_back(std::string(version_mark) + version());
  const std::string config = print_config(counted);
  for (std::size_t at = 0; at < config.size();) {
    const std::size_t end = config.find('\n', at);
    hash.comments.push_back(config.substr(at, end - at));
    at = end + 1;
  }

  const std::unique_ptr<Engine> engine = make_engine(settings.universe, settings.engine);
  FrameSource source(*engine, picture_format(hash.format, hash.width, hash.height));
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

Golden parse_golden(std::string_view text, const std::string& name) {
  Golden golden;
  std::string config;  // with an empty line for every line that is none, so that numbers agree
  bool has_config = false, states_announced = false;
  std::int64_t picture_bytes = 0;
  int number = 0;
  const auto where = [&](int line) { return name + ":" + std::to_string(line) + ": "; };
  const bool whole_lines = text.empty() || text.back() == '\n';

  while (!text.empty()) {
    ++number;
    const std::size_t end = text.find('\n');
    const std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.starts_with(comment_mark)) {
      const std::string_view comment = line.substr(comment_mark.size());
      if (comment.starts_with(version_mark)) {
        golden.version = comment.substr(version_mark.size());
      } else {
        has_config = true;
        config += comment;
      }
    } else if (line.starts_with("#hash:")) {
      if (trim(line.substr(6)) != "SHA256") fail(where(number) + "the hashes are not SHA256");
    } else if (line.starts_with("#media_type 1:")) {
      states_announced = true;
    } else if (!line.empty() && line[0] != '#') {
      const auto parsed = parse_hash_line(line);
      if (!parsed || parsed->stream < 0 || parsed->stream > 1) {
        fail(where(number) + in_quotes(line) + " is no line of hashes");
      }
      auto& hashes = parsed->stream == 0 ? golden.pictures : golden.states;
      if (parsed->frame != static_cast<std::int64_t>(hashes.size())) {
        fail(where(number) + "frame " + std::to_string(parsed->frame) + " stands where frame " +
             std::to_string(hashes.size()) + " is expected");
      }
      if (hashes.empty() && parsed->stream == 0) picture_bytes = parsed->bytes;
      hashes.push_back(parsed->hash);
    }
    config += '\n';
  }

  const std::string at_end = where(std::max(number, 1));
  if (!has_config) {
    fail(where(1) + "there are no \"#lifereel\" lines with settings; lifereel hash -o writes them");
  }
  apply_embedded_config(golden.settings, config, name);
  validate(golden.settings.universe);
  const std::int64_t frames = frame_count(golden.settings);
  if (!whole_lines) fail(at_end + "the last line is cut off");
  const bool states_wanted = states_announced || !golden.states.empty();
  for (const auto* hashes : {&golden.pictures, &golden.states}) {
    if (hashes == &golden.states && !states_wanted) continue;
    const auto count = static_cast<std::int64_t>(hashes->size());
    if (count != frames) {
      fail(at_end + "the file ends with " + std::to_string(count) + " of " +
           std::to_string(frames) + (hashes == &golden.pictures ? " pictures" : " states"));
    }
  }
  const UniverseSettings& universe = golden.settings.universe;
  for (const PixelFormat format : {PixelFormat::yuv420p, PixelFormat::gray8}) {
    const std::size_t bytes = packed_bytes(format, universe.width, universe.height);
    if (picture_bytes == static_cast<std::int64_t>(bytes)) {
      golden.format = format;
      return golden;
    }
  }
  fail(name + ": the pictures are not of " + std::to_string(universe.width) + "x" +
       std::to_string(universe.height) + " pixels, as the settings in it say");
}

Golden read_golden(const std::string& path) { return parse_golden(read_text_file(path), path); }

GoldenCheck check_golden(const Golden& golden, const EngineSettings& engine_settings,
                         const JobControl& control) {
  const UniverseSettings& universe = golden.settings.universe;
  const auto total = static_cast<std::int64_t>(golden.pictures.size());
  const std::unique_ptr<Engine> engine = make_engine(universe, engine_settings);
  GoldenCheck result;
  result.engine = engine->describe();
  FrameSource source(*engine, picture_format(golden.format, universe.width, universe.height));
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
