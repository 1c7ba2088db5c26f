// SPDX-License-Identifier: GPL-2.0-or-later
// presets and info: what there is.
#include <algorithm>
#include <cstdio>
#include <set>

#include "cuda/cuda_engine.h"
#include "encoders/film.h"
#include "encoders/film_reader.h"
#include "src/cli/commands.h"
#include "src/estimate.h"
#include "src/version.h"

namespace lifereel::cli {
namespace {

int run_presets(const Arguments& arguments) {
  const auto& names = arguments.positional();
  if (arguments.has("from")) {
    if (!names.empty()) throw UsageError("a preset's name and --from exclude each other");
    const std::string film = arguments.value("from");
    const std::string config = read_film_comment(film);
    if (config.empty()) throw std::runtime_error(film + " carries no settings of lifereel");
    RenderSettings settings;
    apply_embedded_config(settings, config, film, FilmTrust::filters_and_codec_options);
    std::fputs(config.c_str(), stdout);
    if (config.back() != '\n') std::putchar('\n');
    return 0;
  }
  if (names.empty()) {
    for (const Preset& preset : presets()) std::printf("%-15s %s\n", preset.name, preset.summary);
    return 0;
  }
  RenderSettings settings;
  apply_preset(settings, names.front());  // throws with the list of names
  for (const Preset& preset : presets()) {
    if (names.front() == preset.name) std::fputs(preset.text, stdout);
  }
  return 0;
}

int run_looks(const Arguments& arguments) {
  const auto& names = arguments.positional();
  if (names.empty()) {
    for (const Look& look : looks()) std::printf("%-15s %s\n", look.name, look.summary);
    std::printf("\npalettes:");
    for (const std::string& palette : palette_names()) std::printf(" %s", palette.c_str());
    std::printf("\nglyph sets:");
    for (const std::string& set : glyph_set_names()) std::printf(" %s", set.c_str());
    std::printf("\n");
    return 0;
  }
  RenderSettings settings;
  apply_look(settings, names.front());  // throws with the list of names
  for (const Look& look : looks()) {
    if (names.front() == look.name) {
      std::fputs(look.text, stdout);
      return 0;
    }
  }
  throw UsageError("there is no look '" + names.front() + "' to print; lifereel looks lists them");
}

std::vector<std::string> look_names() {
  std::vector<std::string> names;
  for (const Look& look : looks()) names.push_back(look.name);
  return names;
}

/// The encoders of the presets and of lossless films.
std::set<std::string> wanted_encoders() {
  std::set<std::string> wanted{"ffv1"};
  for (const Preset& preset : presets()) {
    RenderSettings settings;
    apply_preset(settings, preset.name);
    wanted.insert(settings.film.codec);
  }
  return wanted;
}

double gibibytes(std::uint64_t bytes) { return static_cast<double>(bytes) / 0x1p30; }

std::string preset_note(const std::string& name, RenderPlan& plan) {
  RenderSettings settings;
  apply_preset(settings, name);
  try {
    plan = plan_render(settings);
    return {};
  } catch (const std::exception& error) {
    return error.what();
  }
}

void print_machine(const MachineReport& machine) {
  std::printf("processors    %d to use: %d in the machine, %d by affinity, ", machine.processors,
              machine.processors_online, machine.processors_allowed);
  if (machine.processor_quota > 0)
    std::printf("%.2f by the control group\n", machine.processor_quota);
  else
    std::printf("no quota of a control group\n");
  std::printf("memory        %.2f GiB to use: %.2f GiB in the machine, ", gibibytes(machine.memory),
              gibibytes(machine.memory_total));
  if (machine.memory_limit_left > 0)
    std::printf("%.2f GiB left of the control group's limit\n",
                gibibytes(machine.memory_limit_left));
  else
    std::printf("no limit of a control group\n");
}

void print_plans() {
  std::printf("\n%-15s %-8s %7s %5s %14s %8s\n", "preset", "engine", "threads", "lanes",
              "ring pictures", "memory");
  for (const Preset& preset : presets()) {
    RenderPlan plan;
    const std::string note = preset_note(preset.name, plan);
    if (!note.empty()) {
      std::printf("%-15s %s\n", preset.name, note.c_str());
      continue;
    }
    std::printf("%-15s %-8s %7d %5d %14d %4.2f GiB\n", preset.name, plan.engine.c_str(),
                plan.engine_threads, plan.lanes, plan.ring_slots, gibibytes(plan.memory_bytes));
  }
}

int run_info(const Arguments& arguments) {
  if (arguments.has("json")) {
    std::fputs(machine_json().c_str(), stdout);
    return 0;
  }
  std::printf("lifereel %s\n\n", version());

  std::string isas;
  for (const Isa isa : available_isas()) isas += std::string(isa_name(isa)) + " ";
  const Isa chosen = available_isas().back();
  std::printf("processor     %s\n", cpu_name().c_str());
  print_machine(machine_report());
  std::printf("ISA           %s(chosen: %s)\n", isas.c_str(), isa_name(chosen));
  const CudaDevices gpus = cuda_devices();
  if (gpus.devices.empty()) std::printf("GPU           none: %s\n", gpus.none_because.c_str());
  for (const CudaDevice& gpu : gpus.devices)
    std::printf("GPU %-9d %s, %s, %.0f GiB%s%s\n", gpu.index, gpu.name.c_str(),
                gpu.architecture.c_str(), static_cast<double>(gpu.memory_bytes) / 0x1p30,
                gpu.unusable.empty() ? "" : "; not usable: ", gpu.unusable.c_str());
  print_plans();
  std::printf("\n");

  for (const std::string& line : libav_versions()) std::printf("%s\n", line.c_str());

  std::printf("\n");
  const std::vector<EncoderDescription> available = available_video_encoders();
  const std::set<std::string> wanted = wanted_encoders();
  for (const std::string& name : wanted) {
    const auto found = std::find_if(available.begin(), available.end(),
                                    [&](const auto& encoder) { return encoder.name == name; });
    std::printf("%-13s %s\n", name.c_str(),
                found == available.end() ? "MISSING in this FFmpeg" : found->long_name.c_str());
  }

  constexpr std::size_t width = 90;
  std::printf("\nother video encoders (%zu), for --codec NAME\n",
              static_cast<std::size_t>(std::count_if(
                  available.begin(), available.end(),
                  [&](const auto& encoder) { return !wanted.contains(encoder.name); })));
  std::string line;
  for (const EncoderDescription& encoder : available) {
    if (wanted.contains(encoder.name)) continue;
    if (line.size() + 1 + encoder.name.size() > width) {
      std::printf(" %s\n", line.c_str());
      line.clear();
    }
    line += " " + encoder.name;
  }
  if (!line.empty()) std::printf(" %s\n", line.c_str());
  return 0;
}

}  // namespace

const Command looks_command{
    "looks", "[NAME]",  "The list; with NAME, the look itself, what --look would read.",
    {},      {},        1,
    "",      run_looks, look_names()};

const Command presets_command{"presets",
                              "[NAME | --from FILM]",
                              "The list; with NAME, or the film itself, what --config would read.",
                              {},
                              {{"from", "FILM", "settings out of a film"}},
                              1,
                              "",
                              run_presets,
                              preset_names()};

const Command info_command{"info",
                           "",
                           "This machine, what renders take of it, FFmpeg and its encoders.",
                           {},
                           {{"json", "", "machine and presets as JSON"}},
                           0,
                           "",
                           run_info};

}  // namespace lifereel::cli
