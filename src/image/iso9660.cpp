// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/image/iso9660.h"

#include <array>
#include <cstring>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "src/image/little_endian.h"
#include "src/image/tree_limits.h"
#include "src/media/medium.h"

namespace lifereel {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::int64_t descriptor_place = 16 * disc_sector_bytes;
constexpr std::array<std::size_t, 4> date_fields = {813, 830, 847, 864};
constexpr std::int64_t expiration = 847;  // which says "never"
constexpr std::size_t root_record = 156, record_bytes = 33;

std::vector<std::uint8_t> read(const ByteFile& image, std::int64_t place, std::int64_t bytes) {
  std::vector<std::uint8_t> data(static_cast<std::size_t>(bytes));
  if (!image.read(place, data)) throw DamagedImage("it ends before what it tells of");
  return data;
}

bool is_descriptor(Bytes sector) {
  return sector[0] == 1 && std::memcmp(sector.data() + 1, "CD001", 5) == 0;
}

struct Record {
  std::int64_t begin = 0, bytes = 0;
  bool folder = false, continued = false;
  std::string name;
};

/// Where the system use area goes on (IEEE P1281, CE); nothing where it does not.
struct Continuation {
  std::int64_t place = 0, bytes = 0;
};

/// Adds the name that Rock Ridge (IEEE P1282, NM) has in a part of the system use area.
std::optional<Continuation> add_rock_ridge_name(Bytes area, std::string& name) {
  std::optional<Continuation> next;
  while (area.size() >= 5) {
    const std::size_t length = area[2];
    if (length < 4 || length > area.size()) break;
    if (area[0] == 'N' && area[1] == 'M' && length > 5)
      name.append(reinterpret_cast<const char*>(area.data()) + 5, length - 5);
    if (area[0] == 'C' && area[1] == 'E' && length >= 28)
      next = {static_cast<std::int64_t>(little_endian<4>(area, 4)) * disc_sector_bytes +
                  static_cast<std::int64_t>(little_endian<4>(area, 12)),
              static_cast<std::int64_t>(little_endian<4>(area, 20))};
    area = area.subspan(length);
  }
  return next;
}

std::string plain_name(Bytes identifier) {
  std::string name(reinterpret_cast<const char*>(identifier.data()), identifier.size());
  if (const std::size_t version = name.rfind(';'); version != std::string::npos)
    name.resize(version);
  if (name.ends_with('.')) name.pop_back();
  return name;
}

Record read_record(const ByteFile& image, Bytes record) {
  Record result;
  const std::size_t name_bytes = record[32];
  if (record_bytes + name_bytes > record.size()) throw DamagedImage("an entry of a folder is cut");
  result.begin = static_cast<std::int64_t>(little_endian<4>(record, 2)) * disc_sector_bytes;
  result.bytes = static_cast<std::int64_t>(little_endian<4>(record, 10));
  result.folder = (record[25] & 2) != 0;
  result.continued = (record[25] & 0x80) != 0;
  const std::size_t padded = name_bytes + (name_bytes % 2 == 0 ? 1 : 0);
  if (record_bytes + padded <= record.size()) {
    std::optional<Continuation> next =
        add_rock_ridge_name(record.subspan(record_bytes + padded), result.name);
    constexpr int most_parts = 16;
    for (int part = 0; next && part < most_parts; ++part) {
      if (next->bytes > disc_sector_bytes) throw DamagedImage("a name of it is damaged");
      next = add_rock_ridge_name(read(image, next->place, next->bytes), result.name);
      if (result.name.size() > longest_image_name) throw DamagedImage("a name of it is damaged");
    }
  }
  if (result.name.empty()) result.name = plain_name(record.subspan(record_bytes, name_bytes));
  return result;
}

class IsoReader {
 public:
  explicit IsoReader(const ByteFile& image) : image_(image) {}

  ImageTree read_all() {
    const auto descriptor = read(image_, descriptor_place, disc_sector_bytes);
    if (!is_descriptor(descriptor)) throw DamagedImage("it has no volume of ISO 9660");
    const char* const label = reinterpret_cast<const char*>(descriptor.data()) + 40;
    tree_.label.assign(label, 32);
    tree_.label.resize(tree_.label.find_last_not_of(' ') + 1);
    for (const std::size_t field : date_fields)
      if (field != expiration)
        add_date(ImageTree::Date::Form::digits,
                 descriptor_place + static_cast<std::int64_t>(field));
    add_date(ImageTree::Date::Form::record, descriptor_place + root_record + 18);
    read_folder(read_record(image_, Bytes(descriptor).subspan(root_record, 34)), "", 1);
    tree_.sort();
    return std::move(tree_);
  }

 private:
  void add_date(ImageTree::Date::Form form, std::int64_t place) {
    tree_.dates.push_back({form, place});
  }

  void read_folder(const Record& folder, const std::string& path, int depth) {
    if (depth > deepest_image_folder || folder.bytes > largest_folder_bytes ||
        !folders_.insert(folder.begin).second)
      throw DamagedImage("its folders lead nowhere");
    const auto data = read(image_, folder.begin, folder.bytes);
    std::vector<std::pair<Record, std::string>> inner;
    bool continued = false;
    for (std::size_t at = 0; at < data.size();) {
      const std::size_t length = data[at];
      if (length == 0) {  // none crosses the end of a sector
        at = (at / disc_sector_bytes + 1) * disc_sector_bytes;
        continue;
      }
      if (length <= record_bytes || at + length > data.size())
        throw DamagedImage("a folder of it is damaged");
      add_date(ImageTree::Date::Form::record, folder.begin + static_cast<std::int64_t>(at) + 18);
      const Bytes record = Bytes(data).subspan(at, length);
      const bool self_or_parent = record[32] == 1 && record[33] <= 1;
      at += length;
      if (self_or_parent) continue;
      const Record entry = read_record(image_, record);
      if (++entries_ > most_image_entries) throw DamagedImage("it has too many files");
      const std::string entry_path = path + entry.name;
      if ((path_bytes_ += entry_path.size()) > most_image_path_bytes)
        throw DamagedImage("it has too many files");
      if (entry.folder) {
        tree_.folders.push_back(entry_path);
        inner.emplace_back(entry, entry_path + "/");
        continue;
      }
      if (!continued) tree_.files.push_back({entry_path, 0, {}});
      tree_.files.back().add({entry.begin, entry.bytes});
      continued = entry.continued;
    }
    for (const auto& [entry, entry_path] : inner) read_folder(entry, entry_path, depth + 1);
  }

  const ByteFile& image_;
  ImageTree tree_;
  std::set<std::int64_t> folders_;  // seen, by their place
  std::size_t entries_ = 0, path_bytes_ = 0;
};

}  // namespace

bool has_iso9660(const ByteFile& image) {
  std::array<std::uint8_t, 8> begin{};
  return image.read(descriptor_place, begin) && is_descriptor(begin);
}

ImageTree read_iso9660(const ByteFile& image) { return IsoReader(image).read_all(); }

}  // namespace lifereel
