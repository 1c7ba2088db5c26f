# SPDX-License-Identifier: GPL-2.0-or-later
# One installed library, lifereel::lifereel, with its headers as include/lifereel/<as in this tree>
# (src/ flattened), for find_package and pkg-config. The same headers are staged in the build
# directory, so that `#include <lifereel/render.h>` also works through add_subdirectory().
include(CMakePackageConfigHelpers)

set(LIFEREEL_PUBLIC_HEADERS
  sim/cancelled.h
  sim/checkpoint.h
  sim/colour.h
  sim/engine.h
  sim/language.h
  sim/look.h
  sim/scene.h
  sim/species_motion.h
  sim/universe.h
  cuda/cuda_engine.h
  encoders/chunk_plan.h
  encoders/chunk_store.h
  encoders/containers.h
  encoders/film.h
  encoders/film_chunks.h
  encoders/film_reader.h
  encoders/film_settings.h
  encoders/film_statistics.h
  encoders/finished_file.h
  encoders/frame_hash.h
  encoders/libav_log.h
  encoders/picture.h
  encoders/picture_files.h
  encoders/png.h
  encoders/program_stream.h
  encoders/sound_file.h
  encoders/vbv.h
  src/bench.h
  src/build_facts.h
  src/disc.h
  src/errors.h
  src/estimate.h
  src/farm.h
  src/film_to_disc.h
  src/golden.h
  src/job_control.h
  src/npy.h
  src/pipeline.h
  src/render.h
  src/scout.h
  src/setting_words.h
  src/settings.h
  src/verify.h
  src/version.h)

set(staged_include_dir ${PROJECT_BINARY_DIR}/include)
foreach(header IN LISTS LIFEREEL_PUBLIC_HEADERS)
  string(REGEX REPLACE "^src/" "" installed_header ${header})
  configure_file(${PROJECT_SOURCE_DIR}/${header}
                 ${staged_include_dir}/lifereel/${installed_header} COPYONLY)
endforeach()
target_include_directories(lifereel INTERFACE
  $<BUILD_INTERFACE:${staged_include_dir}>
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)

if(NOT LIFEREEL_INSTALL)
  return()
endif()

if(PROJECT_IS_TOP_LEVEL)
  add_custom_target(uninstall VERBATIM
    COMMAND ${CMAKE_COMMAND} -P ${PROJECT_SOURCE_DIR}/cmake/uninstall.cmake ${PROJECT_BINARY_DIR})
endif()

# Components, for packagers and for projects around this one: lifereel_runtime is what programs need
# at work, lifereel_development what is needed to build them, and lifereel_program the command line.
install(DIRECTORY ${staged_include_dir}/lifereel DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        COMPONENT lifereel_development)
install(TARGETS lifereel EXPORT lifereelTargets
        LIBRARY COMPONENT lifereel_runtime NAMELINK_COMPONENT lifereel_development
        ARCHIVE COMPONENT lifereel_development)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/README.md
              ${PROJECT_SOURCE_DIR}/CHANGELOG.md
              ${PROJECT_SOURCE_DIR}/config/third-party.txt
        DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/lifereel COMPONENT lifereel_runtime)
if(LIFEREEL_CLI)
  install(TARGETS lifereel_cli RUNTIME COMPONENT lifereel_program)
  if(LIFEREEL_GENERATED_DIR)
    set(LIFEREEL_ZSH_DIR ${CMAKE_INSTALL_DATADIR}/zsh/site-functions CACHE STRING
        "Where zsh looks for completions; on Debian share/zsh/vendor-completions")
    install(FILES ${LIFEREEL_GENERATED_DIR}/lifereel.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1
            COMPONENT lifereel_program)
    install(FILES ${LIFEREEL_GENERATED_DIR}/lifereel.bash RENAME lifereel
            DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
            COMPONENT lifereel_program)
    install(FILES ${LIFEREEL_GENERATED_DIR}/_lifereel DESTINATION ${LIFEREEL_ZSH_DIR}
            COMPONENT lifereel_program)
    install(FILES ${LIFEREEL_GENERATED_DIR}/lifereel.fish
            DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d
            COMPONENT lifereel_program)
  endif()
  file(RELATIVE_PATH bin_to_lib ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
  set_target_properties(lifereel_cli PROPERTIES INSTALL_RPATH "\$ORIGIN/${bin_to_lib}")
endif()

# A static library hands what it needs on to whoever links it; a shared one keeps it to itself.
get_target_property(lifereel_type lifereel TYPE)
if(lifereel_type STREQUAL "STATIC_LIBRARY")
  set(LIFEREEL_STATIC TRUE)
  set(pc_requires "Requires: libavfilter libavformat libavcodec libavutil\n")
else()
  set(LIFEREEL_STATIC FALSE)
  set(pc_requires "")  # even a private one would have to be installed, headers and all
endif()

# The CUDA runtime is linked statically: a static liblifereel.a hands that on too. It is elsewhere on
# another machine: pkg-config --define-variable=cuda_libdir=DIR says where.
set(pc_cuda_libdir "")
set(pc_cuda_libs "")
if(LIFEREEL_HAS_CUDA AND LIFEREEL_STATIC)
  set(pc_cuda_libdir "cuda_libdir=${CUDAToolkit_LIBRARY_DIR}\n")
  set(pc_cuda_libs " -L\${cuda_libdir} -lcudart_static -ldl -lrt")
endif()

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/lifereel)
install(EXPORT lifereelTargets NAMESPACE lifereel:: DESTINATION ${package_dir}
        COMPONENT lifereel_development)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/lifereelConfig.cmake.in
                              ${PROJECT_BINARY_DIR}/lifereelConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
# 0.x promises nothing from one minor version to the next.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/lifereelConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/lifereelConfig.cmake
              ${PROJECT_BINARY_DIR}/lifereelConfigVersion.cmake
              ${PROJECT_SOURCE_DIR}/cmake/FindLifereelFFmpeg.cmake
        DESTINATION ${package_dir} COMPONENT lifereel_development)

# Relative to the file itself, so that an installed tree may be moved (cmake --install --prefix).
file(RELATIVE_PATH pc_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
file(RELATIVE_PATH pc_libdir ${CMAKE_INSTALL_PREFIX} ${CMAKE_INSTALL_FULL_LIBDIR})
file(RELATIVE_PATH pc_includedir ${CMAKE_INSTALL_PREFIX} ${CMAKE_INSTALL_FULL_INCLUDEDIR})
configure_file(${PROJECT_SOURCE_DIR}/cmake/lifereel.pc.in ${PROJECT_BINARY_DIR}/lifereel.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/lifereel.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
        COMPONENT lifereel_development)
