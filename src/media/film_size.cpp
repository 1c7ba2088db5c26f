// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/media/film_size.h"

#include "encoders/sound_file.h"

namespace lifereel {
namespace {

/// Packs of 2048 bytes with their headers, what fills the last one of each unit, and navigation
/// packs.
constexpr double pack_share = 0.0213;
/// Of an index, for a picture or a frame of sound, and once.
constexpr double index_entry_bytes = 10, header_bytes = 2500;
constexpr double sound_frame_samples = 1024, sound_samples_a_second = 48000;

double seconds_of(const ResolvedFilm& film, std::int64_t frames) {
  return static_cast<double>(frames) / film.settings.frames_per_second.value();
}

double sound_bytes(const ResolvedFilm& film, std::int64_t frames) {
  return static_cast<double>(sound_bitrate(film)) / 8 * seconds_of(film, frames);
}

bool is_program_stream(const ResolvedFilm& film) {
  return film.settings.target != DiscTarget::none;
}

double index_bytes(const ResolvedFilm& film, std::int64_t frames) {
  const double sound_frames =
      film.settings.audio.given()
          ? seconds_of(film, frames) * sound_samples_a_second / sound_frame_samples
          : 0;
  return index_entry_bytes * (static_cast<double>(frames) + sound_frames) + header_bytes;
}

}  // namespace

double film_file_bytes(const ResolvedFilm& film, double video_bytes, std::int64_t frames) {
  const double streams = video_bytes + sound_bytes(film, frames);
  return is_program_stream(film) ? streams * (1 + pack_share) : streams + index_bytes(film, frames);
}

double video_bytes_within(const ResolvedFilm& film, double file_bytes, std::int64_t frames) {
  const double streams = is_program_stream(film) ? file_bytes / (1 + pack_share)
                                                 : file_bytes - index_bytes(film, frames);
  return streams - sound_bytes(film, frames);
}

}  // namespace lifereel
