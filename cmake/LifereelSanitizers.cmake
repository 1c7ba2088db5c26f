# SPDX-License-Identifier: GPL-2.0-or-later
# LIFEREEL_SANITIZE=address,undefined or =thread: everything built from here on is instrumented.
set(LIFEREEL_SANITIZE "" CACHE STRING "Sanitizers for the whole build: 'address,undefined' or 'thread'")
set_property(CACHE LIFEREEL_SANITIZE PROPERTY STRINGS "" "address,undefined" "thread")

if(LIFEREEL_SANITIZE)
  add_compile_options(
    -fsanitize=${LIFEREEL_SANITIZE}
    -fno-sanitize-recover=all  # a finding ends the program, so a test cannot pass over it
    -fno-omit-frame-pointer    # whole stack traces
    -g1)                       # lines, for those; variables' types would cost a third more time
  add_link_options(-fsanitize=${LIFEREEL_SANITIZE})
endif()

# LIFEREEL_FUZZ: that build is also instrumented for libFuzzer, and the fuzz targets search.
option(LIFEREEL_FUZZ "Let libFuzzer search in the fuzz targets (Clang, with address,undefined)" OFF)
if(LIFEREEL_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "LIFEREEL_FUZZ needs Clang: libFuzzer is a part of it")
  endif()
  if(NOT LIFEREEL_SANITIZE STREQUAL "address,undefined")
    message(FATAL_ERROR "LIFEREEL_FUZZ needs LIFEREEL_SANITIZE=address,undefined: what it finds is "
                        "seen by them")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
