// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/verify/title_set_check.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <utility>
#include <vector>

#include "src/text/format.h"

namespace lifereel {
namespace {

using Chain = VideoTitleSet::ProgramChain;
using Cell = VideoTitleSet::Cell;

std::string cell_text(int vob, int cell) { return format("cell %d of object %d", cell, vob); }

/// Ticks of 90 kHz that players count to a second, whose frames none are dropped of.
std::int64_t ticks_per_dvd_second(const VideoTitleSet& set) {
  return set.standard == DiscTarget::ntsc_dvd ? 90'090 : 90'000;
}

std::int64_t ticks_per_frame(const VideoTitleSet& set) {
  return set.standard == DiscTarget::ntsc_dvd ? 3003 : 3600;
}

}  // namespace

TitleSetCheck::TitleSetCheck(std::string name, const VideoTitleSet& set, const ObjectUnits& objects,
                             Findings& findings)
    : name_(std::move(name)), set_(set), objects_(objects), findings_(findings) {}

void TitleSetCheck::run() const {
  for (const Chain& chain : set_.program_chains) check_chain(chain);
  check_chapters();
  check_addresses();
  check_unit_table();
  for (std::size_t unit = 0; unit < objects_.units().size(); ++unit) check_unit(unit);
  for (std::size_t chain = 0; chain < set_.time_maps.size(); ++chain) check_time_map(chain);
}

void TitleSetCheck::unit_fault(std::int64_t sector, const std::string& what) const {
  findings_.error(
      "object units",
      name_ + format(": the unit at sector %lld ", static_cast<long long>(sector)) + what);
}

std::int64_t TitleSetCheck::after(std::size_t unit) const {
  return unit + 1 < objects_.units().size() ? objects_.units()[unit + 1].sector
                                            : objects_.sectors();
}

void TitleSetCheck::check_chain(const Chain& chain) const {
  if (chain.cells.empty()) return cell_fault("a program chain has no cells");
  std::int64_t frames = 0;
  for (const Cell& cell : chain.cells) {
    frames += cell.time.total_frames();
    check_cell(cell);
  }
  if (frames != chain.time.total_frames())
    cell_fault(format("a program chain lasts %lld frames, and its cells %lld",
                      static_cast<long long>(chain.time.total_frames()),
                      static_cast<long long>(frames)));
  int before = 0;
  for (const int first : chain.programs) {
    if (first <= before || first > static_cast<int>(chain.cells.size()))
      cell_fault(format("a program begins with cell %d, which does not follow", first));
    before = first;
  }
}

void TitleSetCheck::check_cell(const Cell& cell) const {
  const std::string name = cell_text(cell.vob, cell.number);
  if (!objects_.begins_at(cell.first_sector))
    return cell_fault(name + " does not begin with a navigation pack");
  const bool ends =
      cell.last_sector + 1 == objects_.sectors() || objects_.begins_at(cell.last_sector + 1);
  if (cell.last_sector < cell.first_sector || !ends)
    return cell_fault(name + " does not end where a unit does");
  if (!objects_.begins_at(cell.last_unit_sector) || cell.last_unit_sector < cell.first_sector ||
      cell.last_unit_sector > cell.last_sector)
    cell_fault(name + " has a last unit that is none of its own");
  const bool known =
      std::any_of(set_.cell_addresses.begin(), set_.cell_addresses.end(), [&](const auto& address) {
        return address.vob == cell.vob && address.cell == cell.number &&
               address.first_sector == cell.first_sector && address.last_sector == cell.last_sector;
      });
  if (!known) cell_fault(name + " is not so in the table of addresses");
  check_cell_units(cell);
}

void TitleSetCheck::check_cell_units(const Cell& cell) const {
  const std::vector<ObjectUnit>& units = objects_.units();
  std::int64_t ticks = 0, last_unit = -1;
  for (const ObjectUnit& unit : units) {
    if (unit.sector < cell.first_sector || unit.sector > cell.last_sector) continue;
    last_unit = unit.sector;
    ticks += unit.pack.end_90khz - unit.pack.begin_90khz;
    if (unit.pack.vob != cell.vob || unit.pack.cell != cell.number)
      unit_fault(unit.sector, "says that it belongs to " +
                                  cell_text(unit.pack.vob, unit.pack.cell) + ", not to " +
                                  cell_text(cell.vob, cell.number));
  }
  if (last_unit != cell.last_unit_sector)
    cell_fault(cell_text(cell.vob, cell.number) + " has another last unit than its table says");
  const std::int64_t frames = (ticks + ticks_per_frame(set_) / 2) / ticks_per_frame(set_);
  if (std::llabs(frames - cell.time.total_frames()) > 1)
    cell_fault(cell_text(cell.vob, cell.number) +
               format(" should last %lld frames and has %lld",
                      static_cast<long long>(cell.time.total_frames()),
                      static_cast<long long>(frames)));
}

void TitleSetCheck::check_addresses() const {
  std::int64_t next = 0;
  for (const VideoTitleSet::CellAddress& address : set_.cell_addresses) {
    if (address.first_sector != next)
      cell_fault(cell_text(address.vob, address.cell) +
                 format(" begins at sector %lld, where %lld was to come",
                        static_cast<long long>(address.first_sector),
                        static_cast<long long>(next)));
    next = address.last_sector + 1;
  }
  if (next != objects_.sectors())
    cell_fault(format("cells end at sector %lld, and the VOBs have %lld",
                      static_cast<long long>(next), static_cast<long long>(objects_.sectors())));
}

void TitleSetCheck::check_unit_table() const {
  std::vector<std::int64_t> found;
  for (const ObjectUnit& unit : objects_.units()) found.push_back(unit.sector);
  if (found == set_.unit_sectors) return;
  const auto [wrong, right] =
      std::mismatch(set_.unit_sectors.begin(), set_.unit_sectors.end(), found.begin(), found.end());
  const auto text = [](auto place, auto end) {
    return place == end ? std::string("its end")
                        : "sector " + std::to_string(static_cast<long long>(*place));
  };
  findings_.error("object units", name_ + ": the table of units has " +
                                      text(wrong, set_.unit_sectors.end()) + " where there is " +
                                      text(right, found.end()));
}

void TitleSetCheck::check_unit(std::size_t index) const {
  const ObjectUnit& unit = objects_.units()[index];
  const NavigationPack& pack = unit.pack;
  const std::int64_t end = after(index);
  if (unit.sector + pack.unit_sectors + 1 != end)
    unit_fault(unit.sector, format("says that it has %lld sectors, and has %lld",
                                   static_cast<long long>(pack.unit_sectors + 1),
                                   static_cast<long long>(end - unit.sector)));
  if (pack.end_90khz <= pack.begin_90khz) unit_fault(unit.sector, "ends before it begins");
  if (unit.first_picture_90khz &&
      (*unit.first_picture_90khz < pack.begin_90khz || *unit.first_picture_90khz >= pack.end_90khz))
    unit_fault(unit.sector, "has its first picture at a time that is not its own");
  if (index + 1 < objects_.units().size()) {
    const NavigationPack& next = objects_.units()[index + 1].pack;
    if (next.vob == pack.vob && next.begin_90khz != pack.end_90khz)
      unit_fault(unit.sector, "does not end when the next one begins");
  }
  for (const std::int64_t reference : pack.reference_ends)
    if (reference > pack.unit_sectors ||
        (reference > 0 && !objects_.is(unit.sector + reference, ObjectUnits::Kind::video)))
      unit_fault(unit.sector, format("has no picture that ends %lld sectors on",
                                     static_cast<long long>(reference)));
  if (pack.first_sound && !objects_.is(unit.sector + *pack.first_sound, ObjectUnits::Kind::sound))
    unit_fault(unit.sector,
               format("has no sound %lld sectors on", static_cast<long long>(*pack.first_sound)));
  check_searches(unit, end);
}

void TitleSetCheck::check_searches(const ObjectUnit& unit, std::int64_t after) const {
  const auto lost = [&](std::int64_t distance) {
    unit_fault(unit.sector, format("sends a search to sector %lld, where no unit begins",
                                   static_cast<long long>(unit.sector + distance)));
  };
  for (const std::int64_t distance : unit.pack.searches)
    if (!objects_.begins_at(unit.sector + distance)) lost(distance);
  if (unit.pack.next && unit.sector + *unit.pack.next != after) lost(*unit.pack.next);
  if (unit.pack.previous && !objects_.begins_at(unit.sector + *unit.pack.previous))
    lost(*unit.pack.previous);
}

void TitleSetCheck::check_time_map(std::size_t index) const {
  const VideoTitleSet::TimeMap& map = set_.time_maps[index];
  if (map.unit_sectors.empty() || index >= set_.program_chains.size()) return;
  const std::vector<ObjectUnit>& units = objects_.units();
  // One by one through the units as the chain plays them.
  std::vector<const ObjectUnit*> played;
  for (const Cell& cell : set_.program_chains[index].cells)
    for (const ObjectUnit& unit : units)
      if (unit.sector >= cell.first_sector && unit.sector <= cell.last_sector)
        played.push_back(&unit);
  std::int64_t elapsed = 0;
  std::size_t at = 0;
  for (std::size_t entry = 0; entry < map.unit_sectors.size(); ++entry) {
    const std::int64_t wanted =
        static_cast<std::int64_t>(entry + 1) * map.unit_seconds * ticks_per_dvd_second(set_);
    const auto length = [&] { return played[at]->pack.end_90khz - played[at]->pack.begin_90khz; };
    while (at < played.size() && elapsed + length() <= wanted) elapsed += length(), ++at;
    if (at == played.size() || played[at]->sector != map.unit_sectors[entry]) {
      findings_.error("object units",
                      name_ + format(": the time map sends %lld s to sector %lld, where that time "
                                     "is not",
                                     static_cast<long long>(entry + 1) * map.unit_seconds,
                                     static_cast<long long>(map.unit_sectors[entry])));
      return;
    }
  }
}

void TitleSetCheck::check_chapters() const {
  for (const auto& title : set_.titles) {
    if (title.empty()) cell_fault("a title has no chapters");
    for (const VideoTitleSet::Chapter& chapter : title) {
      const bool chain = chapter.program_chain >= 1 &&
                         chapter.program_chain <= static_cast<int>(set_.program_chains.size());
      if (!chain || chapter.program < 1 ||
          chapter.program >
              static_cast<int>(
                  set_.program_chains[static_cast<std::size_t>(chapter.program_chain - 1)]
                      .programs.size()))
        cell_fault(format("a chapter leads to program %d of chain %d, which is not there",
                          chapter.program, chapter.program_chain));
    }
  }
}

}  // namespace lifereel
