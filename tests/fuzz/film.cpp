// SPDX-License-Identifier: GPL-2.0-or-later
// Whole films: what lifereel reads of them through libav, which is not fuzzed here.
#include <atomic>

#include "encoders/film_reader.h"
#include "encoders/vbv.h"
#include "fuzz.h"
#include "src/errors.h"
#include "src/pipeline.h"
#include "src/settings.h"
#include "src/verify.h"

using namespace lifereel;

namespace {

template <class Read>
void attempt(Read&& read) {
  try {
    read();
  } catch (const Cancelled&) {
  } catch (const std::invalid_argument&) {
  } catch (const std::runtime_error&) {
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::MemoryFile file(data, size);
  attempt([&] {
    RenderSettings settings;
    apply_embedded_config(settings, read_film_comment(file.path()), "film",
                          FilmTrust::filters_and_codec_options);
  });
  attempt([&] { check_film_vbv(file.path()); });
  attempt([&] {
    FilmReader film(file.path());
    std::vector<std::uint8_t> luma;
    for (int i = 0; i < 4 && film.read_luma(luma); ++i)
      fuzz::require(!luma.empty(), "a picture has pixels");
  });
  attempt([&] {
    std::atomic<bool> enough = false;
    JobControl control;
    control.cancel = &enough;
    control.progress = [&](const JobProgress& progress) { enough = progress.frames_done >= 8; };
    const VerifyReport report = verify(file.path(), {}, control);
    fuzz::require(!describe(report).empty() && !to_json(report).empty(), "a report has text");
  });
  return 0;
}
