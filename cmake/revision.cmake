# SPDX-License-Identifier: GPL-2.0-or-later
# Writes HEADER with the revision of the source: of its git checkout, or as `git archive` left it in
# .revision; empty where neither is there. It is written when it changes, at every build.
#   cmake -DSOURCE=DIR -DHEADER=FILE -P revision.cmake
set(revision "")
if(EXISTS ${SOURCE}/.git)
  find_program(git git)
  if(git)
    execute_process(COMMAND ${git} -C ${SOURCE} describe --always --dirty=-changed --abbrev=12 --exclude=*
                    OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  endif()
elseif(EXISTS ${SOURCE}/.revision)
  file(STRINGS ${SOURCE}/.revision archived REGEX "^[0-9a-f]+$" LIMIT_COUNT 1)
  string(SUBSTRING "${archived}" 0 12 revision)
endif()
set(text "#define LIFEREEL_REVISION \"${revision}\"\n")
set(before "")
if(EXISTS ${HEADER})
  file(READ ${HEADER} before)
endif()
if(NOT text STREQUAL before)
  file(WRITE ${HEADER} "${text}")
endif()
