// SPDX-License-Identifier: GPL-2.0-or-later
// make_disc() of disc.h.
#include "src/disc.h"

#include <sys/stat.h>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "encoders/finished_file.h"
#include "encoders/libav/checksum.h"
#include "encoders/libav/file_digest.h"
#include "src/disc/disc_contents.h"
#include "src/disc/disc_films.h"
#include "src/disc/disc_request.h"
#include "src/disc/dvd_author.h"
#include "src/disc/image_check.h"
#include "src/disc/image_packer.h"
#include "src/disc/step_progress.h"
#include "src/files/free_space.h"
#include "src/files/links.h"
#include "src/files/temporary_folder.h"
#include "src/image/image_stamp.h"
#include "src/media/image_size.h"
#include "src/media/medium.h"
#include "src/pipeline/cancellation.h"
#include "src/text/format.h"
#include "src/text/quantities.h"
#include "src/verify/disc_verifier.h"

namespace lifereel {
namespace {

namespace fs = std::filesystem;

/// Of an image, beyond its files: file systems, and what stands between files.
constexpr std::int64_t spare_bytes = 4 << 20;
constexpr const char* authored_folder = "disc";

/// Throws where one of the folders has too little room; two on one file system share it.
void check_space(const std::string& image_folder, std::int64_t image_bytes,
                 const std::string& work_folder, std::int64_t work_bytes) {
  const auto check = [](const std::string& folder, std::int64_t bytes, const char* what) {
    const std::optional<double> free = free_space(folder);
    if (!free || static_cast<double>(bytes) <= *free) return;
    throw std::invalid_argument(std::string(what) + " " +
                                size_text(static_cast<std::uint64_t>(bytes)) + ", and in '" +
                                folder + "' " + size_text(static_cast<std::uint64_t>(*free)) +
                                " are free; make space, or choose another folder");
  };
  check(image_folder, image_bytes, "the image needs");
  if (work_bytes == 0) return;
  check(work_folder, work_bytes, "the disc's files need");
  struct stat image {
  }, work{};
  if (stat(image_folder.c_str(), &image) == 0 && stat(work_folder.c_str(), &work) == 0 &&
      image.st_dev == work.st_dev)
    check(work_folder, image_bytes + work_bytes, "the image and the disc's files need");
}

class DiscMaker {
 public:
  DiscMaker(const DiscSettings& settings, const JobControl& control)
      : settings_(normal(settings)), control_(control), date_(repeatable_date()) {
    check_disc_request(settings_);
    for (const std::string& film : settings_.films)
      if (is_same_file(film, settings_.output))
        throw std::invalid_argument("'" + film + "' is both film and image; name another file");
    films_ = look_at_films(settings_.films);
    extras_ = check_disc_kind(settings_, films_.kind);
    packer_.emplace(is_video() ? ImagePacker::Kind::dvd_video : ImagePacker::Kind::data);
    if (is_video()) author_.emplace();
    FinishedFile::try_out(settings_.output);
  }

  DiscReport run() { return is_video() ? make_dvd_video() : make_data_disc(); }

 private:
  bool is_video() const { return films_.kind == DiscKind::dvd_video; }

  TellShare tell(const std::string& step) const { return tell_step(control_, step); }

  /// Beside what stays, so that it can be moved there.
  TemporaryFolder work_folder() const {
    const std::string beside = settings_.keep.empty() ? settings_.output : settings_.keep;
    return TemporaryFolder(fs::absolute(parent_of(beside)).string(),
                           "." + fs::path(beside).filename().string());
  }

  DiscReport make_dvd_video() {
    DiscPlan plan = plan_disc(std::move(films_.titles), settings_);
    const std::int64_t films = plan.film_bytes();
    std::vector<ImageTitle> titles;
    for (const PlannedTitle& title : plan.titles) titles.push_back({title.bytes, title.seconds});
    check_size(settings_, dvd_video_image_bytes(titles, image_items(extras_)));
    check_space(parent_of(settings_.output), films + extras_.bytes() + spare_bytes,
                parent_of(settings_.keep.empty() ? settings_.output : settings_.keep),
                films + spare_bytes);
    verify_plan(plan, settings_, control_);
    const TemporaryFolder work = work_folder();
    author_->author(plan, work.path(), authored_folder, tell("authoring"), control_.cancel);
    const std::string disc = work.file(authored_folder);
    Checksum films_id;
    for (std::size_t i = 0; i < plan.titles.size(); ++i)
      compare_title(plan.titles[i], disc, static_cast<int>(i) + 1, films_id, control_.cancel);
    contents_ = list_contents(disc, data_disc_limits());

    FinishedFile image(settings_.output, settings_.overwrite);
    pack(image, work, {authored_folder}, films_id.hex().substr(0, 16));
    std::string checked = "every file compared";
    check_tables(image.temporary_path());
    checked += ", every table and sector checked";
    const std::string lsdvd = ask_lsdvd(image.temporary_path(), plan, control_.cancel);
    if (!lsdvd.empty()) checked += ", read by " + lsdvd;
    DiscReport report = finish(image, checked);
    report.kind = plan.standard() == DiscTarget::pal_dvd ? "DVD-Video, PAL" : "DVD-Video, NTSC";
    for (const PlannedTitle& title : plan.titles)
      report.titles.push_back(
          {title.film, title.seconds, static_cast<int>(title.chapter_begins_seconds.size())});
    keep(disc);
    return report;
  }

  DiscReport make_data_disc() {
    DiscContents films;
    for (const std::string& film : settings_.films) {
      const fs::path path = fs::canonical(film);
      check_disc_name(film);
      films.files.push_back({fs::path(film).filename().string(), path.string(),
                             static_cast<std::int64_t>(fs::file_size(path))});
    }
    contents_ = films;
    DiscContents all = films;
    all.files.insert(all.files.end(), extras_.files.begin(), extras_.files.end());
    all.folders = extras_.folders;
    check_names(all);
    check_size(settings_, all.bytes());
    check_space(parent_of(settings_.output), all.bytes() + spare_bytes, ".", 0);
    verify_films(settings_.films, control_);
    const TemporaryFolder work = work_folder();
    for (const DiscContents::File& file : films.files) make_link(file.path, work.file(file.name));
    FinishedFile image(settings_.output, settings_.overwrite);
    std::vector<std::string> folders{work.path()};
    if (!settings_.extras.empty()) folders.push_back(fs::canonical(settings_.extras).string());
    pack(image, work, std::move(folders), {});
    DiscReport report = finish(image, "every file compared");
    report.kind = "data disc";
    for (const std::string& film : settings_.films) report.titles.push_back({film, 0, 0});
    return report;
  }

  /// `folders`, whose contents are known, and the extras.
  void pack(FinishedFile& image, const TemporaryFolder& work, std::vector<std::string> folders,
            std::string id) {
    contents_.files.insert(contents_.files.end(), extras_.files.begin(), extras_.files.end());
    ImagePacker::Job job;
    job.label = settings_.label;
    job.folders = std::move(folders);
    if (is_video()) {
      job.work_folder = work.path();
      job.extras = extras_;
      job.extras_folder = settings_.extras;
    }
    job.bytes = contents_.bytes();
    job.date_seconds = date_;
    job.id = std::move(id);
    for (char& c : job.id)
      if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
    packer_->pack(job, image, tell("packing the image"), control_.cancel);
    compare_image(image.temporary_path(), contents_, is_video(), tell("reading the image back"),
                  control_.cancel);
    check_size(settings_, image.size_bytes());
  }

  void check_tables(const std::string& image) {
    const VerifyReport verified = verify_disc(image, control_);
    for (const VerifyFinding& finding : verified.findings)
      if (finding.severity == VerifySeverity::error)
        throw std::runtime_error("the disc is not what it should be: " + finding.check + ": " +
                                 finding.sentence);
  }

  DiscReport finish(FinishedFile& image, const std::string& checked) {
    DiscReport report;
    const TellShare hashing = tell("hashing the image");
    if (hashing) hashing(-1);
    report.sha256 = file_sha256(image.temporary_path(), [this] {
      throw_if_cancelled(control_.cancel, "the image was not finished");
    });
    report.bytes = image.finish();
    report.image = image.path();
    report.media = fitting_media(report.bytes);
    report.checked = checked;
    return report;
  }

  void keep(const std::string& disc) const {
    if (settings_.keep.empty()) return;
    std::error_code error;
    fs::create_directory(fs::path(disc) / "AUDIO_TS", error);  // players of folders expect it
    if (!error) fs::rename(disc, settings_.keep, error);
    if (error)
      throw FinishedWithError("the image is finished, but its files cannot be kept as '" +
                              settings_.keep + "': " + error.message());
  }

  const DiscSettings settings_;
  const JobControl& control_;
  const std::int64_t date_;
  DiscFilms films_;
  std::optional<DvdAuthor> author_;
  std::optional<ImagePacker> packer_;
  DiscContents extras_, contents_;
};

}  // namespace

DiscReport make_disc(const DiscSettings& settings, const JobControl& control) {
  return DiscMaker(settings, control).run();
}

std::string describe(const DiscReport& report) {
  std::string text = "image           " + report.image +
                     format(", %lld bytes, ", static_cast<long long>(report.bytes)) + report.kind +
                     "\n";
  for (std::size_t i = 0; i < report.titles.size(); ++i) {
    const DiscTitle& title = report.titles[i];
    text += format("%-15s ", title.chapters > 0 ? format("title %zu", i + 1).c_str() : "film") +
            title.film;
    if (title.chapters > 0)
      text += format(", %.2f s, %d %s", title.seconds, title.chapters,
                     title.chapters == 1 ? "chapter" : "chapters");
    text += "\n";
  }
  text += "checked         " + report.checked + "\nSHA-256         " + report.sha256 + "\n";
  text += "fits on         " + report.media + "\n";
  return text;
}

}  // namespace lifereel
