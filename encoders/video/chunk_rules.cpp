// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/video/chunk_rules.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>

#include "encoders/dvd/dvd_video.h"
#include "encoders/video/codec_options.h"
#include "encoders/video/codec_traits.h"
#include "encoders/video/video_encoder.h"

namespace lifereel {
namespace {

/// More than any encoder whose chunks join holds back for B-frames.
constexpr int shortest_chunk = 12;
/// A chunk may cost at most this part of maxrate for its join.
constexpr int join_share = 4;
/// A film may fall short of its bit rate by this part, since chunks get less than its maxrate.
constexpr double size_tolerance = 0.01;

/// Bits that are missing from an encoder's buffer, and come in over a chunk.
std::int64_t join_bits(const FilmSettings& settings) { return *settings.bufsize / 2; }

/// A length that is chosen for films of no special need, and the longest that is.
constexpr std::int64_t usual_chunk = 500, longest_usual_chunk = 2000;
// More would want a longer ring than is worth having.
constexpr int most_frame_threads = 16;

std::int64_t frames_in(double seconds, const FilmSettings& settings) {
  return static_cast<std::int64_t>(std::min(1e9, seconds * settings.frames_per_second.value()) +
                                   0.999);
}

/// Pictures in which half the buffer comes in at the part of maxrate that a join may cost.
std::int64_t frames_to_refill(const FilmSettings& settings) {
  return frames_in(static_cast<double>(join_bits(settings) * join_share) /
                       static_cast<double>(*settings.maxrate),
                   settings);
}

/// Pictures in which it comes in beside the bit rate.
std::int64_t frames_beside_bitrate(const FilmSettings& settings) {
  if (!settings.bitrate) return 0;
  const double least = static_cast<double>(*settings.bitrate) * (1 - size_tolerance);
  const double spare = static_cast<double>(*settings.maxrate) - least;
  return frames_in(spare > 0 ? static_cast<double>(join_bits(settings)) / spare : 1e9, settings);
}

/// `settings` are with the disc's defaults.
std::int64_t automatic_length(const FilmSettings& settings) {
  std::int64_t frames = usual_chunk;
  if (may_break_joins(settings.codec_options)) return 0;
  if (settings.maxrate && settings.bufsize) {
    if (codec_traits(settings.codec).threads_race_maxrate && settings.codec_threads > 1) return 0;
    frames = std::max({frames, frames_to_refill(settings), frames_beside_bitrate(settings)});
  }
  return frames <= longest_usual_chunk ? frames : 0;
}

/// Threads where none were asked for and bytes do not depend on them: the codec's choice (0), but
/// for encoders that only cut slices, whose bytes do, and those that choose badly.
int default_threads(const AVCodec& codec) {
  if (codec_traits(codec.name).raw) return 1;  // a copy is not worth a thread
  if ((codec.capabilities & AV_CODEC_CAP_FRAME_THREADS) != 0)
    return std::clamp(av_cpu_count(), 1, most_frame_threads);
  if ((codec.capabilities & AV_CODEC_CAP_SLICE_THREADS) != 0) return 1;
  return 0;
}

/// Some encoders' own choice follows the machine, and their bytes follow the choice: x264 and x265
/// write it into the film, and decide by it. Lanes use the other processors.
int chosen_threads(const FilmSettings& settings, const AVCodec& codec, bool automatic_chunks) {
  const CodecTraits& traits = codec_traits(settings.codec);
  if ((settings.chunk_frames > 0 && traits.threads_change_chunks) ||
      (settings.maxrate && traits.threads_change_maxrate))
    return automatic_chunks && !settings.maxrate ? traits.threads_of_usual_chunks : 1;
  return default_threads(codec);
}

std::optional<ChunkRate> chunk_rate(const FilmSettings& settings) {
  if (settings.chunk_frames == 0 || !settings.maxrate || !settings.bufsize) return std::nullopt;
  const std::int64_t bits = join_bits(settings);
  const double seconds = settings.chunk_frames / settings.frames_per_second.value();
  return ChunkRate{
      *settings.maxrate - static_cast<std::int64_t>(static_cast<double>(bits) / seconds + 1),
      *settings.bufsize - bits};
}

/// Throws std::invalid_argument where what joins leave of maxrate is too little for the bit rate.
void check_bitrate(const ResolvedFilm& film) {
  const FilmSettings& settings = film.settings;
  const std::int64_t frames = frames_beside_bitrate(settings);
  if (settings.chunk_frames >= frames) return;
  throw std::invalid_argument(
      "chunks of " + std::to_string(settings.chunk_frames) + " frames cannot carry a bitrate of " +
      std::to_string(*settings.bitrate) + " under this maxrate and bufsize; lower bitrate to " +
      std::to_string(film.chunk_rate->maxrate) + ", set chunk-frames to " + std::to_string(frames) +
      " or more, or 0");
}

}  // namespace

int chunk_frames(const FilmSettings& asked) {
  const FilmSettings settings = with_disc_defaults(asked);
  const std::int64_t length = settings.chunk_frames == FilmSettings::automatic_chunks
                                  ? automatic_length(settings)
                                  : settings.chunk_frames;
  if (length <= 0 || !settings.filter.empty() || !codec_traits(settings.codec).joins) return 0;
  const std::int64_t gop = std::max(1, settings.gop.value_or(1));
  const std::int64_t whole = (length + gop - 1) / gop * gop;
  // Such a film has no second chunk.
  return whole > std::numeric_limits<int>::max() ? 0 : static_cast<int>(whole);
}

ResolvedFilm resolve_encoding(const FilmSettings& asked) {
  const AVCodec& codec = find_video_encoder(asked.codec);
  ResolvedFilm film;
  film.settings = with_disc_defaults(asked);
  film.settings.chunk_frames = chunk_frames(asked);
  if (film.settings.codec_threads == 0)
    film.settings.codec_threads =
        chosen_threads(film.settings, codec, asked.chunk_frames == FilmSettings::automatic_chunks);
  film.chunk_rate = chunk_rate(film.settings);
  return film;
}

void check_chunks(const FilmSettings& asked, const ResolvedFilm& film) {
  if (asked.chunk_frames == FilmSettings::automatic_chunks) return;
  if (asked.chunk_frames < 0 || asked.chunk_frames > 1'000'000 ||
      (asked.chunk_frames > 0 && asked.chunk_frames < shortest_chunk))
    throw std::invalid_argument("chunk-frames must be auto, 0 (the whole film in one) or " +
                                std::to_string(shortest_chunk) + " to 1000000, not " +
                                std::to_string(asked.chunk_frames));
  if (!film.chunk_rate) return;
  const FilmSettings& settings = film.settings;
  if (codec_traits(settings.codec).threads_race_maxrate && settings.codec_threads > 1)
    throw std::invalid_argument(
        "x264 makes other bytes every time with maxrate and several threads; leave codec-threads "
        "out, for lanes use the processors, or set chunk-frames to 0");
  const std::int64_t frames = frames_to_refill(settings);
  if (settings.chunk_frames < frames)
    throw std::invalid_argument("chunks of " + std::to_string(settings.chunk_frames) +
                                " frames are too short to refill a buffer of " +
                                std::to_string(*settings.bufsize) + " bits; set chunk-frames to " +
                                std::to_string(frames) + " or more, or 0");
  check_bitrate(film);
}

}  // namespace lifereel
