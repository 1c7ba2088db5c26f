#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Lets the consumer use lifereel as others may have it, whose films must be the same each time:
#   installed from a build
#   in the tree of a project that has much in the way (parent/), without Boost, by Clang with libc++
# The second is hardly optimised, for time's sake: films do not depend on it. Its kernels would take
# longer to compile if they were not at all, for all that is inlined anyway.
#   check-embedding.sh BUILD_DIR CMAKE COMPILER        Exit status 77: without Clang or libc++.
set -eu

build=$1
cmake=$2
compiler=$3
consumer=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$consumer/../.." && pwd)
export CMAKE_BUILD_PARALLEL_LEVEL=2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo 'int main() {}' | clang++ -stdlib=libc++ -include version -x c++ - -o "$work/trial" 2> /dev/null ||
  { echo "skipped: clang++ -stdlib=libc++ does not work here"; exit 77; }

# quietly COMMAND...: its output is shown when it fails.
quietly() {
  "$@" > "$work/log" 2>&1 || { cat "$work/log"; echo "FAILED: $*"; exit 1; }
}

# configure SOURCE BUILD [OPTIONS]
configure() {
  from=$1
  to=$2
  shift 2
  quietly "$cmake" -S "$from" -B "$work/$to" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O1 \
    -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=32 "$@"
}

# use BUILD: runs its consumer.
use() {
  mkdir "$work/films"
  "$work/$1/consumer" "$work/films"
  mv "$work/films" "$work/films-$1"
}

# said LINE: configure() printed it.
said() {
  grep -q "$1" "$work/log" || { cat "$work/log"; echo "FAILED: no line says '$1'"; exit 1; }
}

echo "installed"
quietly "$cmake" --install "$build" --prefix "$work/prefix"
configure "$consumer" installed -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_PREFIX_PATH="$work/prefix"
quietly "$cmake" --build "$work/installed"
use installed

echo "without doctest there are no tests, and a line says so"
configure "$source" plain -DLIFEREEL_CUDA=OFF -DCMAKE_CXX_COMPILER="$compiler" \
  -DCMAKE_DISABLE_FIND_PACKAGE_doctest=ON
said 'No tests: doctest is not installed'

echo "embedded: in the tree of a project with much in the way, without Boost, Clang with libc++"
libcxx='-DCMAKE_CXX_COMPILER=clang++ -DCMAKE_CXX_FLAGS=-stdlib=libc++'
# shellcheck disable=SC2086  # options, one word each
configure "$consumer/parent" embedded $libcxx -DLIFEREEL_SOURCE_DIR="$source" \
  -DLIFEREEL_CLI=OFF -DCMAKE_DISABLE_FIND_PACKAGE_Boost=ON
grep -q '^LIFEREEL_CUDA:STRING=OFF$' "$work/embedded/CMakeCache.txt" ||
  { echo "FAILED: CUDA is on in another project that has not asked for it"; exit 1; }
quietly "$cmake" --build "$work/embedded" --target consumer
use embedded

if command -v nvcc > /dev/null; then
  echo "embedded, with CUDA as asked: the project's options stay away from nvcc"
  configure "$consumer/parent" cuda -DCMAKE_CXX_COMPILER="$compiler" -DLIFEREEL_CLI=OFF \
    -DLIFEREEL_SOURCE_DIR="$source" -DLIFEREEL_CUDA=ON -DCMAKE_EXPORT_COMPILE_COMMANDS=ON
  commands=$work/cuda/compile_commands.json
  grep '"command".*cuda_engine\.cu' "$commands" > "$work/nvcc" && ! grep -e ' -Werror ' "$work/nvcc" &&
    grep '"command"' "$commands" | grep -v '\.cu' | grep -q -e ' -Werror ' ||
    { echo "FAILED: the options in"; cat "$commands"; exit 1; }
fi

for film in "$work"/films-installed/*; do
  [ -f "$film" ] || continue  # what a render that was given up has kept
  cmp "$film" "$work/films-embedded/$(basename "$film")"
done

echo "the command line with libc++, for which Boost is not built, says what to do"
# shellcheck disable=SC2086
if "$cmake" -S "$source" -B "$work/refused" $libcxx -DLIFEREEL_CUDA=OFF > "$work/log" 2>&1; then
  echo "FAILED: it was configured"
  exit 1
fi
said 'LIFEREEL_CLI=OFF builds the library alone'
