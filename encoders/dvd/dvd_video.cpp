// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/dvd/dvd_video.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "encoders/dvd/start_codes.h"
#include "encoders/text/quantity_text.h"

namespace lifereel {
namespace {

constexpr DvdVideo ntsc_dvd = {"ntsc-dvd", 720, 480, {30000, 1001}, 18};
constexpr DvdVideo pal_dvd = {"pal-dvd", 720, 576, {25, 1}, 15};

constexpr std::string_view comment_mark = "lifereel\n";
/// A small part of the 224 KiB the decoder's buffer has, so that the first picture still fits.
constexpr std::size_t longest_comment = 32 * 1024;

[[noreturn]] void refuse(const DvdVideo& disc, const std::string& what) {
  throw std::invalid_argument(std::string(disc.name) + " " + what);
}

std::string rate_text(Rational rate) { return rational_text({rate.num, rate.den}); }

bool same(Rational a, Rational b) {
  return std::int64_t{a.num} * b.den == std::int64_t{b.num} * a.den;
}

}  // namespace

std::string kilobits(std::int64_t bits) { return std::to_string(bits / 1000) + " kb/s"; }

const DvdVideo* dvd_video(DiscTarget target) noexcept {
  switch (target) {
    case DiscTarget::ntsc_dvd:
      return &ntsc_dvd;
    case DiscTarget::pal_dvd:
      return &pal_dvd;
    case DiscTarget::none:
      break;
  }
  return nullptr;
}

FilmSettings with_disc_defaults(FilmSettings settings) {
  const DvdVideo* const disc = dvd_video(settings.target);
  if (disc == nullptr) return settings;
  if (!settings.bitrate)
    settings.bitrate = std::min(disc->bitrate, settings.maxrate.value_or(disc->maxrate));
  if (!settings.maxrate) settings.maxrate = std::max(disc->maxrate, *settings.bitrate);
  if (!settings.bufsize) settings.bufsize = disc->bufsize;
  if (!settings.audio_bitrate) settings.audio_bitrate = disc->audio_bitrate;
  if (!settings.gop) settings.gop = disc->longest_gop;
  if (!settings.aspect) settings.aspect = Rational{16, 9};
  if (settings.codec_threads == 0) settings.codec_threads = 1;  // the bytes depend on it
  if (settings.container.empty()) settings.container = disc->muxer;
  return settings;
}

void check_disc_settings(const FilmSettings& asked, int width, int height) {
  const DvdVideo* const found = dvd_video(asked.target);
  if (found == nullptr) return;
  const DvdVideo& disc = *found;
  const FilmSettings settings = with_disc_defaults(asked);
  if (settings.codec != disc.codec)
    refuse(disc, "needs the codec " + std::string(disc.codec) + ", not " + settings.codec);
  if (settings.container != disc.muxer)
    refuse(disc, "needs the container " + std::string(disc.muxer) + ", not " + settings.container);
  if (settings.pixel_format != PixelFormat::yuv420p)
    refuse(disc, "has 8 bits a sample; set pixel-format = yuv420p");
  if (settings.filter.empty()) {
    if (width != disc.width || height != disc.height)
      refuse(disc, "needs pictures of " + size_text(disc.width, disc.height) + ", not " +
                       size_text(width, height) + "; set size = " +
                       size_text(disc.width, disc.height) + ", or a filter that scales");
    if (!same(settings.frames_per_second, disc.frames_per_second))
      refuse(disc, "needs " + rate_text(disc.frames_per_second) + " frames per second, not " +
                       rate_text(settings.frames_per_second) +
                       "; set fps = " + rate_text(disc.frames_per_second));
  }
  if (!same(*settings.aspect, {16, 9}) && !same(*settings.aspect, {4, 3}))
    refuse(disc, "has an aspect of 16:9 or 4:3, not " + std::to_string(settings.aspect->num) + ":" +
                     std::to_string(settings.aspect->den));
  if (*settings.gop < 1 || *settings.gop > disc.longest_gop)
    refuse(disc, "allows GOPs of 1 to " + std::to_string(disc.longest_gop) + " frames, not " +
                     std::to_string(*settings.gop));
  if (*settings.maxrate > disc.highest_maxrate)
    refuse(disc, "allows a video maxrate of " + kilobits_text(disc.highest_maxrate) + ", not " +
                     kilobits_text(*settings.maxrate));
  if (*settings.bufsize > disc.bufsize)
    refuse(disc, "allows a bufsize of " + std::to_string(disc.bufsize) + " bits, not " +
                     std::to_string(*settings.bufsize));
  if (*settings.audio_bitrate > disc.highest_audio_bitrate)
    refuse(disc, "allows AC-3 of up to " + kilobits_text(disc.highest_audio_bitrate) + ", not " +
                     kilobits_text(*settings.audio_bitrate));
  if (*settings.maxrate + *settings.audio_bitrate > disc.muxrate)
    refuse(disc, "carries " + kilobits_text(disc.muxrate) +
                     " in all; maxrate and audio bitrate add up to " +
                     kilobits_text(*settings.maxrate + *settings.audio_bitrate));
}

void check_disc_codec(const DvdVideo& disc, const AVCodecContext& codec) {
  if (codec.width != disc.width || codec.height != disc.height)
    refuse(disc, "needs pictures of " + size_text(disc.width, disc.height) +
                     "; the filter chain makes " + size_text(codec.width, codec.height));
  if (av_cmp_q(codec.framerate, {disc.frames_per_second.num, disc.frames_per_second.den}) != 0)
    refuse(disc, "needs " + rate_text(disc.frames_per_second) +
                     " frames per second; the filter chain makes " +
                     rational_text(codec.framerate));
  if (codec.pix_fmt != AV_PIX_FMT_YUV420P)
    refuse(disc, "needs yuv420p; end the filter chain with format=yuv420p");
  if (codec.gop_size > disc.longest_gop || codec.rc_max_rate > disc.highest_maxrate ||
      codec.rc_buffer_size > disc.bufsize || codec.rc_max_rate <= 0 || codec.rc_buffer_size <= 0 ||
      (codec.flags & AV_CODEC_FLAG_LOW_DELAY) != 0 || (codec.flags & AV_CODEC_FLAG_CLOSED_GOP) == 0)
    refuse(disc, "does not allow what the codec options set: closed GOPs of at most " +
                     std::to_string(disc.longest_gop) + " frames, maxrate up to " +
                     kilobits_text(disc.highest_maxrate) + ", bufsize up to " +
                     std::to_string(disc.bufsize) + " bits, no low delay");
}

const StringPairs& disc_codec_options() {
  // Key frames at fixed places, so that every GOP has its full length and chunks can be joined.
  static const StringPairs options = {{"sc_threshold", "1000000000"}, {"mpv_flags", "+strict_gop"}};
  return options;
}

void insert_comment(AVPacket& packet, const std::string& comment) {
  const auto size = static_cast<std::size_t>(packet.size);
  std::size_t at = next_start_code({packet.data, size}, 0);
  const bool sequence = at + 4 <= size && packet.data[at + 3] == sequence_code;
  while (sequence && at < size && packet.data[at + 3] != group_code &&
         packet.data[at + 3] != picture_code)
    at = next_start_code({packet.data, size}, at + 4);
  if (!sequence || at >= size)
    throw std::runtime_error("the first packet of the encoder begins no MPEG-2 sequence");

  std::string unit = {'\0', '\0', '\1', static_cast<char>(user_data_code)};
  unit += comment_mark;
  unit += comment;
  check(av_grow_packet(&packet, static_cast<int>(unit.size())), "av_grow_packet");
  check(av_packet_make_writable(&packet), "av_packet_make_writable");
  std::memmove(packet.data + at + unit.size(), packet.data + at, size - at);
  std::memcpy(packet.data + at, unit.data(), unit.size());
}

std::string find_comment(const std::uint8_t* data, std::size_t size) {
  for (std::size_t at = next_start_code({data, size}, 0); at < size;
       at = next_start_code({data, size}, at + 4)) {
    if (data[at + 3] != user_data_code) continue;
    const std::size_t begin = at + 4;
    std::size_t end = next_start_code({data, size}, begin);
    // Zero bytes before a start code are stuffing; a comment has none.
    while (end > begin && data[end - 1] == 0) --end;
    const std::string_view text(reinterpret_cast<const char*>(data) + begin, end - begin);
    if (text.substr(0, comment_mark.size()) == comment_mark)
      return std::string(text.substr(comment_mark.size()));
  }
  return {};
}

void check_comment(std::string_view comment) {
  // Without zero bytes no start code can appear in it.
  if (comment.find('\0') != std::string_view::npos)
    throw std::invalid_argument("the film's comment contains a zero byte; it must be text");
  if (comment.size() > longest_comment)
    throw std::invalid_argument("the film's comment of " + std::to_string(comment.size()) +
                                " bytes is longer than the " + std::to_string(longest_comment) +
                                " bytes that fit into a program stream");
}

}  // namespace lifereel
