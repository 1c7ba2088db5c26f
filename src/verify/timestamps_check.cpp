// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/verify/timestamps_check.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "src/text/format.h"
#include "src/text/time_code.h"

namespace lifereel {
namespace {

constexpr std::size_t most_doubtful = 1000;

}  // namespace

TimestampsCheck::TimestampsCheck(const CheckedFilm& film, Findings& findings)
    : film_(film),
      findings_(findings),
      clock_(film.video.time_base, film.rate),
      picture_times_(film.video.wrap_bits),
      decoding_times_(film.video.wrap_bits),
      faults_(nominal_rate(film.rate), [this](const Streak::Stretch& stretch) {
        if (film_.exact_container())
          Streak::tell(findings_, "timestamps", stretch);
        else if (doubtful_.size() < most_doubtful)
          doubtful_.push_back(stretch);
      }) {}

void TimestampsCheck::go_to(std::int64_t frame) {
  begin_ = frame;
  pictures_ = 0;
  on_the_way_ = true;
  last_frame_.reset();
  last_decoding_time_.reset();
}

void TimestampsCheck::see(const ScannedPacket& packet, std::int64_t number) {
  if (!packet.dts_ticks) return;
  if (packet.pts_ticks && *packet.pts_ticks != *packet.dts_ticks) order_told_ = true;
  if (film_.scan.container.starts_with("matroska")) return;  // it has none: libav guesses them
  const std::int64_t time = decoding_times_(*packet.dts_ticks);
  if (last_decoding_time_ && time <= *last_decoding_time_)
    faults_.add(film_.whole() ? number : present_frame(), 1,
                "a packet's decoding time is not after that of the packet before");
  last_decoding_time_ = time;
}

std::optional<std::int64_t> TimestampsCheck::see(const ScannedPicture& picture) {
  const std::int64_t frame = place(picture);
  if (on_the_way_ && frame < begin_) {
    last_frame_.reset();
    return std::nullopt;
  }
  on_the_way_ = false;
  last_frame_ = frame;
  ++pictures_;
  return frame;
}

/// By its timestamp; tells when that is not one frame on.
std::int64_t TimestampsCheck::place(const ScannedPicture& picture) {
  const std::int64_t expected = last_frame_ ? *last_frame_ + 1 : 0;
  if (unordered_) return expected;
  if (!picture.pts_ticks) {
    // A program stream tells the time of the first picture in a packet; of others, the last of
    // the film among them, libav may not know it. The check of the program stream does.
    if (film_.exact_container() && !film_.disc())
      faults_.add(expected, 1, "a picture has no timestamp");
    return expected;
  }
  const std::int64_t time = picture_times_(*picture.pts_ticks);
  if (!origin_) origin_ = first_time_ = time;
  const std::int64_t before = std::exchange(last_time_, time);
  if (!film_.exact_container() && !order_told_ && last_frame_ && time < before) {
    unordered_ = true;
    return begin_ + pictures_;
  }
  const std::int64_t frame = clock_.frame(time - *origin_);
  const std::int64_t drift = time - *origin_ - clock_.ticks(frame);
  const bool on_grid = std::abs(drift) <= (clock_.exact() ? 0 : 1);
  if (!last_frame_ && (!film_.whole() || frame == 0)) return frame;
  if (frame == expected && on_grid) return frame;
  if (frame > expected && frame < furthest_frame && on_grid) {
    faults_.add(expected, frame - expected,
                count_text(frame - expected, "picture is missing", "pictures are missing"));
    return frame;
  }
  // From here on time is counted anew, so that one fault is told once.
  const double step = last_frame_ ? static_cast<double>(time - before) : 0;
  faults_.add(expected, 1,
              format("a picture comes %.3f frames after the one before it",
                     step / static_cast<double>(std::max<std::int64_t>(1, clock_.ticks(1)))));
  origin_ = time - clock_.ticks(expected);
  return expected;
}

void TimestampsCheck::conclude() {
  if (unordered_) {
    findings_.leave_out("timestamps", "the container " + film_.scan.container +
                                          " tells when pictures are decoded, not when they are "
                                          "shown");
    return;
  }
  if (!doubtful_.empty() && film_.whole() && film_.expected_frames == pictures_) {
    findings_.leave_out("timestamps", "the times that the container " + film_.scan.container +
                                          " gives are not to be relied on, but no picture is "
                                          "missing");
    return;
  }
  for (const Streak::Stretch& stretch : doubtful_) Streak::tell(findings_, "timestamps", stretch);
  const Rational rate = film_.rate;
  findings_.conclude(
      "timestamps",
      "expected one frame after another at " +
          (rate.den == 1 ? format("%d", rate.num) : format("%d/%d", rate.num, rate.den)) + " fps");
}

}  // namespace lifereel
