// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/image/image_stamp.h"

#include <time.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "src/image/iso9660.h"
#include "src/image/udf.h"
#include "src/media/medium.h"
#include "src/text/format.h"

namespace lifereel {
namespace {

using Write = std::function<void(std::int64_t, std::span<const std::uint8_t>)>;
using Sector = std::array<std::uint8_t, disc_sector_bytes>;

constexpr std::int64_t year_2000 = 946'684'800;
constexpr std::int64_t year_2155 = 5'869'583'999;  // the last whose number fits

std::vector<std::uint8_t> bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

/// As it is written in such a place, in UTC.
std::vector<std::uint8_t> date_bytes(ImageTree::Date::Form form, const tm& date) {
  const int year = 1900 + date.tm_year, month = date.tm_mon + 1;
  const auto byte = [](int value) { return static_cast<std::uint8_t>(value); };
  switch (form) {
    case ImageTree::Date::Form::record:
      return {byte(date.tm_year),
              byte(month),
              byte(date.tm_mday),
              byte(date.tm_hour),
              byte(date.tm_min),
              byte(date.tm_sec),
              0};
    case ImageTree::Date::Form::digits: {
      auto digits = bytes_of(format("%04d%02d%02d%02d%02d%02d00", year, month, date.tm_mday,
                                    date.tm_hour, date.tm_min, date.tm_sec));
      digits.push_back(0);
      return digits;
    }
    case ImageTree::Date::Form::stamp:
      break;
  }
  constexpr std::uint8_t local_time = 0x10;  // of which the distance from UTC is 0
  return {0,
          local_time,
          byte(year),
          byte(year >> 8),
          byte(month),
          byte(date.tm_mday),
          byte(date.tm_hour),
          byte(date.tm_min),
          byte(date.tm_sec),
          0,
          0,
          0};
}

void stamp_descriptor(const ByteFile& image, std::int64_t place, const ImageTree& tree,
                      const tm& date, const std::string& id, const Write& write) {
  Sector sector{};
  image.read(place, sector);
  const auto within = [place](std::int64_t other) {
    return other >= place && other < place + disc_sector_bytes;
  };
  const auto stamp = date_bytes(ImageTree::Date::Form::stamp, date);
  for (const ImageTree::Date& one : tree.dates)
    if (within(one.place))
      std::copy(stamp.begin(), stamp.end(), sector.begin() + (one.place - place));
  for (const std::int64_t name : tree.set_names)
    if (within(name)) std::copy(id.begin(), id.end(), sector.begin() + (name - place) + 1);
  seal_udf_descriptor(sector);
  write(place, sector);
}

void clear_gaps(const ImageTree& tree, const Write& write) {
  std::vector<ImageExtent> extents;
  for (const ImageFile& file : tree.files)
    extents.insert(extents.end(), file.extents.begin(), file.extents.end());
  std::sort(extents.begin(), extents.end(),
            [](const ImageExtent& a, const ImageExtent& b) { return a.begin < b.begin; });
  const Sector zeros{};
  for (std::size_t i = 0; i + 1 < extents.size(); ++i) {
    const std::int64_t end = extents[i].begin + extents[i].bytes;
    for (std::int64_t place = disc_sectors(end) * disc_sector_bytes; place < extents[i + 1].begin;
         place += disc_sector_bytes)
      write(place, zeros);
  }
}

}  // namespace

std::int64_t repeatable_date() {
  const char* const variable = std::getenv("SOURCE_DATE_EPOCH");
  if (variable == nullptr || *variable == '\0') return year_2000;
  const std::string_view text(variable);
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc{} || end != text.data() + text.size() || seconds < 0 ||
      seconds > year_2155)
    throw std::invalid_argument("the variable SOURCE_DATE_EPOCH is '" + std::string(text) +
                                "', which is no number of seconds since 1970");
  return seconds;
}

void stamp_image(const ByteFile& image, std::int64_t date_seconds, const std::string& id,
                 const Write& write) {
  const time_t seconds = date_seconds;
  tm date{};
  gmtime_r(&seconds, &date);
  const ImageTree iso = read_iso9660(image), udf = read_udf(image);
  for (const ImageTree::Date& one : iso.dates) write(one.place, date_bytes(one.form, date));
  for (const std::int64_t place : udf.descriptors)
    stamp_descriptor(image, place, udf, date, id, write);
  clear_gaps(iso, write);
}

}  // namespace lifereel
