// SPDX-License-Identifier: GPL-2.0-or-later
// Config text, of a user's own and out of a stranger's film.
#include "fuzz.h"
#include "src/settings.h"

using namespace lifereel;
using fuzz::require;

namespace {

bool same_film(const RenderSettings& a, const RenderSettings& b) {
  return a.universe == b.universe && a.film == b.film && a.frames == b.frames &&
         a.seconds == b.seconds;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  RenderSettings embedded;
  bool harmless = true;
  try {
    apply_embedded_config(embedded, text, "film", FilmTrust::filters_and_codec_options);
  } catch (const std::invalid_argument&) {
    harmless = false;
  }
  RenderSettings settings;
  try {
    apply_config_text(settings, text, "file");
  } catch (const std::invalid_argument&) {
    require(settings == RenderSettings(), "refused text changes nothing");
    require(!harmless, "what a film may say, a user may say");
    return 0;
  }
  if (harmless) require(settings == embedded, "both mean the same");

  const std::string printed = print_config(settings);
  RenderSettings again;
  apply_config_text(again, printed, "printed");
  require(same_film(settings, again), "what is printed reads back");
  RenderSettings carried;
  apply_embedded_config(carried, printed, "carried", FilmTrust::filters_and_codec_options);
  require(same_film(settings, carried), "and also out of a film");
  try {
    validate(settings.universe);
    require(frame_count(settings) > 0, "a film has frames");
  } catch (const std::invalid_argument&) {
  }
  return 0;
}
