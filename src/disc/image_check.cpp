// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/disc/image_check.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include "encoders/dvd/navigation_pack.h"
#include "src/disc/external_program.h"
#include "src/image/iso9660.h"
#include "src/image/spanned_file.h"
#include "src/image/udf.h"
#include "src/media/medium.h"
#include "src/pipeline/cancellation.h"
#include "src/text/format.h"
#include "src/verify/dvd_files.h"

namespace lifereel {
namespace {

constexpr std::int64_t piece_bytes = 512 * disc_sector_bytes;
/// lsdvd counts whole frames of 30 a second where a disc has 29.97.
constexpr double length_tolerance = 0.002;

using Bytes = std::span<const std::uint8_t>;

/// Pieces of both, one after another; what `same` is false of is at that byte.
void compare(const SpannedFile& a, const SpannedFile& b, const std::string& name,
             const std::atomic<bool>* cancel, const std::function<bool(Bytes, Bytes)>& same,
             const std::function<void(std::int64_t)>& done) {
  std::vector<std::uint8_t> left, right;
  for (std::int64_t place = 0; place < a.size();) {
    throw_if_cancelled(cancel, "the check of the image was cancelled");
    const auto bytes = static_cast<std::size_t>(std::min(piece_bytes, a.size() - place));
    left.resize(bytes);
    right.resize(bytes);
    a.read(place, left);
    b.read(place, right);
    if (!same(left, right))
      throw std::runtime_error(format("%s differs behind byte %lld from what it was made of",
                                      name.c_str(), static_cast<long long>(place)));
    place += static_cast<std::int64_t>(bytes);
    if (done) done(static_cast<std::int64_t>(bytes));
  }
}

bool equal(Bytes a, Bytes b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

SpannedFile whole_file(const std::string& path) {
  SpannedFile spanned;
  const auto file = std::make_shared<const ByteFile>(path);
  spanned.add(file, 0, file->size());
  return spanned;
}

}  // namespace

void compare_image(const std::string& path, const DiscContents& contents, bool dvd_video,
                   const TellShare& tell, const std::atomic<bool>* cancel) {
  const auto image = std::make_shared<const ByteFile>(path);
  const ImageTree tree = dvd_video ? read_udf(*image) : read_iso9660(*image);
  const auto all = static_cast<double>(std::max<std::int64_t>(contents.bytes(), 1));
  std::int64_t done = 0;
  for (const DiscContents::File& file : contents.files) {
    const ImageFile* const packed = tree.find(file.name);
    if (packed == nullptr)
      throw std::runtime_error("the image lacks '" + file.name + "', which was to be in it");
    SpannedFile spanned;
    for (const ImageExtent& extent : packed->extents)
      spanned.add(image, extent.begin, extent.bytes);
    const SpannedFile original = whole_file(file.path);
    if (spanned.size() != original.size())
      throw std::runtime_error(format("'%s' has %lld bytes in the image, and %lld where it is from",
                                      file.name.c_str(), static_cast<long long>(spanned.size()),
                                      static_cast<long long>(original.size())));
    compare(spanned, original, "'" + file.name + "' in the image", cancel, equal,
            [&](std::int64_t bytes) {
              done += bytes;
              if (tell) tell(static_cast<double>(done) / all);
            });
  }
  if (tree.files.size() != contents.files.size())
    throw std::runtime_error(format("the image has %zu files, not the %zu that were to be in it",
                                    tree.files.size(), contents.files.size()));
}

void compare_title(const PlannedTitle& title, const std::string& disc_folder, int title_set,
                   Checksum& films, const std::atomic<bool>* cancel) {
  const SpannedFile film = whole_file(title.film);
  const SpannedFile vobs = DvdFiles(disc_folder).title_vobs(title_set);
  const std::string name = format("title set %d", title_set);
  if (film.size() != vobs.size())
    throw std::runtime_error(format("%s has %lld bytes, and its film %lld", name.c_str(),
                                    static_cast<long long>(vobs.size()),
                                    static_cast<long long>(film.size())));
  const auto same = [&films](Bytes vob, Bytes source) {
    films.add(source.data(), source.size());
    for (std::size_t at = 0; at + disc_sector_bytes <= vob.size(); at += disc_sector_bytes) {
      const Bytes sector = vob.subspan(at, disc_sector_bytes);
      if (!equal(sector, source.subspan(at, disc_sector_bytes)) &&
          !(read_navigation_pack(sector) &&
            read_navigation_pack(source.subspan(at, disc_sector_bytes))))
        return false;
    }
    return true;
  };
  compare(vobs, film, name, cancel, same, {});
}

bool read_lsdvd_title(std::string_view line, LsdvdTitle& title) {
  int number = 0, hours = 0, minutes = 0;
  char seconds[16] = "";
  const std::string text(line);
  if (std::sscanf(text.c_str(), "Title: %d, Length: %d:%d:%15[0-9.] Chapters: %d", &number, &hours,
                  &minutes, seconds, &title.chapters) != 5)
    return false;
  const std::optional<double> told = told_number(seconds);
  if (!told) return false;
  title.seconds = 3600.0 * hours + 60.0 * minutes + *told;
  return true;
}

std::string ask_lsdvd(const std::string& image, const DiscPlan& plan,
                      const std::atomic<bool>* cancel) {
  if (!ExternalProgram::is_installed("lsdvd")) return {};
  const ExternalProgram program("lsdvd", "lsdvd");
  std::vector<LsdvdTitle> titles;
  ExternalProgram::Run run;
  run.arguments = {"-c", std::filesystem::absolute(image).string()};  // no name is an option
  run.line = [&titles](std::string_view line) {
    LsdvdTitle title;
    if (read_lsdvd_title(line, title)) titles.push_back(title);
  };
  program.run(run, cancel);
  if (titles.size() != plan.titles.size())
    throw std::runtime_error(
        format("lsdvd sees %zu titles in the image, not %zu", titles.size(), plan.titles.size()));
  for (std::size_t i = 0; i < titles.size(); ++i) {
    const PlannedTitle& wanted = plan.titles[i];
    if (titles[i].chapters != static_cast<int>(wanted.chapter_begins_seconds.size()) ||
        std::fabs(titles[i].seconds - wanted.seconds) > 1 + length_tolerance * wanted.seconds)
      throw std::runtime_error(
          format("lsdvd sees title %zu with %.1f s and %d chapters, not %.1f s and %zu", i + 1,
                 titles[i].seconds, titles[i].chapters, wanted.seconds,
                 wanted.chapter_begins_seconds.size()));
  }
  return "lsdvd";
}

}  // namespace lifereel
