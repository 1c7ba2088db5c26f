# SPDX-License-Identifier: GPL-2.0-or-later
# lifereel_warnings: link it PRIVATE to every target of ours. Errors only in developer builds, so that
# a newer compiler's new warning never stops a user; and not of GCC under sanitizers, whose
# instrumentation makes it see what is not there (array bounds in std::sort, for one).
add_library(lifereel_warnings INTERFACE)
set(warnings -Wall -Wextra)
if(NOT CMAKE_UNITY_BUILD)  # where names of the file before are hidden
  list(APPEND warnings -Wshadow)
endif()
if(LIFEREEL_DEVELOPER AND NOT (LIFEREEL_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU"))
  list(APPEND warnings -Werror)
endif()
target_compile_options(lifereel_warnings INTERFACE
  "$<$<COMPILE_LANG_AND_ID:CXX,GNU,Clang,AppleClang>:${warnings}>")

# GCC 12 sees overlapping copies in "text" + std::string where there are none (GCC bug 105651, mended
# in 13).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(lifereel_warnings INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict>)
endif()
