// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/render/sealed_file.h"

#include <array>
#include <bit>
#include <charconv>
#include <cstdio>
#include <cstring>

#include "src/pipeline/cancellation.h"

namespace lifereel {
namespace {

static_assert(std::endian::native == std::endian::little,
              "working files are little-endian; a big-endian processor must swap here");

constexpr std::size_t sha256_bytes = 64;  // as text
constexpr std::size_t seal_bytes = sizeof(std::uint64_t) + Checksum::hex_bytes;

std::string number_bytes(std::int64_t number) {
  return {reinterpret_cast<const char*>(&number), sizeof number};
}

std::string preamble(const SealedKind& kind, const std::string& job_hash, std::int64_t index) {
  return std::string(kind.header) + job_hash + number_bytes(index);
}

}  // namespace

std::string sealed_path(const std::string& folder, const SealedKind& kind, std::int64_t index) {
  std::array<char, 32> number;
  std::snprintf(number.data(), number.size(), "-%06lld", static_cast<long long>(index));
  return folder + "/" + std::string(kind.name) + number.data();
}

std::optional<std::int64_t> number_of(std::string_view file_name, const SealedKind& kind) {
  const std::size_t letters = kind.name.size();
  if (!file_name.starts_with(kind.name) || file_name.size() < letters + 7 ||
      file_name[letters] != '-')
    return std::nullopt;
  file_name.remove_prefix(letters + 1);
  const char* const stop = file_name.data() + file_name.size();
  std::int64_t index = 0;
  const auto [end, error] = std::from_chars(file_name.data(), stop, index);
  if (error != std::errc{} || end != stop || index < 0) return std::nullopt;
  return index;
}

SealedWriter::SealedWriter(const std::string& folder, const SealedKind& kind,
                           const std::string& job_hash, std::int64_t index)
    : file_(sealed_path(folder, kind, index), true) {
  write(preamble(kind, job_hash, index));
}

void SealedWriter::write(const std::uint8_t* bytes, std::size_t size) {
  hash_.add(bytes, size);
  file_.try_write(bytes, size);
  file_.check_written();
}

void SealedWriter::write(const std::string& text) {
  write(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

void SealedWriter::finish(std::int64_t pictures) {
  write(number_bytes(pictures));
  write(hash_.hex());
  as_plain_error([this] { file_.finish(); });
}

SealedGlance glance_at_sealed(const std::string& folder, const SealedKind& kind,
                              const std::string& job_hash, std::int64_t index) {
  SealedGlance seen;
  FileReader file(sealed_path(folder, kind, index));
  seen.is_there = file.is_there();
  if (!seen.is_there) return seen;
  const std::string expected = preamble(kind, job_hash, index);
  std::string begin(expected.size(), '\0');
  const std::uint64_t size = file.size();
  if (size < expected.size() + seal_bytes || file.read(begin.data(), begin.size()) != begin.size())
    return seen;
  const std::size_t header_bytes = kind.header.size();
  const auto equal = [&](std::size_t from, std::size_t length) {
    return begin.compare(from, length, expected, from, length) == 0;
  };
  if (!equal(0, header_bytes)) return seen;
  seen.other_job = !equal(header_bytes, sha256_bytes);
  std::int64_t pictures = 0;
  file.skip_to(size - seal_bytes);
  if (begin == expected && file.read(&pictures, sizeof pictures) == sizeof pictures &&
      pictures >= 0)
    seen.pictures = pictures;
  return seen;
}

SealedReader::SealedReader(const std::string& folder, const SealedKind& kind,
                           const std::string& job_hash, std::int64_t index,
                           const std::atomic<bool>* cancel)
    : path_(sealed_path(folder, kind, index)), cancel_(cancel), file_(path_) {
  const std::string expected = preamble(kind, job_hash, index);
  std::string begin(expected.size(), '\0');
  const std::uint64_t size = file_.is_there() ? file_.size() : 0;
  if (size < expected.size() + seal_bytes) fail();
  left_ = size - seal_bytes;
  read(reinterpret_cast<std::uint8_t*>(begin.data()), begin.size());
  const auto differs = [&](std::size_t from, std::size_t length) {
    return begin.compare(from, length, expected, from, length) != 0;
  };
  const std::size_t header_bytes = kind.header.size();
  other_job_ = differs(header_bytes, sha256_bytes);
  if (differs(0, header_bytes) || differs(header_bytes + sha256_bytes, sizeof(std::uint64_t)))
    fail();
}

void SealedReader::read(std::uint8_t* bytes, std::size_t size) {
  throw_if_cancelled(cancel_);
  if (size > left_ || file_.read(bytes, size) != size) fail();
  hash_.add(bytes, size);
  left_ -= size;
}

void SealedReader::finish() {
  std::string seal(seal_bytes, '\0');
  if (left_ != 0 || file_.read(seal.data(), seal.size()) != seal.size()) fail();
  std::memcpy(&pictures_, seal.data(), sizeof pictures_);
  hash_.add(reinterpret_cast<const std::uint8_t*>(seal.data()), sizeof pictures_);
  if (seal.substr(sizeof pictures_) != hash_.hex()) fail();
  if (other_job_)
    throw std::invalid_argument("'" + path_ +
                                "' is of another render; give another output, or resume = "
                                "restart, which throws it away");
}

void SealedReader::fail() const {
  throw Damaged("'" + path_ +
                "' is damaged; a render with the same settings makes that chunk again");
}

}  // namespace lifereel
