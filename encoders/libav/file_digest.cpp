// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/libav/file_digest.h"

#include <array>
#include <cstdint>
#include <stdexcept>

#include "encoders/libav/byte_file.h"
#include "encoders/libav/libav.h"

extern "C" {
#include <libavutil/sha.h>
}

namespace lifereel {
namespace {

constexpr int digest_bits = 256;

struct FreeSha {
  void operator()(AVSHA* sha) const noexcept { av_free(sha); }
};

}  // namespace

std::string file_sha256(const std::string& path, const std::function<void()>& ask) {
  const ByteFile file(path);
  const std::unique_ptr<AVSHA, FreeSha> sha(check_allocated(av_sha_alloc()));
  check(av_sha_init(sha.get(), digest_bits), "av_sha_init");
  const bool whole = file.read_all(0, file.size(), [&](std::span<const std::uint8_t> bytes) {
    if (ask) ask();
    av_sha_update(sha.get(), bytes.data(), bytes.size());
  });
  if (!whole) throw std::runtime_error("'" + path + "' became shorter while it was read");
  std::array<std::uint8_t, digest_bits / 8> digest{};
  av_sha_final(sha.get(), digest.data());
  return hex_text(digest.data(), digest.size());
}

}  // namespace lifereel
