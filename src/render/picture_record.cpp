// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/render/picture_record.h"

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <system_error>

#include "encoders/finished_file.h"
#include "encoders/picture_files.h"
#include "src/render/disk_file.h"
#include "src/render/job.h"

namespace lifereel {
namespace {

namespace fs = std::filesystem;

}  // namespace

PictureRecord::PictureRecord(const std::string& output)
    : output_(output), path_(output + ".lifereel") {}

bool PictureRecord::is_there() const {
  std::error_code none;
  return fs::is_regular_file(path_, none);
}

void PictureRecord::check_job(const std::string& job) const {
  const std::optional<std::string> record = read_file(path_);
  const std::string other = record ? other_job(*record, job) : std::string();
  if (!other.empty())
    throw std::invalid_argument("the pictures '" + output_ + "' are those of another render (" +
                                other +
                                "); finish it with its own settings, name other files, or replace "
                                "them with resume = restart");
  if (record && *record != sealed_job(job)) remove();  // damaged: it says nothing
}

std::int64_t PictureRecord::pictures_kept(std::int64_t frames) const {
  std::error_code error;
  const fs::file_time_type begun = fs::last_write_time(path_, error);
  if (error) return 0;
  std::int64_t kept = 0;
  for (; kept < frames; ++kept) {
    const fs::file_time_type made = fs::last_write_time(picture_path(output_, kept), error);
    if (error || made <= begun) break;
    if (fs::file_size(picture_path(output_, kept), error) == 0 || error) break;
  }
  return kept;
}

void PictureRecord::make(const std::string& job) const {
  as_plain_error([&] { write_text_file(path_, true, sealed_job(job)); });
}

void PictureRecord::remove() const noexcept {
  std::error_code ignored;
  fs::remove(path_, ignored);
}

}  // namespace lifereel
