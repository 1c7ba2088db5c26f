// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/scout/seed_run.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "encoders/finished_file.h"
#include "sim/hash/sha256.h"
#include "src/errors.h"
#include "src/pipeline/cancellation.h"
#include "src/render/disk_file.h"
#include "src/text/text_file.h"

namespace lifereel {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto keep_every = std::chrono::seconds(30);
constexpr std::string_view header = "lifereel scout run v01\n";
constexpr std::size_t checksum_bytes = 64;

/// Between two observations.
struct Kept {
  State state;
  std::vector<Observation> observations;
};

// clang-format off
/// Text, but for the state, and a checksum of it all:
///   "lifereel scout run v01\n"
///   " SEED FRAMES FRAME OBSERVATIONS PARTICLES\n"
///   an observation a line
///   hash_state()'s bytes
///   64 bytes   SHA-256 of all bytes before, in lower-case hexadecimal
// clang-format on
std::string to_text(const RunKey& key, const Kept& kept) {
  std::string text(header);
  for (const std::uint64_t value :
       {key.seed, static_cast<std::uint64_t>(key.frames), kept.state.frame,
        std::uint64_t{kept.observations.size()}, std::uint64_t{kept.state.y.size()}})
    text += ' ' + std::to_string(value);
  text += '\n';
  for (const Observation& observation : kept.observations) {
    print_measures(text, observation);
    text += '\n';
  }
  std::vector<std::uint8_t> bytes;
  serialize_state(kept.state, bytes);
  text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return text + sha256_hex(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

/// Nothing where it is damaged, or another run's.
std::optional<Kept> from_text(const RunKey& key, std::string_view text, std::size_t particles) {
  if (text.size() < header.size() + checksum_bytes || !text.starts_with(header))
    return std::nullopt;
  const std::size_t content = text.size() - checksum_bytes;
  if (text.substr(content) !=
      sha256_hex(reinterpret_cast<const std::uint8_t*>(text.data()), content))
    return std::nullopt;
  text = text.substr(header.size(), content - header.size());
  // Whoever wrote the checksum wrote the rest.
  Kept kept;
  std::uint64_t values[5] = {};
  std::string line(take_line(text));
  char* at = line.data();
  for (std::uint64_t& value : values) value = std::strtoull(at, &at, 10);
  if (values[0] != key.seed || static_cast<std::int64_t>(values[1]) != key.frames ||
      values[4] != particles)
    return std::nullopt;
  kept.state.frame = values[2];
  for (std::uint64_t i = 0; i < values[3]; ++i) {
    std::string_view numbers = take_line(text);
    if (!parse_measures(numbers, kept.observations.emplace_back())) return std::nullopt;
  }
  if (text.size() != 20 * particles) return std::nullopt;
  State& state = kept.state;
  for (auto* axis : {&state.y, &state.x, &state.vy, &state.vx}) axis->resize(particles);
  state.species.resize(particles);
  const auto get = [&text](void* to) {
    std::memcpy(to, text.data(), 4);
    text.remove_prefix(4);
  };
  for (std::size_t i = 0; i < particles; ++i) {
    get(&state.y[i]);
    get(&state.x[i]);
  }
  for (std::size_t i = 0; i < particles; ++i) {
    get(&state.vy[i]);
    get(&state.vx[i]);
  }
  for (std::size_t i = 0; i < particles; ++i) get(&state.species[i]);
  return kept;
}

std::optional<Kept> read_kept(const SeedRun& run) {
  try {
    const std::optional<std::string> text = lifereel::read_file(run.kept_path);
    return text ? from_text(run.key, *text, static_cast<std::size_t>(run.universe.particles))
                : std::nullopt;
  } catch (const std::runtime_error&) {
    return std::nullopt;  // it can be run again
  }
}

}  // namespace

Checkpoint undrawn(const UniverseSettings& universe, const State& state) {
  Checkpoint checkpoint;
  checkpoint.universe = universe;
  checkpoint.state = state;
  const auto width = static_cast<std::size_t>(universe.width),
             height = static_cast<std::size_t>(universe.height);
  checkpoint.trail.resize(width * height);
  if (universe.look.draws_colour())
    for (auto* plane : {&checkpoint.trail_cb, &checkpoint.trail_cr})
      plane->resize((width / 2) * (height / 2));
  return checkpoint;
}

ObservedRun run_seed(const SeedRun& run) {
  throw_if_cancelled(run.cancel);
  CpuEngineSettings cpu;
  cpu.isa = run.isa;
  cpu.threads = 1;
  const std::unique_ptr<Engine> engine = make_cpu_engine(run.universe, cpu);
  Kept kept;
  if (std::optional<Kept> before = read_kept(run)) {
    try {
      engine->restore(undrawn(run.universe, before->state));
      kept = std::move(*before);
    } catch (const std::exception&) {
      // No engine wrote that. This one is where it was.
    }
  }
  bool is_kept = engine->frame() > 0;
  const auto keep = [&] {
    write_text_file(run.kept_path, true, to_text(run.key, kept));
    is_kept = true;
  };
  Observer observer(*engine, run.times);
  const CancellableSteps cancellable(*engine, run.cancel);
  const auto observations = static_cast<std::size_t>(run.key.frames / run.times.period);
  auto shown = run.shown.begin();
  Clock::time_point last_kept = Clock::now();
  const Clock::time_point start = last_kept;
  const auto show = [&] {
    const auto now = static_cast<std::int64_t>(kept.state.frame);
    for (; shown != run.shown.end() && *shown <= now; ++shown)
      if (*shown == now) run.show(kept.state);
  };
  try {
    if (!kept.observations.empty()) show();  // it may have been stopped meanwhile
    while (kept.observations.size() < observations) {
      kept.observations.push_back(observer.next());
      engine->read_state(kept.state);
      if (run.frames_run != nullptr) *run.frames_run += run.times.period;
      show();
      if (Clock::now() - last_kept < keep_every) continue;
      keep();
      last_kept = Clock::now();
    }
  } catch (const Cancelled&) {
    if (!kept.observations.empty() && Clock::now() - start >= run.least_kept) keep();
    throw;
  }
  const ObservedRun result = conclude(kept.observations, run.times);
  if (is_kept) {
    std::error_code ignored;
    std::filesystem::remove(run.kept_path, ignored);
  }
  return result;
}

}  // namespace lifereel
