// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/sound_file.h"

#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "encoders/audio/audio_codec.h"
#include "encoders/audio/audio_decoder.h"
#include "encoders/audio/audio_source.h"
#include "encoders/libav/file_digest.h"
#include "encoders/libav/log_capture.h"

namespace lifereel {
namespace {

/// Music of 16 bits, losslessly.
constexpr std::int64_t usual_lossless_bitrate = 900'000;

/// Throws std::invalid_argument unless it can be read more than once.
void check_is_file(const std::string& path) {
  namespace fs = std::filesystem;
  if (path == "-")
    throw std::invalid_argument(
        "a film's sound is read more than once, which standard input does not allow; write it to a "
        "file first");
  std::error_code why;
  const fs::file_status status = fs::status(path, why);
  if (status.type() == fs::file_type::not_found)
    throw std::invalid_argument("there is no file '" + path + "' to take sound from");
  if (status.type() == fs::file_type::directory)
    throw std::invalid_argument("'" + path + "' is a folder; name a file of sound in it");
  if (status.type() != fs::file_type::none && status.type() != fs::file_type::regular)
    throw std::invalid_argument("'" + path +
                                "' is a pipe or device, and a film's sound is read more than once; "
                                "write it to a file first");
  if (!why && fs::file_size(path, why) == 0)
    throw std::invalid_argument("'" + path + "' is empty; name a file of sound");
}

}  // namespace

std::string sound_digest(const AudioSettings& audio, const std::function<void()>& ask) {
  check_is_file(audio.file);
  std::string digest;
  try {
    digest = file_sha256(audio.file, ask);
  } catch (const std::runtime_error& error) {
    throw std::invalid_argument(error.what());
  }
  if (audio.digest.empty() || audio.digest == digest) return digest;
  throw std::invalid_argument("'" + audio.file + "' has the SHA-256 " + digest +
                              ", and the film's sound came from a file with " + audio.digest +
                              "; name that file, or take another sound with audio-digest = none");
}

SoundTags check_sound(const AudioSettings& audio) {
  check_is_file(audio.file);
  LogCapture log;
  const AudioDecoder decoder(audio.file, audio.track);
  return {decoder.title(), decoder.artist()};
}

std::int64_t sound_bitrate(const ResolvedFilm& film) {
  if (film.settings.audio_bitrate) return *film.settings.audio_bitrate;
  return film.settings.audio.given() ? usual_lossless_bitrate : 0;
}

std::int64_t sound_samples(std::int64_t frames, Rational frames_per_second) {
  return av_rescale_q_rnd(frames, {frames_per_second.den, frames_per_second.num},
                          {1, AudioSource::sample_rate}, AV_ROUND_NEAR_INF);
}

}  // namespace lifereel
