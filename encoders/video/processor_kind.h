// SPDX-License-Identifier: GPL-2.0-or-later
// What encoders' bytes depend on of the processor. Internal to encoders/.
#pragma once

#include <string>

namespace lifereel {

/// Note: [Processors] Chunks from different machines make one film only if their bytes do not
/// depend on the machine. On x86-64 they do not:
///   - x264 has fast versions of its macroblock tree that round differently from the plain one;
///   that
///     for AVX-512 even reads uninitialised memory (x264 164), so that bytes depend on what was
///     there before. Its option cpu-independent takes the plain one everywhere, and costs little.
///   - x265 and FFmpeg's mpeg2video, ffv1 and AC-3 (silence) give the same by themselves. But x265
///     writes the processor's capabilities into the film as text: its option info=0 ends that.
///   - Rate control is in floating point, and the C library has versions of pow(), exp() and log()
///     with fused multiply-add and others without, which may differ in the last bit. No film was
///     seen to, but processors with and without are kept apart.
/// tests/encoders/repeat_test.cpp and check-processors.sh hold them to it.

/// Machines of one kind make the same bytes with the same libraries: "x86-64 with AVX2 and FMA".
/// Where nothing is proved, the capabilities that libavutil sees.
std::string processor_kind();

}  // namespace lifereel
