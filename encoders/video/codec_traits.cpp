// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/video/codec_traits.h"

#include <array>

namespace lifereel {
namespace {

constexpr std::array<std::string_view, 10> x26x_presets = {
    "ultrafast", "superfast", "veryfast", "faster",   "fast",
    "medium",    "slow",      "slower",   "veryslow", "placebo"};

constexpr std::array<ParameterList, 3> lists = {
    {{"x264-params"}, {"x265-params"}, {"x264opts", false}}};

constexpr CodecTraits mpeg2video = {
    .name = "mpeg2video",
    .joins = true,
    // Its own lets a chunk go far over what it is meant to take. Less costs quality where a chunk
    // begins in a hurry; with more, many chunks together come out too large.
    .chunk_tolerance_seconds = 0.75,
};

constexpr CodecTraits libx264 = {
    .name = "libx264",
    .joins = true,
    .wants_closed_gops = true,
    .list = "x264-params",
    .parameters = "cpu-independent=1",  // processor_kind.h, Note: [Processors]
    .in_chunks = "stitchable=1",
    .threads_change_chunks = true,
    .threads_race_maxrate = true,
    .threads_of_usual_chunks = 6,
    .presets = x26x_presets,  // complains on the terminal by itself when it does not know one
    .release_begins = "x264 - core",
};

constexpr CodecTraits libx264rgb = {
    .name = "libx264rgb",
    .list = "x264-params",
    .parameters = "cpu-independent=1",
};

constexpr CodecTraits libx265 = {
    .name = "libx265",
    .joins = true,
    .wants_closed_gops = true,
    .list = "x265-params",
    // It writes to the terminal by itself, and the processor's capabilities into the film.
    .parameters = "log-level=error:info=0",
    // Else its rate control asks how far other threads have come.
    .with_maxrate = "const-vbv=1",
    .pools_threads = true,
    .threads_change_chunks = true,
    .threads_change_maxrate = true,
    .presets = x26x_presets,
    .release_begins = "x265 (build",
    .release_asked_by = "info=1",
};

constexpr CodecTraits ffv1 = {
    .name = "ffv1",
    .joins = true,
    .lossless = true,
    .takes_odd_sizes = true,
};

constexpr CodecTraits rawvideo = {
    .name = "rawvideo",
    .raw = true,
    .takes_odd_sizes = true,
};

constexpr CodecTraits mjpeg = {
    .name = "mjpeg",
    .full_range = true,
};

constexpr CodecTraits ljpeg = {
    .name = "ljpeg",
    .full_range = true,
};

constexpr CodecTraits libsvtav1 = {
    .name = "libsvtav1",
    .closes_after_end_alone = true,
    .log_variable = "SVT_LOG",
};

constexpr CodecTraits libwebp_anim = {
    .name = "libwebp_anim",
    .one_packet = true,
};

constexpr std::string_view packs_pictures = "it puts four pictures into a packet";

constexpr CodecTraits a64multi = {
    .name = "a64multi",
    .unusable_because = packs_pictures,
};

constexpr CodecTraits a64multi5 = {
    .name = "a64multi5",
    .unusable_because = packs_pictures,
};

constexpr CodecTraits rpza = {
    .name = "rpza",
    .unusable_because = "it writes beyond its memory",  // as ffmpeg 5.1 does with every film
};

constexpr CodecTraits unknown = {};

}  // namespace

const CodecTraits& codec_traits(std::string_view name) noexcept {
  for (const CodecTraits* const known :
       {&mpeg2video, &libx264, &libx264rgb, &libx265, &ffv1, &rawvideo, &mjpeg, &ljpeg, &libsvtav1,
        &libwebp_anim, &a64multi, &a64multi5, &rpza})
    if (known->name == name) return *known;
  return unknown;
}

std::span<const ParameterList> parameter_lists() noexcept { return lists; }

CodecOrigin codec_origin(std::string_view name) noexcept {
  if (name.ends_with("_qsv")) return CodecOrigin::quick_sync;
  if (name.ends_with("_nvenc")) return CodecOrigin::nvenc;
  return name.starts_with("lib") ? CodecOrigin::other_library : CodecOrigin::libavcodec;
}

}  // namespace lifereel
