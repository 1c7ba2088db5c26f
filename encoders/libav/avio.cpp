// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/libav/avio.h"

#include <cerrno>

namespace lifereel {
namespace {

#if LIBAVFORMAT_VERSION_MAJOR >= 61
using WriteByte = const std::uint8_t;
#else
using WriteByte = std::uint8_t;
#endif

int write_bytes(void* opaque, WriteByte* data, int size) {
  ByteTarget& target = *static_cast<ByteTarget*>(opaque);
  if (target.file != nullptr) {
    const int error = target.file->try_write(data, static_cast<std::size_t>(size));
    if (error != 0) return AVERROR(error);
    if (target.digest != nullptr)
      target.digest->see(target.place, data, static_cast<std::size_t>(size));
    target.place += size;
    return size;
  }
  if (target.text != nullptr) {
    try {
      target.text->append(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
    } catch (...) {
      return AVERROR(ENOMEM);
    }
  }
  return size;
}

std::int64_t seek_bytes(void* opaque, std::int64_t offset, int whence) {
  ByteTarget& target = *static_cast<ByteTarget*>(opaque);
  if (target.file == nullptr) return AVERROR(ENOSYS);
  if ((whence & AVSEEK_SIZE) != 0) return target.file->size_bytes();
  const std::int64_t place = target.file->try_seek(offset, whence & ~AVSEEK_FORCE);
  if (place < 0) return AVERROR(static_cast<int>(-place));
  return target.place = place;
}

}  // namespace

UniqueAvio open_avio(ByteTarget& target, std::size_t buffer_bytes) {
  auto* buffer = static_cast<unsigned char*>(check_allocated(av_malloc(buffer_bytes)));
  const bool seekable = target.file != nullptr && target.file->seekable();
  AVIOContext* avio = avio_alloc_context(buffer, static_cast<int>(buffer_bytes), 1, &target,
                                         nullptr, write_bytes, seekable ? seek_bytes : nullptr);
  if (avio == nullptr) {
    av_free(buffer);
    throw std::bad_alloc();
  }
  return UniqueAvio(avio);
}

}  // namespace lifereel
