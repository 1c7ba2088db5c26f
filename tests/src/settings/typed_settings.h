// SPDX-License-Identifier: GPL-2.0-or-later
// Settings as a command line gives them.
#pragma once

#include <string>

#include "src/settings.h"
#include "tests/messages.h"

namespace lifereel::test {

/// Why `--key value` is refused; empty when it is taken.
inline std::string refused(const char* key, const char* value) {
  RenderSettings settings;
  return refusal_of([&] { apply_setting(settings, key, value, "--" + std::string(key)); });
}

inline RenderSettings preset(const char* name) {
  RenderSettings settings;
  apply_preset(settings, name);
  return settings;
}

}  // namespace lifereel::test
