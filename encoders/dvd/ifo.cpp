// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/dvd/ifo.h"

#include <cstddef>
#include <string_view>

#include "encoders/dvd/big_endian.h"
#include "encoders/dvd/pack_header.h"

namespace lifereel {
namespace {

using Bytes = std::span<const std::uint8_t>;

int byte(Bytes data, std::size_t at) { return static_cast<int>(big_endian<1>(data, at)); }
int word(Bytes data, std::size_t at) { return static_cast<int>(big_endian<2>(data, at)); }
std::int64_t number(Bytes data, std::size_t at) { return std::int64_t{big_endian<4>(data, at)}; }

// What a disc has at most (a title set, a title's table of times). Tables that say more are not
// followed: small ones could ask for any memory, by leading to the same bytes again and again.
constexpr std::size_t most_titles = 99, most_chains = 1000, most_times = 2048;
constexpr std::size_t most_ifo_bytes = std::size_t{16} << 20;

void demand_count(std::size_t count, std::size_t most, const char* what) {
  if (count > most)
    throw DamagedIfo("it tells of " + std::to_string(count) + " " + what + ", and a disc has " +
                     std::to_string(most) + " at most");
}

void demand_name(Bytes ifo, std::string_view name) {
  if (ifo.size() < static_cast<std::size_t>(sector_bytes) ||
      std::string_view(reinterpret_cast<const char*>(ifo.data()), name.size()) != name)
    throw DamagedIfo("it does not begin with " + std::string(name));
  if (ifo.size() > most_ifo_bytes) throw DamagedIfo("it is far too large");
}

Bytes part(Bytes data, std::size_t begin, std::size_t bytes, const char* table) {
  if (begin > data.size() || bytes > data.size() - begin)
    throw DamagedIfo(std::string("its ") + table + " leads out of the file");
  return data.subspan(begin, bytes);
}

/// A table by the place of its first sector in the head of the file; it ends with the byte whose
/// number is at `last_byte` in it.
Bytes table(Bytes ifo, std::size_t place, std::size_t last_byte, const char* name) {
  const auto sector = static_cast<std::size_t>(number(ifo, place));
  if (sector == 0) throw DamagedIfo(std::string("it has no ") + name);
  const std::size_t begin = sector * static_cast<std::size_t>(sector_bytes);
  const Bytes head = part(ifo, begin, last_byte + 4, name);
  return part(ifo, begin, static_cast<std::size_t>(number(head, last_byte)) + 1, name);
}

/// `count` entries behind its head.
Bytes entries(Bytes table, std::size_t head, std::size_t count, std::size_t bytes,
              const char* name) {
  return part(table, head, count * bytes, name);
}

int decimal(int packed) { return (packed >> 4) * 10 + (packed & 15); }

DvdTime read_time(Bytes data, std::size_t at) {
  DvdTime time;
  time.hours = decimal(byte(data, at));
  time.minutes = decimal(byte(data, at + 1));
  time.seconds = decimal(byte(data, at + 2));
  time.frames = decimal(byte(data, at + 3) & 63);
  const int rate = byte(data, at + 3) >> 6;
  time.frames_per_second = rate == 1 ? 25 : rate == 3 ? 30 : 0;
  return time;
}

VideoTitleSet::ProgramChain read_chain(Bytes data) {
  constexpr const char* name = "program chain";
  constexpr std::size_t head_bytes = 236, cell_bytes = 24, position_bytes = 4;
  VideoTitleSet::ProgramChain chain;
  part(data, 0, head_bytes, name);
  const auto programs = static_cast<std::size_t>(byte(data, 2));
  const auto cells = static_cast<std::size_t>(byte(data, 3));
  chain.time = read_time(data, 4);
  const auto place = [&](std::size_t field) { return static_cast<std::size_t>(word(data, field)); };
  if (programs == 0 || cells == 0) return chain;
  const Bytes map = part(data, place(230), programs, name);
  const Bytes playback = part(data, place(232), cells * cell_bytes, name);
  const Bytes position = part(data, place(234), cells * position_bytes, name);
  chain.programs.assign(map.begin(), map.end());
  for (std::size_t i = 0; i < cells; ++i) {
    const std::size_t at = i * cell_bytes;
    VideoTitleSet::Cell cell;
    cell.seamless = (byte(playback, at) & 8) != 0;
    cell.time = read_time(playback, at + 4);
    cell.first_sector = number(playback, at + 8);
    cell.last_unit_sector = number(playback, at + 16);
    cell.last_sector = number(playback, at + 20);
    cell.vob = word(position, i * position_bytes);
    cell.number = byte(position, i * position_bytes + 3);
    chain.cells.push_back(cell);
  }
  return chain;
}

void read_chains(Bytes ifo, VideoTitleSet& set) {
  constexpr const char* name = "table of program chains";
  const Bytes chains = table(ifo, 204, 4, name);
  const auto count = static_cast<std::size_t>(word(chains, 0));
  demand_count(count, most_chains, "program chains");
  const Bytes list = entries(chains, 8, count, 8, name);
  for (std::size_t i = 0; i < count; ++i) {
    const auto begin = static_cast<std::size_t>(number(list, 8 * i + 4));
    if (begin > chains.size()) throw DamagedIfo("a program chain leads out of its table");
    set.program_chains.push_back(read_chain(chains.subspan(begin)));
  }
}

void read_chapters(Bytes ifo, VideoTitleSet& set) {
  constexpr const char* name = "table of chapters";
  const Bytes chapters = table(ifo, 200, 4, name);
  const auto count = static_cast<std::size_t>(word(chapters, 0));
  demand_count(count, most_titles, "titles");
  const Bytes list = entries(chapters, 8, count, 4, name);
  for (std::size_t i = 0; i < count; ++i) {
    const auto begin = static_cast<std::size_t>(number(list, 4 * i));
    const std::size_t end =
        i + 1 < count ? static_cast<std::size_t>(number(list, 4 * i + 4)) : chapters.size();
    if (end < begin) throw DamagedIfo("its table of chapters does not go up");
    const Bytes pairs = part(chapters, begin, end - begin, name);
    std::vector<VideoTitleSet::Chapter> title;
    for (std::size_t at = 0; at + 4 <= pairs.size(); at += 4)
      title.push_back({word(pairs, at), word(pairs, at + 2)});
    set.titles.push_back(std::move(title));
  }
}

void read_time_maps(Bytes ifo, VideoTitleSet& set) {
  constexpr const char* name = "time maps";
  if (number(ifo, 212) == 0) return;
  const Bytes maps = table(ifo, 212, 4, name);
  const auto count = static_cast<std::size_t>(word(maps, 0));
  demand_count(count, set.program_chains.size(), "time maps");
  const Bytes list = entries(maps, 8, count, 4, name);
  for (std::size_t i = 0; i < count; ++i) {
    const auto begin = static_cast<std::size_t>(number(list, 4 * i));
    const Bytes head = part(maps, begin, 4, name);
    const auto length = static_cast<std::size_t>(word(head, 2));
    demand_count(length, most_times, "places in a time map");
    const Bytes sectors = part(maps, begin + 4, 4 * length, name);
    VideoTitleSet::TimeMap map;
    map.unit_seconds = byte(head, 0);
    constexpr std::int64_t sector_bits = 0x7FFFFFFF;  // above: the clock is another from here on
    for (std::size_t at = 0; at < sectors.size(); at += 4)
      map.unit_sectors.push_back(number(sectors, at) & sector_bits);
    set.time_maps.push_back(std::move(map));
  }
}

void read_addresses(Bytes ifo, VideoTitleSet& set) {
  const Bytes cells = table(ifo, 224, 4, "table of cells");
  for (std::size_t at = 8; at + 12 <= cells.size(); at += 12)
    set.cell_addresses.push_back(
        {word(cells, at), byte(cells, at + 2), number(cells, at + 4), number(cells, at + 8)});
  const Bytes units = table(ifo, 228, 0, "table of object units");
  for (std::size_t at = 4; at + 4 <= units.size(); at += 4)
    set.unit_sectors.push_back(number(units, at));
}

void read_attributes(Bytes ifo, VideoTitleSet& set) {
  constexpr std::size_t video = 512, audio_count = 515, audio = 516, audio_bytes = 8;
  const int format = byte(ifo, video);
  set.mpeg2 = format >> 6 == 1;
  set.standard = (format >> 4 & 3) == 0   ? DiscTarget::ntsc_dvd
                 : (format >> 4 & 3) == 1 ? DiscTarget::pal_dvd
                                          : DiscTarget::none;
  set.wide = (format >> 2 & 3) == 3;
  set.pan_scan = (format & 2) == 0;
  set.letterbox = (format & 1) == 0;
  constexpr int most_streams = 8;
  for (int i = 0; i < byte(ifo, audio_count) && i < most_streams; ++i) {
    const std::size_t at = audio + static_cast<std::size_t>(i) * audio_bytes;
    set.audio_formats.push_back(byte(ifo, at) >> 5);
    set.audio_channels.push_back((byte(ifo, at + 1) & 7) + 1);
  }
}

}  // namespace

std::int64_t DvdTime::total_frames() const {
  return ((std::int64_t{hours} * 60 + minutes) * 60 + seconds) * frames_per_second + frames;
}

VideoManager read_video_manager(Bytes ifo) {
  demand_name(ifo, "DVDVIDEO-VMG");
  VideoManager manager;
  manager.last_sector = number(ifo, 12);
  manager.last_ifo_sector = number(ifo, 28);
  manager.title_sets = word(ifo, 62);
  manager.menu_sector = number(ifo, 192);
  constexpr const char* name = "table of titles";
  const Bytes titles = table(ifo, 196, 4, name);
  const auto count = static_cast<std::size_t>(word(titles, 0));
  demand_count(count, most_titles, "titles");
  const Bytes list = entries(titles, 8, count, 12, name);
  for (std::size_t at = 0; at < list.size(); at += 12)
    manager.titles.push_back({byte(list, at + 1), word(list, at + 2), byte(list, at + 6),
                              byte(list, at + 7), number(list, at + 8)});
  return manager;
}

VideoTitleSet read_video_title_set(Bytes ifo) {
  demand_name(ifo, "DVDVIDEO-VTS");
  VideoTitleSet set;
  set.last_sector = number(ifo, 12);
  set.last_ifo_sector = number(ifo, 28);
  set.menu_sector = number(ifo, 192);
  set.title_sector = number(ifo, 196);
  read_attributes(ifo, set);
  read_chapters(ifo, set);
  read_chains(ifo, set);
  read_time_maps(ifo, set);
  read_addresses(ifo, set);
  return set;
}

}  // namespace lifereel
