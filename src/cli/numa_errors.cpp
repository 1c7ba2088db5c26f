// SPDX-License-Identifier: GPL-2.0-or-later
// libnuma, which x265 places its threads with, lets programs define what it reports errors by. Its
// own prints them; but where a sandbox forbids to place threads, they run all the same.

extern "C" {
[[gnu::visibility("default")]] void numa_error(char*);
[[gnu::visibility("default")]] void numa_warn(int, char*, ...);

void numa_error(char*) {}
void numa_warn(int, char*, ...) {}
}
