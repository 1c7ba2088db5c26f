#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs a build into a folder of its own and builds the consumer against it twice: by
# find_package and by pkg-config. Both must run.
#   check-installed.sh BUILD_DIR CMAKE COMPILER [FFMPEG_PREFIX]
set -eu

build=$1
cmake=$2
compiler=$3
ffmpeg_prefix=${4:-}
source=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "$build/consumer.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/by-cmake-out" "$work/by-pkg-config-out"

"$cmake" --install "$build" --prefix "$work/prefix" > "$work/install.log"
"$work/prefix/bin/lifereel" info > "$work/info.txt"
for document in LICENSE README.md CHANGELOG.md; do
  cmp "$source/../../$document" "$work/prefix/share/doc/lifereel/$document"
done
for generated in man/man1/lifereel.1 bash-completion/completions/lifereel zsh/site-functions/_lifereel \
  fish/vendor_completions.d/lifereel.fish; do
  [ -s "$work/prefix/share/$generated" ] || { echo "share/$generated is not installed"; exit 1; }
done
# Each file is of one component.
for component in lifereel_runtime lifereel_development lifereel_program; do
  "$cmake" --install "$build" --prefix "$work/$component" --component $component >> "$work/install.log"
done
[ -x "$work/lifereel_program/bin/lifereel" ] && [ ! -e "$work/lifereel_runtime/include" ]
cp -R "$work/lifereel_development/." "$work/lifereel_program/." "$work/lifereel_runtime"
diff -r "$work/prefix" "$work/lifereel_runtime"

echo "by find_package"
"$cmake" -S "$source" -B "$work/by-cmake" -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_PREFIX_PATH="$work/prefix" \
  -DCMAKE_MODULE_PATH="$source/parent" > "$work/configure.log" ||
  { cat "$work/configure.log"; exit 1; }
"$cmake" --build "$work/by-cmake" > "$work/build.log" 2>&1 || { cat "$work/build.log"; exit 1; }
"$work/by-cmake/consumer" "$work/by-cmake-out"

echo "by pkg-config"
libdir=$(dirname "$(dirname "$(find "$work/prefix" -name lifereel.pc)")")
# Nothing in it but the CUDA toolkit, which can be said otherwise, stands at a fixed place.
if grep -v '^cuda_libdir=' "$libdir/pkgconfig/lifereel.pc" | grep -nE '(=|-[IL]| )/'; then
  echo "lifereel.pc holds an absolute path"
  exit 1
fi
PKG_CONFIG_PATH=$libdir/pkgconfig${ffmpeg_prefix:+:$ffmpeg_prefix/lib/pkgconfig}
export PKG_CONFIG_PATH
static=${ffmpeg_prefix:+--static}
# shellcheck disable=SC2086  # one option or none
flags=$(pkg-config $static --cflags --libs lifereel)
# shellcheck disable=SC2086  # options, one word each
"$compiler" -std=c++20 -O2 -fvisibility=hidden -o "$work/consumer" "$source/consumer.cpp" $flags
LD_LIBRARY_PATH=$libdir "$work/consumer" "$work/by-pkg-config-out"

echo "uninstalled"
"$cmake" --build "$build" --target uninstall > "$work/uninstall.log"
left=$(find "$work/prefix" ! -type d -o -name lifereel)
[ -z "$left" ] || { echo "uninstall has left $left"; exit 1; }
