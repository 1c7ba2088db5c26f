# SPDX-License-Identifier: GPL-2.0-or-later
# Debian packages, by CPack; cmake/package.sh is the one command that makes them. A shared build
# installed to /usr is packed, one package a component:
#   lifereel         the program, its manual and completions
#   liblifereelX.Y   the shared library: X.Y is in its name, since 0.x promises no compatibility
#   liblifereel-dev  headers, and what CMake and pkg-config find it by
if(NOT PROJECT_IS_TOP_LEVEL OR NOT BUILD_SHARED_LIBS OR NOT LIFEREEL_CLI)
  return()
endif()
set(library_package liblifereel${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME lifereel)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_VENDOR "lifereel")
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_PACKAGE_CONTACT "${LIFEREEL_MAINTAINER}")
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL lifereel_program lifereel_runtime lifereel_development)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/packaging/debian/finish.cmake)

set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # each package has its own below
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SOURCE lifereel)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR}/src)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)

set(CPACK_DEBIAN_LIFEREEL_PROGRAM_PACKAGE_NAME lifereel)
set(CPACK_DEBIAN_LIFEREEL_PROGRAM_PACKAGE_SECTION video)
set(CPACK_DEBIAN_LIFEREEL_PROGRAM_PACKAGE_DEPENDS "${library_package} (= ${PROJECT_VERSION}-1)")
set(CPACK_DEBIAN_LIFEREEL_PROGRAM_PACKAGE_SUGGESTS "dvdauthor, genisoimage, growisofs, lsdvd, xorriso")
set(CPACK_DEBIAN_LIFEREEL_PROGRAM_DESCRIPTION "Particle Life, from one seed to a finished film
Simulates particles of several species on a torus, with an asymmetric matrix
of forces between the species, and encodes them in the same process with
FFmpeg's libraries: DVD-Video, H.264, HEVC or lossless films of any length.
.
One seed is one universe, bit for bit, on every machine. A render that was
stopped goes on where it was.")

set(CPACK_DEBIAN_LIFEREEL_RUNTIME_PACKAGE_NAME ${library_package})
set(CPACK_DEBIAN_LIFEREEL_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIFEREEL_RUNTIME_PACKAGE_CONTROL_EXTRA
    ${PROJECT_SOURCE_DIR}/cmake/packaging/debian/triggers)
set(CPACK_DEBIAN_LIFEREEL_RUNTIME_DESCRIPTION "Particle Life as films, shared library
Simulates Particle Life from one seed and encodes it in the same process
with FFmpeg's libraries.
.
This package has what programs need at work.")

set(CPACK_DEBIAN_LIFEREEL_DEVELOPMENT_PACKAGE_NAME liblifereel-dev)
set(CPACK_DEBIAN_LIFEREEL_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_LIFEREEL_DEVELOPMENT_PACKAGE_SHLIBDEPS OFF)
set(CPACK_DEBIAN_LIFEREEL_DEVELOPMENT_PACKAGE_DEPENDS "${library_package} (= ${PROJECT_VERSION}-1)")
set(CPACK_DEBIAN_LIFEREEL_DEVELOPMENT_DESCRIPTION "Particle Life as films, headers
Simulates Particle Life from one seed and encodes it in the same process
with FFmpeg's libraries.
.
This package has the headers, and what CMake and pkg-config find the library
by.")
include(CPack)
