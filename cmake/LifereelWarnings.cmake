# SPDX-License-Identifier: GPL-2.0-or-later
# lifereel_warnings: link it PRIVATE to every target of ours. Errors only in developer builds, so that
# a newer compiler's new warning never stops a user.
add_library(lifereel_warnings INTERFACE)
target_compile_options(lifereel_warnings INTERFACE
  $<$<COMPILE_LANG_AND_ID:CXX,GNU,Clang,AppleClang>:-Wall -Wextra -Wshadow>
  $<$<AND:$<BOOL:${LIFEREEL_DEVELOPER}>,$<COMPILE_LANG_AND_ID:CXX,GNU,Clang,AppleClang>>:-Werror>)
