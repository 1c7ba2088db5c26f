// SPDX-License-Identifier: GPL-2.0-or-later
#include "cuda/runtime/pinned_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <thread>
#include <utility>
#include <vector>

namespace lifereel {
namespace {

using Piece = PictureMemory::Piece;

constexpr std::size_t huge_page_bytes = std::size_t{2} << 20;

std::size_t rounded_up(std::size_t bytes) {
  return (bytes + huge_page_bytes - 1) / huge_page_bytes * huge_page_bytes;
}

// In huge pages where the system has any; nullptr: there is no room. A child process does not get
// it, or writing to it here would go to pages that the device does not know.
std::uint8_t* map(std::size_t bytes) {
  void* const mapped = mmap(nullptr, bytes + huge_page_bytes, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  auto* const begin = static_cast<std::uint8_t*>(mapped);
  const std::size_t before =
      rounded_up(reinterpret_cast<std::uintptr_t>(begin)) - reinterpret_cast<std::uintptr_t>(begin);
  std::uint8_t* const aligned = begin + before;
  if (before > 0) munmap(begin, before);
  if (before < huge_page_bytes) munmap(aligned + bytes, huge_page_bytes - before);
  madvise(aligned, bytes, MADV_HUGEPAGE);
  madvise(aligned, bytes, MADV_DONTFORK);
  return aligned;
}

// The system clears pages when they are first used, which several processors do faster than the one
// that pins them. Where it cannot be asked for that, pinning does it.
void populate([[maybe_unused]] std::uint8_t* memory, [[maybe_unused]] std::size_t bytes) {
#ifdef MADV_POPULATE_WRITE
  constexpr std::size_t least_each = 8 * huge_page_bytes;
  constexpr int most_threads = 16;
  const std::size_t threads = std::clamp<std::size_t>(
      bytes / least_each, 1,
      static_cast<std::size_t>(std::min(available_processors(), most_threads)));
  const std::size_t each = rounded_up(bytes / threads);
  std::vector<std::jthread> others;
  std::size_t begin = 0;
  try {
    others.reserve(threads);
    for (; begin + each < bytes; begin += each)
      others.emplace_back([=] { madvise(memory + begin, each, MADV_POPULATE_WRITE); });
  } catch (const std::exception&) {  // no more threads, or memory
  }
  madvise(memory + begin, bytes - begin, MADV_POPULATE_WRITE);
#endif
}

// Pinning page by page takes about a second for two gigabytes; in huge pages there are 512 times
// fewer. nullptr where either step fails.
Piece map_and_pin(std::size_t bytes, bool populates, const DeviceContext& context) {
  if (bytes > PTRDIFF_MAX) return nullptr;
  const std::size_t all = rounded_up(bytes);
  std::uint8_t* const memory = map(all);
  if (memory == nullptr) return nullptr;
  if (populates) populate(memory, all);
  if (cudaHostRegister(memory, all, cudaHostRegisterPortable) != cudaSuccess) {
    cudaGetLastError();  // it is dealt with
    munmap(memory, all);
    return nullptr;
  }
  return Piece(memory, [context, all](std::uint8_t* pinned) {
    const DeviceContext::Current current(context, std::nothrow);
    cudaHostUnregister(pinned);
    munmap(pinned, all);
  });
}

Piece allocate(std::size_t bytes, const DeviceContext& context) {
  void* memory = nullptr;
  if (cudaHostAlloc(&memory, bytes, cudaHostAllocPortable) != cudaSuccess) {
    cudaGetLastError();
    return nullptr;
  }
  return Piece(static_cast<std::uint8_t*>(memory), [context](std::uint8_t* pinned) {
    const DeviceContext::Current current(context, std::nothrow);
    cudaFreeHost(pinned);
  });
}

}  // namespace

PictureMemory allocate_pinned(std::size_t picture_bytes, std::size_t pictures,
                              const DeviceContext& context) {
  PictureMemory memory(picture_bytes);
  for (std::size_t at_once = pictures; memory.pictures() < pictures;) {
    const std::size_t left = pictures - memory.pictures();
    at_once = std::min(at_once, left);
    const std::size_t bytes = memory.bytes_of(at_once);
    Piece piece(nullptr);
    if (bytes >= huge_page_bytes) piece = map_and_pin(bytes, at_once == pictures, context);
    if (!piece) piece = allocate(bytes, context);
    if (piece) {
      memory.add(std::move(piece), at_once);
    } else if (at_once == 1) {
      memory.add_slow(left);
      break;
    } else {
      at_once = (at_once + 1) / 2;
    }
  }
  return memory;
}

}  // namespace lifereel
