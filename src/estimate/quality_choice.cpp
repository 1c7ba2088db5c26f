// SPDX-License-Identifier: GPL-2.0-or-later
#include <set>
#include <stdexcept>
#include <string>

#include "encoders/sound_file.h"
#include "src/estimate.h"
#include "src/pipeline/resources.h"
#include "src/render/disk_needs.h"
#include "src/settings/validation.h"
#include "src/text/quantities.h"
#include "src/text/setting_text.h"

namespace lifereel {
namespace {

/// Why a film of these settings cannot be made in that time, in half a sentence; empty: it can.
std::string obstacle(const RenderSettings& settings, const Estimate& estimate,
                     double within_seconds) {
  if (estimate.seconds > within_seconds) return "would take " + duration_text(estimate.seconds);
  const std::uint64_t memory = usable_resources().memory_bytes;
  if (memory > 0 && estimate.peak_memory_bytes > memory)
    return "would take " + size_text(estimate.peak_memory_bytes) + " of memory, and " +
           size_text(memory) + " are free";
  if (estimate.film_bytes > 0 && !settings.output.empty() && settings.output != "-") {
    try {
      DiskNeeds needs = disk_needs(settings, estimate.lanes,
                                   sound_bitrate(resolve(settings.film, film_output(settings))));
      needs.film = estimate.film_bytes;
      check_disk(settings, needs, 0);
    } catch (const std::invalid_argument&) {
      return "would need " + size_text(estimate.disk_bytes) + " of disk, which are not free";
    }
  }
  return {};
}

}  // namespace

QualityChoice choose_quality(const std::function<RenderSettings(Quality)>& settings_of,
                             double within_seconds,
                             const std::function<Estimate(const RenderSettings&)>& measure) {
  std::string better;  // the last one that was not chosen, and why
  std::set<std::string> mistakes;
  bool tried = false;
  for (const Quality quality :
       {Quality::max, Quality::production, Quality::preview, Quality::draft}) {
    const std::string name = quality_name(quality);
    try {
      const RenderSettings settings = settings_of(quality);
      const Estimate estimate = measure(settings);
      tried = true;
      const std::string why_not = obstacle(settings, estimate, within_seconds);
      if (why_not.empty())
        return {quality, estimate,
                "quality " + name + " takes " + describe(estimate) +
                    (better.empty() ? "" : "; " + better)};
      better = name + " " + why_not;
    } catch (const std::invalid_argument& error) {
      mistakes.insert(error.what());
      better = name + " is not possible: " + error.what();
    }
  }
  // What is wrong with every quality has nothing to do with any.
  if (!tried && mistakes.size() == 1) throw std::invalid_argument(*mistakes.begin());
  refuse("no quality can be had within " + duration_text(within_seconds) + ": " + better +
         "; allow more time, or make the film shorter");
}

}  // namespace lifereel
