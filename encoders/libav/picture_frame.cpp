// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/libav/picture_frame.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstring>
#include <functional>
#include <new>
#include <stdexcept>

namespace lifereel {
namespace {

/// Shared by the AVBuffers of one picture; whoever drops the last of them releases it.
struct Lease {
  std::atomic<int> users{1};
  void (*release)(void* owner, std::uintptr_t tag) noexcept = nullptr;
  void* owner = nullptr;
  std::uintptr_t tag = 0;
};

void drop(Lease* lease) noexcept {
  if (lease->users.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  const auto release = lease->release;
  void* const owner = lease->owner;
  const std::uintptr_t tag = lease->tag;
  delete lease;
  if (release != nullptr) release(owner, tag);
}

void drop_buffer(void* opaque, std::uint8_t*) { drop(static_cast<Lease*>(opaque)); }

struct Extent {
  const std::uint8_t* begin;
  const std::uint8_t* end;
};

}  // namespace

AVPixelFormat to_libav(PixelFormat format) noexcept {
  switch (format) {
    case PixelFormat::gray8:
      return AV_PIX_FMT_GRAY8;
    case PixelFormat::yuv420p10:
      return AV_PIX_FMT_YUV420P10LE;
    case PixelFormat::yuv420p:
      break;
  }
  return AV_PIX_FMT_YUV420P;
}

void check_picture(const Picture& picture, PixelFormat format, int width, int height) {
  if (picture.format != format)
    throw std::runtime_error(std::string("a picture came as ") +
                             av_get_pix_fmt_name(to_libav(picture.format)) + " where " +
                             av_get_pix_fmt_name(to_libav(format)) + " is wanted");
  if (picture.width != width || picture.height != height)
    throw std::runtime_error("a picture of " + std::to_string(picture.width) + "x" +
                             std::to_string(picture.height) + " came into a film of " +
                             std::to_string(width) + "x" + std::to_string(height));
  for (int plane = 0; plane < plane_count(format); ++plane)
    if (picture.planes[plane] == nullptr ||
        picture.stride_bytes[plane] < static_cast<int>(picture.plane(plane).row_bytes()))
      throw std::runtime_error("plane " + std::to_string(plane) +
                               " of a picture is missing or narrower than the picture");
}

UniqueFrame blank_frame(AVPixelFormat format, int width, int height) {
  UniqueFrame frame = make_frame();
  frame->format = format;
  frame->width = width;
  frame->height = height;
  frame->pts = 0;
  check(av_frame_get_buffer(frame.get(), 0), "av_frame_get_buffer");
  for (const AVBufferRef* const memory : frame->buf)
    if (memory != nullptr) std::memset(memory->data, 0, memory->size);
  return frame;
}

void wrap_picture(const Picture& picture, PictureGuard& guard, AVFrame& frame) {
  Lease* const lease = new Lease;  // the guard still releases when this throws
  lease->release = picture.release;
  lease->owner = picture.owner;
  lease->tag = picture.tag;
  guard.disarm();
  // From here on the lease releases: this function holds one share of it until it returns.
  const std::unique_ptr<Lease, FreeByPointer<drop>> own_share(lease);

  Extent extents[3];
  int count = 0;
  for (int plane = 0; plane < plane_count(picture.format); ++plane) {
    const std::uint8_t* const data = picture.planes[plane];
    const auto bytes = static_cast<std::ptrdiff_t>(picture.stride_bytes[plane]) *
                       plane_size(plane, picture.width, picture.height).height;
    frame.data[plane] = const_cast<std::uint8_t*>(data);  // AV_BUFFER_FLAG_READONLY below
    frame.linesize[plane] = picture.stride_bytes[plane];
    // In order of addresses. (In std::sort of so few GCC 16 sees accesses beyond the array.)
    int place = count++;
    for (; place > 0 && std::less<>()(data, extents[place - 1].begin); --place)
      extents[place] = extents[place - 1];
    extents[place] = {data, data + bytes};
  }
  // Planes that touch or share memory are one piece; others came from elsewhere.
  int pieces = 0;
  for (int i = 0; i < count; ++i) {
    if (pieces > 0 && extents[i].begin <= extents[pieces - 1].end)
      extents[pieces - 1].end = std::max(extents[pieces - 1].end, extents[i].end);
    else
      extents[pieces++] = extents[i];
  }
  for (int i = 0; i < pieces; ++i) {
    lease->users.fetch_add(1, std::memory_order_relaxed);
    frame.buf[i] = av_buffer_create(const_cast<std::uint8_t*>(extents[i].begin),
                                    static_cast<std::size_t>(extents[i].end - extents[i].begin),
                                    drop_buffer, lease, AV_BUFFER_FLAG_READONLY);
    if (frame.buf[i] == nullptr) {
      // libav has not called drop_buffer for the one that failed.
      drop(lease);
      av_frame_unref(&frame);
      throw std::bad_alloc();
    }
  }
  frame.format = to_libav(picture.format);
  frame.width = picture.width;
  frame.height = picture.height;
  frame.pts = picture.pts_frames;
}

}  // namespace lifereel
