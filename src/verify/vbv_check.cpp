// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/verify/vbv_check.h"

#include <stdexcept>

#include "encoders/dvd/mpeg2_headers.h"
#include "src/text/format.h"
#include "src/text/time_code.h"

namespace lifereel {

VbvCheck::VbvCheck(const CheckedFilm& film, Findings& findings)
    : film_(film),
      findings_(findings),
      late_pictures_(nominal_rate(film.rate), [&findings](const Streak::Stretch& stretch) {
        findings.error("vbv", stretch.first, stretch.last,
                       count_text(stretch.events, "picture has", "pictures have") +
                           " not arrived when the film's decoder needs them");
      }) {
  if (film.settings) set_model(vbv_model(film.settings->film));
}

void VbvCheck::set_model(const std::optional<VbvModel>& model) {
  if (!model) return;
  try {
    buffer_.emplace(*model);
  } catch (const std::invalid_argument& error) {
    findings_.error("vbv", error.what());
  }
}

void VbvCheck::see(const ScannedPacket& packet, std::int64_t number) {
  // Without settings MPEG-2 promises a decoder in its first sequence header.
  if (number == 0 && !film_.settings && film_.video.codec == "mpeg2video") {
    const Mpeg2Headers headers = read_mpeg2_headers(packet.bytes);
    if (headers.sequence) set_model(vbv_model(*headers.sequence));
  }
  if (buffer_ && !buffer_->take(static_cast<std::int64_t>(packet.bytes.size()) * 8))
    late_pictures_.add(number);
}

void VbvCheck::conclude(VerifyReport& report) {
  if (!film_.whole()) {
    findings_.leave_out("vbv", "only the whole film can be checked");
    return;
  }
  if (!buffer_) {
    findings_.leave_out("vbv", "the film names no maxrate and bufsize");
    return;
  }
  const VbvReport& vbv = buffer_->report();
  report.vbv_late_frames = vbv.late_frames;
  report.vbv_minimum_fill_bits = vbv.minimum_fill_bits;
  findings_.conclude("vbv", format("%lld kb/s into %lld kbit: never below %lld kbit, at ",
                                   static_cast<long long>(buffer_->model().max_rate / 1000),
                                   static_cast<long long>(buffer_->model().buffer_bits / 1000),
                                   static_cast<long long>(vbv.minimum_fill_bits / 1000)) +
                                time_code(vbv.minimum_fill_frame, film_.rate));
}

}  // namespace lifereel
