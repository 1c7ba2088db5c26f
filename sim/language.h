// SPDX-License-Identifier: GPL-2.0-or-later
// The language of lifereel's headers, told before a compiler stumbles over the first of them.
#pragma once

#if __cplusplus <= 201703L
#error \
    "lifereel's headers are C++20: compile with -std=c++20 or newer, also where pkg-config names the flags"
#endif
