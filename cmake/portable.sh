#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes the portable release: one x86-64 program with FFmpeg, x264, x265 and the C++ library inside,
# which needs of a system nothing but its C library, as new as this machine's or newer. Debian 12 has
# the oldest that is promised (2.36).
#   cmake/portable.sh [BUILD_DIR]      default: build/portable; about ten minutes on two cores
# BUILD_DIR/lifereel-X.Y.Z-x86_64-linux.tar.gz has the program, its manual, completions, licences, and
# lifereel.spdx: everything that is inside, its version, licence and its source's digests.
# Without the GPU's engine, since NVIDIA's runtime cannot be distributed under the GPL.
set -eu

source=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "${1:-$source/build/portable}"
build=$(cd "${1:-$source/build/portable}" && pwd)
ffmpeg=$build/ffmpeg
[ -f "$ffmpeg/link-flags" ] && [ -f "$ffmpeg/sources" ] || "$source/cmake/static-ffmpeg.sh" "$ffmpeg"

if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
  SOURCE_DATE_EPOCH=$(git -C "$source" log -1 --format=%ct 2> /dev/null ||
    date -u -d "$(sed -n 's/^set(LIFEREEL_DATE \([0-9-]*\).*/\1/p' "$source/CMakeLists.txt")" +%s)
fi
export SOURCE_DATE_EPOCH

quietly() {
  "$@" > "$build/portable.log" 2>&1 || { tail -n 30 "$build/portable.log"; exit 1; }
}
quietly cmake -S "$source" -B "$build" -G "${CMAKE_GENERATOR:-Ninja}" -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_UNITY_BUILD=ON -DLIFEREEL_DEVELOPER=OFF -DLIFEREEL_TESTS=OFF -DLIFEREEL_CUDA=OFF \
  -DBUILD_SHARED_LIBS=OFF -DLIFEREEL_FFMPEG_PREFIX="$ffmpeg" -DBoost_USE_STATIC_LIBS=ON \
  -DCMAKE_EXE_LINKER_FLAGS='-static-libstdc++ -static-libgcc -s'
quietly cmake --build "$build" --target lifereel_cli
version=$("$build/src/lifereel" --version | sed -n '1s/lifereel //p')
name=lifereel-$version-x86_64-linux

# Nothing but the C library is looked for, and of it nothing newer than promised.
for needed in $(objdump -p "$build/src/lifereel" | sed -n 's/^ *NEEDED *//p'); do
  case $needed in
    libc.so.6 | libm.so.6 | libpthread.so.0 | libdl.so.2 | librt.so.1 | ld-linux-x86-64.so.2) ;;
    *) echo "portable.sh: the program needs $needed" >&2; exit 1 ;;
  esac
done
promised=2.36
newest=$(objdump -T "$build/src/lifereel" | grep -o 'GLIBC_2\.[0-9]*' | sort -uV | tail -n 1)
if [ "$(printf '%s\n' "${newest#GLIBC_}" $promised | sort -V | tail -n 1)" != $promised ]; then
  echo "portable.sh: the program needs $newest, newer than $promised; build it on an older system" >&2
  exit 1
fi

rm -rf "${build:?}/$name"
quietly cmake --install "$build" --prefix "$build/$name" --component lifereel_program
cp "$source/LICENSE" "$source/README.md" "$source/CHANGELOG.md" "$source/config/third-party.txt" "$build/$name"

# SPDX 2.3, tag-value: one package for the program and one for each thing inside.
{
  cat << END
SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: $name
DocumentNamespace: https://spdx.org/spdxdocs/$name-$(sha256sum < "$build/$name/bin/lifereel" | cut -c 1-32)
Creator: Tool: lifereel-portable.sh
Created: $(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)
Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-lifereel

PackageName: lifereel
SPDXID: SPDXRef-lifereel
PackageVersion: $version
PackageDownloadLocation: NOASSERTION
FilesAnalyzed: false
PackageChecksum: SHA256: $(sha256sum < "$build/$name/bin/lifereel" | cut -d ' ' -f 1)
PackageLicenseConcluded: GPL-2.0-or-later
PackageLicenseDeclared: GPL-2.0-or-later
PackageCopyrightText: NOASSERTION
END
  awk '
    function finish() {
      if (id == "") return
      print "PackageComment: <text>source package:" digests "</text>"
      print "Relationship: SPDXRef-lifereel STATIC_LINK SPDXRef-" id
    }
    /^  / { digests = digests "\n" $2 " SHA256 " $1; next }
    {
      finish(); digests = ""
      id = $1; gsub(/[^A-Za-z0-9.-]/, "-", id)
      licence = $3; sub(/-WITH-/, " WITH ", licence)
      print ""
      print "PackageName: " $1
      print "SPDXID: SPDXRef-" id
      print "PackageVersion: " $2
      print "PackageDownloadLocation: NOASSERTION"
      print "FilesAnalyzed: false"
      print "PackageLicenseConcluded: " licence
      print "PackageLicenseDeclared: " licence
      print "PackageCopyrightText: NOASSERTION"
    }
    END { finish() }' "$ffmpeg/sources"
} > "$build/$name/lifereel.spdx"

tar -C "$build" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" -cf - "$name" |
  gzip -9n > "$build/$name.tar.gz"
echo "$build/$name.tar.gz: needs $newest or newer"
