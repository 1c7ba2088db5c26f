# SPDX-License-Identifier: GPL-2.0-or-later
# FFmpeg 5.1 or newer, one imported target for each library that lifereel uses:
#   FFmpeg::avfilter FFmpeg::avformat FFmpeg::avcodec FFmpeg::avutil
# through pkg-config, or from a prefix with static libraries:
#   -DLIFEREEL_FFMPEG_PREFIX=DIR   uses DIR/include and links what the file DIR/link-flags says.
set(LIFEREEL_FFMPEG_PREFIX "" CACHE PATH
    "A folder with static FFmpeg libraries (include/, lib/pkgconfig/, link-flags) in place of the system's")

# In link order; the versions are FFmpeg 5.1's.
set(FFmpeg_libraries avfilter avformat avcodec avutil)
set(FFmpeg_avfilter_least 8.44.0)
set(FFmpeg_avformat_least 59.27.0)
set(FFmpeg_avcodec_least 59.37.0)
set(FFmpeg_avutil_least 57.28.0)

set(FFmpeg_problem "")
if(LIFEREEL_FFMPEG_PREFIX)
  if(NOT EXISTS "${LIFEREEL_FFMPEG_PREFIX}/link-flags")
    set(FFmpeg_problem "${LIFEREEL_FFMPEG_PREFIX} has no file link-flags")
  else()
    file(READ "${LIFEREEL_FFMPEG_PREFIX}/link-flags" FFmpeg_link_line)
    separate_arguments(FFmpeg_link_line UNIX_COMMAND "${FFmpeg_link_line}")
    foreach(library IN LISTS FFmpeg_libraries)
      set(pc "${LIFEREEL_FFMPEG_PREFIX}/lib/pkgconfig/lib${library}.pc")
      set(FFmpeg_${library}_VERSION 0)
      if(EXISTS "${pc}")
        file(STRINGS "${pc}" version_line REGEX "^Version:")
        string(REGEX REPLACE "^Version: *" "" FFmpeg_${library}_VERSION "${version_line}")
      endif()
      if(NOT TARGET FFmpeg::${library})
        add_library(FFmpeg::${library} INTERFACE IMPORTED)
        target_include_directories(FFmpeg::${library} SYSTEM INTERFACE
          "${LIFEREEL_FFMPEG_PREFIX}/include")
        # The libraries need each other, so each target brings the whole line.
        target_link_libraries(FFmpeg::${library} INTERFACE "${FFmpeg_link_line}")
      endif()
    endforeach()
  endif()
else()
  find_package(PkgConfig QUIET)
  if(NOT PKG_CONFIG_FOUND)
    set(FFmpeg_problem "pkg-config is missing (Debian: apt-get install pkg-config)")
  else()
    foreach(library IN LISTS FFmpeg_libraries)
      pkg_check_modules(FFmpeg_${library} QUIET IMPORTED_TARGET lib${library})
      if(NOT FFmpeg_${library}_FOUND)
        set(FFmpeg_problem
            "lib${library} is missing (Debian: apt-get install lib${library}-dev)")
      elseif(NOT TARGET FFmpeg::${library})
        add_library(FFmpeg::${library} INTERFACE IMPORTED)
        target_link_libraries(FFmpeg::${library} INTERFACE PkgConfig::FFmpeg_${library})
      endif()
    endforeach()
  endif()
endif()

if(NOT FFmpeg_problem)
  foreach(library IN LISTS FFmpeg_libraries)
    if(FFmpeg_${library}_VERSION VERSION_LESS FFmpeg_${library}_least)
      set(FFmpeg_problem "lib${library} ${FFmpeg_${library}_VERSION} is older than ${FFmpeg_${library}_least}; lifereel needs FFmpeg 5.1 or newer")
    endif()
  endforeach()
endif()
if(FFmpeg_problem)
  set(FFmpeg_usable FALSE)
else()
  set(FFmpeg_usable TRUE)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(FFmpeg
  REQUIRED_VARS FFmpeg_usable
  REASON_FAILURE_MESSAGE "${FFmpeg_problem}")
