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
/// more would come, where there were enough. `written`: before each picture.
EncoderCost count_bytes(const FilmStatistics& all, const std::vector<Film::Written>& written) {
  constexpr std::int64_t enough = 8;
  EncoderCost cost;
  cost.key_bytes = static_cast<double>(all.bytes_i) /
                   static_cast<double>(std::max<std::int64_t>(1, all.frames_i));
  if (all.frames_i > 1)
    cost.key_distance = static_cast<double>(all.frames) / static_cast<double>(all.frames_i);
  const Film::Written& early = written.back();
  const std::int64_t others = all.frames - all.frames_i;
  if (early.frames < 2 * enough || all.frames_i != 1) {
    cost.early_bytes = others <= 0 ? cost.key_bytes
                                   : static_cast<double>(all.video_bytes - all.bytes_i) /
                                         static_cast<double>(others);
    cost.late_bytes = cost.early_bytes;
    cost.counted = static_cast<int>(all.frames);
    return cost;
  }
  const auto half = std::find_if(written.begin(), written.end(), [&](const Film::Written& so_far) {
    return so_far.frames >= early.frames / 2;
  });
  const auto between = [](std::int64_t bytes, std::int64_t frames) {
    return static_cast<double>(bytes) / static_cast<double>(frames);
  };
  cost.early_bytes = between(half->video_bytes - all.bytes_i, half->frames - 1);
  // Some encoders give many packets at once.
  cost.late_bytes = half->frames < early.frames ? between(early.video_bytes - half->video_bytes,
                                                          early.frames - half->frames)
                                                : cost.early_bytes;
  cost.counted = static_cast<int>(early.frames);
  const double as_before = cost.late_bytes * static_cast<double>(all.frames - early.frames);
  cost.saved_at_end =
      std::max(0.0, as_before - static_cast<double>(all.video_bytes - early.video_bytes));
  return cost;
}

EncoderCost encode_one(const FilmSettings& settings, const FilmOutput& output,
                       const SamplePictures& pictures, int part) {
  Film film(settings, output);
  std::vector<Film::Written> written;
  for (int i = 0; i < pictures.count(); ++i) {
    const FilmStatistics until_here = film.statistics();  // all that the encoder gave is counted
    written.push_back({until_here.frames, until_here.video_bytes});
    film.write(pictures.picture(i, part));
  }
  film.finish();
  return count_bytes(film.statistics(), written);
}

/// Of what was counted.
EncoderCost mean(const std::vector<EncoderCost>& costs) {
  EncoderCost sum;
  int key_distances = 0;
  for (const EncoderCost& cost : costs) {
    for (double EncoderCost::*const bytes : {&EncoderCost::key_bytes, &EncoderCost::early_bytes,
                                             &EncoderCost::late_bytes, &EncoderCost::saved_at_end})
      sum.*bytes += cost.*bytes / static_cast<double>(costs.size());
    sum.counted = std::max(sum.counted, cost.counted);
    sum.key_distance += cost.key_distance;
    if (cost.key_distance > 0) ++key_distances;
  }
  if (key_distances > 0) sum.key_distance /= key_distances;
  return sum;
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
      costs[lane] = encode_one(film, output, pictures, static_cast<int>(lane) % pictures.parts());
    } catch (...) {
      failures[lane] = std::current_exception();
    }
  };
  for (std::size_t lane = 1; lane < costs.size(); ++lane) threads.emplace_back(one, lane);
  one(0);
  threads.join();
  for (const std::exception_ptr& failure : failures)
    if (failure) std::rethrow_exception(failure);
  EncoderCost cost = mean(costs);
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
