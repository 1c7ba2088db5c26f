// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/image/udf.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>

#include "src/image/little_endian.h"
#include "src/image/tree_limits.h"
#include "src/media/medium.h"

namespace lifereel {
namespace {

using Bytes = std::span<const std::uint8_t>;

/// The numbers of descriptors' tags.
enum Tag : std::uint64_t {
  primary_volume = 1,
  anchor = 2,
  partition = 5,
  logical_volume = 6,
  terminating = 8,
  integrity = 9,
  file_set = 256,
  file_identifier = 257,
  file_entry = 261,
};

constexpr std::int64_t anchor_sector = 256;
constexpr std::size_t tag_bytes = 16, set_name_place = 72;

/// CRC-CCITT, from 0 on (ECMA-167 1/7.2.6).
std::uint16_t checksum(Bytes bytes) {
  unsigned crc = 0;
  for (const std::uint8_t byte : bytes) {
    crc ^= unsigned{byte} << 8;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 0x8000) != 0 ? crc << 1 ^ 0x1021 : crc << 1;
  }
  return static_cast<std::uint16_t>(crc);
}

std::uint8_t tag_sum(Bytes descriptor) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < tag_bytes; ++i)
    if (i != 4) sum += descriptor[i];
  return static_cast<std::uint8_t>(sum);
}

Bytes checked_bytes(Bytes descriptor) {
  const auto length = static_cast<std::size_t>(little_endian<2>(descriptor, 10));
  if (tag_bytes + length > descriptor.size()) throw DamagedImage("a descriptor of UDF is cut");
  return descriptor.subspan(tag_bytes, length);
}

std::uint64_t tag_of(Bytes descriptor) {
  if (descriptor.size() < tag_bytes || descriptor[4] != tag_sum(descriptor) ||
      little_endian<2>(descriptor, 8) != checksum(checked_bytes(descriptor)))
    throw DamagedImage("the checksum of a descriptor of UDF is wrong");
  return little_endian<2>(descriptor, 0);
}

void append_utf8(std::string& text, unsigned code) {
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xC0 | code >> 6);
    text += static_cast<char>(0x80 | (code & 63));
  } else {
    text += static_cast<char>(0xE0 | code >> 12);
    text += static_cast<char>(0x80 | (code >> 6 & 63));
    text += static_cast<char>(0x80 | (code & 63));
  }
}

/// OSTA's compressed Unicode: of 8 or 16 bits.
std::string unicode_text(Bytes compressed) {
  std::string name;
  if (compressed.empty()) return name;
  const bool wide = compressed[0] == 16;
  for (std::size_t at = 1; at + (wide ? 1 : 0) < compressed.size(); at += wide ? 2 : 1)
    append_utf8(name, wide ? unsigned{compressed[at]} << 8 | compressed[at + 1] : compressed[at]);
  return name;
}

std::string field_text(Bytes field) {
  const std::size_t length = std::min<std::size_t>(field.back(), field.size() - 1);
  return unicode_text(field.first(length));
}

class UdfReader {
 public:
  explicit UdfReader(const ByteFile& image) : image_(image) {}

  ImageTree read_all() {
    const auto start = sector(anchor_sector);
    if (tag_of(start) != anchor) throw DamagedImage("it has no anchor of UDF");
    for (const std::size_t sequence : {16, 24})
      read_sequence(static_cast<std::int64_t>(little_endian<4>(start, sequence + 4)),
                    static_cast<std::int64_t>(little_endian<4>(start, sequence)));
    if (partition_ < 0 || file_set_ < 0) throw DamagedImage("it has no volume of UDF");
    const auto set = block(file_set_);
    if (tag_of(set) != file_set) throw DamagedImage("it has no set of files of UDF");
    add_date(partition_ + file_set_, 16);
    read_entry(static_cast<std::int64_t>(little_endian<4>(set, 404)), "", 1);
    tree_.sort();
    return std::move(tree_);
  }

 private:
  using Sector = std::array<std::uint8_t, disc_sector_bytes>;

  Sector sector(std::int64_t number) const {
    Sector data{};
    if (!image_.read(number * disc_sector_bytes, data))
      throw DamagedImage("it ends before what its UDF tells of");
    return data;
  }
  /// Of the partition.
  Sector block(std::int64_t number) const { return sector(partition_ + number); }

  void add_date(std::int64_t number, std::size_t field) {
    const std::int64_t place = number * disc_sector_bytes;
    tree_.dates.push_back({ImageTree::Date::Form::stamp, place + static_cast<std::int64_t>(field)});
    if (tree_.descriptors.empty() || tree_.descriptors.back() != place)
      tree_.descriptors.push_back(place);
  }

  void read_sequence(std::int64_t begin, std::int64_t bytes) {
    constexpr std::int64_t most_sectors = 64;
    const std::int64_t sectors = std::min(bytes / disc_sector_bytes, most_sectors);
    for (std::int64_t number = begin; number < begin + sectors; ++number) {
      const auto data = sector(number);
      if (std::all_of(data.begin(), data.end(), [](std::uint8_t byte) { return byte == 0; }))
        return;
      switch (tag_of(data)) {
        case primary_volume:
          add_date(number, 376);
          tree_.set_names.push_back(number * disc_sector_bytes +
                                    static_cast<std::int64_t>(set_name_place));
          break;
        case partition:
          partition_ = static_cast<std::int64_t>(little_endian<4>(data, 188));
          break;
        case logical_volume:
          tree_.label = field_text(Bytes(data).subspan(84, 128));
          file_set_ = static_cast<std::int64_t>(little_endian<4>(data, 252));
          read_integrity(static_cast<std::int64_t>(little_endian<4>(data, 436)));
          break;
        case terminating:
          return;
        default:
          break;
      }
    }
  }

  void read_integrity(std::int64_t number) {
    const auto data = sector(number);
    if (tag_of(data) != integrity) throw DamagedImage("its UDF has no integrity descriptor");
    const bool seen = std::find(tree_.descriptors.begin(), tree_.descriptors.end(),
                                number * disc_sector_bytes) != tree_.descriptors.end();
    if (!seen) add_date(number, 16);
  }

  /// A file or a folder by the block of its entry.
  void read_entry(std::int64_t number, const std::string& path, int depth) {
    const auto data = block(number);
    if (tag_of(data) != file_entry) throw DamagedImage("an entry of its UDF is no file's");
    for (const std::size_t field : {72, 84, 96}) add_date(partition_ + number, field);
    ImageFile file;
    file.path = path;
    read_extents(data, file);
    constexpr std::uint8_t folder_type = 4;
    if (data[27] != folder_type) {
      tree_.files.push_back(std::move(file));
      return;
    }
    if (depth > deepest_image_folder || file.bytes > largest_folder_bytes ||
        !folders_.insert(number).second)
      throw DamagedImage("folders of its UDF lead nowhere");
    if (!path.empty()) tree_.folders.push_back(path);
    read_folder(file, path, depth);
  }

  void read_extents(const Sector& data, ImageFile& file) const {
    constexpr std::size_t fixed_bytes = 176;
    if ((data[34] & 7) > 1) throw DamagedImage("a file of its UDF has no extents");
    const std::size_t step = (data[34] & 7) == 0 ? 8 : 16;
    const auto attributes = static_cast<std::size_t>(little_endian<4>(data, 168));
    const auto bytes = static_cast<std::size_t>(little_endian<4>(data, 172));
    if (attributes > data.size() || bytes > data.size() ||
        fixed_bytes + attributes + bytes > data.size())
      throw DamagedImage("an entry of its UDF is cut");
    for (std::size_t at = 0; at + step <= bytes; at += step) {
      const std::size_t place = fixed_bytes + attributes + at;
      constexpr std::uint64_t length_bits = 0x3FFFFFFF;  // above: how it is recorded
      file.add({(partition_ + static_cast<std::int64_t>(little_endian<4>(data, place + 4))) *
                    disc_sector_bytes,
                static_cast<std::int64_t>(little_endian<4>(data, place) & length_bits)});
    }
    if (file.bytes != static_cast<std::int64_t>(little_endian<8>(data, 56)))
      throw DamagedImage("the extents of a file of its UDF are not as long as it is");
  }

  void read_folder(const ImageFile& folder, const std::string& path, int depth) {
    std::vector<std::uint8_t> data(static_cast<std::size_t>(folder.bytes));
    std::size_t read = 0;
    for (const ImageExtent& extent : folder.extents) {
      const auto bytes = static_cast<std::size_t>(extent.bytes);
      if (!image_.read(extent.begin, std::span(data).subspan(read, bytes)))
        throw DamagedImage("it ends before what its UDF tells of");
      read += bytes;
    }
    constexpr std::size_t fixed_bytes = 38;
    for (std::size_t at = 0; at + fixed_bytes <= data.size();) {
      const Bytes rest = Bytes(data).subspan(at);
      if (tag_of(rest) != file_identifier) throw DamagedImage("a folder of its UDF is damaged");
      const std::size_t name_bytes = rest[19];
      const auto use = static_cast<std::size_t>(little_endian<2>(rest, 36));
      const std::size_t length = (fixed_bytes + use + name_bytes + 3) / 4 * 4;
      if (fixed_bytes + use + name_bytes > rest.size())
        throw DamagedImage("a folder of its UDF is cut");
      at += length;
      constexpr std::uint8_t deleted = 4, parent = 8;
      if ((rest[18] & (deleted | parent)) != 0) continue;
      if (++entries_ > most_image_entries) throw DamagedImage("its UDF has too many files");
      const std::string name = unicode_text(rest.subspan(fixed_bytes + use, name_bytes));
      const std::string entry_path = path.empty() ? name : path + "/" + name;
      if ((path_bytes_ += entry_path.size()) > most_image_path_bytes)
        throw DamagedImage("its UDF has too many files");
      read_entry(static_cast<std::int64_t>(little_endian<4>(rest, 24)), entry_path, depth + 1);
    }
  }

  const ByteFile& image_;
  ImageTree tree_;
  std::int64_t partition_ = -1, file_set_ = -1;  // sector, and block in the partition
  std::set<std::int64_t> folders_;
  std::size_t entries_ = 0, path_bytes_ = 0;
};

}  // namespace

ImageTree read_udf(const ByteFile& image) { return UdfReader(image).read_all(); }

void seal_udf_descriptor(std::span<std::uint8_t> descriptor) {
  const std::uint16_t crc = checksum(checked_bytes(descriptor));
  descriptor[8] = static_cast<std::uint8_t>(crc);
  descriptor[9] = static_cast<std::uint8_t>(crc >> 8);
  descriptor[4] = tag_sum(descriptor);
}

}  // namespace lifereel
