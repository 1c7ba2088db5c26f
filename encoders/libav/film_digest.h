// SPDX-License-Identifier: GPL-2.0-or-later
// A checksum of a whole file that stands in an element at its end which players skip. Internal to
// encoders/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "encoders/libav/byte_file.h"
#include "encoders/libav/checksum.h"

namespace lifereel {

/// Of everything before the element: first what was summed while it was written, then what lies
/// before and behind that, which muxers complete last.
struct FilmDigest {
  enum class Element {
    box,             ///< of mp4 and mov, of the type uuid
    ebml_void,       ///< of Matroska and WebM, behind the segment
    padding_packet,  ///< of an MPEG program stream; with a pack header before it, a sector of a DVD
  };

  std::int64_t begin = 0, end = 0;  ///< of what is summed first
  std::string hex;
};

/// The element's bytes.
std::string digest_element(FilmDigest::Element element, const FilmDigest& digest);

struct FoundDigest {
  std::int64_t place = 0;            ///< of the element
  std::optional<FilmDigest> digest;  ///< none: it is damaged
};
/// What stands at the end of a file; std::nullopt where that is no digest.
std::optional<FoundDigest> find_digest(const ByteFile& file, FilmDigest::Element element);

/// Completes a sum of the bytes from `begin` to `end` to one of all before `size`.
/// `go_on` is asked now and then; false when it ended this.
bool add_rest(Checksum& checksum, const ByteFile& file, std::int64_t begin, std::int64_t end,
              std::int64_t size, const std::function<bool()>& go_on = {});

/// Sums what is appended to a file.
class RunningDigest {
 public:
  void start(std::int64_t place) noexcept { begin_ = end_ = place, running_ = true; }
  void see(std::int64_t place, const std::uint8_t* bytes, std::size_t size) noexcept;
  void stop() noexcept { running_ = false; }
  /// `moved`: how far all that was appended lies now behind the place where it was written.
  /// Throws std::runtime_error when the file cannot be read.
  FilmDigest finish(const ByteFile& file, std::int64_t moved);
  std::int64_t end() const noexcept { return end_; }

 private:
  std::optional<Checksum> checksum_{std::in_place};
  std::int64_t begin_ = 0, end_ = 0;
  bool running_ = false;
  bool rewritten_ = false;  // a muxer went back into what was summed
};

}  // namespace lifereel
