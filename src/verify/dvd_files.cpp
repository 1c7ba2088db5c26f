// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/verify/dvd_files.h"

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <system_error>

#include "src/image/iso9660.h"
#include "src/image/udf.h"
#include "src/text/format.h"

namespace lifereel {
namespace {

namespace fs = std::filesystem;

constexpr const char* folder_name = "VIDEO_TS";
constexpr int most_vobs = 9;

/// A folder that holds VIDEO_TS, or is it.
fs::path video_folder(const fs::path& path) {
  std::error_code ignored;
  if (fs::exists(path / DvdFiles::manager_name, ignored)) return path;
  if (fs::exists(path / folder_name / DvdFiles::manager_name, ignored)) return path / folder_name;
  throw std::runtime_error("'" + path.string() + "' is no DVD-Video: it has no " +
                           DvdFiles::manager_name + ", nor a folder VIDEO_TS with one");
}

}  // namespace

bool DvdFiles::is_disc(const std::string& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return true;
  return fs::is_regular_file(path, ignored) && has_iso9660(ByteFile(path));
}

DvdFiles::DvdFiles(const std::string& path) {
  std::error_code ignored;
  image_ = !fs::is_directory(path, ignored);
  image_ ? read_image(path) : read_folder(path);
}

void DvdFiles::read_folder(const std::string& path) {
  std::error_code error;
  const fs::path folder = video_folder(path);
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    std::error_code ignored;
    if (!entry.is_regular_file(ignored)) continue;
    const auto file = std::make_shared<const ByteFile>(entry.path().string());
    files_[entry.path().filename().string()].add(file, 0, file->size());
    total_bytes_ += file->size();
  }
  if (error) throw std::runtime_error("cannot read '" + folder.string() + "': " + error.message());
}

void DvdFiles::read_image(const std::string& path) {
  const auto file = std::make_shared<const ByteFile>(path);
  total_bytes_ = file->size();
  ImageTree tree;
  try {
    const ImageTree iso = read_iso9660(*file);
    label_ = iso.label;
    tree = read_udf(*file);
    if (tree.label != iso.label)
      faults_.push_back("its name is '" + iso.label + "' in ISO 9660, and '" + tree.label +
                        "' in UDF");
    for (const ImageFile& one : tree.files) {
      if (!one.path.starts_with("VIDEO_TS/")) continue;
      const ImageFile* const other = iso.find(one.path);
      if (other == nullptr || other->extents != one.extents)
        faults_.push_back(one.path + " is not at the same place in ISO 9660 and in UDF");
    }
  } catch (const DamagedImage& damage) {
    throw std::runtime_error("'" + path + "' is damaged, or no image of a DVD: " + damage.what());
  }
  const std::string folder = std::string(folder_name) + "/";
  for (const ImageFile& one : tree.files) {
    if (!one.path.starts_with(folder)) continue;
    SpannedFile& span = files_[one.path.substr(folder.size())];
    for (const ImageExtent& extent : one.extents) span.add(file, extent.begin, extent.bytes);
    if (one.extents.size() > 1) faults_.push_back(one.path + " is not in one piece");
  }
  if (!files_.contains(manager_name))
    throw std::runtime_error("'" + path + "' is no DVD-Video: it has no " + folder + manager_name);
}

const SpannedFile* DvdFiles::find(const std::string& name) const {
  const auto found = files_.find(name);
  return found == files_.end() ? nullptr : &found->second;
}

SpannedFile DvdFiles::title_vobs(int title_set) const {
  SpannedFile vobs;
  for (int number = 1; number <= most_vobs; ++number) {
    const SpannedFile* const file = find(title_set_file(title_set, number, "VOB"));
    if (file == nullptr) break;
    vobs.add(*file);
  }
  return vobs;
}

std::string DvdFiles::title_set_file(int title_set, int number, const char* extension) {
  return format("VTS_%02d_%d.%s", title_set, number, extension);
}

}  // namespace lifereel
