// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/text/quantities.h"

#include <cmath>

#include "src/text/format.h"

namespace lifereel {

std::string duration_text(double seconds) {
  if (seconds < 9.95) return format("%.1f s", seconds);
  const long long whole = std::llround(seconds);
  if (whole < 60) return format("%lld s", whole);
  if (whole < 3600) return format("%lld:%02lld min", whole / 60, whole % 60);
  return format("%lld:%02lld h", whole / 3600, whole / 60 % 60);
}

std::string size_text(std::uint64_t bytes) {
  const auto size = static_cast<double>(bytes);
  if (bytes < 1000)
    return format("%llu byte%s", static_cast<unsigned long long>(bytes), bytes == 1 ? "" : "s");
  if (size < 1e5) return format("%.0f kB", size / 1e3);
  return size < 1e9 ? format("%.*f MB", size < 1e7 ? 1 : 0, size / 1e6)
                    : format("%.2f GB", size / 1e9);
}

}  // namespace lifereel
