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
    const int error = target.write(data, static_cast<std::size_t>(size));
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
  if (const int error = target.flush()) return AVERROR(error);
  if ((whence & AVSEEK_SIZE) != 0) return target.file->size_bytes();
  const std::int64_t place = target.file->try_seek(offset, whence & ~AVSEEK_FORCE);
  if (place < 0) return AVERROR(static_cast<int>(-place));
  return target.place = place;
}

}  // namespace

int ByteTarget::flush() noexcept {
  if (waiting_.empty()) return 0;
  const int error = file->try_write(waiting_.data(), waiting_.size());
  waiting_.clear();
  return error;
}

int ByteTarget::write(const std::uint8_t* data, std::size_t size) noexcept {
  if (waiting_.size() + size > waiting_.capacity())
    if (const int error = flush()) return error;
  if (size >= waiting_.capacity()) return file->try_write(data, size);
  waiting_.insert(waiting_.end(), data, data + size);
  return 0;
}

UniqueAvio open_avio(ByteTarget& target, std::size_t buffer_bytes) {
  auto* buffer = static_cast<unsigned char*>(check_allocated(av_malloc(buffer_bytes)));
  const bool seekable = target.file != nullptr && target.file->seekable();
  if (seekable) target.waiting_.reserve(buffer_bytes);
  AVIOContext* avio = avio_alloc_context(buffer, static_cast<int>(buffer_bytes), 1, &target,
                                         nullptr, write_bytes, seekable ? seek_bytes : nullptr);
  if (avio == nullptr) {
    av_free(buffer);
    throw std::bad_alloc();
  }
  return UniqueAvio(avio);
}

}  // namespace lifereel
