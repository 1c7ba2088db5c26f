// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/verify/disc_check.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "src/text/format.h"
#include "src/verify/frame_clock.h"

namespace lifereel {
namespace {

std::string describe_packs(const ProgramStreamReport& stream) {
  std::string text = count_text(stream.packs, "pack", "packs");
  for (const DecoderBufferReport& buffer : stream.streams)
    text += format(", %s at most %lld of %lld KiB", buffer.stream.c_str(),
                   static_cast<long long>(buffer.fullest_bytes / 1024),
                   static_cast<long long>(buffer.buffer_bytes / 1024));
  return text;
}

}  // namespace

DiscCheck::DiscCheck(const CheckedFilm& film, Findings& findings)
    : film_(film), findings_(findings) {
  if (film.disc())
    video_.emplace(film.target);
  else if (film.target != DiscTarget::none)
    findings_.error("dvd", "the settings say DVD-Video, but the film is no MPEG-2 program stream");
}

void DiscCheck::start() {
  if (video_)
    stream_ =
        std::async(std::launch::async, [this] { return check_program_stream(film_.path, &stop_); });
}

void DiscCheck::see(const ScannedPacket& packet, std::int64_t number) {
  if (!video_) return;
  for (const std::string& fault : video_->see_picture(packet.bytes))
    findings_.error("dvd", number, fault);
}

void DiscCheck::conclude() {
  if (!video_ || !stream_.valid()) {
    const char* const why = video_ ? "only the whole film can be checked" : "no DVD-Video";
    findings_.leave_out("program stream", why);
    findings_.leave_out("dvd", why);
    return;
  }
  std::string packs, units;
  try {
    const ProgramStreamReport stream = stream_.get();
    tell(stream);
    packs = describe_packs(stream);
    units = format(", %s of at most %.2f s",
                   count_text(stream.navigation_packs, "object unit", "object units").c_str(),
                   stream.longest_unit_seconds);
  } catch (const std::runtime_error& error) {
    findings_.error("program stream", error.what());
    packs = "damaged";
  }
  findings_.conclude("program stream", packs);
  findings_.conclude(
      "dvd", format("%s of at most %d pictures",
                    count_text(video_->groups(), "GOP", "GOPs").c_str(), video_->longest_group()) +
                 units);
}

void DiscCheck::tell(const ProgramStreamReport& stream) {
  const auto frame = [&](const ProgramStreamReport::Fault& fault) {
    return static_cast<std::int64_t>(
        std::clamp(fault.seconds * film_.rate.value(), 0.0, static_cast<double>(furthest_frame)));
  };
  const auto tell_all = [&](const char* check, const auto& faults, std::int64_t count) {
    for (const auto& fault : faults) findings_.error(check, frame(fault), fault.text);
    findings_.count_untold(check, count - static_cast<std::int64_t>(faults.size()));
  };
  tell_all("program stream", stream.faults, stream.fault_count);
  tell_all("dvd", stream.layout_faults, stream.layout_fault_count);
  const std::string fault = DvdCheck::mux_rate_fault(stream.mux_rate);
  if (!fault.empty()) findings_.error("dvd", fault);
  if (stream.navigation_packs == 0) findings_.error("dvd", "the film has no navigation packs");
  if (stream.streams.size() != 2)
    findings_.error("dvd", "the film does not have one MPEG-2 video and one AC-3 stream");
}

}  // namespace lifereel
