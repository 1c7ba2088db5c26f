# SPDX-License-Identifier: GPL-2.0-or-later
# Another FFmpeg than lifereel's: whoever links it notices.
set(FFmpeg_FOUND TRUE)
set(FFmpeg_VERSION parent)
if(NOT TARGET FFmpeg::avcodec)
  add_library(FFmpeg::avcodec INTERFACE IMPORTED)
  target_link_libraries(FFmpeg::avcodec INTERFACE no-such-library)
endif()
