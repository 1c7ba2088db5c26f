#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes the Debian packages of a shared build and packs them once more, which must be equal; lintian
# finds nothing in them. Then installs them over a copy of this system that is thrown away
# (an overlay in a mount namespace of its own), renders, builds the consumer, and removes them:
# nothing of them is left.
#   check-packages.sh SOURCE_DIR BUILD_DIR COMPILER
# Exit status 77: dpkg-dev is not here, or the system does not let us make such a copy.
set -eu

source=$1
build=$2
compiler=$3
command -v dpkg-shlibdeps > /dev/null || { echo "skipped: dpkg-dev is not installed"; exit 77; }
unshare -m true 2> /dev/null || { echo "skipped: no mount namespaces here (run it as root)"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo "packed twice"
SOURCE_DATE_EPOCH=$(date +%s)
export SOURCE_DATE_EPOCH
"$source/cmake/package.sh" "$build" > "$work/first" || { cat "$work/first"; exit 1; }
mv "$build/packages" "$work/packages"
(cd "$build" && cpack -B "$work/second" > "$work/log" 2>&1) || { cat "$work/log"; exit 1; }
for package in "$work"/packages/*.deb; do cmp "$package" "$work/second/$(basename "$package")"; done
for package in "$work"/packages/*.deb; do dpkg-deb --info "$package" > "$package.info"; done
# What the libraries that it uses are called is found in them, not written down.
grep -q '^ Depends: .*libavcodec[0-9]' "$work"/packages/liblifereel[0-9]*.info

if command -v lintian > /dev/null; then
  echo "by lintian"
  lintian --fail-on warning,error --tag-display-limit 0 "$work"/packages/*.deb > "$work/lintian" 2>&1 ||
    { cat "$work/lintian"; exit 1; }
fi

echo "installed"
cat > "$work/within.sh" << 'END'
set -eu
packages=$1
dpkg -i "$packages"/*.deb > "$packages/dpkg.log" 2>&1 || { cat "$packages/dpkg.log"; exit 1; }
dpkg -L lifereel liblifereel-dev $(cd "$packages" && ls liblifereel[0-9]*.deb | sed 's/_.*//') |
  while read -r path; do [ -d "$path" ] || echo "$path"; done | sort -u > "$packages/files"
cd "$packages"
/usr/bin/lifereel --version
[ "$(readlink -f "$(ldd /usr/bin/lifereel | sed -n 's/.*liblifereel.* => \([^ ]*\).*/\1/p')")" != "" ]
/usr/bin/lifereel render -q --preset dvd_video --look aurora --frames 15 -o film.mpg
/usr/bin/lifereel verify --quiet film.mpg > verified || { cat verified; exit 1; }
for file in /usr/share/man/man1/lifereel.1.gz /usr/share/bash-completion/completions/lifereel \
  /usr/share/zsh/vendor-completions/_lifereel /usr/share/fish/vendor_completions.d/lifereel.fish; do
  [ -s "$file" ] || { echo "$file is not there"; exit 1; }
done
cmake -S "$2" -B by-cmake -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER="$3" > configure.log ||
  { cat configure.log; exit 1; }
cmake --build by-cmake > build.log 2>&1 || { cat build.log; exit 1; }
mkdir films
by-cmake/consumer films
pkg-config --exists --print-errors 'lifereel >= 0.1'
dpkg --purge lifereel liblifereel-dev $(ls liblifereel[0-9]*.deb | sed 's/_.*//') > dpkg.log 2>&1 ||
  { cat dpkg.log; exit 1; }
while read -r path; do
  [ ! -e "$path" ] || { echo "$path is left"; exit 1; }
done < files
[ ! -e /usr/include/lifereel ] || { echo "/usr/include/lifereel is left"; exit 1; }
echo "removed $(wc -l < files) files"
END
unshare -m sh -eu -c '
  mkdir "$1/copy"
  mount -t tmpfs tmpfs "$1/copy"
  cd "$1/copy"
  mkdir above work root
  mount -t overlay -o lowerdir=/,upperdir=above,workdir=work overlay root ||
    { echo "skipped: overlays cannot be mounted here"; exit 77; }
  mount --bind /dev root/dev
  mount -t proc proc root/proc
  cp -R "$1/packages" root/packages
  cp "$1/within.sh" root/within.sh
  cp -R "$2/tests/consumer" root/consumer
  chroot root sh /within.sh /packages /consumer "$3"
' sh "$work" "$source" "$compiler"
