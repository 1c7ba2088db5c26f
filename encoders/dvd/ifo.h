// SPDX-License-Identifier: GPL-2.0-or-later
// The tables of a DVD-Video, VIDEO_TS.IFO and VTS_nn_0.IFO, as players read them. Sectors are of
// 2048 bytes and count from 0. Private to lifereel.
#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "encoders/film_settings.h"

namespace lifereel {

/// A table that is not there, cut, or leads out of its file.
struct DamagedIfo : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What VIDEO_TS.IFO, the manager's, says.
struct VideoManager {
  struct Title {
    int angles = 0;
    int chapters = 0;
    int title_set = 0;              ///< from 1
    int title_in_set = 0;           ///< likewise
    std::int64_t first_sector = 0;  ///< of its set, from the manager's first
  };

  std::int64_t last_sector = 0;      ///< of the manager, with menus and backup
  std::int64_t last_ifo_sector = 0;  ///< of this file
  std::int64_t menu_sector = 0;      ///< of VIDEO_TS.VOB; 0: there is none
  int title_sets = 0;
  std::vector<Title> titles;
};

/// A time as players show it: frames of 25 or 30 a second, none dropped.
struct DvdTime {
  int hours = 0, minutes = 0, seconds = 0, frames = 0;
  int frames_per_second = 0;  ///< 0: neither

  /// Of frames; their rate is 30000/1001 where it is called 30.
  std::int64_t total_frames() const;
};

/// What VTS_nn_0.IFO, a title set's, says.
struct VideoTitleSet {
  /// A cell as a program chain plays it.
  struct Cell {
    std::int64_t first_sector = 0, last_unit_sector = 0, last_sector = 0;  ///< of the VOBs
    int vob = 0, number = 0;
    bool seamless = false;
    DvdTime time;
  };
  struct ProgramChain {
    DvdTime time;
    std::vector<int> programs;  ///< each one's first cell, from 1
    std::vector<Cell> cells;
  };
  struct Chapter {
    int program_chain = 0, program = 0;  ///< from 1
  };
  /// A cell in the table of addresses.
  struct CellAddress {
    int vob = 0, cell = 0;
    std::int64_t first_sector = 0, last_sector = 0;
  };
  /// Where the picture at each multiple of a time is.
  struct TimeMap {
    int unit_seconds = 0;
    std::vector<std::int64_t> unit_sectors;
  };

  std::int64_t last_sector = 0;      ///< of the set, with menus and backup
  std::int64_t last_ifo_sector = 0;  ///< of this file
  std::int64_t menu_sector = 0;      ///< of VTS_nn_0.VOB; 0: there is none
  std::int64_t title_sector = 0;     ///< of VTS_nn_1.VOB
  DiscTarget standard = DiscTarget::none;
  bool mpeg2 = false;
  bool wide = false;                       ///< 16:9
  bool pan_scan = true, letterbox = true;  ///< that a 4:3 screen may show
  std::vector<int> audio_formats;          ///< 0: AC-3
  std::vector<int> audio_channels;
  std::vector<std::vector<Chapter>> titles;
  std::vector<ProgramChain> program_chains;
  std::vector<TimeMap> time_maps;  ///< of each chain; none where there are none
  std::vector<CellAddress> cell_addresses;
  std::vector<std::int64_t> unit_sectors;  ///< of every navigation pack
};

/// Both throw DamagedIfo.
VideoManager read_video_manager(std::span<const std::uint8_t> ifo);
VideoTitleSet read_video_title_set(std::span<const std::uint8_t> ifo);

}  // namespace lifereel
