// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/film_reader.h"

#include <deque>
#include <stdexcept>
#include <utility>

#include "encoders/dvd/dvd_video.h"
#include "encoders/libav/libav.h"
#include "encoders/libav/log_capture.h"
#include "encoders/read/film_input.h"
#include "encoders/read/film_scan.h"

namespace lifereel {
namespace {

/// The first sequence's headers come with the first picture; more would be another film's.
constexpr int packets_with_comment = 8;

}  // namespace

std::string read_film_comment(const std::string& path) {
  const FilmInput film = open_film(path);
  LogCapture log;
  const AVDictionaryEntry* const entry = av_dict_get(film.input->metadata, "comment", nullptr, 0);
  if (entry != nullptr) return entry->value;
  if (film.video->codecpar->codec_id != AV_CODEC_ID_MPEG2VIDEO) return {};
  const UniquePacket packet = make_packet();
  for (int seen = 0; seen < packets_with_comment;) {
    const int result = av_read_frame(film.input.get(), packet.get());
    if (result == AVERROR_EOF) return {};
    check(result, "av_read_frame");
    if (packet->stream_index == film.video->index) {
      ++seen;
      std::string comment = find_comment(packet->data, static_cast<std::size_t>(packet->size));
      if (!comment.empty()) return comment;
    }
    av_packet_unref(packet.get());
  }
  return {};
}

struct FilmReader::Impl final : FilmScan::Taker {
  explicit Impl(const std::string& path) : scan(path, 1, FilmScan::Sound::ignored) {}

  const ScannedStream& video() const { return scan.film().streams[scan.film().video]; }

  bool read(PictureView& picture) {
    while (waiting.empty() && damage.empty() && scan.read(*this)) {
    }
    if (waiting.empty()) {
      if (!damage.empty()) throw std::runtime_error("the film is damaged: " + damage);
      return false;
    }
    present = std::move(waiting.front());
    waiting.pop_front();
    if (present.damaged) throw std::runtime_error("a picture of the film is damaged");
    if (present.view.plane_count == 0)
      throw std::runtime_error("pictures of the format " + video().pixel_format +
                               " have no plane of luma");
    picture = present.view;
    return true;
  }

  void take(const ScannedPacket&) override {}
  void take(const ScannedPicture& picture) override {
    if (damage.empty()) waiting.push_back(picture);
  }
  void take(const ScannedDamage& seen) override {
    if (damage.empty()) damage = seen.text;
  }

  FilmScan scan;
  std::deque<ScannedPicture> waiting;
  ScannedPicture present;
  std::string damage;  // after the pictures that wait
};

FilmReader::FilmReader(const std::string& path) : impl_(std::make_unique<Impl>(path)) {}
FilmReader::~FilmReader() = default;

int FilmReader::width() const noexcept { return impl_->video().width; }
int FilmReader::height() const noexcept { return impl_->video().height; }

Rational FilmReader::frames_per_second() const noexcept { return impl_->video().frames_per_second; }

std::string FilmReader::codec() const { return impl_->video().codec; }

bool FilmReader::read(PictureView& picture) { return impl_->read(picture); }

bool FilmReader::read_luma(std::vector<std::uint8_t>& luma) {
  PictureView picture;
  if (!impl_->read(picture)) return false;
  const PlaneView& plane = picture.planes[0];
  if (plane.bit_depth != 8)
    throw std::runtime_error("the film's luma has " + std::to_string(plane.bit_depth) +
                             " bits a sample, not 8; read() has all of them");
  luma.clear();
  for (int y = 0; y < plane.height; ++y)
    luma.insert(luma.end(), plane.row(y), plane.row(y) + plane.width);
  return true;
}

}  // namespace lifereel
