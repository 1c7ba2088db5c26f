// SPDX-License-Identifier: GPL-2.0-or-later
// What a benchmark found, as tables, JSON and CSV (bench.h).
#include <string>

#include "src/bench.h"
#include "src/text/format.h"
#include "src/text/json.h"

namespace lifereel {
namespace {

/// Three digits that mean something.
std::string rate_text(double frames_per_second) {
  return format(frames_per_second < 10    ? "%.2f"
                : frames_per_second < 100 ? "%.1f"
                                          : "%.0f",
                frames_per_second);
}

std::string machine_text(const MachineDescription& machine) {
  return format("%s, %d processor%s, %.1f GiB, %s; lifereel %s, FFmpeg %s; %s\n\n",
                machine.processor.c_str(), machine.processors, machine.processors == 1 ? "" : "s",
                static_cast<double>(machine.memory_bytes) / (1024.0 * 1024 * 1024),
                machine.system.c_str(), machine.lifereel.c_str(), machine.ffmpeg.c_str(),
                machine.date.c_str());
}

void add_machine(Json& json, const MachineDescription& machine) {
  json.open("machine");
  json.add("processor", machine.processor);
  json.add("processors", machine.processors);
  json.add("memory_bytes", machine.memory_bytes);
  json.add("system", machine.system);
  json.add("lifereel", machine.lifereel);
  json.add("ffmpeg", machine.ffmpeg);
  json.add("date", machine.date);
  json.close();
}

void add_part(Json& json, const char* name, const BenchPart& part) {
  json.open(name);
  json.add("frames_per_second", part.frames_per_second());
  json.add("wall_seconds", part.wall_seconds);
  json.add("processor_seconds", part.processor_seconds);
  json.add("engine_threads", part.threads);
  json.add("lanes", part.lanes);
  json.close();
}

double pixels(const ScalingPoint& point) { return static_cast<double>(point.width) * point.height; }

}  // namespace

std::string describe(const BenchReport& report) {
  std::string text = machine_text(report.machine);
  const EngineDescription& engine = report.engine;
  const std::string with = engine.engine == "cpu"
                               ? format("%s, %d thread%s", engine.isa.c_str(), engine.threads,
                                        engine.threads == 1 ? "" : "s")
                               : engine.device;
  text += "| frames per second | frames | engine, 1 thread | engine, " + with +
          " | lanes | encoder | film | film's time / slower one's | / machine's bound |\n"
          "|---|---|---|---|---|---|---|---|---|\n";
  for (const PresetBench& preset : report.presets) {
    const std::string look = preset.look.empty() ? "" : preset.look + ", ";
    text += format("| `%s`, %s%dx%d, %d particles, %s |", preset.preset.c_str(), look.c_str(),
                   preset.width, preset.height, preset.particles, preset.codec.c_str());
    if (!preset.skipped.empty()) {
      text += " skipped: " + preset.skipped + " | | | | | | | |\n";
      continue;
    }
    text += format(" %lld |", static_cast<long long>(preset.frames));
    text += " " + rate_text(preset.engine_one_thread.frames_per_second()) + " | " +
            rate_text(preset.engine.frames_per_second()) + " |";
    text += format(" %d | ", preset.film.lanes) + rate_text(preset.encoder.frames_per_second()) +
            " | " + rate_text(preset.film.frames_per_second()) + " |";
    text += format(" %.2f | %.2f |\n", preset.film_over_slower, preset.film_over_bound);
  }
  return text;
}

std::string to_json(const BenchReport& report) {
  Json json;
  json.open(nullptr);
  add_machine(json, report.machine);
  json.open("engine");
  json.add("engine", report.engine.engine);
  json.add("device", report.engine.device);
  json.add("isa", report.engine.isa);
  json.add("threads", report.engine.threads);
  json.close();
  json.open_list("presets");
  for (const PresetBench& preset : report.presets) {
    json.open(nullptr);
    json.add("preset", preset.preset);
    if (!preset.look.empty()) json.add("look", preset.look);
    json.add("width", preset.width);
    json.add("height", preset.height);
    json.add("particles", preset.particles);
    json.add("codec", preset.codec);
    if (!preset.skipped.empty()) {
      json.add("skipped", preset.skipped);
      json.close();
      continue;
    }
    json.add("frames", preset.frames);
    json.add("pictures_in_memory", preset.pictures_in_memory);
    add_part(json, "engine_one_thread", preset.engine_one_thread);
    add_part(json, "engine", preset.engine);
    add_part(json, "encoder", preset.encoder);
    add_part(json, "film", preset.film);
    json.add("film_over_slower", preset.film_over_slower);
    json.add("film_over_bound", preset.film_over_bound);
    json.close();
  }
  json.close_list();
  json.close();
  return json.text() + "\n";
}

std::string describe(const ScalingReport& report) {
  std::string text = machine_text(report.machine);
  const char* series = "";
  for (const ScalingPoint& point : report.points) {
    if (point.series != series) {
      series = point.series.c_str();
      text += format(
          "%s| engine, %d thread%s, %s | frames/s | simulate, ms | draw, ms | simulate, ns a "
          "particle | draw, ns a pixel |\n|---|---|---|---|---|---|\n",
          text.back() == '\n' && text[text.size() - 2] == '\n' ? "" : "\n", report.threads,
          report.threads == 1 ? "" : "s",
          point.series == "density" ? "N grows with the world" : "the world grows, N does not");
    }
    text +=
        format("| N = %d, %dx%d | %s | %.3f | %.3f | %.0f | %.2f |\n", point.particles, point.width,
               point.height, rate_text(point.frames_per_second()).c_str(), 1e3 * point.step_seconds,
               1e3 * point.draw_seconds, 1e9 * point.step_seconds / point.particles,
               1e9 * point.draw_seconds / pixels(point));
  }
  return text;
}

std::string to_json(const ScalingReport& report) {
  Json json;
  json.open(nullptr);
  add_machine(json, report.machine);
  json.add("threads", report.threads);
  json.open_list("points");
  for (const ScalingPoint& point : report.points) {
    json.open(nullptr);
    json.add("series", point.series);
    json.add("particles", point.particles);
    json.add("width", point.width);
    json.add("height", point.height);
    json.add("frames", point.frames);
    json.add("frames_per_second", point.frames_per_second());
    json.add("step_seconds", point.step_seconds);
    json.add("draw_seconds", point.draw_seconds);
    json.close();
  }
  json.close_list();
  json.close();
  return json.text() + "\n";
}

std::string to_csv(const ScalingReport& report) {
  std::string text = "series,particles,width,height,frames,frames_per_second,step_ms,draw_ms\n";
  for (const ScalingPoint& point : report.points)
    text += point.series + "," + print_integer(point.particles) + "," + print_integer(point.width) +
            "," + print_integer(point.height) + "," + print_integer(point.frames) + "," +
            print_double(point.frames_per_second()) + "," + print_double(1e3 * point.step_seconds) +
            "," + print_double(1e3 * point.draw_seconds) + "\n";
  return text;
}

}  // namespace lifereel
