// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/render/frame_budget.h"

#include <optional>

#include "src/render.h"
#include "src/text/format.h"
#include "src/text/quantities.h"

namespace lifereel {
namespace {

struct Stage {
  const char* name;
  double StageTimes::*seconds;
};
constexpr Stage all_stages[] = {{"step", &StageTimes::step},     {"light", &StageTimes::light},
                                {"glyphs", &StageTimes::glyphs}, {"bend", &StageTimes::bend},
                                {"bloom", &StageTimes::bloom},   {"tone", &StageTimes::tone}};

constexpr double milliseconds = 1e3;

const char* name_of(Estimate::Source source) {
  switch (source) {
    case Estimate::Source::kept:
      return "kept";
    case Estimate::Source::rendered:
      return "rendered";
    case Estimate::Source::measured:
      break;
  }
  return "measured";
}

std::optional<double> if_known(double value, bool known) {
  return known ? std::optional(value * milliseconds) : std::nullopt;
}

}  // namespace

FrameBudget frame_budget(const RenderReport& report) {
  FrameBudget budget;
  const PipelineStatistics& pipeline = report.pipeline;
  if (pipeline.frames == 0) return budget;
  const double share = 1.0 / static_cast<double>(pipeline.frames);
  budget.frame = pipeline.wall_seconds * share;
  budget.engine = pipeline.engine_busy_seconds * share;
  for (const Stage& stage : all_stages)
    budget.stages.*stage.seconds = pipeline.engine_stages.*stage.seconds * share;
  budget.encode = (report.film.encode_seconds - report.film.mux_seconds) * share;
  budget.mux = report.film.mux_seconds * share;
  return budget;
}

std::string describe(const FrameBudget& budget) {
  std::string text =
      format("%.2f ms: engine %.2f", budget.frame * milliseconds, budget.engine * milliseconds);
  if (budget.stages.sum() > 0) {
    std::string stages;
    for (const Stage& stage : all_stages) {
      const double shown = budget.stages.*stage.seconds * milliseconds;
      if (shown >= 0.005)
        stages += format("%s%s %.2f", stages.empty() ? "" : ", ", stage.name, shown);
    }
    if (!stages.empty()) text += " (" + stages + ")";
  }
  if (budget.encode > 0)
    text +=
        format(", encode %.2f, mux %.2f", budget.encode * milliseconds, budget.mux * milliseconds);
  return text;
}

void add_budget(Json& json, const char* name, const FrameBudget& budget) {
  json.open(name);
  json.add("frame_ms", budget.frame * milliseconds);
  json.add("engine_ms", budget.engine * milliseconds);
  for (const Stage& stage : all_stages)
    json.add((std::string(stage.name) + "_ms").c_str(),
             if_known(budget.stages.*stage.seconds, budget.stages.sum() > 0));
  json.add("encode_ms", if_known(budget.encode, budget.encode > 0));
  json.add("mux_ms", if_known(budget.mux, budget.encode > 0));
  json.close();
}

void add_estimate(Json& json, const Estimate& estimate) {
  json.add("frames", estimate.frames);
  json.add("seconds", estimate.seconds);
  json.add("film_bytes", estimate.film_bytes);
  json.add("disk_bytes", estimate.disk_bytes);
  json.add("peak_memory_bytes", estimate.peak_memory_bytes);
  json.add("source", std::string(name_of(estimate.source)));
  json.add("oldest_sample", estimate.oldest_sample);
  json.add("lanes", estimate.lanes);
  json.add("engine", estimate.engine);
  json.add("engine_threads", estimate.engine_threads);
  add_budget(json, "stages", estimate.budget);
}

std::string describe(const Estimate& estimate) {
  std::string text = "about " + duration_text(estimate.seconds);
  if (estimate.film_bytes > 0)
    text += ", film " + size_text(estimate.film_bytes) + ", disk " +
            size_text(estimate.disk_bytes) + " until it is finished";
  return text + ", memory " + size_text(estimate.peak_memory_bytes);
}

}  // namespace lifereel
