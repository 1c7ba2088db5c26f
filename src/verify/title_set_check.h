// SPDX-License-Identifier: GPL-2.0-or-later
// A title set's tables against its video objects. Private to src/.
#pragma once

#include <cstdint>
#include <string>

#include "encoders/dvd/ifo.h"
#include "src/verify/findings.h"
#include "src/verify/object_units.h"

namespace lifereel {

/// The checks "cells" and "object units": where the tables send a player there is what they say,
/// and nothing is left out.
class TitleSetCheck {
 public:
  /// All must outlive this object. `name` begins its sentences, "title set 1".
  TitleSetCheck(std::string name, const VideoTitleSet& set, const ObjectUnits& objects,
                Findings& findings);

  void run() const;

 private:
  void check_chain(const VideoTitleSet::ProgramChain& chain) const;
  void check_cell(const VideoTitleSet::Cell& cell) const;
  void check_cell_units(const VideoTitleSet::Cell& cell) const;
  void check_addresses() const;
  void check_unit_table() const;
  void check_unit(std::size_t index) const;
  void check_searches(const ObjectUnit& unit, std::int64_t after) const;
  void check_time_map(std::size_t chain) const;
  void check_chapters() const;

  /// Behind the unit: where the next one begins, or the end.
  std::int64_t after(std::size_t unit) const;
  void cell_fault(const std::string& what) const { findings_.error("cells", name_ + ": " + what); }
  void unit_fault(std::int64_t sector, const std::string& what) const;

  const std::string name_;
  const VideoTitleSet& set_;
  const ObjectUnits& objects_;
  Findings& findings_;
};

}  // namespace lifereel
