// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/verify/sound_check.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "encoders/sound_file.h"
#include "src/text/format.h"

namespace lifereel {
namespace {

constexpr char sound_check[] = "sound";
constexpr double tolerance_lu = 0.5, highest_peak = -1;
/// Of a peak that the gain was chosen by, what encoding makes of it.
constexpr double peak_spread = 2;
/// What matroska rounds times to, twice.
constexpr double slack_seconds = 0.002;

long long count_of(std::int64_t value) { return static_cast<long long>(value); }

}  // namespace

void SoundCheck::conclude(VerifyReport& report, const ScannedSound& sound) {
  if (film_.audio == nullptr) {
    findings_.error(sound_check, "its settings say that it has sound, and it has none");
    return findings_.conclude(sound_check, "none");
  }
  report.sound_samples = sound.samples;
  report.sound_integrated_lufs = sound.integrated_lufs;
  report.sound_true_peak_dbtp = sound.true_peak_dbtp;
  if (film_.unfiltered()) check_length(sound);
  check_begin(sound);
  check_loudness(sound);
  std::string summary = format("%lld samples", count_of(sound.samples));
  if (sound.integrated_lufs && sound.true_peak_dbtp)
    summary +=
        format(", %.1f LUFS, true peak %.1f dBTP", *sound.integrated_lufs, *sound.true_peak_dbtp);
  findings_.conclude(sound_check, summary);
}

// A packet that is longer than what is left of the sound is decoded to its end by some.
void SoundCheck::check_length(const ScannedSound& sound) {
  constexpr std::int64_t longest_packet = 2048;
  const std::int64_t frames = pictures_.last_frame().value_or(-1) + 1;
  const std::int64_t expected = sound_samples(frames, film_.rate);
  const bool exact = film_.scan.container.starts_with("matroska");
  const std::int64_t most = expected + (exact ? 0 : longest_packet);
  if (sound.samples < expected || sound.samples > most)
    findings_.error(sound_check, std::max<std::int64_t>(0, frames - 1),
                    format("the sound has %lld samples, and %lld go with the film's %lld pictures",
                           count_of(sound.samples), count_of(expected), count_of(frames)));
  const ScannedStream& stream = *film_.audio;
  if (!film_.scan.container.starts_with("mov,mp4") || !stream.duration_ticks) return;
  const double said = static_cast<double>(*stream.duration_ticks) * stream.time_base.value();
  if (std::abs(said - static_cast<double>(expected) / stream.sample_rate) > 0.5 / 48000)
    findings_.error(sound_check, std::max<std::int64_t>(0, frames - 1),
                    format("the container says that the sound lasts %.5f s, and it is to last "
                           "%.5f s",
                           said, static_cast<double>(expected) / stream.sample_rate));
}

void SoundCheck::check_begin(const ScannedSound& sound) {
  if (!sound.begin_ticks || !pictures_.first_ticks()) return;
  const double late = static_cast<double>(*sound.begin_ticks) * film_.audio->time_base.value() -
                      film_.video_seconds(*pictures_.first_ticks());
  if (std::abs(late) > slack_seconds)
    findings_.error(sound_check, 0,
                    format("the sound begins %.1f ms %s the pictures", 1000 * std::abs(late),
                           late < 0 ? "before" : "after"));
}

void SoundCheck::check_loudness(const ScannedSound& sound) {
  if (!sound.true_peak_dbtp)
    return findings_.warn(sound_check, std::nullopt, "there is nothing but silence in it");
  const AudioSettings& audio = film_.settings->film.audio;
  const std::optional<double>& wanted = audio.loudness;
  if (!wanted) return;
  if (*sound.true_peak_dbtp > highest_peak)
    findings_.warn(sound_check, std::nullopt,
                   format("its true peak is %.1f dBTP, above -1", *sound.true_peak_dbtp));
  // Nobody has heard a universe before, and all of what it sounds like is right.
  if (!sound.integrated_lufs || audio.universe) return;
  const double off = *sound.integrated_lufs - *wanted;
  const bool kept_by_peaks = off < 0 && *sound.true_peak_dbtp > highest_peak - peak_spread;
  if (std::abs(off) > tolerance_lu && !kept_by_peaks)
    findings_.error(sound_check, format("it has %.1f LUFS, and its settings say %.1f",
                                        *sound.integrated_lufs, *wanted));
}

}  // namespace lifereel
