#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs what lifereel needs on Debian 12 (and what is called the same elsewhere), with apt-get.
#   cmake/setup.sh            what a build needs
#   cmake/setup.sh --tests    also what all tests need
# Uses sudo where it is not run by root. Asks apt-get for nothing when everything is there.
set -eu

build_packages="g++ cmake ninja-build pkg-config
  libavcodec-dev libavformat-dev libavfilter-dev libavutil-dev
  libboost-program-options-dev"

# groff, mandoc, zsh and fish, which read the manual and the completions; lintian, which reads packages;
# clang, its linker, sanitizers and standard library, and clang-format 14; doctest; ffmpeg and ffprobe, which
# judge the films; programs that make discs, and what reads and plays them; python3, which renders
# under faults; Slurm, which shares a film out; locales, one of which has a decimal comma; a cross
# compiler and an emulator for 64-bit Arm; git, of which the checkout is one.
test_packages="clang lld libclang-rt-14-dev clang-format-14 libc++-14-dev libc++abi-14-dev
  doctest-dev
  ffmpeg dvdauthor genisoimage xorriso lsdvd libdvdread-dev libdvdnav-dev python3 locales
  slurmctld slurmd slurm-client munge
  groff mandoc zsh fish dpkg-dev lintian
  g++-aarch64-linux-gnu qemu-user"

case ${1:-} in
  '') packages=$build_packages ;;
  --tests) packages="$build_packages $test_packages" ;;
  *) echo "usage: cmake/setup.sh [--tests]" >&2; exit 2 ;;
esac

missing=
for package in $packages; do
  status=$(dpkg-query -W -f '${Status}' "$package" 2> /dev/null || true)
  case $status in
    'install ok installed') ;;
    *) missing="$missing $package" ;;
  esac
done
if [ -z "$missing" ]; then exit 0; fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo > /dev/null || { echo "as root, run: apt-get install$missing" >&2; exit 1; }
  as_root=sudo
fi
echo "installing:$missing"
$as_root apt-get update -qq
# shellcheck disable=SC2086  # names, one word each
$as_root env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq --no-install-recommends $missing > /dev/null
