// SPDX-License-Identifier: GPL-2.0-or-later
// presets and info: what there is.
#include <algorithm>
#include <cstdio>
#include <set>

#include "cuda/cuda_engine.h"
#include "encoders/film.h"
#include "encoders/film_reader.h"
#include "src/cli/commands.h"
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

int run_info(const Arguments&) {
  std::printf("lifereel %s\n\n", version());

  std::string isas;
  for (const Isa isa : available_isas()) isas += std::string(isa_name(isa)) + " ";
  const Isa chosen = available_isas().back();
  std::printf("processor     %s, %d processors to use\n", cpu_name().c_str(),
              available_processors());
  std::printf("ISA           %s(chosen: %s)\n", isas.c_str(), isa_name(chosen));
  const CudaDevices gpus = cuda_devices();
  if (gpus.devices.empty()) std::printf("GPU           none: %s\n", gpus.none_because.c_str());
  for (const CudaDevice& gpu : gpus.devices)
    std::printf("GPU %-9d %s, %s, %.0f GiB%s%s\n", gpu.index, gpu.name.c_str(),
                gpu.architecture.c_str(), static_cast<double>(gpu.memory_bytes) / 0x1p30,
                gpu.unusable.empty() ? "" : "; not usable: ", gpu.unusable.c_str());
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
    "looks", "[NAME]", "The list; with NAME, the look itself, what --look would read.", {}, {}, 1,
    "",      run_looks};

const Command presets_command{"presets",
                              "[NAME | --from FILM]",
                              "The list; with NAME, or the film itself, what --config would read.",
                              {},
                              {{"from", "FILM", "settings out of a film"}},
                              1,
                              "",
                              run_presets};

const Command info_command{
    "info", "", "Version, processor, FFmpeg and its encoders.", {}, {}, 0, "", run_info};

}  // namespace lifereel::cli
