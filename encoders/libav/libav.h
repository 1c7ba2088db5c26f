// SPDX-License-Identifier: GPL-2.0-or-later
// libav in C++ clothes: one owner per type, one way to fail. Internal to encoders/.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/channel_layout.h>
#include <libavutil/cpu.h>
#include <libavutil/dict.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libavutil/samplefmt.h>
}

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace lifereel {

/// libav frees most things through the address of the pointer.
template <auto free_function>
struct FreeByAddress {
  template <typename T>
  void operator()(T* object) const noexcept {
    free_function(&object);
  }
};

template <auto free_function>
struct FreeByPointer {
  template <typename T>
  void operator()(T* object) const noexcept {
    free_function(object);
  }
};

struct FreeAvio {
  void operator()(AVIOContext* avio) const noexcept {
    av_freep(&avio->buffer);
    avio_context_free(&avio);
  }
};

using UniqueFrame = std::unique_ptr<AVFrame, FreeByAddress<av_frame_free>>;
using UniquePacket = std::unique_ptr<AVPacket, FreeByAddress<av_packet_free>>;
using UniqueCodecContext = std::unique_ptr<AVCodecContext, FreeByAddress<avcodec_free_context>>;
using UniqueInput = std::unique_ptr<AVFormatContext, FreeByAddress<avformat_close_input>>;
/// Its streams belong to it; its AVIO does not.
using UniqueOutput = std::unique_ptr<AVFormatContext, FreeByPointer<avformat_free_context>>;
using UniqueFilterGraph = std::unique_ptr<AVFilterGraph, FreeByAddress<avfilter_graph_free>>;
using UniqueFilterInOut = std::unique_ptr<AVFilterInOut, FreeByAddress<avfilter_inout_free>>;
using UniqueAvio = std::unique_ptr<AVIOContext, FreeAvio>;

/// What libav calls this error.
std::string libav_text(int error);

/// Throws std::runtime_error: the call, libav's text, and what was logged in this thread meanwhile
/// when a LogCapture is open.
[[noreturn]] void throw_libav_error(int error, const std::string& call);

/// Returns `result`, or throws as above when it is negative.
inline int check(int result, const char* call) {
  if (result < 0) throw_libav_error(result, call);
  return result;
}

/// Returns `pointer`, or throws std::bad_alloc: libav's alloc functions fail for nothing else.
template <typename T>
T* check_allocated(T* pointer) {
  if (pointer == nullptr) throw std::bad_alloc();
  return pointer;
}

/// Fails like check() but without a libav error code.
inline UniqueFrame make_frame() { return UniqueFrame(check_allocated(av_frame_alloc())); }
inline UniquePacket make_packet() { return UniquePacket(check_allocated(av_packet_alloc())); }

/// Options on their way into libav, and those that came back unused.
class Dictionary {
 public:
  Dictionary() = default;
  ~Dictionary() { av_dict_free(&dictionary_); }
  Dictionary(const Dictionary&) = delete;
  Dictionary& operator=(const Dictionary&) = delete;

  void set(const std::string& key, const std::string& value) {
    check(av_dict_set(&dictionary_, key.c_str(), value.c_str(), 0), "av_dict_set");
  }
  /// nullptr where there is none.
  /// For libav functions that take options out of the dictionary.
  AVDictionary** address() noexcept { return &dictionary_; }
  std::vector<std::pair<std::string, std::string>> entries() const {
    std::vector<std::pair<std::string, std::string>> all;
    const AVDictionaryEntry* entry = nullptr;
    while ((entry = av_dict_get(dictionary_, "", entry, AV_DICT_IGNORE_SUFFIX)) != nullptr)
      all.emplace_back(entry->key, entry->value);
    return all;
  }

 private:
  AVDictionary* dictionary_ = nullptr;
};

/// "a, b, c".
std::string join(const std::vector<std::string>& words, const char* separator = ", ");

/// Two digits a byte.
std::string hex_text(const std::uint8_t* bytes, std::size_t size);

/// "30000/1001", or "20" where the denominator is 1.
std::string rational_text(AVRational value);

}  // namespace lifereel
