// SPDX-License-Identifier: GPL-2.0-or-later
// Checkpoints: as they come, and with length and checksum put right, so that what lies behind them
// is read, too.
#include "sim/checkpoint.h"

#include <cstring>
#include <string>

#include "fuzz.h"
#include "sim/hash/sha256.h"

using namespace lifereel;

namespace {

void read(const std::vector<std::uint8_t>& bytes) {
  try {
    const Checkpoint checkpoint = parse_checkpoint(bytes.data(), bytes.size());
    fuzz::require(serialize_checkpoint(checkpoint) == bytes, "a checkpoint is written as read");
  } catch (const std::runtime_error&) {
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string header = "lifereel checkpoint v0?\n";  // of a version that there is
  constexpr std::size_t checksum_bytes = 64;
  std::vector<std::uint8_t> bytes(data, data + size);
  read(bytes);
  if (size < header.size() + 8 + checksum_bytes) return 0;
  constexpr std::size_t version = 22;
  header[version] = static_cast<char>('1' + (data[version] + 256 - '1') % 5);
  std::memcpy(bytes.data(), header.data(), header.size());
  const std::uint64_t length = size;
  std::memcpy(bytes.data() + header.size(), &length, sizeof length);
  const std::string checksum = sha256_hex(bytes.data(), size - checksum_bytes);
  std::memcpy(bytes.data() + size - checksum_bytes, checksum.data(), checksum_bytes);
  read(bytes);
  return 0;
}
