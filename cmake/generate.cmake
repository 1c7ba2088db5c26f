# SPDX-License-Identifier: GPL-2.0-or-later
# The manual and the shells' completions, as the program that was just built prints them.
#   cmake -DPROGRAM=... [-DEMULATOR=...] -DINTO=FOLDER -P generate.cmake
file(MAKE_DIRECTORY ${INTO})
foreach(file_what IN ITEMS lifereel.1=man lifereel.bash=complete-bash _lifereel=complete-zsh
                           lifereel.fish=complete-fish)
  string(REPLACE "=" ";" pair ${file_what})
  list(GET pair 0 file)
  list(GET pair 1 what)
  execute_process(COMMAND ${EMULATOR} ${PROGRAM} --generate ${what}
                  OUTPUT_FILE ${INTO}/${file} RESULT_VARIABLE failed)
  if(failed)
    file(REMOVE ${INTO}/${file})
    message(FATAL_ERROR "${PROGRAM} --generate ${what} has failed")
  endif()
endforeach()
