// SPDX-License-Identifier: GPL-2.0-or-later
// Private to src/.
#pragma once

#include <cstdint>
#include <optional>

#include "src/settings.h"

namespace lifereel {

/// Rates and length of the film that `settings.output` has begun or become: those by which working
/// files beside it were made, or that a finished film there carries whose settings are the same
/// otherwise. Nothing where neither is there. The sound of `settings` is identified.
struct ChosenBefore {
  FilmSettings rates;  ///< bitrate, maxrate and bufsize alone
  std::optional<std::int64_t> frames;
  std::optional<double> seconds;
  bool is_unfinished = false;  ///< by working files
  /// What came of it: bytes of the finished film, or of the chunks that are kept, and of how many
  /// chunks those are.
  std::int64_t film_bytes = 0, chunk_bytes = 0, chunks = 0;
};
std::optional<ChosenBefore> chosen_before(const RenderSettings& settings);

/// `settings` with them.
RenderSettings with_choice(const RenderSettings& settings, const ChosenBefore& choice);

}  // namespace lifereel
