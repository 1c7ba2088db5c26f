// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/disc/image_packer.h"

#include <time.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "src/files/links.h"
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

/// In the folder where genisoimage works: what is grafted, and what it is grafted from. Their own
/// names are short, whatever the user's folders are called.
constexpr const char *extras_list = "extras.list", *extras_link = "extras", *empty_folder = "empty";

/// As a graft point has names: "=" stands between what is on the disc and where it is from.
std::string graft_name(const std::string& name) {
  std::string escaped;
  for (const char c : name) escaped += c == '=' ? std::string("\\=") : std::string(1, c);
  return escaped;
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
    words.insert(words.end(), {"-dvd-video", "-graft-points", "-path-list", extras_list});
  else
    words.insert(words.end(),
                 {"-follow-links", "-rational-rock", "-file-mode", "0444", "-dir-mode", "0555",
                  "-joliet", "-joliet-long", "--set_all_file_dates", date_text(job.date_seconds)});
  words.insert(words.end(), job.folders.begin(), job.folders.end());
  return words;
}

/// One by one and sorted: of a folder, genisoimage takes what is in it in the order in which the
/// file system lists it, and its numbers follow that.
void ImagePacker::list_extras(const Job& job) {
  const std::string folder = job.work_folder + "/";
  if (!job.extras_folder.empty())
    make_link(std::filesystem::canonical(job.extras_folder).string(), folder + extras_link);
  std::filesystem::create_directory(folder + empty_folder);
  std::vector<std::string> lines{std::string("AUDIO_TS/=") + empty_folder};
  for (const std::string& name : job.extras.folders)
    lines.push_back(graft_name(name) + "/=" + empty_folder);
  for (const DiscContents::File& file : job.extras.files)
    lines.push_back(graft_name(file.name) + "=" + extras_link + "/" + graft_name(file.name));
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  write_text_file(folder + extras_list, false, text);
}

void ImagePacker::pack(const Job& job, FinishedFile& image, const TellShare& tell,
                       const std::atomic<bool>* cancel) const {
  std::int64_t written = 0;
  ExternalProgram::Run run;
  run.arguments = arguments(job);
  if (kind_ == Kind::dvd_video) {
    list_extras(job);
    run.folder = job.work_folder;
  }
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
