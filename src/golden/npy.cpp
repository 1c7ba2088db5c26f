// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/npy.h"

#include <bit>
#include <string_view>

#include "encoders/finished_file.h"

namespace lifereel {
namespace {

constexpr std::string_view magic("\x93NUMPY\x01\x00", 8);
constexpr std::size_t alignment_bytes = 64;  // of the data, as NumPy itself pads

void append_u32(std::vector<std::uint8_t>& bytes, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) {
    bytes.push_back(static_cast<std::uint8_t>(value >> shift));
  }
}

}  // namespace

std::vector<std::uint8_t> state_as_npy(const State& state) {
  const std::size_t particles = state.species.size();
  std::string header =
      "{'descr': [('y', '<f4'), ('x', '<f4'), ('vy', '<f4'), ('vx', '<f4'), ('species', '<i4')], "
      "'fortran_order': False, 'shape': (" +
      std::to_string(particles) + ",), }";
  const std::size_t unpadded = magic.size() + 2 + header.size() + 1;
  header.append((alignment_bytes - unpadded % alignment_bytes) % alignment_bytes, ' ');
  header += '\n';

  std::vector<std::uint8_t> bytes(magic.begin(), magic.end());
  bytes.reserve(magic.size() + 2 + header.size() + 20 * particles);
  bytes.push_back(static_cast<std::uint8_t>(header.size()));
  bytes.push_back(static_cast<std::uint8_t>(header.size() >> 8));
  bytes.insert(bytes.end(), header.begin(), header.end());
  for (std::size_t i = 0; i < particles; ++i) {
    for (const float value : {state.y[i], state.x[i], state.vy[i], state.vx[i]}) {
      append_u32(bytes, std::bit_cast<std::uint32_t>(value));
    }
    append_u32(bytes, static_cast<std::uint32_t>(state.species[i]));
  }
  return bytes;
}

void write_state_npy(const State& state, const std::string& path, bool overwrite) {
  FinishedFile file(path, overwrite);
  const std::vector<std::uint8_t> bytes = state_as_npy(state);
  file.try_write(bytes.data(), bytes.size());  // a failure is kept for check_written()
  file.check_written();
  file.finish();
}

}  // namespace lifereel
