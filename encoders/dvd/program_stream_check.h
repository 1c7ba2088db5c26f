// SPDX-License-Identifier: GPL-2.0-or-later
// program_stream.h's check, of what is no file of its own. Private to lifereel.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "encoders/program_stream.h"

namespace lifereel {

/// The next bytes of a stream; fewer than there is room for only at its end. May throw.
using ReadStream = std::function<std::size_t(std::span<std::uint8_t>)>;

/// `name` is what errors call it.
ProgramStreamReport check_program_stream(const ReadStream& read, const std::string& name,
                                         const std::atomic<bool>* cancel);

}  // namespace lifereel
