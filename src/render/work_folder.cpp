// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/render/work_folder.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "encoders/finished_file.h"
#include "src/render/disk_file.h"
#include "src/render/job.h"
#include "src/render/sealed_file.h"

namespace lifereel {
namespace {

namespace fs = std::filesystem;

/// Of a regular file; empty where there is none.
std::string identity(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  std::string text;
  for (const auto number :
       {static_cast<std::int64_t>(status.st_dev), static_cast<std::int64_t>(status.st_ino),
        static_cast<std::int64_t>(status.st_size),
        static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec})
    text += (text.empty() ? "" : " ") + std::to_string(number);
  return text + "\n";
}

/// Not what somebody else has put there.
bool is_working_file(const std::string& name) {
  static constexpr std::array<std::string_view, 4> names{"lock", "job", "film", "film-identity"};
  const std::string_view whole = std::string_view(name).substr(0, name.find(".part-"));
  return std::find(names.begin(), names.end(), whole) != names.end() ||
         number_of(whole, chunk_kind) || number_of(whole, checkpoint_kind);
}

/// In such an order that finished() tells the truth until the end.
void remove_working_files(const std::string& folder) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (is_working_file(name) && name != "job" && name != "film-identity" && name != "lock")
      files.push_back(entry.path());
  }
  for (const fs::path& file : files) fs::remove(file);
  for (const char* const last : {"job", "film-identity", "lock"})
    fs::remove(fs::path(folder) / last);
  std::error_code ignored;  // other files in it keep the folder
  fs::remove(folder, ignored);
}

}  // namespace

std::string WorkFolder::path_for(const std::string& film_path) { return film_path + ".lifereel"; }

WorkFolder::WorkFolder(const std::string& film_path, const std::string& job, const ChunkPlan& plan,
                       const std::atomic<bool>* cancel)
    : path_(path_for(film_path)),
      lock_(std::make_unique<WorkLock>(path_)),
      chunks_(path_, job_hash(job), plan, cancel, [this] { drop_checkpoints(); }),
      checkpoints_(path_, job_hash(job), cancel) {
  check_job(job);
  look_around();
  if (!is_job(film_path, job))
    as_plain_error([&] { write_text_file(path_ + "/job", true, sealed_job(job)); });
  drop_checkpoints();
}

WorkFolder::~WorkFolder() {
  if (!lock_ || !chunks_.empty() || !checkpoints_.empty()) return;
  std::error_code ignored;
  if (fs::exists(film_path(), ignored)) return;  // whole, without its name
  try {
    remove();
  } catch (...) {
    // It stays, and will be of use to nobody.
  }
}

// Where it was damaged, chunks and checkpoints know whose they are.
void WorkFolder::check_job(const std::string& job) const {
  const std::optional<std::string> begun = read_file(path_ + "/job");
  const std::string other = begun ? other_job(*begun, job) : std::string();
  if (!other.empty())
    throw std::invalid_argument("the working files in '" + path_ + "' are of another render: " +
                                other + "; give that, another output, or resume = restart");
}

void WorkFolder::look_around() {
  std::vector<std::string> rest;
  for (const fs::directory_entry& entry : fs::directory_iterator(path_)) {
    const std::string name = entry.path().filename().string();
    checkpoints_.see(name);
    // What was being written when a process ended.
    if (name == "film" || (is_working_file(name) && name.find(".part-") != std::string::npos))
      rest.push_back(entry.path().string());
  }
  found_ = chunks_.look(rest);
  // First, for the file it speaks of goes, too.
  fs::remove(path_ + "/film-identity");
  for (const std::string& file : rest) fs::remove(file);
}

void WorkFolder::keep_checkpoint(std::int64_t index, const Checkpoint& checkpoint) {
  checkpoints_.keep(index, checkpoint);
  drop_checkpoints();
}

void WorkFolder::drop_checkpoints() { checkpoints_.drop_before(chunks_.first_missing()); }

void WorkFolder::identify_film() {
  const std::string text = identity(film_path());
  if (!text.empty()) as_plain_error([&] { write_text_file(path_ + "/film-identity", true, text); });
}

bool WorkFolder::finished(const std::string& film_path) {
  const std::string now = identity(film_path);
  const std::string folder = path_for(film_path);
  std::error_code none;
  if (now.empty() || !fs::is_directory(folder, none)) return false;
  return read_file(folder + "/film-identity") == now ||
         std::all_of(fs::directory_iterator(folder), {}, [](const fs::directory_entry& entry) {
           return entry.path().filename() == "lock";
         });
}

bool WorkFolder::is_job(const std::string& film_path, const std::string& job) {
  return read_file(path_for(film_path) + "/job") == sealed_job(job);
}

bool WorkFolder::has_whole_film(const std::string& film_path, const std::string& job) {
  const std::string folder = path_for(film_path);
  const std::string whole = identity(folder + "/film");
  return !whole.empty() && read_file(folder + "/film-identity") == whole && is_job(film_path, job);
}

void WorkFolder::give_film_its_name(const std::string& film_path, bool overwrite) {
  const std::string folder = path_for(film_path);
  const WorkLock lock(folder);
  give_name(folder + "/film", film_path, overwrite);
  remove_working_files(folder);
}

bool WorkFolder::take_in(const std::string& film_path, const std::string& job,
                         const std::string& whole_film) {
  const std::string folder = path_for(film_path);
  try {
    if (fs::exists(folder)) return false;
    const WorkLock lock(folder);
    write_text_file(folder + "/job", true, sealed_job(job));
    write_text_file(folder + "/film-identity", true, identity(whole_film));
    fs::rename(whole_film, folder + "/film");
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

void WorkFolder::remove(const std::string& film_path) {
  const std::string path = path_for(film_path);
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return;
  const WorkLock lock(path);
  remove_working_files(path);
}

void WorkFolder::remove() {
  const std::unique_ptr<WorkLock> until_the_end = std::move(lock_);
  remove_working_files(path_);
}

}  // namespace lifereel
