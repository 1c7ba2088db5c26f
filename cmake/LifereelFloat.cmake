# SPDX-License-Identifier: GPL-2.0-or-later
# lifereel_float: what every file of the simulation is compiled with, so that the same source gives
# the same bits from GCC and Clang, at -O0 and -O3, on x86 and Arm. Link it PUBLIC to whatever
# includes the arithmetic header.

# These would override the flags below where it hurts most: linking with -ffast-math also makes GCC
# switch denormals off for the whole process at start.
foreach(flags IN ITEMS CMAKE_CXX_FLAGS CMAKE_EXE_LINKER_FLAGS CMAKE_SHARED_LINKER_FLAGS)
  if("${${flags}}" MATCHES "-ffast-math|-Ofast|-funsafe-math-optimizations|-mdaz-ftz")
    message(FATAL_ERROR "${flags} contains ${CMAKE_MATCH_0}, with which no two machines compute the "
                        "same universe. Remove it.")
  endif()
endforeach()

add_library(lifereel_float INTERFACE)
target_compile_options(lifereel_float INTERFACE
  $<$<COMPILE_LANG_AND_ID:CXX,GNU,Clang,AppleClang>:
  # Off and said first, whatever a packager's flags were: it reorders sums and flushes denormals.
  -fno-fast-math
  # The one transform that changes values by default: a * b + c must stay two roundings unless the
  # source says fma. GCC contracts wherever the target has FMA, Clang 14 within one expression.
  -ffp-contract=off
  # Both without influence on any value, and both in the way of vector code otherwise: nobody reads
  # errno after sqrt, nobody unmasks floating-point exceptions.
  -fno-math-errno
  -fno-trapping-math>)

# 32-bit x86 would compute in 80-bit registers and round when it spills them.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(i[3-6]86|x86)$")
  target_compile_options(lifereel_float INTERFACE -msse2 -mfpmath=sse)
endif()
