// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/disc/disc_request.h"

#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "encoders/finished_file.h"
#include "src/disc/disc_label.h"
#include "src/disc/dvd_author.h"
#include "src/disc/image_packer.h"
#include "src/media/medium.h"
#include "src/text/quantities.h"

namespace lifereel {
namespace {

namespace fs = std::filesystem;

void check_keep(const std::string& keep) {
  std::error_code ignored;
  if (keep.empty()) return;
  if (fs::symlink_status(keep, ignored).type() != fs::file_type::not_found)
    throw std::invalid_argument("'" + keep + "' exists; name another folder to keep the disc in");
  if (!fs::is_directory(parent_of(keep), ignored))
    throw std::invalid_argument("cannot make '" + keep + "': there is no folder '" +
                                parent_of(keep) + "'");
}

/// With a slash at its end, whatever links lead there.
std::string real_folder(const std::string& folder) {
  std::error_code ignored;
  std::string real = fs::weakly_canonical(folder, ignored).string();
  if (!real.ends_with('/')) real += '/';
  return real;
}

void check_nothing_is_made_in(const std::string& extras, const DiscSettings& settings) {
  for (const std::string& made : {FinishedFile::real_path(settings.output), settings.keep})
    if (!made.empty() && real_folder(parent_of(made)).starts_with(extras))
      throw std::invalid_argument("'" + made + "' would be made among the extras in '" +
                                  settings.extras + "'; name another folder for it");
}

}  // namespace

std::string parent_of(const std::string& path) {
  const std::string parent = fs::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

DiscSettings normal(DiscSettings settings) {
  while (settings.keep.size() > 1 && settings.keep.ends_with('/')) settings.keep.pop_back();
  return settings;
}

void check_disc_request(const DiscSettings& settings) {
  check_disc_label(settings.label);
  if (!settings.medium.empty()) static_cast<void>(parse_medium(settings.medium));
  check_keep(settings.keep);
  if (settings.output == "-" ||
      (!settings.output.empty() && FinishedFile::real_path(settings.output).empty()))
    throw std::invalid_argument("the image is read back, so it must be a file; set output = FILE");
  FinishedFile::check_path(settings.output, settings.overwrite);
  if (is_same_file(settings.output, settings.keep))
    throw std::invalid_argument("'" + settings.keep +
                                "' is both the image and the folder to keep; name another one");
}

DiscContents check_disc_kind(const DiscSettings& settings, DiscKind kind) {
  const bool video = kind == DiscKind::dvd_video;
  if (!video && !settings.keep.empty())
    throw std::invalid_argument("keep is for DVD-Video, and these films make a data disc");
  const ImagePacker packer(video ? ImagePacker::Kind::dvd_video : ImagePacker::Kind::data);
  if (video) static_cast<void>(DvdAuthor());
  if (settings.extras.empty()) return {};
  check_nothing_is_made_in(real_folder(settings.extras), settings);
  DiscContents extras =
      list_contents(settings.extras, video ? dvd_video_limits() : data_disc_limits());
  check_names(extras);
  return extras;
}

void check_size(const DiscSettings& settings, std::int64_t image_bytes) {
  const Medium medium = settings.medium.empty() ? media().back() : parse_medium(settings.medium);
  if (image_bytes <= medium.bytes()) return;
  const std::string fitting = fitting_media(image_bytes);
  const auto text = [](std::int64_t bytes) { return size_text(static_cast<std::uint64_t>(bytes)); };
  throw std::invalid_argument(
      "the image has " + text(image_bytes) + ", and " + medium.description + " holds " +
      text(medium.bytes()) + ": " +
      (fitting.empty() ? std::string("no disc is so large; make an image of fewer films")
                       : "it fits on " + fitting) +
      ", or make the film smaller");
}

std::vector<ImageItem> image_items(const DiscContents& contents) {
  std::vector<ImageItem> items;
  for (const DiscContents::File& file : contents.files) items.push_back({file.name, file.bytes});
  return items;
}

}  // namespace lifereel
