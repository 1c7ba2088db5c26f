// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/disc/disc_plan.h"

#include <cstddef>
#include <stdexcept>
#include <utility>

#include "src/disc/chapters.h"
#include "src/text/format.h"

namespace lifereel {
namespace {

constexpr std::size_t most_titles = 99;

const char* standard_text(DiscTarget standard) {
  return standard == DiscTarget::pal_dvd ? "PAL" : "NTSC";
}

std::string manager_xml(const DiscPlan& plan) {
  if (plan.titles.size() == 1) return "  <vmgm/>\n";
  std::string xml = "  <vmgm>\n    <fpc>jump title 1;</fpc>\n    <menus>\n      <video format=\"" +
                    plan.format() + "\"/>\n";
  for (std::size_t next = 2; next <= plan.titles.size(); ++next)
    xml += format("      <pgc><pre>jump title %zu;</pre></pgc>\n", next);
  return xml + "    </menus>\n  </vmgm>\n";
}

std::string title_xml(const DiscPlan& plan, std::size_t number) {
  const PlannedTitle& title = plan.titles[number];
  std::string xml = "  <titleset>\n    <titles>\n      <video format=\"" + plan.format() +
                    "\" aspect=\"" + (title.wide ? "16:9" : "4:3") + "\"";
  // A player whose screen is 4:3 would else cut off the sides.
  if (title.wide) xml += " widescreen=\"nopanscan\"";
  xml += format("/>\n      <audio format=\"ac3\" channels=\"%d\"/>\n", title.audio_channels);
  xml += "      <pgc>\n        <vob file=\"" + title_file_name(number) + "\" chapters=\"";
  for (std::size_t i = 0; i < title.chapter_begins_seconds.size(); ++i)
    xml += (i > 0 ? "," : "") + chapter_text(title.chapter_begins_seconds[i]);
  xml += "\"/>\n";
  if (number + 1 < plan.titles.size())
    xml += format("        <post>call vmgm menu %zu;</post>\n", number + 1);
  return xml + "      </pgc>\n    </titles>\n  </titleset>\n";
}

}  // namespace

std::string DiscPlan::format() const { return standard() == DiscTarget::pal_dvd ? "pal" : "ntsc"; }

std::int64_t DiscPlan::film_bytes() const {
  std::int64_t bytes = 0;
  for (const PlannedTitle& title : titles) bytes += title.bytes;
  return bytes;
}

DiscPlan plan_disc(std::vector<PlannedTitle> titles) {
  if (titles.empty()) throw std::invalid_argument("no film is named; a disc needs one");
  if (titles.size() > most_titles)
    throw std::invalid_argument(
        format("%zu films are named, and a disc has at most 99 titles", titles.size()));
  const PlannedTitle& first = titles.front();
  for (const PlannedTitle& title : titles)
    if (title.standard != first.standard)
      throw std::invalid_argument("'" + first.film + "' is for " + standard_text(first.standard) +
                                  " and '" + title.film + "' for " + standard_text(title.standard) +
                                  ", and a disc has one standard; make a disc of each");
  return {std::move(titles)};
}

std::string title_file_name(std::size_t title) { return format("title-%02zu.mpg", title + 1); }

std::string dvdauthor_xml(const DiscPlan& plan) {
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<dvdauthor format=\"" +
                    plan.format() + "\">\n" + manager_xml(plan);
  for (std::size_t number = 0; number < plan.titles.size(); ++number)
    xml += title_xml(plan, number);
  return xml + "</dvdauthor>\n";
}

}  // namespace lifereel
