// SPDX-License-Identifier: GPL-2.0-or-later
// What a scout found, as text.
#include <algorithm>
#include <cstddef>
#include <utility>

#include "src/scout.h"
#include "src/text/format.h"
#include "src/text/json.h"

namespace lifereel {
namespace {

/// Every number of a seed, under the name that it has in each format.
template <class Each>
void each_number(const ScoutedSeed& seed, const Each& each) {
  const ScoutMeasures& m = seed.measures;
  const std::pair<const char*, std::int64_t> numbers[] = {{"place", seed.place},
                                                          {"rivals", seed.rivals},
                                                          {"activity_place", seed.activity_place},
                                                          {"structure_place", seed.structure_place},
                                                          {"novelty", seed.novelty},
                                                          {"novelty_place", seed.novelty_place},
                                                          {"alive_ppm", seed.alive},
                                                          {"motion", m.motion},
                                                          {"change_20_ppm", m.change_20},
                                                          {"change_200_ppm", m.change_200},
                                                          {"active_1s_ppm", m.active_1s},
                                                          {"active_10s_ppm", m.active_10s},
                                                          {"lit_ppm", m.lit},
                                                          {"picture_bytes", m.picture_bytes},
                                                          {"change_bytes", m.change_bytes},
                                                          {"structure", m.structure}};
  for (const auto& [name, number] : numbers) each(name, number);
}

std::string hours(double seconds) {
  return seconds < 120 ? format("%.0f s", seconds)
                       : format("%d:%02d h", static_cast<int>(seconds) / 3600,
                                static_cast<int>(seconds) / 60 % 60);
}

std::vector<const ScoutedSeed*> finalists_by_place(const ScoutReport& report) {
  std::vector<const ScoutedSeed*> list;
  for (const ScoutedSeed& seed : report.seeds)
    if (seed.finalist) list.push_back(&seed);
  std::sort(list.begin(), list.end(),
            [](const ScoutedSeed* a, const ScoutedSeed* b) { return a->place < b->place; });
  return list;
}

}  // namespace

std::string to_csv(const ScoutReport& report) {
  std::string text = "seed,frames,finalist,dead_from";
  each_number({}, [&](const char* name, std::int64_t) { text += ',' + std::string(name); });
  text += '\n';
  for (const ScoutedSeed& seed : report.seeds) {
    text += std::to_string(seed.seed) + ',' + std::to_string(seed.frames) + ',' +
            (seed.finalist ? "1," : "0,") +
            (seed.dead_from ? std::to_string(*seed.dead_from) : std::string());
    each_number(seed,
                [&](const char*, std::int64_t number) { text += ',' + std::to_string(number); });
    text += '\n';
  }
  return text;
}

std::string to_json(const ScoutReport& report) {
  Json json;
  json.open(nullptr);
  json.open_list("rungs");
  for (std::size_t rung = 0; rung < report.entered.size(); ++rung) {
    json.open(nullptr);
    json.add("frames", report.rungs[rung]);
    json.add("seeds", std::uint64_t{report.entered[rung]});
    json.close();
  }
  json.close_list();
  json.open_list("agreements");
  for (const RungAgreement& agreement : report.agreements) {
    json.open(nullptr);
    json.add("frames", agreement.frames);
    json.add("held_out_seeds", std::uint64_t{agreement.seeds});
    json.add("place", agreement.place);
    json.add("activity", agreement.activity);
    json.add("structure", agreement.structure);
    json.close();
  }
  json.close_list();
  json.open_list("seeds");
  for (const ScoutedSeed& seed : report.seeds) {
    json.open(nullptr);
    json.add("seed", seed.seed);
    json.add("frames", seed.frames);
    json.add("finalist", seed.finalist ? 1 : 0);
    if (seed.dead_from) json.add("dead_from", *seed.dead_from);
    each_number(seed, [&](const char* name, std::int64_t number) { json.add(name, number); });
    json.add("command", seed.command);
    json.close();
  }
  json.close_list();
  json.close();
  return json.text() + "\n";
}

std::string describe(const ScoutReport& report) {
  std::string text;
  for (std::size_t rung = 0; rung < report.entered.size(); ++rung)
    text += format("%8zu seeds  %8lld frames\n", report.entered[rung],
                   static_cast<long long>(report.rungs[rung]));
  if (report.frames_run > 0 && report.seconds > 0)
    text += format("%lld frames in %s: %.0f a second on %d threads\n",
                   static_cast<long long>(report.frames_run), hours(report.seconds).c_str(),
                   static_cast<double>(report.frames_run) / report.seconds, report.threads);
  for (const RungAgreement& agreement : report.agreements)
    if (agreement.place && agreement.activity && agreement.structure)
      text += format(
          "of %zu held-out seeds, ranks after %lld frames and at the end agree by %.2f (place), "
          "%.2f (activity), %.2f (structure)\n",
          agreement.seeds, static_cast<long long>(agreement.frames), *agreement.place,
          *agreement.activity, *agreement.structure);
  const std::vector<const ScoutedSeed*> finalists = finalists_by_place(report);
  if (finalists.empty()) return text;
  text += "\n  place      seed  activity  structure  novelty  dead from\n";
  for (const ScoutedSeed* const seed : finalists)
    text += format("%7d  %8llu  %7.1f%%  %9.2f  %7.3f  %s\n", seed->place,
                   static_cast<unsigned long long>(seed->seed),
                   static_cast<double>(seed->measures.active_10s) / 10'000,
                   static_cast<double>(seed->measures.structure) / 1000,
                   static_cast<double>(seed->novelty) / 1000,
                   seed->dead_from
                       ? format("frame %lld", static_cast<long long>(*seed->dead_from)).c_str()
                       : "alive");
  return text;
}

}  // namespace lifereel
