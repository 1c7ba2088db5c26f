// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/verify/decoding_check.h"

#include <string>

#include "src/text/time_code.h"

namespace lifereel {

DecodingCheck::DecodingCheck(const CheckedFilm& film, Findings& findings)
    : film_(film), findings_(findings), damage_(nominal_rate(film.rate), findings, "decoding") {}

void DecodingCheck::see(const ScannedDamage& damage, std::int64_t frame) {
  errors_ += damage.errors;
  const char* const where = damage.kind == ScannedStream::Kind::video   ? "video: "
                            : damage.kind == ScannedStream::Kind::audio ? "sound: "
                                                                        : "container: ";
  damage_.add(frame, damage.errors, where + damage.text);
}

void DecodingCheck::see(const ScannedPicture& picture, std::int64_t frame) {
  if (!picture.damaged) return;
  ++errors_;
  damage_.add(frame, 1, "the decoder calls a picture damaged");
}

void DecodingCheck::conclude(VerifyReport& report, std::int64_t sound_packets) {
  report.decode_errors = errors_;
  std::string summary = count_text(errors_, "error", "errors") + " in " +
                        count_text(report.frames, "picture", "pictures");
  if (film_.audio) summary += " and " + count_text(sound_packets, "frame", "frames") + " of sound";
  findings_.conclude("decoding", summary);
}

}  // namespace lifereel
