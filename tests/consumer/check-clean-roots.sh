#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# By hand, as root, with the network and mmdebstrap; a few minutes. In minimal systems that have never
# seen lifereel: the portable program renders and verifies films, and where the packages were built
# for, they are installed with what they depend on, the consumer is built, and they are removed.
#   check-clean-roots.sh PACKAGES_DIR PORTABLE_ARCHIVE SUITE...     bookworm first, trixie, noble
# The packages are installed in the first of the suites. ROOTS, a folder, keeps the systems; KEYRING
# has Ubuntu's keys, where this system does not (Debian 13: the package ubuntu-keyring).
set -eu

packages=$(cd "$1" && pwd)
portable=$(readlink -f "$2")
shift 2
source=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
roots=${ROOTS:-$work}

first=yes
for suite in "$@"; do
  case $suite in
    noble) mirror=http://archive.ubuntu.com/ubuntu ;;
    *) mirror=http://deb.debian.org/debian ;;
  esac
  [ -f "$roots/$suite.tar" ] || mmdebstrap --quiet --variant=apt \
    ${KEYRING:+--keyring="$KEYRING"} "$suite" "$roots/$suite.tar" "$mirror"
  root=$work/$suite
  mkdir "$root"
  tar -C "$root" -xf "$roots/$suite.tar"
  mkdir "$root/given"
  cp "$portable" "$root/given/portable.tar.gz"
  cp "$packages"/*.deb "$root/given"
  cp -R "$source/tests/consumer" "$root/given/consumer"
  cat > "$root/given/run.sh" << 'END'
set -eu
cd /given
. /etc/os-release
echo "== $PRETTY_NAME, $(ldd --version | head -n 1)"
mkdir portable
tar -xf portable.tar.gz -C portable --strip-components=1
portable/bin/lifereel --version
portable/bin/lifereel render -q --preset dvd_video --frames 30 -o dvd.mpg
portable/bin/lifereel render -q --codec libx264 --size 640x360 --frames 30 -o h264.mp4
portable/bin/lifereel render -q --codec libx265 --size 640x360 --frames 30 -o hevc.mp4
portable/bin/lifereel render -q --codec ffv1 --size 640x360 --frames 30 -o ffv1.mkv
for film in dvd.mpg h264.mp4 hevc.mp4 ffv1.mkv; do
  portable/bin/lifereel verify --quiet "$film" > verified || { cat verified; exit 1; }
  sha256sum "$film"  # the same in every system
done
if [ "$1" = yes ]; then
  apt-get update -qq
  before=$(dpkg-query -W -f '${Package}\n' | sort)
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ./lifereel_*.deb ./liblifereel[0-9]*.deb > log 2>&1 || { cat log; exit 1; }
  lifereel render -q --preset dvd_video --frames 30 -o packaged.mpg
  lifereel verify --quiet packaged.mpg | tail -n 1
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ./liblifereel-dev*.deb g++ cmake make pkg-config > log 2>&1 || { cat log; exit 1; }
  cmake -S consumer -B by-cmake > log
  cmake --build by-cmake >> log
  mkdir films more
  by-cmake/consumer films
  flags=$(pkg-config --cflags --libs lifereel)
  g++ -std=c++20 consumer/consumer.cpp $flags -o by-pkg-config
  ./by-pkg-config more
  apt-get purge -y -qq lifereel liblifereel-dev 'liblifereel0*' > log 2>&1 || { cat log; exit 1; }
  left=$(find / -xdev -name '*lifereel*' ! -path '/given/*' ! -path '/root/*' ! -path '/proc/*')
  [ -z "$left" ] || { echo "left: $left"; exit 1; }
  echo "packages: installed, used, removed"
fi
END
  cp /etc/resolv.conf "$root/etc/resolv.conf" 2> /dev/null || true
  unshare -m sh -eu -c 'mount --bind /dev "$1/dev"; mount -t proc proc "$1/proc"; mount --rbind /sys "$1/sys"; exec chroot "$1" sh /given/run.sh "$2"' sh "$root" "$first"
  first=no
  rm -rf --one-file-system "$root"
done
