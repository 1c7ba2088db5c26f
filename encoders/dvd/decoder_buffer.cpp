// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/dvd/decoder_buffer.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <utility>

#include "encoders/dvd/stream_clock.h"

namespace lifereel {
namespace {

constexpr std::int64_t longest_stay = clock_rate;

std::string clock_text(std::int64_t ticks) {
  const std::int64_t milliseconds = ticks / (clock_rate / 1000);
  char text[48];
  std::snprintf(text, sizeof text, "%lld:%02lld:%02lld.%03lld",
                static_cast<long long>(milliseconds / 3'600'000),
                static_cast<long long>(milliseconds / 60'000 % 60),
                static_cast<long long>(milliseconds / 1000 % 60),
                static_cast<long long>(milliseconds % 1000));
  return text;
}

}  // namespace

DecoderBuffer::DecoderBuffer(std::string name, std::int64_t bytes,
                             std::unique_ptr<UnitScanner> scanner, ProgramStreamReport& report)
    : scanner_(std::move(scanner)), report_(report) {
  result_.stream = std::move(name);
  result_.buffer_bytes = bytes;
}

void DecoderBuffer::arrive(const Payload& payload, std::int64_t begin, std::int64_t mux_rate) {
  if (payload.declared_buffer_bytes)
    result_.buffer_bytes = std::min(result_.buffer_bytes, *payload.declared_buffer_bytes);
  const auto bytes = static_cast<std::int64_t>(payload.bytes.size());
  const std::int64_t offset = offset_;
  segments_.push_back({offset, bytes, begin, mux_rate});
  offset_ += bytes;
  std::optional<std::int64_t> time;
  if (payload.dts_90khz) time = unwrapped(*payload.dts_90khz, begin);

  begins_.clear();
  scanner_->scan(payload.bytes, begins_);
  for (const std::int64_t unit : begins_) {
    // A packet's time is that of the first unit whose first byte is in it.
    std::optional<std::int64_t>& told = unit < offset ? earlier_time_ : time;
    if (!told && units_begun_ == 0)
      throw DamagedStream("its " + result_.stream + " begins untimed");
    if (units_begun_ > 0) last_dts_ += scanner_->period();
    if (told) see_time(*told);
    told.reset();
    if (units_begun_++ == 0) first_dts_ = last_dts_;
    units_.push_back({unit, last_dts_});
  }
  earlier_time_ = time;
  decode_until(begin);
}

DecoderBufferReport DecoderBuffer::finish() {
  finished_ = true;
  decode_until(std::numeric_limits<std::int64_t>::max());
  result_.access_units = units_begun_;
  return result_;
}

std::int64_t DecoderBuffer::unwrapped(std::int64_t dts_90khz, std::int64_t arrival) {
  const std::int64_t now = arrival / ticks_per_90khz;
  const std::int64_t ahead =
      ((dts_90khz - now) % clock_wrap_90khz + clock_wrap_90khz) % clock_wrap_90khz;
  return (now + (ahead < clock_wrap_90khz / 2 ? ahead : ahead - clock_wrap_90khz)) *
         ticks_per_90khz;
}

void DecoderBuffer::decode_until(std::int64_t now) {
  while (!units_.empty() && units_.front().dts <= now && (finished_ || units_.size() > 1)) {
    const std::int64_t end = units_.size() > 1 ? units_[1].offset : offset_;
    decode(units_.front(), end);
    units_.pop_front();
  }
}

void DecoderBuffer::decode(const Unit& unit, std::int64_t end) {
  for (; counted_ < segments_.size(); ++counted_) {
    const Segment& segment = segments_[counted_];
    const std::int64_t there = segment.arrived_by(unit.dts);
    hold(segment.offset + there - decoded_, unit);
    if (there < segment.bytes) break;
  }
  const std::int64_t margin = unit.dts - arrival(end - 1);
  const std::int64_t stay = unit.dts - arrival(unit.offset);
  if (margin < 0) fault(unit, "arrives " + milliseconds_text(-margin) + " too late");
  if (stay > longest_stay)
    fault(unit, "waits " + milliseconds_text(stay) + " in the buffer, longer than a second");
  if (units_decoded_++ == 0) result_.least_margin_seconds = stream_seconds(margin);
  result_.least_margin_seconds = std::min(result_.least_margin_seconds, stream_seconds(margin));
  result_.longest_stay_seconds = std::max(result_.longest_stay_seconds, stream_seconds(stay));
  decoded_ = end;
  while (counted_ > 0 && segments_.front().offset + segments_.front().bytes <= decoded_) {
    segments_.pop_front();
    --counted_;
  }
}

void DecoderBuffer::hold(std::int64_t bytes, const Unit& next) {
  result_.fullest_bytes = std::max(result_.fullest_bytes, bytes);
  if (bytes > result_.buffer_bytes && overrun_before_ != units_decoded_) {
    overrun_before_ = units_decoded_;
    fault(next, "is not decoded before the buffer of " + std::to_string(result_.buffer_bytes) +
                    " bytes runs over");
  }
}

std::int64_t DecoderBuffer::arrival(std::int64_t offset) const {
  for (const Segment& segment : segments_)
    if (offset < segment.offset + segment.bytes) return segment.arrival(offset - segment.offset);
  return segments_.back().arrival(segments_.back().bytes - 1);
}

void DecoderBuffer::see_time(std::int64_t told) {
  const std::int64_t gap = told - last_dts_;
  last_dts_ = told;
  if (units_begun_ == 0 || (gap < ticks_per_90khz && gap > -ticks_per_90khz)) return;
  ++report_.layout_fault_count;
  if (report_.layout_faults.size() < stream_faults_told)
    report_.layout_faults.push_back({stream_seconds(told - first_dts_),
                                     result_.stream + " unit " + std::to_string(units_begun_) +
                                         " is timed " + milliseconds_text(std::abs(gap)) +
                                         (gap > 0 ? " after" : " before") +
                                         " the end of the one before it"});
}

void DecoderBuffer::fault(const Unit& unit, const std::string& what) {
  ++report_.fault_count;
  if (report_.faults.size() < stream_faults_told)
    report_.faults.push_back({stream_seconds(unit.dts - first_dts_),
                              result_.stream + " unit " + std::to_string(units_decoded_) + " (" +
                                  clock_text(unit.dts - first_dts_) + ") " + what});
}

}  // namespace lifereel
