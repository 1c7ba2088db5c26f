# SPDX-License-Identifier: GPL-2.0-or-later
# Untested. For a tap's Formula/; address and digest are those of the archive that cmake/package.sh
# makes. It may need more than this: lifereel has been built on Linux alone.
class Lifereel < Formula
  desc "Particle Life, from one seed to a finished film"
  homepage "https://example.invalid/lifereel"
  url "https://example.invalid/lifereel-0.1.0.tar.gz"
  sha256 "0000000000000000000000000000000000000000000000000000000000000000"
  license "GPL-2.0-or-later"

  depends_on "cmake" => :build
  depends_on "pkgconf" => :build
  depends_on "boost"
  depends_on "ffmpeg"

  def install
    args = %w[-DLIFEREEL_DEVELOPER=OFF -DLIFEREEL_TESTS=OFF -DLIFEREEL_CUDA=OFF -DBUILD_SHARED_LIBS=ON]
    system "cmake", "-S", ".", "-B", "build", *args, *std_cmake_args
    system "cmake", "--build", "build"
    system "cmake", "--install", "build"
  end

  test do
    system bin/"lifereel", "render", "--preset", "dvd_video", "--frames", "15", "-o", "film.mpg"
    system bin/"lifereel", "verify", "film.mpg"
  end
end
