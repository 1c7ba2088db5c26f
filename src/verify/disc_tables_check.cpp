// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/verify/disc_tables_check.h"

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <utility>

#include "src/media/medium.h"
#include "src/text/format.h"

namespace lifereel {
namespace {

constexpr const char* manager_backup = "VIDEO_TS.BUP";
constexpr std::int64_t largest_ifo_bytes = 16 << 20, largest_vob_bytes = 1 << 30;
/// Errors are corrected in blocks of so many, so that a scratch costs one copy of two that are
/// farther apart.
constexpr std::int64_t block_sectors = 16;

std::string ifo_name(int set) { return DvdFiles::title_set_file(set, 0, "IFO"); }
std::string backup_name(int set) { return DvdFiles::title_set_file(set, 0, "BUP"); }

std::int64_t sectors(const SpannedFile* file) {
  return file != nullptr ? disc_sectors(file->size()) : 0;
}

}  // namespace

void DiscTablesCheck::run() {
  for (const std::string& sentence : files_.faults()) fault(sentence);
  check_backup(DvdFiles::manager_name, manager_backup);
  const SpannedFile* const manager = files_.find(DvdFiles::manager_name);
  if (manager == nullptr || manager->size() > largest_ifo_bytes) return;  // and said so
  try {
    manager_ = read_video_manager(manager->read_all());
  } catch (const std::runtime_error& damage) {  // also of a file that ends too early
    return fault(std::string(DvdFiles::manager_name) + ": " + damage.what());
  }
  if (manager_->last_ifo_sector + 1 != sectors(files_.find(DvdFiles::manager_name)))
    fault(std::string(DvdFiles::manager_name) + " is not as long as it says");
  constexpr int most_sets = 99;
  if (manager_->title_sets > most_sets)
    return fault(format("%s tells of %d title sets, and a disc has 99 at most",
                        DvdFiles::manager_name, manager_->title_sets));
  for (int number = 1; number <= manager_->title_sets; ++number) read_set(number);
  if (files_.find(ifo_name(manager_->title_sets + 1)) != nullptr)
    fault("there are more title sets than the " + std::to_string(manager_->title_sets) + " that " +
          DvdFiles::manager_name + " knows");
  check_titles();
  if (files_.image()) check_image_places();
}

void DiscTablesCheck::check_backup(const std::string& name, const std::string& backup_name) {
  const SpannedFile* const file = files_.find(name);
  const SpannedFile* const backup = files_.find(backup_name);
  if (file == nullptr) return fault(name + " is missing");
  if (backup == nullptr) return fault(backup_name + " is missing");
  if (file->size() > largest_ifo_bytes) return fault(name + " is far too large");
  try {
    if (file->size() != backup->size() || file->read_all() != backup->read_all())
      fault(backup_name + " is not equal to " + name);
  } catch (const std::runtime_error& error) {
    fault(name + " and " + backup_name + " cannot be compared: " + error.what());
  }
}

void DiscTablesCheck::read_set(int number) {
  const std::string name = ifo_name(number);
  check_backup(name, backup_name(number));
  const SpannedFile* const file = files_.find(name);
  if (file == nullptr || file->size() > largest_ifo_bytes) return;
  try {
    sets_.push_back({number, read_video_title_set(file->read_all())});
    check_set_places(sets_.back());
  } catch (const std::runtime_error& damage) {
    fault(name + ": " + damage.what());
  }
}

void DiscTablesCheck::check_set_places(const Set& set) {
  const std::string name = ifo_name(set.number);
  const VideoTitleSet& tables = set.tables;
  const std::int64_t ifo = sectors(files_.find(name));
  const std::int64_t vobs = disc_sectors(files_.title_vobs(set.number).size());
  const std::int64_t menu = sectors(files_.find(DvdFiles::title_set_file(set.number, 0, "VOB")));
  if (tables.last_ifo_sector + 1 != ifo) fault(name + " is not as long as it says");
  if (vobs == 0) fault(DvdFiles::title_set_file(set.number, 1, "VOB") + " is missing");
  if ((tables.menu_sector != 0) != (menu != 0)) fault(name + " is wrong about its menu");
  if (tables.title_sector < ifo + menu || tables.title_sector + vobs + ifo > tables.last_sector + 1)
    fault(name + " says that its set has less room than its files need");
  for (const auto& [other, file] : files_.all())
    if (other.ends_with(".VOB") && file.size() > largest_vob_bytes &&
        other.starts_with(name.substr(0, 6)))
      fault(other + " is larger than 1 GiB");
}

void DiscTablesCheck::check_titles() {
  if (manager_->titles.empty()) fault(std::string(DvdFiles::manager_name) + " has no titles");
  std::int64_t first = manager_->last_sector + 1;
  for (const Set& set : sets_) {
    for (const VideoManager::Title& title : manager_->titles) {
      if (title.title_set != set.number) continue;
      const auto in_set = static_cast<std::size_t>(title.title_in_set);
      if (in_set < 1 || in_set > set.tables.titles.size())
        fault(format("title %d of title set %d is not there", title.title_in_set, set.number));
      else if (static_cast<int>(set.tables.titles[in_set - 1].size()) != title.chapters)
        fault(format("title %d of title set %d has not the %d chapters that ", title.title_in_set,
                     set.number, title.chapters) +
              DvdFiles::manager_name + " says");
      if (title.first_sector != first)
        fault(format("title set %d begins at sector %lld, not at %lld as ", set.number,
                     static_cast<long long>(first), static_cast<long long>(title.first_sector)) +
              DvdFiles::manager_name + " says");
    }
    first += set.tables.last_sector + 1;
  }
  for (const VideoManager::Title& title : manager_->titles)
    if (title.title_set < 1 || title.title_set > manager_->title_sets)
      fault(format("a title is in title set %d, which is not there", title.title_set));
}

void DiscTablesCheck::check_image_places() {
  const SpannedFile* const manager = files_.find(DvdFiles::manager_name);
  const auto sector = [&](const std::string& name) -> std::int64_t {
    const SpannedFile* const file = files_.find(name);
    return file != nullptr ? (file->begin() - manager->begin()) / disc_sector_bytes : -1;
  };
  const auto place = [&](const std::string& name, std::int64_t wanted) {
    if (sector(name) >= 0 && sector(name) != wanted)
      fault(name + format(" is at sector %lld from the first table, not at %lld",
                          static_cast<long long>(sector(name)), static_cast<long long>(wanted)));
  };
  const auto apart = [&](const std::string& name, const std::string& backup) {
    if (sector(backup) >= 0 && sector(backup) - sector(name) < block_sectors)
      fault(backup + " is so near to " + name + " that one scratch takes both");
  };
  place(manager_backup, manager_->last_sector - manager_->last_ifo_sector);
  apart(DvdFiles::manager_name, manager_backup);
  std::int64_t first = manager_->last_sector + 1;
  for (const Set& set : sets_) {
    const std::int64_t last = first + set.tables.last_sector;
    place(ifo_name(set.number), first);
    place(DvdFiles::title_set_file(set.number, 1, "VOB"), first + set.tables.title_sector);
    place(backup_name(set.number), last - set.tables.last_ifo_sector);
    apart(ifo_name(set.number), backup_name(set.number));
    first = last + 1;
  }
}

}  // namespace lifereel
