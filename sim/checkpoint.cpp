// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/checkpoint.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>

#include "sim/glyphs/glyph_tables.h"
#include "sim/hash/sha256.h"

namespace lifereel {
namespace {

static_assert(std::endian::native == std::endian::little,
              "checkpoints are little-endian; a big-endian processor must swap here");

constexpr std::string_view kind = "lifereel checkpoint ";

/// What there is beside what every checkpoint has.
struct CheckpointParts {
  bool time = false;        ///< frames are not of a step
  bool colour = false;      ///< a look in colour
  bool characters = false;  ///< characters, a tube or a scene, which have the others' parts, too

  bool operator==(const CheckpointParts&) const = default;
};

struct CheckpointVersion {
  std::string_view header;
  CheckpointParts parts;
};
constexpr CheckpointVersion versions[] = {{"lifereel checkpoint v01\n", {}},
                                          {"lifereel checkpoint v02\n", {false, true}},
                                          {"lifereel checkpoint v03\n", {true, false}},
                                          {"lifereel checkpoint v04\n", {true, true}},
                                          {"lifereel checkpoint v05\n", {true, true, true}}};
constexpr std::size_t header_bytes = versions[0].header.size();

/// What a look has of characters and of a tube.
template <class Look>
auto characters_of(Look& look) {
  return std::tie(look.glyphs, look.glyph_set, look.glyph_cell, look.glyph_edges, look.glyph_floor,
                  look.scanlines, look.mask, look.barrel);
}

CheckpointParts parts_of(const UniverseSettings& universe) {
  const LookSettings initial;
  if (universe.scene != Scene::particle_life ||
      characters_of(universe.look) != characters_of(initial))
    return {true, true, true};
  return {universe.steps_per_frame != 1 || universe.substeps != 1, universe.look.draws_colour()};
}

std::string_view header_of(const CheckpointParts& parts) {
  const CheckpointVersion* version = versions;
  while (version->parts != parts) ++version;
  return version->header;
}

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

void put_look(Writer& writer, const LookSettings& look) {
  for (const std::int32_t value :
       {static_cast<int>(look.tone), static_cast<int>(look.colour_by), look.point_size,
        look.streaks, look.bloom_radius, look.dither ? 1 : 0})
    writer.put(value);
  writer.put(std::uint32_t{look.background});
  for (const float value : {look.exposure, look.white, look.bloom, look.vignette, look.grain})
    writer.put(value);
  writer.put(static_cast<std::uint32_t>(look.palette.size()));
  writer.put(look.palette.data(), look.palette.size());
}

void put_characters(Writer& writer, const UniverseSettings& universe) {
  const LookSettings& look = universe.look;
  for (const std::int32_t value :
       {look.glyphs ? 1 : 0, look.glyph_cell, static_cast<int>(universe.scene)})
    writer.put(value);
  for (const float value :
       {look.glyph_edges, look.glyph_floor, look.scanlines, look.mask, look.barrel})
    writer.put(value);
  writer.put(static_cast<std::uint32_t>(look.glyph_set.size()));
  writer.put(look.glyph_set.data(), look.glyph_set.size());
}

std::size_t characters_bytes(const LookSettings& look) {
  return (3 + 5 + 1) * 4 + look.glyph_set.size();
}

std::size_t look_bytes(const LookSettings& look) {
  return (6 + 1 + 5 + 1) * 4 + look.palette.size();
}

std::string get_text(Reader& reader) {
  std::vector<char> text;
  reader.get_all(text, reader.get<std::uint32_t>());
  return {text.begin(), text.end()};
}

bool get_flag(Reader& reader) {
  const auto flag = reader.get<std::int32_t>();
  if (flag != 0 && flag != 1) fail("it says neither yes nor no");
  return flag == 1;
}

void get_characters(Reader& reader, UniverseSettings& universe) {
  LookSettings& look = universe.look;
  look.glyphs = get_flag(reader);
  look.glyph_cell = reader.get<std::int32_t>();
  const auto scene = reader.get<std::int32_t>();
  if (scene < 0 || scene > static_cast<int>(Scene::fire)) fail("its scene is none of ours");
  universe.scene = static_cast<Scene>(scene);
  for (float* value :
       {&look.glyph_edges, &look.glyph_floor, &look.scanlines, &look.mask, &look.barrel})
    *value = reader.get<float>();
  look.glyph_set = get_text(reader);
}

LookSettings get_look(Reader& reader) {
  LookSettings look;
  const auto tone = reader.get<std::int32_t>(), colour_by = reader.get<std::int32_t>();
  if (tone != static_cast<int>(ToneCurve::log) && tone != static_cast<int>(ToneCurve::filmic))
    fail("its look has no tone curve of ours");
  if (colour_by < 0 || colour_by > static_cast<int>(ColourBy::age))
    fail("its look has no colours of ours");
  look.tone = static_cast<ToneCurve>(tone);
  look.colour_by = static_cast<ColourBy>(colour_by);
  for (int* value : {&look.point_size, &look.streaks, &look.bloom_radius})
    *value = reader.get<std::int32_t>();
  look.dither = get_flag(reader);
  look.background = reader.get<std::uint32_t>();
  for (float* value : {&look.exposure, &look.white, &look.bloom, &look.vignette, &look.grain})
    *value = reader.get<float>();
  look.palette = get_text(reader);
  return look;
}

/// How many of each there are.
struct CheckpointSizes {
  std::size_t particles = 0, pixels = 0, blocks = 0;
};
CheckpointSizes sizes_of(const UniverseSettings& universe) {
  if (universe.scene != Scene::particle_life) return {};  // a function of its frame
  const auto width = static_cast<std::size_t>(universe.width),
             height = static_cast<std::size_t>(universe.height);
  return {static_cast<std::size_t>(universe.particles), width * height,
          universe.look.draws_colour() ? (width / 2) * (height / 2) : 0};
}

void validate_glyphs(const Checkpoint& checkpoint) {
  if (checkpoint.glyphs.empty()) return;
  const UniverseSettings& universe = checkpoint.universe;
  if (!universe.look.glyphs) fail("it holds characters, but its look has none");
  const GlyphGrid grid = glyph_grid(universe.look, universe.width, universe.height);
  if (checkpoint.glyphs.size() != static_cast<std::size_t>(grid.columns) * grid.rows)
    fail("its characters are not of the picture's size");
  const std::size_t known = glyph_characters(universe.look.glyph_set).size();
  for (const std::uint16_t glyph : checkpoint.glyphs)
    if (glyph >= known) fail("it holds a character that its glyph set has not");
}

// What only a look in colour leaves behind.
void validate_light(const Checkpoint& checkpoint) {
  const std::size_t blocks = sizes_of(checkpoint.universe).blocks;
  for (const auto* values : {&checkpoint.trail_cb, &checkpoint.trail_cr}) {
    if (values->size() != blocks) fail("its chroma is not of the picture's size");
    if (!all_within(*values, -3e38f, 3e38f)) fail("its chroma is not finite");
  }
  const float white = std::bit_cast<float>(checkpoint.white_bits);
  const bool begun = checkpoint.trail_matrix != ColourMatrix::none;
  if (begun != (checkpoint.white_bits != 0) || (begun && blocks == 0) ||
      (begun && !(white > 0.0f && white < 3e38f)))
    fail("its white is none");
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
  const auto [particles, pixels, blocks] = sizes_of(universe);
  for (const auto* values : {&state.y, &state.x, &state.vy, &state.vx})
    if (values->size() != particles) fail("it does not hold every particle");
  if (state.species.size() != particles) fail("it does not hold every particle's species");
  if (checkpoint.trail.size() != pixels) fail("its trail is not of the picture's size");
  // A drawn initial coordinate may equal the size itself.
  if (!all_within(state.y, 0.0f, static_cast<float>(universe.height)) ||
      !all_within(state.x, 0.0f, static_cast<float>(universe.width)))
    fail("a particle is off the torus");
  if (!all_finite(state.vy) || !all_finite(state.vx)) fail("a velocity is not finite");
  for (const std::int32_t species : state.species)
    if (species < 0 || species >= universe.species) fail("a particle is of no species");
  if (!all_within(checkpoint.trail, 0.0f, 3e38f)) fail("its trail is not finite");
  validate_light(checkpoint);
  validate_glyphs(checkpoint);
}

void validate(const Checkpoint& checkpoint, const UniverseSettings& universe) {
  if (checkpoint.universe != universe)
    throw std::invalid_argument("this checkpoint is of another universe than the engine's");
  validate(checkpoint);
}

namespace {

std::int32_t seam_and_family(const UniverseSettings& universe) {
  return (universe.seam == Seam::published ? 1 : 0) + 2 * static_cast<int>(universe.matrix_family);
}

void put_universe(Writer& writer, const UniverseSettings& universe, const CheckpointParts& parts) {
  writer.put(universe.seed);
  for (const std::int32_t value : {universe.width, universe.height, universe.particles,
                                   universe.species, seam_and_family(universe)})
    writer.put(value);
  for (const float value : {universe.rmax, universe.beta, universe.force_scale, universe.friction,
                            universe.dt, universe.trail_decay})
    writer.put(value);
  if (parts.time)
    for (const std::int32_t value : {universe.steps_per_frame, universe.substeps})
      writer.put(value);
  writer.put(static_cast<std::uint32_t>(universe.matrix.size()));
  writer.put_all(universe.matrix);
  if (parts.colour) put_look(writer, universe.look);
  if (parts.characters) put_characters(writer, universe);
}

std::size_t bytes_of(const Checkpoint& checkpoint, const CheckpointParts& parts) {
  const UniverseSettings& universe = checkpoint.universe;
  std::size_t bytes = header_bytes + 8 + 8 + 5 * 4 + 6 * 4 + 4 + 4 * universe.matrix.size() + 8 +
                      20 * checkpoint.state.y.size() + 4 * checkpoint.trail.size() + checksum_bytes;
  if (parts.time) bytes += 8;
  if (parts.colour) bytes += look_bytes(universe.look) + 8 + 2 * 4 * checkpoint.trail_cb.size();
  if (parts.characters) bytes += characters_bytes(universe.look) + 4 + 2 * checkpoint.glyphs.size();
  return bytes;
}

}  // namespace

std::vector<std::uint8_t> serialize_checkpoint(const Checkpoint& checkpoint) {
  validate(checkpoint);
  const UniverseSettings& universe = checkpoint.universe;
  const State& state = checkpoint.state;
  const CheckpointParts parts = parts_of(universe);
  const std::string_view header = header_of(parts);
  const std::size_t size = bytes_of(checkpoint, parts);
  std::vector<std::uint8_t> bytes(size);
  Writer writer(bytes.data());
  writer.put(header.data(), header.size());
  writer.put(std::uint64_t{size});
  put_universe(writer, universe, parts);
  writer.put(state.frame);
  for (const auto* values : {&state.y, &state.x, &state.vy, &state.vx}) writer.put_all(*values);
  writer.put_all(state.species);
  writer.put_all(checkpoint.trail);
  if (parts.colour) {
    writer.put(static_cast<std::int32_t>(checkpoint.trail_matrix));
    writer.put(checkpoint.white_bits);
    writer.put_all(checkpoint.trail_cb);
    writer.put_all(checkpoint.trail_cr);
  }
  if (parts.characters) {
    writer.put(static_cast<std::uint32_t>(checkpoint.glyphs.size()));
    writer.put_all(checkpoint.glyphs);
  }
  const std::string checksum = sha256_hex(bytes.data(), size - checksum_bytes);
  writer.put(checksum.data(), checksum.size());
  return bytes;
}

namespace {

CheckpointParts parts_in(std::string_view text) {
  for (const CheckpointVersion& version : versions)
    if (text.starts_with(version.header)) return version.parts;
  fail("it is of another version of lifereel");
}

UniverseSettings get_universe(Reader& reader, const CheckpointParts& parts) {
  UniverseSettings universe;
  universe.seed = reader.get<std::uint64_t>();
  for (int* value : {&universe.width, &universe.height, &universe.particles, &universe.species})
    *value = reader.get<std::int32_t>();
  const auto seam_and_family = reader.get<std::int32_t>();
  if (seam_and_family < 0 || seam_and_family / 2 > static_cast<int>(MatrixFamily::snakes))
    fail("its seam or its matrix family is none of ours");
  universe.seam = seam_and_family % 2 == 1 ? Seam::published : Seam::exact;
  universe.matrix_family = static_cast<MatrixFamily>(seam_and_family / 2);
  for (float* value : {&universe.rmax, &universe.beta, &universe.force_scale, &universe.friction,
                       &universe.dt, &universe.trail_decay})
    *value = reader.get<float>();
  if (parts.time)
    for (int* value : {&universe.steps_per_frame, &universe.substeps})
      *value = reader.get<std::int32_t>();
  reader.get_all(universe.matrix, reader.get<std::uint32_t>());
  if (parts.colour) universe.look = get_look(reader);
  if (parts.characters) get_characters(reader, universe);
  try {
    validate(universe);  // before its numbers say how much to read
  } catch (const std::invalid_argument& error) {
    fail(error.what());
  }
  const CheckpointParts needed = parts_of(universe);
  if (needed.characters != parts.characters)
    fail("it says that it has characters, a tube or a scene, but it has none");
  if (needed.time != parts.time) fail("it says that a frame is not one step, but it is");
  return universe;
}

}  // namespace

Checkpoint parse_checkpoint(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  if (!text.starts_with(kind)) fail("it does not begin as one");
  const CheckpointParts parts = parts_in(text);
  if (size < header_bytes + checksum_bytes) fail("it is cut short");
  const std::size_t content = size - checksum_bytes;
  Reader reader(bytes + header_bytes, content - header_bytes);
  if (const auto all = reader.get<std::uint64_t>(); all != size)
    fail(all > size ? "it is cut short" : "it goes on after its end");
  if (text.substr(content) != sha256_hex(bytes, content)) fail("it is damaged");

  Checkpoint checkpoint;
  State& state = checkpoint.state;
  const UniverseSettings universe = checkpoint.universe = get_universe(reader, parts);
  state.frame = reader.get<std::uint64_t>();
  const auto [particles, pixels, blocks] = sizes_of(universe);
  for (auto* values : {&state.y, &state.x, &state.vy, &state.vx})
    reader.get_all(*values, particles);
  reader.get_all(state.species, particles);
  reader.get_all(checkpoint.trail, pixels);
  if (parts.colour) {
    const auto matrix = reader.get<std::int32_t>();
    if (matrix < 0 || matrix > static_cast<int>(ColourMatrix::bt709))
      fail("its colour matrix is none of ours");
    checkpoint.trail_matrix = static_cast<ColourMatrix>(matrix);
    checkpoint.white_bits = reader.get<std::int32_t>();
    reader.get_all(checkpoint.trail_cb, blocks);
    reader.get_all(checkpoint.trail_cr, blocks);
  }
  if (parts.characters) reader.get_all(checkpoint.glyphs, reader.get<std::uint32_t>());
  if (reader.left() != 0) fail("it goes on after its end");
  validate(checkpoint);
  return checkpoint;
}

}  // namespace lifereel
