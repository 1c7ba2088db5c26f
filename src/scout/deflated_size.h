// SPDX-License-Identifier: GPL-2.0-or-later
// Private to src/scout/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lifereel {

/// Bytes of a deflate stream (RFC 1951) of `bytes` in one block of fixed codes, as a greedy search
/// finds its matches. Always the same, which libraries' are not from version to version.
class DeflatedSize {
 public:
  std::int64_t operator()(const std::vector<std::uint8_t>& bytes);

 private:
  std::vector<std::int32_t> last_, before_;  // positions by hash; the one before of the same hash
};

}  // namespace lifereel
