// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/disc/dvd_author.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "encoders/finished_file.h"
#include "src/files/links.h"

namespace lifereel {
namespace {

namespace fs = std::filesystem;

constexpr double megabyte = 1 << 20;
/// Copying a film, rather than filling in its navigation packs afterwards.
constexpr double copying = 0.9;

/// The number before `unit` at the end of "STAT: VOBU 16 at 3MB"; below 0 where there is none.
double number_before(std::string_view line, std::string_view unit) {
  const std::size_t end = line.find(unit);
  if (end == std::string_view::npos) return -1;
  std::size_t begin = end;
  while (begin > 0 && line[begin - 1] >= '0' && line[begin - 1] <= '9') --begin;
  if (begin == end) return -1;
  return told_number(line.substr(begin, end - begin)).value_or(-1);
}

bool is_fault(std::string_view line) {
  return line.starts_with("ERR:") || line.starts_with("WARN:") ||
         line.find("without a preceding VOBU") != std::string_view::npos;
}

void link_films(const DiscPlan& plan, const std::string& folder) {
  for (std::size_t i = 0; i < plan.titles.size(); ++i)
    make_link(fs::canonical(plan.titles[i].film).string(), folder + "/" + title_file_name(i));
}

void unlink_films(const DiscPlan& plan, const std::string& folder) {
  std::error_code ignored;
  for (std::size_t i = 0; i < plan.titles.size(); ++i)
    fs::remove(fs::path(folder) / title_file_name(i), ignored);
}

}  // namespace

DvdAuthorLine DvdAuthorReader::read(std::string_view line) {
  DvdAuthorLine result;
  result.fault = is_fault(line);
  if (line.starts_with("STAT: Processing ")) {
    ++begun_;
    result.share = share(0);
  } else if (begun_ > 0 && begun_ <= plan_.titles.size()) {
    const auto bytes = static_cast<double>(plan_.titles[begun_ - 1].bytes);
    if (line.starts_with("STAT: VOBU ")) {
      const double megabytes = number_before(line, "MB");
      if (megabytes >= 0) result.share = share(std::min(megabytes * megabyte, bytes) * copying);
    } else if (line.starts_with("STAT: fixing VOBU ")) {
      const double percent = number_before(line, "%");
      if (percent >= 0)
        result.share = share(bytes * (copying + (1 - copying) * std::min(percent, 100.0) / 100));
    }
  }
  return result;
}

double DvdAuthorReader::share(double bytes_of_film) const {
  double done = bytes_of_film;
  for (std::size_t i = 0; i + 1 < begun_ && i < plan_.titles.size(); ++i)
    done += static_cast<double>(plan_.titles[i].bytes);
  const auto all = static_cast<double>(plan_.film_bytes());
  return all > 0 ? done / all : 0;
}

void DvdAuthor::author(const DiscPlan& plan, const std::string& folder,
                       const std::string& disc_folder, const TellShare& tell,
                       const std::atomic<bool>* cancel) const {
  const std::string control_file = folder + "/disc.xml";
  write_text_file(control_file, false, dvdauthor_xml(plan));
  link_films(plan, folder);
  DvdAuthorReader reader(plan);
  ExternalProgram::Run run;
  run.folder = folder;
  run.arguments = {"-o", disc_folder, "-x", "disc.xml"};
  run.environment = {{"VIDEO_FORMAT", plan.standard() == DiscTarget::pal_dvd ? "PAL" : "NTSC"}};
  run.is_reason = is_fault;
  run.line = [&](std::string_view line) {
    const DvdAuthorLine read = reader.read(line);
    if (line.starts_with("WARN:") || (read.fault && !line.starts_with("ERR:")))
      throw ProgramFailure("dvdauthor warns of what a player may stumble over: " +
                           std::string(line));
    if (read.share >= 0 && tell) tell(read.share);
  };
  program_.run(run, cancel);
  if (!fs::exists(fs::path(folder) / disc_folder / "VIDEO_TS" / "VIDEO_TS.IFO"))
    throw ProgramFailure("dvdauthor ended without an error, but has made no VIDEO_TS.IFO");
  std::error_code ignored;
  fs::remove(control_file, ignored);
  // The packer numbers folders in the order in which a folder lists them: one has no order.
  fs::remove(fs::path(folder) / disc_folder / "AUDIO_TS", ignored);
  unlink_films(plan, folder);
}

}  // namespace lifereel
