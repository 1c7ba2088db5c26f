// SPDX-License-Identifier: GPL-2.0-or-later
// Measurements that are kept, a file for each film and machine. Private to src/.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "src/estimate/measurement.h"
#include "src/settings.h"

namespace lifereel {

/// The oldest go when there are more.
constexpr std::size_t most_kept_measurements = 256;

/// All that a measurement depends on, in text: the film but for its length, how it is made, this
/// program, its libraries and this machine.
std::string measurement_key(const RenderSettings& settings);

/// The one that is kept under this key; nothing where there is none or it is damaged.
std::optional<Measurement> kept_measurement(const std::string& folder, const std::string& key);

/// In place of what is there. Whoever writes at the same time does no harm: one of both is kept.
void keep_measurement(const std::string& folder, const std::string& key,
                      const Measurement& measurement) noexcept;

}  // namespace lifereel
