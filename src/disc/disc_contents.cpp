// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/disc/disc_contents.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "src/text/format.h"
#include "src/text/lower_case.h"
#include "src/text/utf8.h"

namespace lifereel {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_name_bytes = 100;  // so that every file system of the disc has it

[[noreturn]] void refuse_extra(const fs::path& path, const std::string& why) {
  throw std::invalid_argument("'" + path.string() + "' " + why);
}

/// Discs have characters of 16 bits, which are three bytes at most.
bool is_narrow_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t bytes = utf8_character_bytes(text);
    if (bytes == 0 || bytes > 3) return false;
    text.remove_prefix(bytes);
  }
  return true;
}

void check_name(const fs::path& path) {
  const std::string name = path.filename().string();
  if (name.size() > longest_name_bytes)
    refuse_extra(path, format("has a name of %zu bytes, and on a disc it may have %zu; rename it",
                              name.size(), longest_name_bytes));
  const bool printable = std::none_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '\\';
  });
  if (!is_narrow_utf8(name) || !printable)
    refuse_extra(path, "has a name that a disc does not take; rename it");
}

void list_folder(const fs::path& folder, const std::string& prefix, int depth,
                 const DiscLimits& limits, DiscContents& contents) {
  std::error_code error;
  std::vector<fs::path> entries;
  for (const auto& entry : fs::directory_iterator(folder, error)) entries.push_back(entry.path());
  if (error) refuse_extra(folder, "cannot be read: " + error.message());
  std::sort(entries.begin(), entries.end());
  for (const fs::path& path : entries) {
    check_name(path);
    const std::string name = prefix + path.filename().string();
    const fs::file_status status = fs::symlink_status(path, error);
    if (fs::is_symlink(status))
      refuse_extra(path, "is a link, which a disc cannot hold; put there what it leads to");
    if (limits.video && depth == 0 &&
        (lower_case(name) == "video_ts" || lower_case(name) == "audio_ts"))
      refuse_extra(path, "has a name that is the film's on a DVD-Video; rename it");
    if (fs::is_directory(status)) {
      if (depth >= limits.deepest_folder)
        refuse_extra(path, format("is too deep: a disc has at most %d folders in one another",
                                  limits.deepest_folder));
      contents.folders.push_back(name);
      list_folder(path, name + "/", depth + 1, limits, contents);
    } else if (fs::is_regular_file(status)) {
      const auto bytes = static_cast<std::int64_t>(fs::file_size(path, error));
      if (bytes > limits.largest_file_bytes)
        refuse_extra(path, format("has %.2f GB, and a file on such a disc at most %.2f",
                                  static_cast<double>(bytes) / 1e9,
                                  static_cast<double>(limits.largest_file_bytes) / 1e9));
      contents.files.push_back({name, path.string(), bytes});
    } else {
      refuse_extra(path, "is neither a file nor a folder, and a disc holds nothing else");
    }
  }
}

}  // namespace

std::int64_t DiscContents::bytes() const {
  std::int64_t all = 0;
  for (const File& file : files) all += file.bytes;
  return all;
}

DiscLimits dvd_video_limits() { return {0xFFFF'FFFE, 5, true}; }

DiscLimits data_disc_limits() {
  // 100 GB is beyond every disc, and 7 folders are what ISO 9660 itself has.
  return {std::int64_t{100} << 30, 7, false};
}

DiscContents list_contents(const std::string& folder, const DiscLimits& limits) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored))
    throw std::invalid_argument("'" + folder + "' is no folder; name one with the extras");
  DiscContents contents;
  list_folder(folder, "", 0, limits, contents);
  return contents;
}

void check_disc_name(const std::string& path) { check_name(path); }

void check_names(const DiscContents& contents) {
  std::map<std::string, std::string> seen;
  const auto see = [&seen](const std::string& name) {
    const auto [other, added] = seen.emplace(lower_case(name), name);
    if (!added)
      throw std::invalid_argument("'" + other->second + "' and '" + name +
                                  "' would have one name on the disc; rename one");
  };
  for (const DiscContents::File& file : contents.files) see(file.name);
  for (const std::string& folder : contents.folders) see(folder);
}

}  // namespace lifereel
