// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/engine.h"

#include <new>
#include <stdexcept>

namespace lifereel {
namespace {

// Page-aligned, so that a device may pin it and rows of any stride start on a vector.
constexpr std::align_val_t alignment{4096};

class PlainPictureMemory final : public PictureMemory {
 public:
  explicit PlainPictureMemory(std::size_t bytes)
      : data_(static_cast<std::uint8_t*>(::operator new(bytes, alignment))), size_bytes_(bytes) {}
  ~PlainPictureMemory() override { ::operator delete(data_, alignment); }
  std::uint8_t* data() const noexcept override { return data_; }
  std::size_t size_bytes() const noexcept override { return size_bytes_; }

 private:
  std::uint8_t* data_;
  std::size_t size_bytes_;
};

}  // namespace

std::unique_ptr<PictureMemory> Engine::allocate_picture_memory(std::size_t bytes) const {
  return std::make_unique<PlainPictureMemory>(bytes);
}

void Engine::save(Checkpoint&) const { throw std::logic_error("this engine cannot be saved"); }
void Engine::restore(const Checkpoint&) {
  throw std::logic_error("this engine cannot be restored");
}

std::string Engine::hash_state() const {
  State state;
  read_state(state);
  return lifereel::hash_state(state);
}

}  // namespace lifereel
