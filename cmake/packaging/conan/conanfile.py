# SPDX-License-Identifier: GPL-2.0-or-later
"""Untested. Conan 2: builds the checkout that this recipe stands in."""

import os

from conan import ConanFile
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy
from conan.tools.gnu import PkgConfigDeps


class Lifereel(ConanFile):
    name = "lifereel"
    version = "0.1.0"
    description = "Particle Life, from one seed to a finished film"
    license = "GPL-2.0-or-later"
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False], "fPIC": [True, False], "with_program": [True, False]}
    default_options = {"shared": False, "fPIC": True, "with_program": True, "ffmpeg/*:with_libx264": True,
                       "ffmpeg/*:with_libx265": True}

    def export_sources(self):
        root = os.path.join(self.recipe_folder, "..", "..", "..")
        for pattern in ("CMakeLists.txt", "LICENSE", "README.md", "CHANGELOG.md", "cmake/*", "config/*", "cuda/*",
                        "encoders/*", "sim/*", "src/*"):
            copy(self, pattern, src=root, dst=self.export_sources_folder)

    def requirements(self):
        self.requires("ffmpeg/[>=5.1 <9]", transitive_headers=False)
        if self.options.with_program:
            self.requires("boost/[>=1.74]")

    def layout(self):
        cmake_layout(self)

    def generate(self):
        CMakeDeps(self).generate()
        PkgConfigDeps(self).generate()
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables.update({
            "LIFEREEL_DEVELOPER": False, "LIFEREEL_TESTS": False, "LIFEREEL_CUDA": "OFF",
            "LIFEREEL_CLI": bool(self.options.with_program)})
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()

    def package_info(self):
        self.cpp_info.set_property("cmake_find_mode", "none")  # it brings its own lifereelConfig.cmake
        self.cpp_info.builddirs = [os.path.join("lib", "cmake", "lifereel")]
        self.cpp_info.libs = ["lifereel"]
