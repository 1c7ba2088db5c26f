#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# By hand: the whole program for 64-bit Arm, with the FFmpeg of Debian's arm64 packages, run by
# qemu-user: one film of each codec, whose pictures are those that this machine's program makes. Says
# which films are equal byte for byte, too. Needs g++-aarch64-linux-gnu, qemu-user and the network.
#   compare-aarch64.sh PROGRAM [WORK_DIR]        WORK_DIR keeps packages and build for the next time
set -eu

program=$1
source=$(cd "$(dirname "$0")/../../.." && pwd)
work=${2:-}
if [ -z "$work" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
fi
mkdir -p "$work"
work=$(cd "$work" && pwd)

# The packages are unpacked beside this system, which stays as it is: no script of theirs is run.
if [ ! -f "$work/unpacked" ]; then
  mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/sources" "$work/root"
  : > "$work/status"
  cat > "$work/sources/debian.sources" << END
Types: deb
URIs: http://deb.debian.org/debian
Suites: $(. /etc/os-release && echo "$VERSION_CODENAME")
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
END
  arm_apt() {
    apt-get -qq -o APT::Architecture=arm64 -o APT::Architectures::=arm64 -o APT::Sandbox::User=root \
      -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$work/sources" \
      -o Dir::State::Lists="$work/lists" -o Dir::State::status="$work/status" \
      -o Dir::Cache::archives="$work/archives" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \
      -o Debug::NoLocking=1 "$@"
  }
  arm_apt update
  arm_apt install -y --download-only --no-install-recommends libavcodec-dev libavformat-dev \
    libavfilter-dev libavutil-dev libboost-program-options-dev
  for package in "$work"/archives/*.deb; do dpkg -x "$package" "$work/root"; done
  # Links of packages are to the root of a system that they were installed in.
  find "$work/root" -type l -lname '/*' | while read -r link; do
    ln -snf "$work/root$(readlink "$link")" "$link"
  done
  # As alternatives would choose.
  for library in blas lapack; do
    ln -sf "$library/lib$library.so.3" "$work/root/usr/lib/aarch64-linux-gnu/lib$library.so.3"
  done
  : > "$work/unpacked"
fi

cat > "$work/toolchain.cmake" << END
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_SYSROOT $work/root)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64 -L $work/root)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
END
export PKG_CONFIG_SYSROOT_DIR="$work/root"
export PKG_CONFIG_LIBDIR="$work/root/usr/lib/aarch64-linux-gnu/pkgconfig:$work/root/usr/share/pkgconfig"
cmake -S "$source" -B "$work/build" -G "${CMAKE_GENERATOR:-Ninja}" --toolchain "$work/toolchain.cmake" \
  -DCMAKE_BUILD_TYPE=Release -DCMAKE_UNITY_BUILD=ON -DLIFEREEL_DEVELOPER=OFF -DLIFEREEL_TESTS=OFF \
  -DLIFEREEL_CUDA=OFF -DCMAKE_EXE_LINKER_FLAGS=-Wl,-rpath-link="$work/root/usr/lib/aarch64-linux-gnu" > "$work/log"
cmake --build "$work/build" --parallel "${JOBS:-2}" --target lifereel_cli >> "$work/log" 2>&1 ||
  { tail -n 30 "$work/log"; exit 1; }
unset PKG_CONFIG_SYSROOT_DIR PKG_CONFIG_LIBDIR

films=$work/films
rm -rf "$films"
mkdir "$films"
export QEMU_LD_PREFIX="$work/root"
qemu-aarch64 "$work/build/src/lifereel" --version
render() {  # CODEC EXTENSION [OPTIONS]: on both
  codec=$1
  extension=$2
  shift 2
  for here in arm x86; do
    run=
    if [ $here = arm ]; then run="qemu-aarch64 $work/build/src/lifereel"; else run=$program; fi
    # shellcheck disable=SC2086  # the emulator is a word of its own
    $run render -q --size 320x270 --particles 300 --frames 20 --codec "$codec" "$@" --lanes 1 --overwrite \
      --resume off --hash "$films/$codec-$here.hash" -o "$films/$codec-$here.$extension"
  done
  grep -v '^#' "$films/$codec-arm.hash" > "$films/a"
  grep -v '^#' "$films/$codec-x86.hash" > "$films/b"
  cmp "$films/a" "$films/b"
  same=other
  if cmp -s "$films/$codec-arm.$extension" "$films/$codec-x86.$extension"; then same=equal; fi
  echo "$codec: pictures equal, bytes $same"
}
render mpeg2video mkv --bitrate 2M
render libx264 mp4
render libx265 mp4
render ffv1 mkv
render rawvideo nut
"$program" hash -q --frames 30 > "$films/golden"
qemu-aarch64 "$work/build/src/lifereel" hash -q --check "$films/golden"
echo "hashes equal"
