// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/verify/object_units.h"

#include <algorithm>
#include <cstddef>
#include <stdexcept>

#include "encoders/dvd/disc_sector.h"
#include "src/media/medium.h"
#include "src/text/format.h"

namespace lifereel {
namespace {

constexpr std::int64_t sectors_at_once = 512;
/// Of a title set: nine VOBs of 1 GiB, and navigation packs every 0.4 s of a day. An image that
/// says more has files that lie on one another, and would take any memory.
constexpr std::int64_t most_sectors = 9 * (std::int64_t{1} << 30) / disc_sector_bytes;
constexpr std::size_t most_units = 216'000;

ObjectUnits::Kind kind_of(DiscSector::Kind kind) {
  switch (kind) {
    case DiscSector::Kind::navigation:
      return ObjectUnits::Kind::navigation;
    case DiscSector::Kind::video:
      return ObjectUnits::Kind::video;
    case DiscSector::Kind::ac3:
      return ObjectUnits::Kind::sound;
    case DiscSector::Kind::other:
      break;
  }
  return ObjectUnits::Kind::other;
}

}  // namespace

std::vector<std::string> PictureFeed::add(std::span<const std::uint8_t> video) {
  std::vector<std::string> faults;
  std::vector<std::int64_t> begins;
  bytes_.insert(bytes_.end(), video.begin(), video.end());
  end_ += static_cast<std::int64_t>(video.size());
  scanner_->scan(video, begins);
  for (const std::int64_t begin : begins) {
    const std::int64_t held = end_ - static_cast<std::int64_t>(bytes_.size());
    see(static_cast<std::size_t>(begin - held), faults);
    begin_ = begin;
  }
  return faults;
}

std::vector<std::string> PictureFeed::finish() {
  std::vector<std::string> faults;
  see(bytes_.size(), faults);
  begin_ = -1;
  return faults;
}

void PictureFeed::see(std::size_t bytes, std::vector<std::string>& faults) {
  bytes = std::min(bytes, bytes_.size());
  if (begin_ >= 0) {
    for (const std::string& fault : check_.see_picture(std::span(bytes_).first(bytes)))
      faults.push_back(format("picture %lld: ", static_cast<long long>(pictures_)) + fault);
    ++pictures_;
  }
  bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(bytes));
}

void ObjectUnits::read(const SpannedFile& vobs, Findings& findings,
                       const std::function<void(std::int64_t)>& ask) {
  const std::int64_t all = vobs.size() / disc_sector_bytes;
  if (vobs.size() % disc_sector_bytes != 0)
    findings.error("packs", name_ + ": its VOBs end within a sector");
  if (all > most_sectors)
    return findings.error(
        "packs", name_ + format(": its VOBs have %lld sectors, and a title set has %lld at most",
                                static_cast<long long>(all), static_cast<long long>(most_sectors)));
  kinds_.reserve(static_cast<std::size_t>(all));
  std::vector<std::uint8_t> piece;
  for (std::int64_t sector = 0; sector < all;) {
    ask(sector);
    const std::int64_t count = std::min(sectors_at_once, all - sector);
    piece.resize(static_cast<std::size_t>(count * disc_sector_bytes));
    vobs.read(sector * disc_sector_bytes, piece);
    for (std::int64_t i = 0; i < count; ++i, ++sector)
      see(sector,
          std::span(piece).subspan(static_cast<std::size_t>(i * disc_sector_bytes),
                                   disc_sector_bytes),
          findings);
  }
  for (const std::string& fault : feed_.finish()) findings.error("dvd", name_ + ": " + fault);
}

void ObjectUnits::see(std::int64_t number, std::span<const std::uint8_t> data, Findings& findings) {
  const auto fault = [&](const std::string& what) {
    findings.error("packs",
                   name_ + format(": sector %lld ", static_cast<long long>(number)) + what);
  };
  DiscSector sector = read_disc_sector(data);
  if (!sector.fault.empty()) fault(sector.fault);
  kinds_.push_back(kind_of(sector.kind));
  if (sector.kind == DiscSector::Kind::navigation) {
    const auto pack = read_navigation_pack(data);
    if (!pack) {
      kinds_.back() = Kind::other;
      return fault("has a navigation pack that is not as discs have it");
    }
    if (pack->control_sector != number || pack->search_sector != number)
      fault("has a navigation pack that says it is sector " + std::to_string(pack->search_sector));
    if (pack->scr_base_90khz != sector.scr_base_90khz)
      fault("has a navigation pack with another clock than its pack's");
    if (units_.size() == most_units) return fault("is one navigation pack too many");
    units_.push_back({number, *pack, {}});
  } else if (units_.empty()) {
    fault("comes before the first navigation pack");
  }
  if (sector.kind == DiscSector::Kind::ac3 && sector.stream != 0) kinds_.back() = Kind::other;
  if (sector.kind != DiscSector::Kind::video) return;
  if (!units_.empty() && !units_.back().first_picture_90khz)
    units_.back().first_picture_90khz = sector.time_90khz;
  for (const std::string& what : feed_.add(sector.payload))
    findings.error("dvd", name_ + ": " + what);
}

}  // namespace lifereel
