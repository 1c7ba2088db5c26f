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
