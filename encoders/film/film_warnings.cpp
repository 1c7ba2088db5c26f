// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/film/film_warnings.h"

#include <algorithm>
#include <cstddef>

namespace lifereel {
namespace {

constexpr std::size_t most_warnings = 16;

}  // namespace

void FilmWarnings::add(const LogCapture& log) {
  if (log.messages().empty()) return;
  const std::lock_guard lock(mutex_);
  for (const LogCapture::Message& message : log.messages())
    if (all_.size() < most_warnings &&
        std::find(all_.begin(), all_.end(), message.text) == all_.end())
      all_.push_back(message.text);
}

std::vector<std::string> FilmWarnings::all() const {
  const std::lock_guard lock(mutex_);
  return all_;
}

}  // namespace lifereel
