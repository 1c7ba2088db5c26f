// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/disc/image_packer.h"

#include <time.h>

#include <algorithm>
#include <cstdio>

#include "src/image/image_stamp.h"
#include "src/text/format.h"
#include "src/text/lower_case.h"

namespace lifereel {
namespace {

/// As xorriso reads dates.
std::string date_text(std::int64_t seconds) {
  const time_t time = seconds;
  tm date{};
  gmtime_r(&time, &date);
  return format("%04d%02d%02d%02d%02d%02d00", 1900 + date.tm_year, date.tm_mon + 1, date.tm_mday,
                date.tm_hour, date.tm_min, date.tm_sec);
}

}  // namespace

bool is_packer_fault(std::string_view line) {
  static constexpr std::string_view signs[] = {"warning",
                                               "error",
                                               "unable",
                                               "cannot",
                                               "can't",
                                               "ignored",
                                               "too deep",
                                               "too large",
                                               "larger than",
                                               "no space",
                                               ": sorry :",
                                               ": failure :",
                                               ": fatal :",
                                               ": mishap :",
                                               ": abort :",
                                               "not of correct size",
                                               "incorrectly encoded"};
  if (line.starts_with("Using ")) return false;  // another name in ISO 9660, for a file's own
  const std::string lower = lower_case(line);
  return std::any_of(std::begin(signs), std::end(signs),
                     [&](std::string_view sign) { return lower.find(sign) != std::string::npos; });
}

ImagePacker::ImagePacker(Kind kind)
    : kind_(kind),
      program_(kind == Kind::dvd_video ? "genisoimage" : "xorrisofs",
               kind == Kind::dvd_video ? "genisoimage" : "xorriso") {}

std::vector<std::string> ImagePacker::arguments(const Job& job) const {
  std::vector<std::string> words;
  if (kind_ == Kind::data) words.emplace_back("--no_rc");  // must be the first
  words.insert(words.end(),
               {"-quiet", "-iso-level", "3", "-input-charset", "utf-8", "-V", job.label});
  if (kind_ == Kind::dvd_video)
    words.emplace_back("-dvd-video");
  else
    words.insert(words.end(),
                 {"-follow-links", "-rational-rock", "-file-mode", "0444", "-dir-mode", "0555",
                  "-joliet", "-joliet-long", "--set_all_file_dates", date_text(job.date_seconds)});
  words.insert(words.end(), job.folders.begin(), job.folders.end());
  return words;
}

void ImagePacker::pack(const Job& job, FinishedFile& image, const TellShare& tell,
                       const std::atomic<bool>* cancel) const {
  std::int64_t written = 0;
  ExternalProgram::Run run;
  run.arguments = arguments(job);
  // xorriso dates the volume by the first; genisoimage would read settings of the user's.
  run.environment = {{"SOURCE_DATE_EPOCH", std::to_string(job.date_seconds)},
                     {"MKISOFSRC", "/dev/null"},
                     {"HOME", "/nonexistent"}};
  run.is_reason = is_packer_fault;
  run.line = [&](std::string_view line) {
    if (is_packer_fault(line))
      throw ProgramFailure(program_.name() + " says that something is wrong: " + std::string(line));
  };
  run.output = [&](std::span<const std::uint8_t> bytes) {
    image.try_write(bytes.data(), bytes.size());
    image.check_written();
    written += static_cast<std::int64_t>(bytes.size());
    if (tell && job.bytes > 0)
      tell(std::min(1.0, static_cast<double>(written) / static_cast<double>(job.bytes)));
  };
  program_.run(run, cancel);
  if (kind_ != Kind::dvd_video) return;
  const ByteFile reading(image.temporary_path());
  stamp_image(reading, job.date_seconds, job.id,
              [&](std::int64_t place, std::span<const std::uint8_t> bytes) {
                image.try_seek(place, SEEK_SET);
                image.try_write(bytes.data(), bytes.size());
                image.check_written();
              });
}

}  // namespace lifereel
