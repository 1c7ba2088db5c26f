# SPDX-License-Identifier: GPL-2.0-or-later
# What Debian's policy asks of each package beyond what is installed elsewhere, done to CPack's copy:
# documents in a folder of the package's name, manual and changes compressed, no run path, the
# libraries' modes. SOURCE_DATE_EPOCH dates the changelog.
set(debian ${CMAKE_CURRENT_LIST_DIR})
set(version ${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})
find_program(gzip gzip REQUIRED)

# compress FILE: as gzip -9n, which keeps neither name nor date.
function(compress file)
  execute_process(COMMAND ${gzip} -9nf ${file} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

foreach(component IN LISTS CPACK_COMPONENTS_ALL)
  string(TOUPPER ${component} upper)
  set(package ${CPACK_DEBIAN_${upper}_PACKAGE_NAME})
  set(usr ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/${component}/usr)
  set(documents ${usr}/share/doc/${package})
  file(GLOB copied ${usr}/share/doc/lifereel/*)
  file(REMOVE_RECURSE ${usr}/share/doc)
  file(MAKE_DIRECTORY ${documents})

  file(READ ${debian}/copyright.in copyright)
  file(READ ${debian}/../../../config/third-party.txt third_party)
  # As a paragraph of the format: one blank before each line, a point in empty ones.
  string(REGEX REPLACE "\n\n" "\n.\n" third_party "${third_party}")
  string(REGEX REPLACE "\n\n" "\n.\n" third_party "${third_party}")
  string(REGEX REPLACE "\n([^\n])" "\n \\1" third_party "${third_party}")
  string(REPLACE "@THIRD_PARTY@" " ${third_party}" copyright "${copyright}")
  file(WRITE ${documents}/copyright "${copyright}")

  string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
  file(WRITE ${documents}/changelog.Debian
    "lifereel (${version}) unstable; urgency=medium\n\n  * Release ${CPACK_PACKAGE_VERSION}.\n\n"
    " -- ${CPACK_PACKAGE_CONTACT}  ${date}\n")
  compress(${documents}/changelog.Debian)
  file(COPY ${debian}/../../../CHANGELOG.md DESTINATION ${documents})
  file(RENAME ${documents}/CHANGELOG.md ${documents}/changelog)
  compress(${documents}/changelog)
  if(component STREQUAL lifereel_program)
    file(COPY ${debian}/../../../README.md DESTINATION ${documents})
    compress(${usr}/share/man/man1/lifereel.1)
  endif()
  file(READ ${debian}/lintian-overrides overrides)
  if(component STREQUAL lifereel_runtime)
    file(READ ${debian}/lintian-overrides-library overrides_library)
    string(APPEND overrides "${overrides_library}")
  endif()
  file(WRITE ${usr}/share/lintian/overrides/${package} "${overrides}")

  # Libraries are found where the system has them, and are no programs.
  file(GLOB_RECURSE programs ${usr}/bin/*)
  file(GLOB_RECURSE libraries ${usr}/lib/*.so*)
  foreach(file IN LISTS programs libraries)
    if(NOT IS_SYMLINK ${file})
      file(RPATH_REMOVE FILE ${file})
    endif()
  endforeach()
  file(GLOB_RECURSE others ${documents}/* ${usr}/share/* ${libraries})
  foreach(file IN LISTS others)
    if(NOT IS_SYMLINK ${file})
      file(CHMOD ${file} PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
    endif()
  endforeach()
endforeach()
