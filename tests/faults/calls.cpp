// SPDX-License-Identifier: GPL-2.0-or-later
// CMakeLists.txt reads the names of the calls out of the lines that begin with WRAP_.
#include "calls.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>

#include "encoders/libav/libav.h"

extern "C" {
#include <libavutil/murmur3.h>
#include <libavutil/sha.h>
}

namespace lifereel::faults {
namespace {

std::atomic<bool> counting{false};

/// One function.
struct Site {
  Site(const char* its_name, Kind its_kind, bool its_allocates)
      : name(its_name), kind(its_kind), allocates(its_allocates) {
    all().push_back(this);
  }

  static std::vector<Site*>& all() {
    static std::vector<Site*> sites;
    return sites;
  }

  /// Counts a call; the error it shall end with, or 0.
  int next() {
    if (!counting.load(std::memory_order_acquire)) return 0;
    if (calls.fetch_add(1) != failing.load()) return 0;
    failed = true;
    return error.load();
  }

  const char* const name;
  const Kind kind;
  const bool allocates;
  std::atomic<long> calls{0}, failing{-1};
  std::atomic<int> error{0};
  std::atomic<bool> failed{false};
};

void reset() {
  counting = false;
  for (Site* const site : Site::all()) {
    site->calls = 0;
    site->failing = -1;
    site->failed = false;
  }
}

}  // namespace

void count_calls() {
  reset();
  counting = true;
}

std::vector<CallCount> counted() {
  std::vector<CallCount> result;
  for (const Site* const site : Site::all())
    if (site->calls > 0) result.push_back({site->name, site->kind, site->allocates, site->calls});
  return result;
}

void fail_call(const std::string& name, long number, int error) {
  reset();
  for (Site* const site : Site::all()) {
    if (site->name != name) continue;
    site->error = error;
    site->failing = number;
  }
  counting = true;
}

bool has_failed() {
  for (const Site* const site : Site::all())
    if (site->failed) return true;
  return false;
}

void stop_failing() { counting = false; }

}  // namespace lifereel::faults

using lifereel::faults::Kind;
using lifereel::faults::Site;

// Fails without having done anything but what stands in `failing`.
#define WRAP_NUMBER(type, name, parameters, arguments, failing) \
  extern "C" type __real_##name parameters;                     \
  extern "C" type __wrap_##name parameters;                     \
  static Site name##_site(#name, Kind::libav, false);           \
  extern "C" type __wrap_##name parameters {                    \
    if (const int error = name##_site.next()) {                 \
      failing;                                                  \
      return error;                                             \
    }                                                           \
    return __real_##name arguments;                             \
  }
#define WRAP_INT(name, parameters, arguments, failing) \
  WRAP_NUMBER(int, name, parameters, arguments, failing)

#define WRAP_POINTER(type, name, parameters, arguments) \
  extern "C" type __real_##name parameters;             \
  extern "C" type __wrap_##name parameters;             \
  static Site name##_site(#name, Kind::libav, true);    \
  extern "C" type __wrap_##name parameters {            \
    if (name##_site.next() != 0) return nullptr;        \
    return __real_##name arguments;                     \
  }

#define WRAP_SYSTEM(type, name, parameters, arguments, failing) \
  extern "C" type __real_##name parameters;                     \
  extern "C" type __wrap_##name parameters;                     \
  static Site name##_site(#name, Kind::system, false);          \
  extern "C" type __wrap_##name parameters {                    \
    if (const int error = name##_site.next()) {                 \
      failing;                                                  \
      errno = error;                                            \
      return -1;                                                \
    }                                                           \
    return __real_##name arguments;                             \
  }

#if LIBAVFORMAT_VERSION_MAJOR >= 61
using WriteByte = const std::uint8_t;
#else
using WriteByte = std::uint8_t;
#endif
using ReadCall = int (*)(void*, std::uint8_t*, int);
using WriteCall = int (*)(void*, WriteByte*, int);
using SeekCall = std::int64_t (*)(void*, std::int64_t, int);

// clang-format off
WRAP_POINTER(AVBufferRef*, av_buffer_create, (std::uint8_t* data, std::size_t size, void (*free)(void*, std::uint8_t*), void* opaque, int flags), (data, size, free, opaque, flags))
WRAP_POINTER(AVBufferSrcParameters*, av_buffersrc_parameters_alloc, (), ())
WRAP_POINTER(AVFrame*, av_frame_alloc, (), ())
WRAP_POINTER(void*, av_malloc, (std::size_t size), (size))
WRAP_POINTER(AVMurMur3*, av_murmur3_alloc, (), ())
WRAP_POINTER(AVSHA*, av_sha_alloc, (), ())
WRAP_POINTER(AVCodecParameters*, avcodec_parameters_alloc, (), ())
WRAP_POINTER(AVPacket*, av_packet_alloc, (), ())
WRAP_POINTER(AVCodecContext*, avcodec_alloc_context3, (const AVCodec* codec), (codec))
WRAP_POINTER(AVFilterGraph*, avfilter_graph_alloc, (), ())
WRAP_POINTER(AVFilterContext*, avfilter_graph_alloc_filter, (AVFilterGraph* graph, const AVFilter* filter, const char* name), (graph, filter, name))
WRAP_POINTER(AVStream*, avformat_new_stream, (AVFormatContext* context, const AVCodec* codec), (context, codec))
WRAP_POINTER(AVIOContext*, avio_alloc_context, (unsigned char* buffer, int size, int flag, void* opaque, ReadCall read, WriteCall write, SeekCall seek), (buffer, size, flag, opaque, read, write, seek))
WRAP_POINTER(std::uint8_t*, av_packet_new_side_data, (AVPacket* packet, AVPacketSideDataType type, std::size_t size), (packet, type, size))
#if LIBAVCODEC_VERSION_INT < AV_VERSION_INT(60, 30, 100)
WRAP_POINTER(std::uint8_t*, av_stream_new_side_data, (AVStream* stream, AVPacketSideDataType type, std::size_t size), (stream, type, size))
#endif

WRAP_INT(av_buffersink_get_frame, (AVFilterContext* sink, AVFrame* frame), (sink, frame), )
WRAP_INT(av_buffersrc_add_frame_flags, (AVFilterContext* source, AVFrame* frame, int flags), (source, frame, flags), )
WRAP_INT(av_buffersrc_close, (AVFilterContext* source, int64_t pts, unsigned flags), (source, pts, flags), )
WRAP_INT(av_buffersrc_parameters_set, (AVFilterContext* source, AVBufferSrcParameters* parameters), (source, parameters), )
WRAP_INT(av_channel_layout_copy, (AVChannelLayout* to, const AVChannelLayout* from), (to, from), )
WRAP_INT(av_dict_parse_string, (AVDictionary** dictionary, const char* text, const char* equals, const char* comma, int flags), (dictionary, text, equals, comma, flags), )
WRAP_INT(av_dict_set, (AVDictionary** dictionary, const char* key, const char* value, int flags), (dictionary, key, value, flags), )
WRAP_INT(av_find_best_stream, (AVFormatContext* context, AVMediaType type, int wanted, int related, const AVCodec** decoder, int flags), (context, type, wanted, related, decoder, flags), )
WRAP_INT(av_frame_copy, (AVFrame* to, const AVFrame* from), (to, from), )
WRAP_INT(av_frame_copy_props, (AVFrame* to, const AVFrame* from), (to, from), )
WRAP_INT(av_frame_get_buffer, (AVFrame* frame, int align), (frame, align), )
WRAP_INT(av_frame_ref, (AVFrame* to, const AVFrame* from), (to, from), )
WRAP_INT(av_grow_packet, (AVPacket* packet, int by), (packet, by), )
WRAP_INT(av_image_fill_arrays, (std::uint8_t** data, int* linesize, const std::uint8_t* from, AVPixelFormat format, int width, int height, int align), (data, linesize, from, format, width, height, align), )
WRAP_INT(av_interleaved_write_frame, (AVFormatContext* context, AVPacket* packet), (context, packet), if (packet != nullptr) av_packet_unref(packet))
WRAP_INT(av_opt_set, (void* object, const char* name, const char* value, int flags), (object, name, value, flags), )
WRAP_INT(av_packet_copy_props, (AVPacket* to, const AVPacket* from), (to, from), )
WRAP_INT(av_packet_make_writable, (AVPacket* packet), (packet), )
WRAP_INT(av_packet_ref, (AVPacket* to, const AVPacket* from), (to, from), )
WRAP_INT(av_read_frame, (AVFormatContext* context, AVPacket* packet), (context, packet), )
WRAP_INT(av_samples_set_silence, (std::uint8_t* const* data, int offset, int samples, int channels, AVSampleFormat format), (data, offset, samples, channels, format), )
WRAP_INT(av_seek_frame, (AVFormatContext* context, int stream, std::int64_t time, int flags), (context, stream, time, flags), )
WRAP_INT(av_sha_init, (AVSHA* sha, int bits), (sha, bits), )
WRAP_INT(av_write_frame, (AVFormatContext* context, AVPacket* packet), (context, packet), )
WRAP_INT(av_write_trailer, (AVFormatContext* context), (context), __real_av_write_trailer(context))
WRAP_INT(avcodec_open2, (AVCodecContext* context, const AVCodec* codec, AVDictionary** options), (context, codec, options), )
WRAP_INT(avcodec_parameters_from_context, (AVCodecParameters* to, const AVCodecContext* from), (to, from), )
WRAP_INT(avcodec_parameters_to_context, (AVCodecContext* to, const AVCodecParameters* from), (to, from), )
WRAP_INT(avcodec_receive_frame, (AVCodecContext* codec, AVFrame* frame), (codec, frame), )
WRAP_INT(avcodec_receive_packet, (AVCodecContext* codec, AVPacket* packet), (codec, packet), )
WRAP_INT(avcodec_send_frame, (AVCodecContext* codec, const AVFrame* frame), (codec, frame), )
WRAP_INT(avcodec_send_packet, (AVCodecContext* codec, const AVPacket* packet), (codec, packet), )
WRAP_INT(avfilter_graph_config, (AVFilterGraph* graph, void* log), (graph, log), )
WRAP_INT(avfilter_graph_create_filter, (AVFilterContext** made, const AVFilter* filter, const char* name, const char* settings, void* opaque, AVFilterGraph* graph), (made, filter, name, settings, opaque, graph), *made = nullptr)
WRAP_INT(avfilter_graph_parse2, (AVFilterGraph* graph, const char* chain, AVFilterInOut** inputs, AVFilterInOut** outputs), (graph, chain, inputs, outputs), *inputs = *outputs = nullptr)
WRAP_INT(avfilter_init_str, (AVFilterContext* filter, const char* settings), (filter, settings), )
WRAP_INT(avfilter_link, (AVFilterContext* from, unsigned from_pad, AVFilterContext* to, unsigned to_pad), (from, from_pad, to, to_pad), )
WRAP_INT(avformat_alloc_output_context2, (AVFormatContext** context, const AVOutputFormat* format, const char* name, const char* path), (context, format, name, path), *context = nullptr)
WRAP_INT(avformat_find_stream_info, (AVFormatContext* context, AVDictionary** options), (context, options), )
WRAP_INT(avformat_open_input, (AVFormatContext** context, const char* path, const AVInputFormat* format, AVDictionary** options), (context, path, format, options), *context = nullptr)
WRAP_INT(avformat_write_header, (AVFormatContext* context, AVDictionary** options), (context, options), )
WRAP_NUMBER(std::int64_t, avio_size, (AVIOContext* avio), (avio), )

WRAP_SYSTEM(int, close, (int fd), (fd), __real_close(fd))
WRAP_SYSTEM(int, flock, (int fd, int how), (fd, how), )
WRAP_SYSTEM(int, fsync, (int fd), (fd), )
WRAP_SYSTEM(int, link, (const char* from, const char* to), (from, to), )
WRAP_SYSTEM(off_t, lseek, (int fd, off_t offset, int whence), (fd, offset, whence), )
WRAP_SYSTEM(int, mkdir, (const char* path, mode_t mode), (path, mode), )
WRAP_SYSTEM(int, rename, (const char* from, const char* to), (from, to), )
WRAP_SYSTEM(int, renameat2, (int from_folder, const char* from, int to_folder, const char* to, unsigned flags), (from_folder, from, to_folder, to, flags), )
WRAP_SYSTEM(ssize_t, write, (int fd, const void* data, std::size_t size), (fd, data, size), if (error == lifereel::faults::short_write) return __real_write(fd, data, (size + 1) / 2))
// clang-format on

// WRAP_ of its own shape, for it takes any number of arguments.
extern "C" int __real_open(const char* path, int flags, ...);
extern "C" int __wrap_open(const char* path, int flags, ...);
static Site open_site("open", Kind::system, false);
extern "C" int __wrap_open(const char* path, int flags, ...) {
  if (const int error = open_site.next()) {
    errno = error;
    return -1;
  }
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return __real_open(path, flags, mode);
}
