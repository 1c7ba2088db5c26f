// SPDX-License-Identifier: GPL-2.0-or-later
// What a chunk's bytes depend on beside its pictures and the settings.
#include <cstring>
#include <string>
#include <vector>

#include "encoders/film.h"
#include "encoders/libav/libav.h"
#include "encoders/libav/log_capture.h"
#include "encoders/video/chunk_encoder.h"
#include "encoders/video/chunk_rules.h"
#include "encoders/video/codec_traits.h"
#include "encoders/video/processor_kind.h"
#include "encoders/video/video_encoder.h"

namespace lifereel {
namespace {

/// "x264 - core 164 r3095 baee400", as encoders outside libavcodec write it into a film's first
/// packet. Those of libavcodec are as old as it is.
std::string encoder_release(const std::string& codec) {
  const CodecTraits& traits = codec_traits(codec);
  if (traits.release_begins.empty()) return "libavcodec's";
  FilmSettings settings;
  settings.codec = codec;
  settings.codec_threads = 1;
  ResolvedFilm film = resolve_encoding(settings);
  if (!traits.release_asked_by.empty())
    film.settings.codec_options.emplace_back(traits.list, traits.release_asked_by);
  VideoFormat format =
      source_format(film.settings, format_for_size(PixelFormat::yuv420p, 64, 64), 64, 64);
  VideoEncoder encoder(film, format, false);
  const UniqueFrame frame = make_frame();
  frame->format = format.pixel_format;
  frame->width = format.width;
  frame->height = format.height;
  check(av_frame_get_buffer(frame.get(), 0), "av_frame_get_buffer");
  for (int plane = 0; plane < 3; ++plane)
    std::memset(frame->data[plane], 128,
                static_cast<std::size_t>(frame->linesize[plane] * (plane == 0 ? 64 : 32)));
  std::string bytes;
  const auto take = [&bytes](AVPacket& packet) {
    bytes.append(reinterpret_cast<const char*>(packet.data), static_cast<std::size_t>(packet.size));
  };
  encoder.encode(frame.get(), take);
  encoder.encode(nullptr, take);
  const std::size_t begin = bytes.find(traits.release_begins);
  const std::size_t end = begin == std::string::npos ? begin : bytes.find(" - H.26", begin);
  return end == std::string::npos ? "unknown" : bytes.substr(begin, end - begin);
}

}  // namespace

std::vector<std::string> chunk_dependencies(const ResolvedFilm& film) {
  const LogCapture quiet;
  constexpr bool with_headers = true;
  const ChunkEncoder encoder(film, with_headers);
  std::vector<std::string> lines;
  for (const std::string& version : libav_versions()) {
    const std::size_t blank = version.find(' ');
    lines.push_back(version.substr(0, blank) + " =" + version.substr(blank));
  }
  lines.push_back("encoder = " + encoder_release(film.settings.codec));
  const AVCodecContext* const codec = encoder.codec();
  lines.push_back("encoder-headers = " +
                  (codec == nullptr ? ""
                                    : hex_text(codec->extradata,
                                               static_cast<std::size_t>(codec->extradata_size))));
  lines.push_back("processor = " + processor_kind());
  return lines;
}

}  // namespace lifereel
