// SPDX-License-Identifier: GPL-2.0-or-later
// A picture on its way into an encoder, and what takes pictures. No libav type appears here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "../sim/colour.h"
#include "../sim/species_motion.h"

namespace [[gnu::visibility("default")]] lifereel {

enum class PixelFormat {
  gray8,      ///< planes[0] alone, full range
  yuv420p,    ///< planes[0] luma, planes[1] and planes[2] chroma at half width and height (rounded
              ///< up)
  yuv420p10,  ///< the same with 10 bits a sample, in two bytes, the lower one first
};

struct PlaneSize {
  int width = 0, height = 0;  ///< samples
};

constexpr int bit_depth(PixelFormat format) noexcept {
  return format == PixelFormat::yuv420p10 ? 10 : 8;
}

constexpr int plane_count(PixelFormat format) noexcept {
  return format == PixelFormat::gray8 ? 1 : 3;
}

/// Of one plane of a picture of this size in pixels.
constexpr PlaneSize plane_size(int plane, int width, int height) noexcept {
  return plane == 0 ? PlaneSize{width, height} : PlaneSize{(width + 1) / 2, (height + 1) / 2};
}

/// Of all planes, one after another, without padding: what is hashed.
constexpr std::size_t packed_bytes(PixelFormat format, int width, int height) noexcept {
  std::size_t bytes = 0;
  for (int plane = 0; plane < plane_count(format); ++plane) {
    const PlaneSize size = plane_size(plane, width, height);
    bytes += static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
  }
  return bytes * static_cast<std::size_t>(sample_bytes(bit_depth(format)));
}

/// How pictures are made: what a sink wants, and an engine draws. Of gray8 the colour is always
/// full range without a matrix, whatever stands here.
struct PictureFormat {
  PixelFormat pixel_format = PixelFormat::yuv420p;
  ColourDescription colour;

  bool operator==(const PictureFormat&) const = default;
};

/// The format of pictures of this size. Of Y'CbCr, players take the matrix from the size where a
/// film does not say it: BT.709 from 720 lines on, else BT.601.
constexpr PictureFormat format_for_size(PixelFormat format, int width, int height) noexcept {
  if (format == PixelFormat::gray8) return {format, {ColourMatrix::none, ColourRange::full, 8}};
  ColourDescription colour;
  colour.bit_depth = bit_depth(format);
  if (height < 720)
    colour.matrix = width == 720 && height == 576 ? ColourMatrix::bt470bg : ColourMatrix::smpte170m;
  return {format, colour};
}

/// Somebody else's plane of samples, to be read.
struct PlaneView {
  const std::uint8_t* data = nullptr;
  std::ptrdiff_t stride_bytes = 0;
  int width = 0, height = 0;
  int bit_depth = 8;  ///< of a sample: 8 to 16; sample_bytes() says how many bytes it has

  const std::uint8_t* row(int y) const noexcept { return data + y * stride_bytes; }
  std::size_t row_bytes() const noexcept {
    return static_cast<std::size_t>(width) * static_cast<std::size_t>(sample_bytes(bit_depth));
  }
};

/// A view of one picture. The memory belongs to the caller and is read-only for the taker until
/// `release` is called.
///
/// Note: [Release] A taker calls release(owner, tag) exactly once for every picture that was handed
/// to write(), also when write() throws. The call may come later than write() returns, out of
/// order, and from any thread (a codec's own included), so it must be noexcept, quick and
/// lock-free: hand a slot number back, nothing more. When finish() has returned, or write() or
/// finish() has thrown, every picture has been released. A null release means the memory outlives
/// the taker.
struct Picture {
  PixelFormat format = PixelFormat::yuv420p;
  int width = 0;   ///< pixels
  int height = 0;  ///< pixels
  /// Of each plane stride_bytes * rows bytes are readable, padding of the last row included. Planes
  /// may share memory: pictures without colour share one neutral chroma plane.
  const std::uint8_t* planes[3] = {};
  int stride_bytes[3] = {};
  std::int64_t pts_frames = 0;  ///< presentation time in frames, strictly increasing
  /// How each of `species` species moves in this frame, for sinks that want it; valid as long as
  /// the planes are.
  const SpeciesMotion* motion = nullptr;
  int species = 0;
  void (*release)(void* owner, std::uintptr_t tag) noexcept = nullptr;
  void* owner = nullptr;
  std::uintptr_t tag = 0;

  PlaneView plane(int index) const noexcept {
    const PlaneSize size = plane_size(index, width, height);
    return {planes[index], stride_bytes[index], size.width, size.height,
            lifereel::bit_depth(format)};
  }
};

/// A picture to be looked at, decoded or drawn.
struct PictureView {
  PlaneView planes[3];  ///< luma; Cb and Cr, of whatever size
  int plane_count = 0;  ///< 1: luma alone; 0: there is none that could be looked at
  ColourDescription colour;
};

/// Of a picture in the format that format_for_size() gives.
inline PictureView view(const Picture& picture) noexcept {
  PictureView view;
  view.plane_count = plane_count(picture.format);
  for (int plane = 0; plane < view.plane_count; ++plane) view.planes[plane] = picture.plane(plane);
  view.colour = format_for_size(picture.format, picture.width, picture.height).colour;
  return view;
}

/// Whatever takes pictures: a film, a hash file, nothing, or your own. One thread calls it.
class PictureSink {
 public:
  virtual ~PictureSink() = default;
  /// Takes one picture (see Note: [Release]). Throws std::runtime_error; after that only
  /// destruction is allowed.
  virtual void write(const Picture& picture) = 0;
  /// Everything taken is complete and safe when this returns. Throws std::runtime_error. A sink
  /// that is destroyed without it leaves nothing behind that looks finished.
  virtual void finish() = 0;
  /// What write() wants; by itself, for sinks that look at luma alone, 4:2:0 in BT.709.
  virtual PictureFormat picture_format() const noexcept { return {}; }
  /// Whether pictures must come with Picture::motion.
  virtual bool wants_motion() const noexcept { return false; }
  /// The most pictures the sink can hold unreleased between two calls of write(). The ring needs
  /// two slots more than this.
  virtual int pictures_held_at_most() const noexcept { return 1; }
};

/// Whatever takes a film in chunks (chunk_plan.h), several of them at once on threads of their own.
class ChunkedSink {
 public:
  virtual ~ChunkedSink() = default;
  /// Pictures of every chunk but the last; 0: the whole film is one chunk.
  virtual std::int64_t chunk_frames() const noexcept = 0;
  /// False for a chunk that is there already: it need not be begun. Asked about each chunk once, in
  /// order, on any thread, before that chunk is begun; chunks before it may have been begun.
  virtual bool needs_chunk(std::int64_t index) const {
    static_cast<void>(index);
    return true;
  }
  /// A sink for the `frames` pictures of chunk `index`, whose times count from 0 again. Each chunk
  /// is begun once, on the thread that will write and finish it; any thread may begin any chunk,
  /// but a chunk that waits long for one before it waits in memory. The sink's finish() hands the
  /// chunk over; it must not outlive this object. Throws as PictureSink does.
  virtual std::unique_ptr<PictureSink> begin_chunk(std::int64_t index, std::int64_t frames) = 0;
  /// The film shall end after `frames` pictures, fewer than were announced. Returns where it will:
  /// there, or where a chunk ends that it has already. The chunk that holds the last picture is
  /// finished short, those after it are not begun. Before that finish(), any thread.
  virtual std::int64_t end_early(std::int64_t frames) { return frames; }
  /// After the last chunk's finish(): the film is complete and safe when this returns.
  virtual void finish() = 0;
  /// What the chunks' sinks want, each for itself (PictureSink).
  virtual PictureFormat picture_format() const noexcept { return {}; }
  virtual bool wants_motion() const noexcept { return false; }
  virtual int pictures_held_at_most() const noexcept { return 1; }
};

/// Takes pictures and forgets them.
class NullSink final : public PictureSink {
 public:
  void write(const Picture& picture) override {
    if (picture.release) picture.release(picture.owner, picture.tag);
  }
  void finish() override {}
};

}  // namespace lifereel
