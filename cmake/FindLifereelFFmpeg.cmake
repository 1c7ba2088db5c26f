# SPDX-License-Identifier: GPL-2.0-or-later
# FFmpeg 5.1 or newer, one imported target for each library that lifereel uses:
#   LifereelFFmpeg::avfilter LifereelFFmpeg::avformat LifereelFFmpeg::avcodec LifereelFFmpeg::avutil
# Names of our own: a project that embeds lifereel may have a FindFFmpeg.cmake with targets of its own.
# Through pkg-config, or from a prefix with static libraries:
#   -DLIFEREEL_FFMPEG_PREFIX=DIR   uses DIR/include and links what the file DIR/link-flags says.
set(LIFEREEL_FFMPEG_PREFIX "" CACHE PATH
    "A folder with static FFmpeg libraries (include/, lib/pkgconfig/, link-flags) in place of the system's")

# In link order; the versions are FFmpeg 5.1's.
set(LifereelFFmpeg_libraries avfilter avformat avcodec avutil)
set(LifereelFFmpeg_avfilter_least 8.44.0)
set(LifereelFFmpeg_avformat_least 59.27.0)
set(LifereelFFmpeg_avcodec_least 59.37.0)
set(LifereelFFmpeg_avutil_least 57.28.0)

set(LifereelFFmpeg_problem "")
if(LIFEREEL_FFMPEG_PREFIX)
  if(NOT EXISTS "${LIFEREEL_FFMPEG_PREFIX}/link-flags")
    set(LifereelFFmpeg_problem "${LIFEREEL_FFMPEG_PREFIX} has no file link-flags")
  else()
    file(READ "${LIFEREEL_FFMPEG_PREFIX}/link-flags" LifereelFFmpeg_link_line)
    separate_arguments(LifereelFFmpeg_link_line UNIX_COMMAND "${LifereelFFmpeg_link_line}")
    foreach(library IN LISTS LifereelFFmpeg_libraries)
      set(pc "${LIFEREEL_FFMPEG_PREFIX}/lib/pkgconfig/lib${library}.pc")
      set(LifereelFFmpeg_${library}_VERSION 0)
      if(EXISTS "${pc}")
        file(STRINGS "${pc}" version_line REGEX "^Version:")
        string(REGEX REPLACE "^Version: *" "" LifereelFFmpeg_${library}_VERSION "${version_line}")
      endif()
      if(NOT TARGET LifereelFFmpeg::${library})
        add_library(LifereelFFmpeg::${library} INTERFACE IMPORTED)
        target_include_directories(LifereelFFmpeg::${library} SYSTEM INTERFACE
          "${LIFEREEL_FFMPEG_PREFIX}/include")
        # The libraries need each other, so each target brings the whole line.
        target_link_libraries(LifereelFFmpeg::${library} INTERFACE "${LifereelFFmpeg_link_line}")
      endif()
    endforeach()
  endif()
else()
  find_package(PkgConfig QUIET)
  if(NOT PKG_CONFIG_FOUND)
    set(LifereelFFmpeg_problem "pkg-config is missing (Debian: apt-get install pkg-config)")
  else()
    foreach(library IN LISTS LifereelFFmpeg_libraries)
      pkg_check_modules(LifereelFFmpeg_${library} QUIET IMPORTED_TARGET lib${library})
      if(NOT LifereelFFmpeg_${library}_FOUND)
        set(LifereelFFmpeg_problem
            "lib${library} is missing (Debian: apt-get install lib${library}-dev)")
      elseif(NOT TARGET LifereelFFmpeg::${library})
        add_library(LifereelFFmpeg::${library} INTERFACE IMPORTED)
        target_link_libraries(LifereelFFmpeg::${library} INTERFACE PkgConfig::LifereelFFmpeg_${library})
      endif()
    endforeach()
  endif()
endif()

if(NOT LifereelFFmpeg_problem)
  foreach(library IN LISTS LifereelFFmpeg_libraries)
    if(LifereelFFmpeg_${library}_VERSION VERSION_LESS LifereelFFmpeg_${library}_least)
      set(LifereelFFmpeg_problem "lib${library} ${LifereelFFmpeg_${library}_VERSION} is older than ${LifereelFFmpeg_${library}_least}; lifereel needs FFmpeg 5.1 or newer")
    endif()
  endforeach()
endif()
if(LifereelFFmpeg_problem)
  set(LifereelFFmpeg_usable FALSE)
else()
  set(LifereelFFmpeg_usable TRUE)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LifereelFFmpeg
  REQUIRED_VARS LifereelFFmpeg_usable
  REASON_FAILURE_MESSAGE "${LifereelFFmpeg_problem}")
