// SPDX-License-Identifier: GPL-2.0-or-later
// render_to_fit() of film_to_disc.h.
#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "encoders/finished_file.h"
#include "src/errors.h"
#include "src/film_to_disc.h"
#include "src/fit/fit_choice.h"
#include "src/render/film_sound.h"
#include "src/settings/validation.h"
#include "src/text/setting_text.h"

namespace lifereel {
namespace {

namespace fs = std::filesystem;

bool is_in_a_file(const RenderSettings& settings) {
  return !FinishedFile::real_path(settings.output).empty();
}

std::int64_t size_of_film(const RenderSettings& settings, const RenderReport& report) {
  std::error_code error;
  const auto bytes = fs::file_size(settings.output, error);
  return error || !is_in_a_file(settings) ? report.film.file_bytes
                                          : static_cast<std::int64_t>(bytes);
}

/// The film that is there keeps its name until the other one takes it, so that none is lost when
/// the render is stopped or fails. For the same reason nothing ends that one early: what was made
/// of it so far is kept instead.
RenderReport render_again(RenderSettings settings, JobControl control) {
  settings.overwrite = true;
  if (control.cancel == nullptr) control.cancel = control.end_early;
  control.end_early = nullptr;
  const std::string there = "; the film that is too large is finished and stays, '" +
                            settings.output +
                            "', and with overwrite = yes the same settings replace it";
  try {
    return render(settings, control);
  } catch (const FinishedWithError&) {
    throw;  // it is there
  } catch (const FinishedUnnamed&) {
    throw;
  } catch (const CancelledWhenFinished&) {
    throw;
  } catch (const Cancelled& cancelled) {
    throw Cancelled(cancelled.what() + there);
  } catch (const std::exception& error) {
    throw FinishedWithError(error.what() + there);
  }
}

}  // namespace

FittedRender render_to_fit(const RenderSettings& settings, const FitSettings& fit,
                           const JobControl& control) {
  if (!settings.film.bitrate)
    refuse("a film is made to fit by its bitrate, and none is given; set bitrate = RATE");
  FittedRender made;
  made.settings = settings;
  identify_sound(made.settings.film, control);
  constexpr int most_renders = 3;  // the second knows what the first one came to
  for (int renders = 1;; ++renders) {
    made.report =
        renders == 1 ? render(made.settings, control) : render_again(made.settings, control);
    const std::int64_t bytes = size_of_film(made.settings, made.report);
    made.fill = disc_fill(made.settings, fit, bytes);
    if (made.fill.fits()) return made;
    const bool ended_early = control.end_early != nullptr && *control.end_early;
    std::optional<RenderSettings> next;
    if (!ended_early && is_in_a_file(made.settings)) next = smaller_film(made.settings, fit, bytes);
    if (!next || renders == most_renders) {
      made.too_large = "the film is finished and kept, but too large: " + describe(made.fill) +
                       "; put it on a larger one, or render it " +
                       (next ? "with " + text_of_choice(*next, fit.choose)
                             : std::string("with a lower bitrate = RATE"));
      return made;
    }
    if (control.notice)
      control.notice("the film came out too large, " + describe(made.fill) +
                     ", and is rendered again, " + text_of_choice(*next, fit.choose) +
                     "; until then it stays as it is");
    made.settings = std::move(*next);
  }
}

}  // namespace lifereel
