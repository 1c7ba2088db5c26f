// SPDX-License-Identifier: GPL-2.0-or-later
// Readers of discs: tables, sectors, file systems. The first byte chooses one.
#include <algorithm>
#include <span>
#include <vector>

#include "encoders/dvd/disc_sector.h"
#include "encoders/dvd/ifo.h"
#include "encoders/dvd/navigation_pack.h"
#include "fuzz.h"
#include "src/image/iso9660.h"
#include "src/image/udf.h"

using namespace lifereel;
using fuzz::require;

namespace {

constexpr std::size_t sector_bytes = 2048;

/// A run of sectors of an image; those between are 0, so that a corpus is small.
struct Run {
  std::size_t sector, count;
};
constexpr Run iso_runs[] = {{16, 1}, {19, 1000}};
constexpr Run udf_runs[] = {{32, 6}, {64, 1}, {256, 1000}};

std::vector<std::uint8_t> image_of(std::span<const std::uint8_t> data, std::span<const Run> runs) {
  std::vector<std::uint8_t> image;
  for (const Run& run : runs) {
    const auto part = data.first(std::min(data.size(), run.count * sector_bytes));
    image.resize(run.sector * sector_bytes);
    image.insert(image.end(), part.begin(), part.end());
    data = data.subspan(part.size());
  }
  return image;
}

/// Else nothing but checksums would be tried.
void seal_descriptors(std::vector<std::uint8_t>& image) {
  for (std::size_t at = 0; at + sector_bytes <= image.size(); at += sector_bytes) {
    try {
      seal_udf_descriptor(std::span(image).subspan(at, sector_bytes));
    } catch (const DamagedImage&) {
    }
  }
}

void read_image(std::span<const std::uint8_t> data, bool udf) {
  auto image = udf ? image_of(data, udf_runs) : image_of(data, iso_runs);
  if (udf) seal_descriptors(image);
  const fuzz::MemoryFile memory(image.data(), image.size());
  const ByteFile file(memory.path());
  try {
    const ImageTree tree = udf ? read_udf(file) : read_iso9660(file);
    for (const ImageFile& one : tree.files)
      for (const ImageExtent& extent : one.extents) require(extent.bytes > 0, "extents hold bytes");
  } catch (const DamagedImage&) {
  }
}

void read_tables(std::span<const std::uint8_t> data, bool manager) {
  try {
    if (manager)
      read_video_manager(data);
    else
      read_video_title_set(data);
  } catch (const DamagedIfo&) {
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::span<const std::uint8_t> rest(data + 1, size - 1);
  switch (data[0] % 5) {
    case 0:
      read_tables(rest, true);
      break;
    case 1:
      read_tables(rest, false);
      break;
    case 2:
      read_image(rest, false);
      break;
    case 3:
      read_image(rest, true);
      break;
    default:
      if (rest.size() < 2048) break;
      const DiscSector sector = read_disc_sector(rest.first(2048));
      require(sector.payload.size() < 2048, "what a sector holds is in it");
      read_navigation_pack(rest.first(2048));
  }
  return 0;
}
