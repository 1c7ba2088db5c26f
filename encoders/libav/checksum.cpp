// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/libav/checksum.h"

#include <array>

#include "encoders/libav/libav.h"

extern "C" {
#include <libavutil/murmur3.h>
}

namespace lifereel {
namespace {

AVMurMur3* murmur3(void* state) { return static_cast<AVMurMur3*>(state); }

}  // namespace

void Checksum::Free::operator()(void* state) const noexcept { av_free(state); }

Checksum::Checksum() : state_(check_allocated(av_murmur3_alloc())) {
  av_murmur3_init(murmur3(state_.get()));
}
Checksum::~Checksum() = default;

void Checksum::add(const std::uint8_t* bytes, std::size_t size) noexcept {
  if (size > 0) av_murmur3_update(murmur3(state_.get()), bytes, size);
  size_ += size;
}

std::string Checksum::hex() {
  const std::uint64_t size = size_;
  add(reinterpret_cast<const std::uint8_t*>(&size), sizeof size);
  // libavutil's sum of nothing but whole blocks of 16 bytes depends on the pieces they came in.
  constexpr std::uint8_t nothing = 0;
  if (size_ % 16 == 0) add(&nothing, 1);
  std::array<std::uint8_t, hex_bytes / 2> digest{};
  av_murmur3_final(murmur3(state_.get()), digest.data());
  return hex_text(digest.data(), digest.size());
}

}  // namespace lifereel
