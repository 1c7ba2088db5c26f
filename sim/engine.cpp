// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/engine.h"

#if __has_include(<sys/mman.h>)
#include <sys/mman.h>
#include <unistd.h>
#endif

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>
#include <stdexcept>
#include <utility>

namespace lifereel {
namespace {

constexpr std::size_t page_bytes = 4096, huge_page_bytes = std::size_t{2} << 20;

// A ring has hundreds of megabytes, and who first draws into it waits for every page of them: in
// huge ones 512 times fewer. So much is never of a heap, whose next owners would get the advice
// too.
constexpr std::size_t least_in_huge_pages = std::size_t{64} << 20;

// Aligned to pages, so that rows of any stride start on a vector and a ring begins a huge page.
std::align_val_t alignment_of(std::size_t bytes) {
  return std::align_val_t{bytes >= least_in_huge_pages ? huge_page_bytes : page_bytes};
}

std::uint8_t* allocate(std::size_t bytes) {
  auto* const memory = static_cast<std::uint8_t*>(::operator new(bytes, alignment_of(bytes)));
#ifdef MADV_HUGEPAGE
  // Where pages are larger, huge ones have half a gigabyte. It is advice, and may fail.
  if (bytes >= least_in_huge_pages && sysconf(_SC_PAGESIZE) == static_cast<long>(page_bytes))
    madvise(memory, bytes, MADV_HUGEPAGE);
#endif
  return memory;
}

}  // namespace

PictureMemory::PictureMemory(std::size_t picture_bytes) noexcept
    : picture_bytes_((picture_bytes + 63) / 64 * 64) {}

std::size_t PictureMemory::bytes_of(std::size_t pictures) const {
  if (picture_bytes_ != 0 && pictures > std::numeric_limits<std::size_t>::max() / picture_bytes_)
    throw std::bad_alloc();
  return pictures * picture_bytes_;
}

void PictureMemory::add(Piece piece, std::size_t pictures) {
  pictures_.reserve(pictures_.size() + pictures);
  pieces_.push_back(std::move(piece));
  for (std::size_t i = 0; i < pictures; ++i)
    pictures_.push_back(pieces_.back().get() + i * picture_bytes_);
}

void PictureMemory::add_plain(std::size_t pictures) {
  const std::size_t bytes = bytes_of(pictures);
  add(Piece(allocate(bytes),
            [bytes](std::uint8_t* memory) { ::operator delete(memory, alignment_of(bytes)); }),
      pictures);
}

PictureMemory Engine::allocate_picture_memory(std::size_t picture_bytes,
                                              std::size_t pictures) const {
  PictureMemory memory(picture_bytes);
  memory.add_plain(pictures);
  return memory;
}

void Engine::pass(const PictureTarget& target) { draw(target); }

void Engine::cancel_steps(const std::atomic<bool>*) noexcept {}

void Engine::save(Checkpoint&) const { throw std::logic_error("this engine cannot be saved"); }
void Engine::restore(const Checkpoint&) {
  throw std::logic_error("this engine cannot be restored");
}

void validate(const PictureTarget& target, int width, int height, int most_bits) {
  const int bit_depth = target.colour.bit_depth;
  if (bit_depth != 8 && (bit_depth != 10 || most_bits < 10))
    throw std::invalid_argument("pictures of this engine have 8 " +
                                std::string(most_bits < 10 ? "" : "or 10 ") +
                                "bits a sample, not " + std::to_string(bit_depth));
  if (target.has_chroma() != (target.planes[2].data != nullptr))
    throw std::invalid_argument("a picture has both planes of chroma or none");
  if (target.has_chroma() && target.colour.matrix == ColourMatrix::none)
    throw std::invalid_argument("a picture with chroma needs a colour matrix");
  for (int plane = 0; plane < (target.has_chroma() ? 3 : 1); ++plane) {
    const WritablePlane& memory = target.planes[plane];
    const int columns = plane == 0 ? width : (width + 1) / 2;
    const auto row_bytes = static_cast<std::size_t>(columns * sample_bytes(bit_depth));
    const auto refuse = [&](const char* why) {
      throw std::invalid_argument("plane " + std::to_string(plane) + " of a picture of " +
                                  std::to_string(width) + "x" + std::to_string(height) + why);
    };
    if (memory.data == nullptr || memory.stride_bytes < row_bytes)
      refuse(" is missing or its rows are narrower than the picture's");
    if (sample_bytes(bit_depth) == 2 &&
        (reinterpret_cast<std::uintptr_t>(memory.data) | memory.stride_bytes) % 2 != 0)
      refuse(" has samples of two bytes at odd addresses");
  }
}

void draw_neutral_chroma(const PictureTarget& target, int width, int height) noexcept {
  if (!target.has_chroma()) return;
  const int bit_depth = target.colour.bit_depth;
  for (const WritablePlane* const plane : {&target.planes[1], &target.planes[2]})
    for (int row = 0; row < (height + 1) / 2; ++row) {
      std::uint8_t* const to = plane->data + static_cast<std::size_t>(row) * plane->stride_bytes;
      if (sample_bytes(bit_depth) == 2)
        std::fill_n(reinterpret_cast<std::uint16_t*>(to), (width + 1) / 2,
                    static_cast<std::uint16_t>(neutral_chroma_of(bit_depth)));
      else
        std::memset(to, neutral_chroma, static_cast<std::size_t>((width + 1) / 2));
    }
}

std::string Engine::hash_state() const {
  State state;
  read_state(state);
  return lifereel::hash_state(state);
}

}  // namespace lifereel
