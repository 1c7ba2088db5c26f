// SPDX-License-Identifier: GPL-2.0-or-later
// libav's log, of which a process has one. No libav type appears here.
#pragma once

#include <cstdarg>

#include "../sim/language.h"  // as installed

namespace [[gnu::visibility("default")]] lifereel {

/// As av_log_set_callback() takes it: who speaks (may be nullptr), how important it is, and what is
/// said, for vprintf().
using LibavLog = void (*)(void* object, int level, const char* format, va_list arguments);

/// Where libav logs what lifereel does not keep. libav has one callback for the whole process and
/// tells nobody which: lifereel borrows it while it is at work with libav, to keep what is said in
/// that thread, and gives it back to the one that is set here; other threads' lines go there
/// meanwhile. nullptr, as at first: av_log_default_callback(). A program with a callback of its own
/// sets it here: one that it sets with av_log_set_callback() is gone after its next film. Any
/// thread.
void set_libav_log(LibavLog log) noexcept;

}  // namespace lifereel
