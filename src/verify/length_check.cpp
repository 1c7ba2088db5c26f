// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/verify/length_check.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "src/text/format.h"

namespace lifereel {
namespace {

long long number(std::int64_t value) { return static_cast<long long>(value); }

}  // namespace

void LengthCheck::conclude_frames(VerifyReport& report) {
  report.frames = pictures_;
  if (!film_.whole()) {
    findings_.leave_out("frames", format("%lld decoded at %d points; only the whole film "
                                         "can be counted",
                                         number(pictures_), film_.points));
    return;
  }
  const std::optional<std::int64_t>& expected = film_.expected_frames;
  const std::int64_t declared = film_.video.declared_frames;
  if (pictures_ == 0) findings_.error("frames", "not one picture can be decoded");
  if (expected && *expected != pictures_)
    findings_.error("frames", std::min(pictures_, *expected),
                    format("%lld pictures are decoded, its settings say %lld", number(pictures_),
                           number(*expected)));
  if (film_.exact_container() && declared > 0 && declared != pictures_)
    findings_.error("frames", std::min(pictures_, declared),
                    format("%lld pictures are decoded, the container says %lld", number(pictures_),
                           number(declared)));
  if (packets_ != pictures_)
    findings_.error("frames",
                    format("%lld packets give %lld pictures", number(packets_), number(pictures_)));
  findings_.conclude("frames",
                     format("%lld decoded", number(pictures_)) +
                         (expected ? format(", %lld by its settings", number(*expected)) : ""));
}

void LengthCheck::conclude_duration(VerifyReport& report, const Played& played) {
  const std::optional<double>& container = film_.scan.duration_seconds;
  if (!film_.whole()) {
    findings_.leave_out("duration",
                        container ? format("%.2f s by the container", *container) : "unknown");
    return;
  }
  const double frame = 1 / film_.rate.value();
  report.duration_seconds =
      static_cast<double>(played.last_frame ? *played.last_frame + 1 : 0) * frame;
  std::string summary = format("%.2f s", report.duration_seconds);
  if (film_.exact_container()) {
    hold_against_container(report.duration_seconds, played);
    if (container) summary += format(", %.2f s by the container", *container);
  }
  findings_.conclude("duration", summary);
}

void LengthCheck::hold_against_container(double pictures_seconds, const Played& played) {
  const double frame = 1 / film_.rate.value();
  const std::int64_t last_frame = played.last_frame.value_or(0);
  if (film_.video.duration_ticks) {
    const double said = film_.video_seconds(*film_.video.duration_ticks);
    const double slack = frame + film_.video.time_base.value();
    // Of a program stream libav knows when the last packet's first picture is shown; small ones
    // share a packet.
    const double untold = film_.program_stream() ? 1.0 : 0.0;
    if (said > pictures_seconds + slack || said < pictures_seconds - slack - untold)
      findings_.error("duration", last_frame,
                      format("the pictures last %.3f s, the container says %.3f s for them",
                             pictures_seconds, said));
  }
  if (!film_.scan.duration_seconds) return;
  const double said = *film_.scan.duration_seconds;
  const double content =
      std::max(pictures_seconds, played.sound_seconds.value_or(pictures_seconds));
  // Sound may begin a frame of its own earlier, and time before the first picture may count.
  const double slack = frame + 0.05;
  if (said < content - slack || said > content + std::max(0.0, played.begin_seconds) + slack)
    findings_.error("duration", last_frame,
                    format("the film lasts %.3f s, the container says %.3f s", content, said));
}

}  // namespace lifereel
