#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes what a release consists of, in BUILD_DIR/packages:
#   cmake/package.sh [BUILD_DIR]      default: build/package
#     lifereel_*.deb, liblifereel*_*.deb, liblifereel-dev_*.deb    (Debian and its like, where dpkg-dev is)
#     lifereel-X.Y.Z.tar.gz                                         (in a git checkout)
#     RELEASE-NOTES.md, SHA256SUMS
# The same commit makes the same bytes, whenever and wherever it is built by the same compiler.
# A build folder that is there already is used as it is, objects and all.
set -eu

source=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "${1:-$source/build/package}"
build=$(cd "${1:-$source/build/package}" && pwd)

# What is dated is as old as the commit.
if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
  if git -C "$source" rev-parse --git-dir > /dev/null 2>&1; then
    SOURCE_DATE_EPOCH=$(git -C "$source" log -1 --format=%ct)
  else
    SOURCE_DATE_EPOCH=$(date -u -d "$(sed -n 's/^set(LIFEREEL_DATE \([0-9-]*\).*/\1/p' "$source/CMakeLists.txt")" +%s)
  fi
  export SOURCE_DATE_EPOCH
fi

umask 022
rm -rf "$build/packages"
tests=
if [ ! -f "$build/CMakeCache.txt" ]; then tests=-DLIFEREEL_TESTS=OFF; fi
# The place of the library, as the program has it until it is installed, goes into its build ID.
# shellcheck disable=SC2086  # one option or none
cmake -S "$source" -B "$build" -G "${CMAKE_GENERATOR:-Ninja}" -DCMAKE_BUILD_TYPE=Release \
  -DBUILD_SHARED_LIBS=ON -DCMAKE_BUILD_RPATH_USE_ORIGIN=ON -DCMAKE_INSTALL_PREFIX=/usr \
  -DLIFEREEL_ZSH_DIR=share/zsh/vendor-completions $tests > "$build/package.log" ||
  { tail -n 30 "$build/package.log"; exit 1; }
cmake --build "$build" --target lifereel lifereel_cli >> "$build/package.log" || { tail -n 30 "$build/package.log"; exit 1; }
(cd "$build" && cpack >> package.log 2>&1) || { tail -n 30 "$build/package.log"; exit 1; }
rm -rf "$build/packages/_CPack_Packages"

version=$(sed -n 's/^project(lifereel VERSION \([0-9.]*\).*/\1/p' "$source/CMakeLists.txt")
if git -C "$source" rev-parse --git-dir > /dev/null 2>&1; then
  name=lifereel-$version
  git -C "$source" archive --format=tar --prefix="$name/" HEAD | gzip -9n > "$build/packages/$name.tar.gz"
fi
cd "$build/packages"
# The version's part of the changes.
awk -v version="$version" '/^## / { wanted = index($2, version) == 1 } wanted' "$source/CHANGELOG.md" > RELEASE-NOTES.md
[ -s RELEASE-NOTES.md ] || { echo "package.sh: CHANGELOG.md says nothing of $version" >&2; exit 1; }
sha256sum -- * > ../SHA256SUMS
mv ../SHA256SUMS .
cat SHA256SUMS
