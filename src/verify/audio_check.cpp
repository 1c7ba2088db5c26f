// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/verify/audio_check.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "encoders/dvd/dvd_check.h"
#include "src/text/format.h"
#include "src/text/time_code.h"

namespace lifereel {
namespace {

/// Where there is no sound, nothing is asked about its times.
const ScannedStream& timed_stream(const CheckedFilm& film) {
  return film.audio != nullptr ? *film.audio : film.video;
}

}  // namespace

AudioCheck::AudioCheck(const CheckedFilm& film, const TimestampsCheck& pictures, Findings& findings)
    : film_(film),
      pictures_(pictures),
      findings_(findings),
      clock_(timed_stream(film).time_base, film.rate),
      times_(timed_stream(film).wrap_bits),
      faults_(nominal_rate(film.rate), findings, "audio") {}

void AudioCheck::see(const ScannedPacket& packet) {
  ++packets_;
  if (!packet.pts_ticks) return;
  const std::int64_t begin = times_(*packet.pts_ticks);
  if (!begin_) begin_ = begin;
  // In a program stream not every packet has a time, and libav's guesses are not always right:
  // there the check of the program stream knows better.
  if (end_ && film_.whole() && film_.scan.container != "mpeg") {
    const std::int64_t gap = begin - *end_;
    if (gap > 1 || gap < -1)
      faults_.add(
          frame(begin), 1,
          format(gap > 0 ? "sound is missing for %.1f ms" : "frames of sound overlap by %.1f ms",
                 1000 * std::abs(seconds(gap))));
  }
  end_ = std::clamp(begin + std::min(packet.duration_ticks, furthest_ticks), -furthest_ticks,
                    furthest_ticks);
}

double AudioCheck::seconds(std::int64_t ticks) const {
  return static_cast<double>(ticks) * film_.audio->time_base.value();
}

/// Of the film, at this time of the sound; both clocks are the container's.
std::int64_t AudioCheck::frame(std::int64_t ticks) const {
  return clock_.frame(ticks) - pictures_.origin_frame();
}

std::optional<double> AudioCheck::duration_seconds() const {
  if (!begin_ || !end_) return std::nullopt;
  return seconds(*end_ - *begin_);
}

std::optional<std::int64_t> AudioCheck::present_frame() const {
  if (!end_) return std::nullopt;
  return frame(*end_);
}

void AudioCheck::conclude() {
  if (!film_.audio) {
    findings_.leave_out("audio", "the film has no sound");
    return;
  }
  if (!film_.whole()) {
    findings_.leave_out("audio", "only the whole film can be checked for gaps");
    return;
  }
  if (!begin_ || !end_ || !pictures_.first_ticks() || !pictures_.last_frame()) {
    findings_.error("audio", "the sound has no packets");
    findings_.conclude("audio", "none");
    return;
  }
  const double begin = film_.video_seconds(*pictures_.first_ticks());
  const double end = begin + static_cast<double>(*pictures_.last_frame() + 1) / film_.rate.value();
  const double left = seconds(*end_) - end;
  // A disc's sound lasts as long as its pictures; elsewhere that is the film's own affair.
  const double slack = film_.disc() ? film_.audio->time_base.value() : 1;
  if (left < -slack)
    findings_.error("audio", frame(*end_),
                    format("the sound ends %.1f ms before the pictures", -1000 * left));
  if (film_.disc()) hold_against_disc(begin - seconds(*begin_));
  findings_.conclude("audio", format("%lld frames, to %.1f ms %s the last picture",
                                     static_cast<long long>(packets_), 1000 * std::abs(left),
                                     left < 0 ? "before the end of" : "after"));
}

void AudioCheck::hold_against_disc(double early_seconds) {
  if (std::abs(early_seconds) > 0.04)
    findings_.error("audio", 0,
                    format("the sound begins %.1f ms %s the pictures",
                           1000 * std::abs(early_seconds), early_seconds > 0 ? "before" : "after"));
  const std::string fault =
      DvdCheck::audio_fault(film_.audio->codec, film_.audio->sample_rate, film_.audio->bit_rate);
  if (!fault.empty()) findings_.error("dvd", fault);
}

}  // namespace lifereel
