// SPDX-License-Identifier: GPL-2.0-or-later
// Plays an image of a DVD-Video as players do, through libdvdread and libdvdnav, from the first
// title to the end of the last, and compares what comes with the films that it was made of.
//   disc_player IMAGE FILM...
// Status 0: the video of every title is its film's, bit for bit.
#include <dvdnav/dvdnav.h>
#include <dvdread/dvd_reader.h>
#include <dvdread/ifo_read.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

extern "C" {
#include <libavutil/mem.h>
#include <libavutil/sha.h>
}

namespace {

using Sector = std::span<const std::uint8_t>;

constexpr std::size_t sector_bytes = 2048;

/// SHA-256 of the video in a program stream.
class VideoDigest {
 public:
  VideoDigest() : sha_(av_sha_alloc()) { av_sha_init(sha_.get(), 256); }

  void add(Sector sector) {
    for (std::size_t at = 14 + (sector[13] & 7u); at + 9 < sector.size();) {
      const std::size_t length = std::size_t{sector[at + 4]} << 8 | sector[at + 5];
      if (sector[at] != 0 || sector[at + 1] != 0 || sector[at + 2] != 1)
        throw std::runtime_error("a sector holds no packets");
      const Sector body = sector.subspan(at + 6, std::min(length, sector.size() - at - 6));
      if (sector[at + 3] == 0xE0) add_video(body.subspan(3u + body[2]));
      at += 6 + length;
    }
  }
  std::string finish() {
    std::array<std::uint8_t, 32> digest{};
    av_sha_final(sha_.get(), digest.data());
    std::string text;
    for (const std::uint8_t byte : digest) {
      char hex[3];
      std::snprintf(hex, sizeof hex, "%02x", byte);
      text += hex;
    }
    return text;
  }
  std::int64_t bytes() const { return bytes_; }

 private:
  struct Free {
    void operator()(AVSHA* sha) const { av_free(sha); }
  };
  void add_video(Sector video) {
    av_sha_update(sha_.get(), video.data(), video.size());
    bytes_ += static_cast<std::int64_t>(video.size());
  }

  std::unique_ptr<AVSHA, Free> sha_;
  std::int64_t bytes_ = 0;
};

void check_tables(const char* image) {
  const std::unique_ptr<dvd_reader_t, void (*)(dvd_reader_t*)> reader(DVDOpen(image), DVDClose);
  if (!reader) throw std::runtime_error("libdvdread cannot open the image");
  const std::unique_ptr<ifo_handle_t, void (*)(ifo_handle_t*)> manager(ifoOpen(reader.get(), 0),
                                                                       ifoClose);
  if (!manager) throw std::runtime_error("libdvdread cannot read VIDEO_TS.IFO");
  for (int set = 1; set <= manager->vts_atrt->nr_of_vtss; ++set) {
    const std::unique_ptr<ifo_handle_t, void (*)(ifo_handle_t*)> tables(ifoOpen(reader.get(), set),
                                                                        ifoClose);
    if (!tables) throw std::runtime_error("libdvdread cannot read a title set");
  }
  std::printf("libdvdread: %d titles in %d sets\n", manager->tt_srpt->nr_of_srpts,
              manager->vts_atrt->nr_of_vtss);
}

struct Played {
  std::vector<VideoDigest> titles;
  int cells = 0, units = 0;
};

class Player {
 public:
  explicit Player(const char* image) {
    if (dvdnav_open(&player_, image) != DVDNAV_STATUS_OK)
      throw std::runtime_error("libdvdnav cannot open the image");
    dvdnav_set_readahead_flag(player_, 0);
  }
  ~Player() { dvdnav_close(player_); }
  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;

  Played play() {
    while (step()) {
    }
    return std::move(played_);
  }

 private:
  bool step() {
    std::array<std::uint8_t, sector_bytes> block{};
    std::int32_t event = 0, bytes = 0;
    if (dvdnav_get_next_block(player_, block.data(), &event, &bytes) != DVDNAV_STATUS_OK)
      throw std::runtime_error(std::string("libdvdnav: ") + dvdnav_err_to_string(player_));
    if (++steps_ > 1 << 23) throw std::runtime_error("the disc does not come to its end");
    switch (event) {
      case DVDNAV_STOP:
        return false;
      case DVDNAV_STILL_FRAME:
        dvdnav_still_skip(player_);
        break;
      case DVDNAV_WAIT:
        dvdnav_wait_skip(player_);
        break;
      case DVDNAV_CELL_CHANGE:
        begin_cell();
        break;
      case DVDNAV_NAV_PACKET:
        ++played_.units;
        break;
      case DVDNAV_BLOCK_OK:
        if (played_.titles.empty()) throw std::runtime_error("a block belongs to no title");
        played_.titles.back().add(block);
        break;
      default:
        break;
    }
    return true;
  }

  void begin_cell() {
    std::int32_t title = 0, part = 0;
    ++played_.cells;
    dvdnav_current_title_info(player_, &title, &part);
    if (title < 1) return;
    if (static_cast<std::size_t>(title) == played_.titles.size() + 1) played_.titles.emplace_back();
    if (static_cast<std::size_t>(title) != played_.titles.size())
      throw std::runtime_error("titles do not follow one another");
  }

  dvdnav_t* player_ = nullptr;
  Played played_;
  int steps_ = 0;
};

VideoDigest digest_of(const char* path) {
  std::ifstream film(path, std::ios::binary);
  if (!film) throw std::runtime_error(std::string("cannot read ") + path);
  VideoDigest digest;
  std::array<std::uint8_t, sector_bytes> sector{};
  while (film.read(reinterpret_cast<char*>(sector.data()), sector.size())) digest.add(sector);
  return digest;
}

int compare(int argc, char** argv) {
  check_tables(argv[1]);
  Played played = Player(argv[1]).play();
  std::printf("libdvdnav: %d cells, %d object units\n", played.cells, played.units);
  if (played.titles.size() != static_cast<std::size_t>(argc - 2))
    throw std::runtime_error("it played " + std::to_string(played.titles.size()) + " titles");
  for (std::size_t i = 0; i < played.titles.size(); ++i) {
    VideoDigest film = digest_of(argv[i + 2]);
    const std::string wanted = film.finish(), got = played.titles[i].finish();
    std::printf("title %zu: %lld bytes of video, SHA-256 %s, %s\n", i + 1,
                static_cast<long long>(played.titles[i].bytes()), got.c_str(),
                got == wanted ? "as in the film" : "NOT as in the film");
    if (got != wanted) return 1;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 3) throw std::runtime_error("usage: disc_player IMAGE FILM...");
    return compare(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "disc_player: %s\n", error.what());
    return 1;
  }
}
