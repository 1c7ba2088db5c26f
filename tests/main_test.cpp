// SPDX-License-Identifier: GPL-2.0-or-later
// The main() of lifereel_tests. Every tests/*/*_test.cpp becomes part of the same program.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
