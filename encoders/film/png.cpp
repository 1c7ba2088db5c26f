// SPDX-License-Identifier: GPL-2.0-or-later
// PNG without compression: a check that fails must show its picture with every build of FFmpeg,
// also with those that lack zlib and with it the encoder png.
#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>

#include "encoders/finished_file.h"
#include "encoders/png.h"

namespace lifereel {
namespace {

using Bytes = std::vector<std::uint8_t>;

void append_u32(Bytes& bytes, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8)
    bytes.push_back(static_cast<std::uint8_t>(value >> shift));
}

std::uint32_t crc32(const std::uint8_t* data, std::size_t size) {
  static const auto table = [] {
    std::array<std::uint32_t, 256> entries{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t entry = i;
      for (int bit = 0; bit < 8; ++bit) entry = entry >> 1 ^ (entry & 1 ? 0xedb88320u : 0);
      entries[i] = entry;
    }
    return entries;
  }();
  std::uint32_t crc = 0xffffffffu;
  for (std::size_t i = 0; i < size; ++i) crc = crc >> 8 ^ table[(crc ^ data[i]) & 0xff];
  return ~crc;
}

std::uint32_t adler32(const Bytes& bytes) {
  std::uint32_t a = 1;
  std::uint32_t b = 0;
  for (const std::uint8_t byte : bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return b << 16 | a;
}

void append_chunk(Bytes& png, std::string_view type, const Bytes& content) {
  append_u32(png, static_cast<std::uint32_t>(content.size()));
  const std::size_t start = png.size();
  png.insert(png.end(), type.begin(), type.end());
  png.insert(png.end(), content.begin(), content.end());
  append_u32(png, crc32(png.data() + start, png.size() - start));
}

/// A zlib stream of stored blocks.
Bytes stored(const Bytes& bytes) {
  constexpr std::size_t block_size = 0xffff;
  Bytes stream = {0x78, 0x01};
  for (std::size_t at = 0; at < bytes.size(); at += block_size) {
    const std::size_t size = std::min(block_size, bytes.size() - at);
    stream.push_back(at + size == bytes.size());  // the last block says so
    for (const std::size_t length : {size, ~size}) {
      stream.push_back(static_cast<std::uint8_t>(length));
      stream.push_back(static_cast<std::uint8_t>(length >> 8));
    }
    const auto first = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    stream.insert(stream.end(), first, first + static_cast<std::ptrdiff_t>(size));
  }
  append_u32(stream, adler32(bytes));
  return stream;
}

}  // namespace

void write_png(const std::string& path, const Still& still) {
  const auto row_bytes =
      static_cast<std::size_t>(std::max(still.width, 0)) * static_cast<std::size_t>(still.channels);
  if (still.width < 1 || still.height < 1)
    throw std::invalid_argument("a PNG needs a positive size");
  if ((still.channels != 1 && still.channels != 3) ||
      still.samples.size() != row_bytes * static_cast<std::size_t>(still.height))
    throw std::invalid_argument("a PNG needs one or three samples for each of its pixels");

  Bytes rows;
  rows.reserve(still.samples.size() + static_cast<std::size_t>(still.height));
  for (auto row = still.samples.begin(); row != still.samples.end();) {
    const auto end = row + static_cast<std::ptrdiff_t>(row_bytes);
    rows.push_back(0);  // no filter
    rows.insert(rows.end(), row, end);
    row = end;
  }
  Bytes header;
  append_u32(header, static_cast<std::uint32_t>(still.width));
  append_u32(header, static_cast<std::uint32_t>(still.height));
  const std::uint8_t colour_type = still.channels == 3 ? 2 : 0;  // truecolour or gray
  header.insert(header.end(),
                {8, colour_type, 0, 0, 0});  // 8 bits, deflate, usual filters, no interlace

  Bytes png = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  append_chunk(png, "IHDR", header);
  append_chunk(png, "IDAT", stored(rows));
  append_chunk(png, "IEND", {});

  FinishedFile file(path, true);
  file.try_write(png.data(), png.size());
  file.finish();
}

}  // namespace lifereel
