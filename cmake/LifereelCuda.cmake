# SPDX-License-Identifier: GPL-2.0-or-later
# LIFEREEL_CUDA: AUTO builds the GPU's engine where there is a CUDA compiler, ON demands one, OFF
# does without: so it is within another project, which may have reasons against a second compiler.
# Sets LIFEREEL_HAS_CUDA and LIFEREEL_CUDA_ARCHITECTURES.
#
# LIFEREEL_CUDA_MAJOR prefers the newest installed toolkit of that number to the one that CMake would
# take, unless CUDACXX or CMAKE_CUDA_COMPILER names one. Programs that are carried to other machines
# want 12, for their drivers may be older (the preset `static`); where no 12 is installed, CMake's
# choice remains, and is said.
include(LifereelCudaToolkit)
set(cuda_default OFF)
if(PROJECT_IS_TOP_LEVEL)
  set(cuda_default AUTO)
endif()
set(LIFEREEL_CUDA ${cuda_default} CACHE STRING "The GPU's engine: AUTO (where nvcc is found), ON or OFF")
set_property(CACHE LIFEREEL_CUDA PROPERTY STRINGS AUTO ON OFF)

set(LIFEREEL_CUDA_MAJOR "" CACHE STRING "Number of the CUDA toolkit to prefer, as 12; empty: CMake's choice")

set(LIFEREEL_HAS_CUDA FALSE)
# Sanitizers are for host code; tests run the kernels on the host for them.
if(LIFEREEL_CUDA STREQUAL "OFF" OR (LIFEREEL_CUDA STREQUAL "AUTO" AND LIFEREEL_SANITIZE))
  return()
endif()
if(LIFEREEL_CUDA_MAJOR AND NOT DEFINED CMAKE_CUDA_COMPILER AND NOT DEFINED ENV{CUDACXX})
  lifereel_find_nvcc(${LIFEREEL_CUDA_MAJOR} "/usr/local;/opt" preferred_nvcc)
  if(preferred_nvcc)
    set(CMAKE_CUDA_COMPILER ${preferred_nvcc} CACHE FILEPATH "As LIFEREEL_CUDA_MAJOR prefers it")
  endif()
endif()
include(CheckLanguage)
check_language(CUDA)
if(NOT CMAKE_CUDA_COMPILER)
  if(NOT LIFEREEL_CUDA STREQUAL "AUTO")
    message(FATAL_ERROR "LIFEREEL_CUDA is ${LIFEREEL_CUDA}, but no CUDA compiler works here: put nvcc "
                        "in PATH, or set CUDACXX or CMAKE_CUDA_COMPILER to it, or LIFEREEL_CUDA=OFF.")
  endif()
  return()
endif()

# Developers wait for the oldest and one new architecture alone; a release has machine code for all.
# Both have PTX, from which drivers make code for the rest. Set before CMake chooses one itself.
if(DEFINED CMAKE_CUDA_ARCHITECTURES)
  set(LIFEREEL_CUDA_ARCHITECTURES "${CMAKE_CUDA_ARCHITECTURES}")
elseif(DEFINED ENV{CUDAARCHS})
  set(LIFEREEL_CUDA_ARCHITECTURES "$ENV{CUDAARCHS}")
else()
  set(CMAKE_CUDA_ARCHITECTURES 90)  # for CMake's own trial
  set(LIFEREEL_CUDA_ARCHITECTURES "")
endif()
enable_language(CUDA)
find_package(CUDAToolkit REQUIRED)
# CMake 3.25 does not know that nvcc has C++20, which CMAKE_CXX_STANDARD asks for.
if(NOT DEFINED CMAKE_CUDA20_STANDARD_COMPILE_OPTION)
  set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION "-std=c++20")
  set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION "-std=c++20")
endif()
if(NOT LIFEREEL_CUDA_ARCHITECTURES)
  if(LIFEREEL_DEVELOPER)
    set(LIFEREEL_CUDA_ARCHITECTURES 75 90-real)
  else()
    set(LIFEREEL_CUDA_ARCHITECTURES 75-real 80-real 86-real 89-real 90)
    if(CMAKE_CUDA_COMPILER_VERSION VERSION_GREATER_EQUAL 12.8)
      list(APPEND LIFEREEL_CUDA_ARCHITECTURES 100-real 120-real)
    endif()
  endif()
endif()
set(LIFEREEL_HAS_CUDA TRUE)
list(JOIN LIFEREEL_CUDA_ARCHITECTURES " " architectures)
string(REGEX MATCH "^[0-9]+" cuda_major "${CMAKE_CUDA_COMPILER_VERSION}")
lifereel_oldest_driver(${cuda_major} cuda_driver)
set(cuda_needs "")
if(cuda_driver)
  set(cuda_needs ", with driver ${cuda_driver} or later")
endif()
message(STATUS "GPU engine: CUDA ${CMAKE_CUDA_COMPILER_VERSION} for ${architectures}${cuda_needs}")
if(LIFEREEL_CUDA_MAJOR AND NOT cuda_major EQUAL LIFEREEL_CUDA_MAJOR)
  message(NOTICE "No CUDA ${LIFEREEL_CUDA_MAJOR} is used, as LIFEREEL_CUDA_MAJOR prefers: it is not in "
                 "a folder cuda-${LIFEREEL_CUDA_MAJOR}* in /usr/local, /opt or beside nvcc, or another "
                 "compiler was named.")
endif()
