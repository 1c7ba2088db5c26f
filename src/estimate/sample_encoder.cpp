// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/estimate/sample_encoder.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <exception>
#include <thread>
#include <vector>

#include "src/estimate/probe_clock.h"

namespace lifereel {
namespace {

/// Bytes of key frames and of others, of those that came out before the encoder was told that no
/// more would come, where there were enough.
void count_bytes(EncoderCost& cost, const FilmStatistics& all, const Film::Written& early) {
  constexpr std::int64_t enough = 8;
  cost.key_bytes = static_cast<double>(all.bytes_i) /
                   static_cast<double>(std::max<std::int64_t>(1, all.frames_i));
  const std::int64_t early_others = early.frames - all.frames_i;
  const std::int64_t others = all.frames - all.frames_i;
  if (others <= 0)
    cost.other_bytes = cost.key_bytes;
  else if (early_others >= enough && all.frames_i == 1)
    cost.other_bytes =
        static_cast<double>(early.video_bytes - all.bytes_i) / static_cast<double>(early_others);
  else
    cost.other_bytes =
        static_cast<double>(all.video_bytes - all.bytes_i) / static_cast<double>(others);
  if (all.frames_i > 1)
    cost.key_distance = static_cast<double>(all.frames) / static_cast<double>(all.frames_i);
}

EncoderCost encode_one(const FilmSettings& settings, const FilmOutput& output,
                       const SamplePictures& pictures) {
  Film film(settings, output);
  Film::Written early;  // before the last picture, with which the encoder looks ahead no more
  for (int i = 0; i < pictures.count(); ++i) {
    if (i + 1 == pictures.count()) {
      const FilmStatistics until_here = film.statistics();
      early = {until_here.frames, until_here.video_bytes};
    }
    film.write(pictures.picture(i));
  }
  film.finish();
  EncoderCost cost;
  count_bytes(cost, film.statistics(), early);
  return cost;
}

}  // namespace

EncoderCost SampleEncoder::encode(const SamplePictures& pictures) const {
  const FilmOutput output = output_for(pictures);
  const FilmSettings film = film_for(pictures);
  std::vector<EncoderCost> costs(static_cast<std::size_t>(lanes_));
  std::vector<std::exception_ptr> failures(costs.size());
  struct Joined : std::vector<std::thread> {
    ~Joined() { join(); }
    void join() {
      for (std::thread& thread : *this) thread.join();
      clear();
    }
  } threads;
  const double cpu = process_cpu_seconds();
  const auto one = [&](std::size_t lane) {
    try {
      costs[lane] = encode_one(film, output, pictures);
    } catch (...) {
      failures[lane] = std::current_exception();
    }
  };
  for (std::size_t lane = 1; lane < costs.size(); ++lane) threads.emplace_back(one, lane);
  one(0);
  threads.join();
  for (const std::exception_ptr& failure : failures)
    if (failure) std::rethrow_exception(failure);
  EncoderCost cost = costs.front();
  cost.cpu = (process_cpu_seconds() - cpu) / (lanes_ * pictures.count());
  return cost;
}

FilmOutput SampleEncoder::output_for(const SamplePictures& pictures) const {
  FilmOutput output;
  output.path = "/dev/null";
  output.overwrite = true;
  output.width = pictures.width();
  output.height = pictures.height();
  output.colour = settings_.universe.look.draws_colour();
  output.frames = pictures.count();
  return output;
}

FilmSettings SampleEncoder::film_for(const SamplePictures& pictures) const {
  FilmSettings film = settings_.film;
  film.faststart = false;
  film.audio = {};
  if (film.target != DiscTarget::none) return film;
  film.audio_bitrate.reset();
  film.container = "nut";  // which holds whatever there is, and never goes back
  const double part = static_cast<double>(pictures.width()) * pictures.height() /
                      (static_cast<double>(film_.width) * film_.height);
  for (auto* const rate : {&film.bitrate, &film.maxrate, &film.bufsize})
    if (*rate)
      **rate = std::max<std::int64_t>(1000, std::llround(static_cast<double>(**rate) * part));
  return film;
}

}  // namespace lifereel
