// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/fit/disc_budget.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "encoders/film.h"
#include "src/disc/chapters.h"
#include "src/disc/disc_contents.h"

namespace lifereel {
namespace {

constexpr int usual_gop = 18;

std::vector<ImageItem> items_in(const std::string& extras, bool dvd_video) {
  std::vector<ImageItem> items;
  if (extras.empty()) return items;
  for (const DiscContents::File& file :
       list_contents(extras, dvd_video ? dvd_video_limits() : data_disc_limits()).files)
    items.push_back({file.name, file.bytes});
  return items;
}

}  // namespace

DiscBudget::DiscBudget(const RenderSettings& settings, const FitSettings& fit)
    : medium_(parse_medium(fit.medium)),
      chapters_(fit.chapters),
      dvd_video_(settings.film.target != DiscTarget::none),
      frames_per_second_(settings.film.frames_per_second.value()),
      gop_(
          settings.film.gop.value_or(settings.film.target == DiscTarget::pal_dvd ? 15 : usual_gop)),
      film_name_(std::filesystem::path(settings.output).filename().string()),
      extras_(items_in(fit.extras, dvd_video_)) {
  if (film_name_.empty()) film_name_ = "film.mp4";
}

int DiscBudget::chapters(double seconds) const {
  try {
    return static_cast<int>(chapter_begins(chapters_, film_name_, seconds).size());
  } catch (const std::invalid_argument&) {
    return static_cast<int>(most_chapters);  // authoring will tell; here it is room that counts
  }
}

std::int64_t DiscBudget::image_bytes(std::int64_t film_bytes, std::int64_t frames) const {
  if (!dvd_video_) {
    std::vector<ImageItem> items = extras_;
    items.push_back({film_name_, film_bytes});
    return data_image_bytes(items);
  }
  const double seconds = static_cast<double>(frames) / frames_per_second_;
  const std::int64_t units = (frames + gop_ - 1) / gop_;
  return dvd_video_image_bytes({{film_bytes, seconds, units, chapters(seconds)}}, extras_);
}

std::int64_t DiscBudget::film_bytes_within(double share, std::int64_t frames) const {
  const auto room = static_cast<std::int64_t>(share * static_cast<double>(medium_.bytes()));
  std::int64_t film = room - image_bytes(0, frames);
  // A table more, where another VOB begins.
  while (film > 0 && image_bytes(film, frames) > room) film -= disc_sector_bytes;
  return film;
}

std::int64_t DiscBudget::film_bytes_to_use(double share, std::int64_t frames) const {
  const std::int64_t bytes = film_bytes_within(share, frames);
  return dvd_video_ ? std::min(bytes, most_title_bytes) : bytes;
}

DiscFill DiscBudget::fill(std::int64_t film_bytes, std::int64_t frames) const {
  return {medium_.description, medium_.bytes(), film_bytes, image_bytes(film_bytes, frames)};
}

}  // namespace lifereel
