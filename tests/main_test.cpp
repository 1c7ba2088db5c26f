// SPDX-License-Identifier: GPL-2.0-or-later
// The main() of lifereel_tests. Every NAME_test.cpp becomes part of the same program.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

// The sanitizers' libraries look for these among the program's symbols.

// x265 is not built with ThreadSanitizer, which so cannot see how its own threads wait for each
// other.
extern "C" [[gnu::visibility("default")]] const char*
__tsan_default_suppressions();  // NOLINT: the sanitizer's name
extern "C" const char* __tsan_default_suppressions() { return "race:libx265\n"; }

// x265 3.5 loses some of its own memory whenever an encoder has been open, also without libav.
extern "C" [[gnu::visibility("default")]] const char*
__lsan_default_suppressions();  // NOLINT: the sanitizer's name
extern "C" const char* __lsan_default_suppressions() {
  // FFmpeg's encoders for devices forget a queue when they find no device; nothing here makes one.
  return "leak:libx265\nleak:av_fifo_alloc2\n";
}
