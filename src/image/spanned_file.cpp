// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/image/spanned_file.h"

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <utility>

namespace lifereel {

void SpannedFile::add(std::shared_ptr<const ByteFile> file, std::int64_t begin,
                      std::int64_t bytes) {
  if (bytes <= 0) return;
  spans_.push_back({std::move(file), begin, bytes});
  size_ += bytes;
}

void SpannedFile::add(const SpannedFile& other) {
  for (const Span& span : other.spans_) add(span.file, span.begin, span.bytes);
}

void SpannedFile::read(std::int64_t place, std::span<std::uint8_t> to) const {
  for (const Span& span : spans_) {
    if (to.empty()) return;
    if (place < span.bytes) {
      const auto bytes =
          std::min<std::int64_t>(static_cast<std::int64_t>(to.size()), span.bytes - place);
      if (!span.file->read(span.begin + place, to.first(static_cast<std::size_t>(bytes))))
        throw std::runtime_error("a file of the disc ends before it should");
      to = to.subspan(static_cast<std::size_t>(bytes));
      place += bytes;
    }
    place -= span.bytes;
  }
  if (!to.empty()) throw std::runtime_error("a file of the disc ends before it should");
}

std::vector<std::uint8_t> SpannedFile::read_all() const {
  std::vector<std::uint8_t> all(static_cast<std::size_t>(size_));
  read(0, all);
  return all;
}

SpannedFile SpannedFile::part(std::int64_t begin, std::int64_t bytes) const {
  SpannedFile result;
  for (const Span& span : spans_) {
    const std::int64_t from = std::clamp<std::int64_t>(begin, 0, span.bytes);
    const std::int64_t to = std::clamp<std::int64_t>(begin + bytes, 0, span.bytes);
    result.add(span.file, span.begin + from, to - from);
    begin -= span.bytes;
  }
  return result;
}

}  // namespace lifereel
