// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/checkpoint.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

#include "sim/hash/sha256.h"

namespace lifereel {
namespace {

static_assert(std::endian::native == std::endian::little,
              "checkpoints are little-endian; a big-endian processor must swap here");

constexpr std::string_view kind = "lifereel checkpoint ";
constexpr std::string_view header = "lifereel checkpoint v01\n";
constexpr std::size_t checksum_bytes = 64;

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error("this is not a checkpoint to go on from: " + what);
}

class Writer {
 public:
  explicit Writer(std::uint8_t* to) : at_(to) {}
  void put(const void* data, std::size_t size) {
    if (size > 0) std::memcpy(at_, data, size);
    at_ += size;
  }
  template <class T>
  void put(T value) {
    put(&value, sizeof value);
  }
  template <class T>
  void put_all(const std::vector<T>& values) {
    put(values.data(), values.size() * sizeof(T));
  }

 private:
  std::uint8_t* at_;
};

class Reader {
 public:
  Reader(const std::uint8_t* bytes, std::size_t size) : at_(bytes), left_(size) {}
  template <class T>
  T get() {
    T value;
    get(&value, 1);
    return value;
  }
  template <class T>
  void get_all(std::vector<T>& values, std::size_t count) {
    if (count > left_ / sizeof(T)) fail("it is cut short");
    values.resize(count);
    get(values.data(), count);
  }
  std::size_t left() const { return left_; }

 private:
  template <class T>
  void get(T* to, std::size_t count) {
    const std::size_t size = count * sizeof(T);
    if (size > left_) fail("it is cut short");
    if (size == 0) return;
    std::memcpy(to, at_, size);
    at_ += size;
    left_ -= size;
  }
  const std::uint8_t* at_;
  std::size_t left_;
};

bool all_finite(const std::vector<float>& values) {
  for (const float value : values)
    if (!std::isfinite(value)) return false;
  return true;
}

bool all_within(const std::vector<float>& values, float low, float high) {
  for (const float value : values)
    if (!(value >= low && value <= high)) return false;
  return true;
}

}  // namespace

void validate(const Checkpoint& checkpoint) {
  const UniverseSettings& universe = checkpoint.universe;
  try {
    validate(universe);
  } catch (const std::invalid_argument& error) {
    fail(error.what());
  }
  const State& state = checkpoint.state;
  const auto n = static_cast<std::size_t>(universe.particles);
  for (const auto* values : {&state.y, &state.x, &state.vy, &state.vx})
    if (values->size() != n) fail("it does not hold every particle");
  if (state.species.size() != n) fail("it does not hold every particle's species");
  const auto pixels =
      static_cast<std::size_t>(universe.width) * static_cast<std::size_t>(universe.height);
  if (checkpoint.trail.size() != pixels) fail("its trail is not of the picture's size");
  // A drawn initial coordinate may equal the size itself.
  if (!all_within(state.y, 0.0f, static_cast<float>(universe.height)) ||
      !all_within(state.x, 0.0f, static_cast<float>(universe.width)))
    fail("a particle is off the torus");
  if (!all_finite(state.vy) || !all_finite(state.vx)) fail("a velocity is not finite");
  for (const std::int32_t species : state.species)
    if (species < 0 || species >= universe.species) fail("a particle is of no species");
  if (!all_within(checkpoint.trail, 0.0f, 3e38f)) fail("its trail is not finite");
}

void validate(const Checkpoint& checkpoint, const UniverseSettings& universe) {
  if (checkpoint.universe != universe)
    throw std::invalid_argument("this checkpoint is of another universe than the engine's");
  validate(checkpoint);
}

std::vector<std::uint8_t> serialize_checkpoint(const Checkpoint& checkpoint) {
  validate(checkpoint);
  const UniverseSettings& universe = checkpoint.universe;
  const State& state = checkpoint.state;
  const std::size_t size = header.size() + 8 + 8 + 5 * 4 + 6 * 4 + 4 + 4 * universe.matrix.size() +
                           8 + 20 * state.y.size() + 4 * checkpoint.trail.size() + checksum_bytes;
  std::vector<std::uint8_t> bytes(size);
  Writer writer(bytes.data());
  writer.put(header.data(), header.size());
  writer.put(std::uint64_t{size});
  writer.put(universe.seed);
  for (const std::int32_t value : {universe.width, universe.height, universe.particles,
                                   universe.species, universe.seam == Seam::published ? 1 : 0})
    writer.put(value);
  for (const float value : {universe.rmax, universe.beta, universe.force_scale, universe.friction,
                            universe.dt, universe.trail_decay})
    writer.put(value);
  writer.put(static_cast<std::uint32_t>(universe.matrix.size()));
  writer.put_all(universe.matrix);
  writer.put(state.frame);
  for (const auto* values : {&state.y, &state.x, &state.vy, &state.vx}) writer.put_all(*values);
  writer.put_all(state.species);
  writer.put_all(checkpoint.trail);
  const std::string checksum = sha256_hex(bytes.data(), size - checksum_bytes);
  writer.put(checksum.data(), checksum.size());
  return bytes;
}

Checkpoint parse_checkpoint(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  if (!text.starts_with(kind)) fail("it does not begin as one");
  if (!text.starts_with(header)) fail("it is of another version of lifereel");
  if (size < header.size() + checksum_bytes) fail("it is cut short");
  const std::size_t content = size - checksum_bytes;
  Reader reader(bytes + header.size(), content - header.size());
  if (const auto all = reader.get<std::uint64_t>(); all != size)
    fail(all > size ? "it is cut short" : "it goes on after its end");
  if (text.substr(content) != sha256_hex(bytes, content)) fail("it is damaged");

  Checkpoint checkpoint;
  UniverseSettings& universe = checkpoint.universe;
  State& state = checkpoint.state;
  universe.seed = reader.get<std::uint64_t>();
  for (int* value : {&universe.width, &universe.height, &universe.particles, &universe.species})
    *value = reader.get<std::int32_t>();
  const auto seam = reader.get<std::int32_t>();
  if (seam != 0 && seam != 1) fail("its seam is neither exact nor published");
  universe.seam = seam == 1 ? Seam::published : Seam::exact;
  for (float* value : {&universe.rmax, &universe.beta, &universe.force_scale, &universe.friction,
                       &universe.dt, &universe.trail_decay})
    *value = reader.get<float>();
  reader.get_all(universe.matrix, reader.get<std::uint32_t>());
  try {
    validate(universe);  // before its numbers say how much to read
  } catch (const std::invalid_argument& error) {
    fail(error.what());
  }
  state.frame = reader.get<std::uint64_t>();
  const auto n = static_cast<std::size_t>(universe.particles);
  for (auto* values : {&state.y, &state.x, &state.vy, &state.vx}) reader.get_all(*values, n);
  reader.get_all(state.species, n);
  reader.get_all(checkpoint.trail, static_cast<std::size_t>(universe.width) *
                                       static_cast<std::size_t>(universe.height));
  if (reader.left() != 0) fail("it goes on after its end");
  validate(checkpoint);
  return checkpoint;
}

}  // namespace lifereel
