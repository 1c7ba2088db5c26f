# SPDX-License-Identifier: GPL-2.0-or-later
# Removes what the last installation from a build wrote, whole or of a component, and the folders of
# lifereel's own that are empty then.
#   cmake -P uninstall.cmake BUILD_DIR
file(GLOB manifests ${CMAKE_ARGV3}/install_manifest*.txt)
if(NOT manifests)
  message(FATAL_ERROR "Nothing was installed from ${CMAKE_ARGV3}: it has no install_manifest.txt")
endif()
foreach(manifest IN LISTS manifests)
  file(STRINGS ${manifest} installed)
  foreach(file IN LISTS installed)
    set(file "$ENV{DESTDIR}${file}")
    if(EXISTS "${file}" OR IS_SYMLINK "${file}")
      message(STATUS "Removing: ${file}")
      file(REMOVE "${file}")
    endif()
    if(EXISTS "${file}" OR IS_SYMLINK "${file}")
      message(FATAL_ERROR "${file} cannot be removed; run this as the user who installed it")
    endif()
    get_filename_component(folder "${file}" DIRECTORY)
    while(folder MATCHES "/lifereel(/|$)")
      execute_process(COMMAND rmdir "${folder}" ERROR_QUIET)  # only if it is empty
      get_filename_component(folder "${folder}" DIRECTORY)
    endwhile()
  endforeach()
endforeach()
