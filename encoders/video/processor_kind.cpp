// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/video/processor_kind.h"

#include "encoders/libav/libav.h"

namespace lifereel {

std::string processor_kind() {
#if defined(__x86_64__)
  // As glibc chooses between its versions of exp() and log().
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return "x86-64 with AVX2 and FMA";
  if (__builtin_cpu_supports("fma4")) return "x86-64 with FMA4";
  return "x86-64 without FMA";
#else
  return "capabilities " + std::to_string(av_get_cpu_flags());
#endif
}

}  // namespace lifereel
