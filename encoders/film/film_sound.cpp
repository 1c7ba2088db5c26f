// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/film/film_sound.h"

#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

#include "encoders/audio/encoding_trial.h"
#include "encoders/audio/loudness_meter.h"
#include "encoders/libav/log_capture.h"
#include "encoders/sound_file.h"

namespace lifereel {
namespace {

constexpr int measured_samples = 4800;
constexpr double highest_peak = -1;  // dBTP

std::int64_t samples_at(std::int64_t ticks, AVRational time_base) {
  return av_rescale_q_rnd(ticks, time_base, {1, AudioSource::sample_rate}, AV_ROUND_NEAR_INF);
}

std::string one_decimal(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

std::int64_t planned_samples(const ResolvedFilm& film, const FilmOutput& output) {
  if (output.frames <= 0)
    throw std::invalid_argument(
        "a film with sound must know how many pictures will come: where its sound fades and how "
        "loud it is depends on it");
  return sound_samples(output.frames, film.settings.frames_per_second);
}

}  // namespace

FilmSound::FilmSound(const ResolvedFilm& film, const FilmOutput& output)
    : settings_(film.settings),
      codec_(*audio_codec(settings_.container, settings_.audio_bitrate.has_value())),
      samples_(planned_samples(film, output)),
      measuring_(output.measuring_sound) {
  if (settings_.audio.universe) {
    universe_ =
        std::make_unique<UniverseSound>(settings_.audio, settings_.frames_per_second, samples_);
    return;
  }
  const auto ask = [this] {
    if (measuring_) measuring_(0);
  };
  if (!settings_.audio.digest.empty()) sound_digest(settings_.audio, ask);
  file_ = std::make_unique<AudioFile>(settings_.audio, samples_, ask);
}

AudioSource& FilmSound::source() noexcept {
  if (universe_) return *universe_;
  return *file_;
}

void FilmSound::add_motion(std::span<const SpeciesMotion> motion) {
  if (universe_) universe_->add_frame(motion);
}

FilmOutput FilmSound::with_tags(FilmOutput output) const {
  if (!file_) return output;
  if (output.title.empty()) output.title = file_->title();
  if (output.artist.empty()) output.artist = file_->artist();
  return output;
}

void FilmSound::start(bool global_header) {
  if (universe_) {
    statistics_.gain_db = universe_->gain_db();
  } else {
    if (settings_.audio.loudness) choose_gain();
    note_faults();
  }
  encoder_.emplace(codec_, settings_.audio_bitrate.value_or(0), global_header, source());
  statistics_.encoder = codec_.encoder;
  statistics_.bits_per_second = settings_.audio_bitrate.value_or(0);
}

void FilmSound::choose_gain() {
  LoudnessMeter meter;
  std::vector<float> left(measured_samples), right(measured_samples);
  for (std::int64_t done = 0; done < samples_;) {
    if (measuring_) measuring_(static_cast<double>(done) / static_cast<double>(samples_));
    const auto now = static_cast<int>(std::min<std::int64_t>(samples_ - done, measured_samples));
    file_->read(left.data(), right.data(), now);
    meter.add(left.data(), right.data(), now);
    done += now;
  }
  file_->rewind();
  const Loudness found = meter.finish();
  statistics_.integrated_lufs = found.integrated;
  statistics_.true_peak_dbtp = found.true_peak;
  if (!found.integrated || !found.true_peak)
    return warn("'" + settings_.audio.file +
                "' is silent where the film has it, or too short to measure; its loudness is left "
                "as it is");
  const double wanted = *settings_.audio.loudness - *found.integrated;
  statistics_.gain_db = std::min(wanted, highest_peak - *found.true_peak);
  // No codec was seen to raise peaks by so much.
  constexpr double far_below = highest_peak - 10;
  file_->set_gain(statistics_.gain_db);
  if (codec_.lossy() && *found.true_peak + statistics_.gain_db > far_below) heed_encoded_peaks();
  if (statistics_.gain_db < wanted - 0.05)
    warn("the sound's peaks keep it at " + one_decimal(*found.integrated + statistics_.gain_db) +
         " LUFS, below the " + one_decimal(*settings_.audio.loudness) +
         " that were asked for: one gain for all of it may not raise them above -1 dBTP");
}

void FilmSound::heed_encoded_peaks() {
  constexpr int most_trials = 4;
  constexpr double reserve = 0.1;
  // Of hours of sound, the rest is taken to be like its begin, or to be the same again.
  constexpr std::int64_t longest = std::int64_t{30} * 60 * AudioSource::sample_rate;
  for (int trial = 0; trial < most_trials; ++trial) {
    const Loudness made = try_encoding(codec_, settings_.audio_bitrate.value_or(0), *file_,
                                       std::min(samples_, longest), [this] {
                                         if (measuring_) measuring_(1);
                                       });
    file_->rewind();
    const double room = highest_peak - made.true_peak.value_or(highest_peak);
    // What is lost is not heard, either; of a part, it is not known how loud the whole is.
    const double quiet =
        samples_ > longest || !made.integrated ? 0 : *settings_.audio.loudness - *made.integrated;
    if (room >= 0 && (quiet < 0.2 || room < 0.3)) return;
    statistics_.gain_db += std::min(std::clamp(quiet, -1.0, 1.0), room - reserve);
    file_->set_gain(statistics_.gain_db);
  }
}

void FilmSound::write_until(std::int64_t ticks, AVRational time_base, const TakePacket& take) {
  encoder_->encode_until(samples_at(ticks, time_base), take);
}

void FilmSound::finish(std::int64_t ticks, AVRational time_base, const TakePacket& take) {
  statistics_.samples = samples_at(ticks, time_base);
  encoder_->finish(statistics_.samples, take);
  note_faults();
}

void FilmSound::note_faults() const {
  if (!file_) return;
  for (const std::string& sentence : file_->notices()) warn(sentence);
}

SoundStatistics FilmSound::statistics() const {
  SoundStatistics statistics = statistics_;
  if (encoder_) statistics.bytes = encoder_->bytes();
  return statistics;
}

void FilmSound::warn(const std::string& sentence) const {
  if (LogCapture* const log = LogCapture::current()) log->add(AV_LOG_WARNING, "", sentence + "\n");
}

std::unique_ptr<FilmSound> make_film_sound(const ResolvedFilm& film, const FilmOutput& output) {
  if (!film.settings.audio.given()) return nullptr;
  return std::make_unique<FilmSound>(film, output);
}

}  // namespace lifereel
