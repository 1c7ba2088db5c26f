// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/dvd/dvd_check.h"

#include <algorithm>

#include "encoders/dvd/dvd_video.h"
#include "encoders/dvd/mpeg2_headers.h"

namespace lifereel {
namespace {

constexpr int main_profile_at_main_level = 0x48;
constexpr int chroma_420 = 1;
constexpr int aspect_4_3 = 2, aspect_16_9 = 3;
constexpr int dvd_sample_rate = 48000;

}  // namespace

DvdCheck::DvdCheck(DiscTarget target) : target_(target) {}

std::vector<std::string> DvdCheck::see_picture(std::span<const std::uint8_t> data) {
  const DvdVideo& disc = *dvd_video(target_);
  const Mpeg2Headers headers = read_mpeg2_headers(data);
  std::vector<std::string> faults;
  const auto demand = [&](bool kept, const std::string& sentence) {
    if (!kept && told_.insert(sentence).second) faults.push_back(sentence);
  };

  if (headers.sequence) {
    const Mpeg2Sequence& sequence = *headers.sequence;
    const Rational rate = sequence.frames_per_second;
    demand(sequence.width == disc.width && sequence.height == disc.height,
           "pictures are " + std::to_string(sequence.width) + "x" +
               std::to_string(sequence.height) + ", not " + std::to_string(disc.width) + "x" +
               std::to_string(disc.height));
    demand(std::int64_t{rate.num} * disc.frames_per_second.den ==
               std::int64_t{rate.den} * disc.frames_per_second.num,
           "the sequence header's frame rate is " + rational_text({rate.num, rate.den}) + ", not " +
               rational_text({disc.frames_per_second.num, disc.frames_per_second.den}));
    demand(sequence.aspect_code == aspect_4_3 || sequence.aspect_code == aspect_16_9,
           "the sequence header's aspect is neither 4:3 nor 16:9");
    demand(sequence.bit_rate <= disc.highest_maxrate,
           "the sequence header asks for " + kilobits(sequence.bit_rate) + ", more than the " +
               kilobits(disc.highest_maxrate) + " of a disc");
    demand(sequence.buffer_bits <= disc.bufsize,
           "the sequence header asks for a buffer of " + std::to_string(sequence.buffer_bits) +
               " bits, more than a player's " + std::to_string(disc.bufsize));
    demand(sequence.extended, "a sequence header has no extension, so it is MPEG-1");
    if (sequence.extended) {
      demand(!sequence.progressive, "progressive_sequence is set, which a disc does not allow");
      demand(!sequence.low_delay, "low_delay is set, which a disc does not allow");
      demand(sequence.profile_and_level == main_profile_at_main_level,
             "profile and level are not main profile at main level");
      demand(sequence.chroma_format == chroma_420, "the chroma format is not 4:2:0");
    }
  }
  demand(!headers.group || headers.sequence, "a GOP begins without a sequence header");
  demand(headers.group || groups_ > 0, "the film does not begin with a GOP header");

  if (headers.group) {
    ++groups_;
    group_pictures_ = 0;
  }
  longest_group_ = std::max(longest_group_, ++group_pictures_);
  if (group_pictures_ == disc.longest_gop + 1)
    faults.push_back("a GOP is longer than the " + std::to_string(disc.longest_gop) +
                     " pictures that a disc allows");
  return faults;
}

std::string DvdCheck::audio_fault(const std::string& codec, int sample_rate,
                                  std::int64_t bit_rate) {
  const std::int64_t highest = dvd_video(DiscTarget::ntsc_dvd)->highest_audio_bitrate;
  if (codec != "ac3") return "the sound is " + codec + ", not AC-3";
  if (sample_rate != dvd_sample_rate)
    return "the sound has " + std::to_string(sample_rate) + " samples per second, not 48000";
  if (bit_rate > highest)
    return "the sound has " + kilobits(bit_rate) + ", more than the " + kilobits(highest) +
           " of a disc";
  return {};
}

std::string DvdCheck::mux_rate_fault(std::int64_t mux_rate) {
  const std::int64_t highest = dvd_video(DiscTarget::ntsc_dvd)->muxrate;
  if (mux_rate <= highest) return {};
  return "the packs declare " + kilobits(mux_rate) + ", more than the " + kilobits(highest) +
         " of a disc";
}

DiscTarget DvdCheck::target_of(int width, int height) noexcept {
  for (const DiscTarget target : {DiscTarget::ntsc_dvd, DiscTarget::pal_dvd}) {
    const DvdVideo& disc = *dvd_video(target);
    if (width == disc.width && height == disc.height) return target;
  }
  return DiscTarget::none;
}

}  // namespace lifereel
