// SPDX-License-Identifier: GPL-2.0-or-later
// A disc's tables and the files that they are in. Private to src/.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "encoders/dvd/ifo.h"
#include "src/verify/dvd_files.h"
#include "src/verify/findings.h"

namespace lifereel {

/// The check "tables": every file has its backup, and stands where the tables say.
class DiscTablesCheck {
 public:
  /// Both must outlive this object.
  DiscTablesCheck(const DvdFiles& files, Findings& findings) : files_(files), findings_(findings) {}

  /// Reads the tables; what cannot be read is a finding, and not among the sets.
  void run();

  const std::optional<VideoManager>& manager() const noexcept { return manager_; }
  struct Set {
    int number = 0;  ///< from 1
    VideoTitleSet tables;
  };
  const std::vector<Set>& sets() const noexcept { return sets_; }

 private:
  void fault(const std::string& sentence) { findings_.error("tables", sentence); }
  void check_backup(const std::string& name, const std::string& backup_name);
  void read_set(int number);
  void check_set_places(const Set& set);
  void check_titles();
  void check_image_places();

  const DvdFiles& files_;
  Findings& findings_;
  std::optional<VideoManager> manager_;
  std::vector<Set> sets_;
};

}  // namespace lifereel
