// SPDX-License-Identifier: GPL-2.0-or-later
// The buffering verifier with any model and any sizes of pictures.
#include "encoders/vbv.h"

#include "fuzz.h"

using namespace lifereel;
using fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Numbers numbers(data, size);
  VbvModel model;
  model.max_rate = numbers.take(8);
  model.buffer_bits = numbers.take(8);
  model.initial_fill_bits = numbers.take(8);
  model.frames_per_second = {static_cast<int>(numbers.take(4)), static_cast<int>(numbers.take(4))};
  try {
    VbvBuffer buffer(model);
    std::int64_t frames = 0;
    while (!numbers.empty()) {
      const bool in_time = buffer.take(numbers.take(6));
      ++frames;
      require(in_time || buffer.report().first_underflow, "the first late picture is told");
      require(buffer.fill_bits() <= model.buffer_bits, "a buffer holds no more than it can");
    }
    const VbvReport& report = buffer.report();
    require(report.frames == frames, "every picture is counted");
    require(report.conforms() == (report.minimum_fill_bits >= 0), "late means below empty");
  } catch (const std::invalid_argument&) {
  }
  return 0;
}
