// SPDX-License-Identifier: GPL-2.0-or-later
// Which sanitizer this program is built with: GCC and Clang say so each in its own way.
#pragma once

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LIFEREEL_ADDRESS_SANITIZER
#endif
#if __has_feature(thread_sanitizer)
#define LIFEREEL_THREAD_SANITIZER
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) && !defined(LIFEREEL_ADDRESS_SANITIZER)
#define LIFEREEL_ADDRESS_SANITIZER
#endif
#if defined(__SANITIZE_THREAD__) && !defined(LIFEREEL_THREAD_SANITIZER)
#define LIFEREEL_THREAD_SANITIZER
#endif

namespace lifereel::test {

/// ThreadSanitizer learns nothing from cases in which no threads meet that do not meet in others:
/// the other builds run those.
#ifdef LIFEREEL_THREAD_SANITIZER
inline constexpr bool looks_for_races = true;
#else
inline constexpr bool looks_for_races = false;
#endif

/// Sanitizers look at what code does, not at what comes of it: once along each path is enough for
/// them, and the other builds go there with every size, look and number of frames.
#if defined(LIFEREEL_ADDRESS_SANITIZER) || defined(LIFEREEL_THREAD_SANITIZER)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

}  // namespace lifereel::test
