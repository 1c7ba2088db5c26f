# SPDX-License-Identifier: GPL-2.0-or-later
# Which of several CUDA toolkits. A program runs with every driver from the one on that came with the
# first toolkit of its number: built with CUDA 12 on Debian 12's, with CUDA 13 only on newer ones.

# The oldest of NVIDIA's drivers for Linux that runs programs of CUDA MAJOR; empty: not known here. As
# in cuda/runtime/cuda_devices.cu.
function(lifereel_oldest_driver major result)
  set(drivers_12 525)
  set(drivers_13 580)
  set(${result} "${drivers_${major}}" PARENT_SCOPE)
endfunction()

# The nvcc of the newest toolkit of CUDA MAJOR: in a folder cuda-MAJOR* beside the one that PATH
# shows, or in one of PLACES, or the one in PATH itself. Empty: there is none.
function(lifereel_find_nvcc major places result)
  find_program(in_path nvcc NO_CACHE)
  set(compilers "")
  if(in_path)
    file(REAL_PATH ${in_path} in_path)
    list(APPEND compilers ${in_path})
    get_filename_component(toolkit ${in_path} DIRECTORY)
    get_filename_component(toolkit ${toolkit} DIRECTORY)
    get_filename_component(beside ${toolkit} DIRECTORY)
    list(INSERT places 0 ${beside})
  endif()
  foreach(place IN LISTS places)
    file(GLOB found ${place}/cuda-${major}*/bin/nvcc ${place}/cuda/bin/nvcc)
    list(APPEND compilers ${found})
  endforeach()
  set(best "")
  set(best_version 0)
  foreach(compiler IN LISTS compilers)
    execute_process(COMMAND ${compiler} --version OUTPUT_VARIABLE said ERROR_QUIET
                    RESULT_VARIABLE failed)
    string(REGEX MATCH "release ([0-9]+)\\.([0-9]+)" version "${said}")
    set(version ${CMAKE_MATCH_1}.${CMAKE_MATCH_2})
    if(NOT failed AND CMAKE_MATCH_1 EQUAL major AND version VERSION_GREATER best_version)
      set(best ${compiler})
      set(best_version ${version})
    endif()
  endforeach()
  set(${result} "${best}" PARENT_SCOPE)
endfunction()
