// SPDX-License-Identifier: GPL-2.0-or-later
// What a film's file tells of its own bytes, beyond what a decoder notices. Private to lifereel.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

namespace lifereel {

struct Integrity {
  enum class Proof {
    bytes,  ///< checksums were compared
    sizes,  ///< the sizes it states were added up
    none,
  };
  Proof proof = Proof::none;
  std::string summary;  ///< what was compared, and what could not be
  std::vector<std::string> faults;
  std::int64_t untold = 0;  ///< more of them

  /// Keeps the first few.
  void add_fault(std::string sentence);
};

/// Reads the whole file. `container` is libavformat's name of it; `stop` may be nullptr. Throws
/// std::runtime_error when the file cannot be read.
Integrity check_integrity(const std::string& path, const std::string& container,
                          const std::atomic<bool>* stop);

}  // namespace lifereel
