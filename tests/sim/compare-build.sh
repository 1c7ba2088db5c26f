#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the simulation another way and compares its hashes with those of this build.
#   compare-build.sh gcc-O0|clang-O1|clang-O3|aarch64 SIM_HASHES WORK_DIR [CMAKE]     any -O does
# Every instruction set and several thread counts are run. Exit status 77: the compiler is missing.
set -eu

build=$1
reference=$2
work=$3/$build
cmake=${4:-cmake}
source=$(cd "$(dirname "$0")/../.." && pwd)

need() {
  command -v "$1" > /dev/null || { echo "skipped: $1 is not installed"; exit 77; }
}

# Plain Debug or Release would bring the compiler's own idea of NDEBUG and -O.
case $build in
  gcc-*) need g++; set -- -DCMAKE_CXX_COMPILER=g++ -DCMAKE_CXX_FLAGS_RELEASE="-${build#gcc-}" ;;
  clang-*)
    clang=$(command -v clang++ || command -v clang++-14 || echo clang++)
    need "$clang"
    set -- -DCMAKE_CXX_COMPILER="$clang" -DCMAKE_CXX_FLAGS_RELEASE="-${build#clang-}"
    ;;
  aarch64)
    need aarch64-linux-gnu-g++
    need qemu-aarch64
    set -- --toolchain "$source/cmake/toolchain-aarch64.cmake" -DCMAKE_CXX_FLAGS_RELEASE=-O2
    ;;
  *) echo "compare-build.sh: no build is called $build" >&2; exit 2 ;;
esac

# From nothing each time: an older configuration may be of another compiler or generator.
rm -rf "$work"
mkdir -p "$work"
"$cmake" -S "$source" -B "$work/build" -DCMAKE_BUILD_TYPE=Release -DLIFEREEL_SIM_ONLY=ON \
  -DLIFEREEL_DEVELOPER=ON -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=0 "$@" > "$work/configure.log" || { cat "$work/configure.log"; exit 1; }
"$cmake" --build "$work/build" --target sim_hashes --parallel 2 > "$work/build.log" 2>&1 ||
  { cat "$work/build.log"; exit 1; }

other=$work/build/tests/sim_hashes
if [ "$build" = aarch64 ]; then
  emulated() { qemu-aarch64 -L /usr/aarch64-linux-gnu "$other" "$@"; }
else
  emulated() { "$other" "$@"; }
fi

compared=0
referred=
# compare OTHER'S OPTIONS -- OPTIONS OF BOTH
compare() {
  theirs=$1
  shift
  # Once for all that are compared with it in a row.
  [ "$referred" = "$*" ] || "$reference" "$@" > "$work/reference.txt"
  referred=$*
  status=0
  # The words of $theirs are separate options.
  # shellcheck disable=SC2086
  emulated "$@" $theirs > "$work/other.txt" || status=$?
  if [ "$status" -eq 77 ]; then return; fi
  if [ "$status" -ne 0 ]; then exit "$status"; fi
  if ! cmp -s "$work/reference.txt" "$work/other.txt"; then
    echo "$build differs with: $* $theirs"
    diff "$work/reference.txt" "$work/other.txt" | head -4
    exit 1
  fi
  compared=$((compared + 1))
}

case $build in
  # Slow builds and emulation: a smaller world, every path through the code all the same.
  *-O0 | *-O1 | aarch64) sizes='720x480:800:3 300x270:333:8' some=3 drawn='log:8 filmic:10'
    if [ "$build" = aarch64 ]; then drawn='log:10 filmic:8'; fi ;;
  *) sizes='720x480:2500:30 1280x720:6000:5 300x270:333:30' some=6 drawn='log:8 log:10 filmic:8 filmic:10' ;;
esac
for case in $sizes; do
  size=${case%%:*}
  rest=${case#*:}
  for isa in baseline avx2 avx512; do
    for threads in 1 3; do
      compare "--isa $isa --threads $threads" \
        --size "$size" --particles "${rest%:*}" --frames "${rest#*:}"
    done
  done
done
for one in $drawn; do
  for isa in baseline avx2 avx512; do
    compare "--isa $isa --threads 2" --tone "${one%:*}" --bits "${one#*:}" \
      --size 434x298 --particles 700 --frames $some
  done
done
# Frames of several steps, and steps of a part of one.
for course in '--steps-per-frame 3' '--substeps 4'; do
  # shellcheck disable=SC2086  # an option and its value
  compare '--threads 2' $course --tone log --bits 10 --size 300x270 --particles 333 --frames 6
done
# Characters with edges, alone and on a tube, and scenes.
for isa in baseline avx2 avx512; do
  compare "--isa $isa --threads 2" --glyph-edges 0.6 --tone log --size 434x298 --particles 300 --frames $some
done
for isa in baseline avx2 avx512; do
  compare "--isa $isa --threads 2" --glyph-edges 0.6 --barrel 0.4 --tone filmic --bits 10 \
    --size 640x480 --particles 300 --frames 2
done
for scene in rain fire; do
  for isa in baseline avx2 avx512; do
    compare "--isa $isa --threads 2" --scene $scene --tone filmic --size 434x298 --particles 50 --frames $some
  done
done
compare '--threads 2' --size 300x270 --particles 333 --species 1 --frames 20 --seam published
echo "$build: $compared runs gave the same hashes"
[ "$compared" -ge 3 ]
