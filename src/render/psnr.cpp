// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/render/psnr.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "encoders/film_reader.h"
#include "src/pictures/planes.h"
#include "src/pipeline/cancellation.h"
#include "src/pipeline/frame_source.h"

namespace lifereel {

void Psnr::add(const PictureView& decoded, const PictureView& drawn) {
  ++pictures_;
  for (int plane = 0; plane < std::min(decoded.plane_count, drawn.plane_count); ++plane) {
    const PlaneView& a = decoded.planes[plane];
    const PlaneView& b = drawn.planes[plane];
    if (a.width != b.width || a.height != b.height) return;  // chroma that is not 4:2:0
    const double mean_square = mean_square_difference(a, b);
    sums_[plane] += mean_square;
    worst_[plane] = std::max(worst_[plane], mean_square);
    ++planes_[plane];
  }
}

std::optional<double> Psnr::mean(int plane) const {
  if (planes_[plane] == 0) return std::nullopt;
  return decibels(sums_[plane] / static_cast<double>(planes_[plane]));
}

std::optional<double> Psnr::minimum(int plane) const {
  if (planes_[plane] == 0) return std::nullopt;
  return decibels(worst_[plane]);
}

Checkpoint film_start(Engine& engine) {
  try {
    Checkpoint start;
    engine.save(start);
    engine.restore(start);  // where it is: nothing changes
    return start;
  } catch (const std::logic_error&) {
    throw std::invalid_argument(
        "psnr draws the film's pictures again, but this engine cannot go back to where they begin; "
        "leave psnr out");
  }
}

Psnr measure_psnr(const std::string& film_path, Engine& engine, const Checkpoint& start,
                  const PictureFormat& format, std::int64_t warmup, std::int64_t frames,
                  const JobControl& control) {
  const char* const sentence = "measuring its PSNR was cancelled";
  engine.restore(start);
  try {
    pass_frames(engine, format, warmup, control);
  } catch (const Cancelled&) {
    throw Cancelled(sentence);
  }
  FrameSource universe(engine, format);
  FilmReader film(film_path);
  PictureView decoded;
  Psnr psnr;
  const CancellableSteps cancellable(engine, control.cancel);
  const FrameMeter meter;
  while (film.read(decoded)) {
    throw_if_cancelled(control.cancel, sentence);
    if (decoded.planes[0].width != engine.settings().width ||
        decoded.planes[0].height != engine.settings().height)
      throw std::runtime_error(film_path + " decodes to pictures of another size");
    try {
      universe.next();
    } catch (const Cancelled&) {
      throw Cancelled(sentence);
    }
    psnr.add(decoded, view(universe.picture()));
    if (control.progress && psnr.pictures() % 8 == 0)
      control.progress(meter.measure(psnr.pictures(), frames));
  }
  if (psnr.pictures() != frames)
    throw std::runtime_error(film_path + " decodes to " + std::to_string(psnr.pictures()) +
                             " frames, not the " + std::to_string(frames) + " that were encoded");
  return psnr;
}

}  // namespace lifereel
