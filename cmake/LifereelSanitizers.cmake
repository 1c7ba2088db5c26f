# SPDX-License-Identifier: GPL-2.0-or-later
# LIFEREEL_SANITIZE=address,undefined or =thread: everything built from here on is instrumented.
set(LIFEREEL_SANITIZE "" CACHE STRING "Sanitizers for the whole build: 'address,undefined' or 'thread'")
set_property(CACHE LIFEREEL_SANITIZE PROPERTY STRINGS "" "address,undefined" "thread")

if(LIFEREEL_SANITIZE)
  add_compile_options(
    -fsanitize=${LIFEREEL_SANITIZE}
    -fno-sanitize-recover=all  # a finding ends the program, so a test cannot pass over it
    -fno-omit-frame-pointer    # whole stack traces
    -g)
  add_link_options(-fsanitize=${LIFEREEL_SANITIZE})
endif()

# LIFEREEL_FUZZ: everything is instrumented for libFuzzer, and only the fuzz targets are built.
option(LIFEREEL_FUZZ "Build the fuzz targets for libFuzzer (Clang only)" OFF)
if(LIFEREEL_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "LIFEREEL_FUZZ needs Clang: libFuzzer is a part of it")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
                      -fno-omit-frame-pointer -g)
  add_link_options(-fsanitize=address,undefined)
endif()
