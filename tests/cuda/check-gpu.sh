#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Everything that only a machine with a GPU can prove, in one call of less than ten minutes:
#   tests/cuda/check-gpu.sh BUILD_DIR [PUBLISHED_SCRIPT_COMMAND ...]
# BUILD_DIR holds the programs (src/lifereel, tests/gpu_check), or is a folder with both in it: they
# may have been built elsewhere (README: A GPU host). The rest of the line, if any, is run with WIDTH
# HEIGHT N FRAMES added, to time another program on the same card. Prints Markdown; the last line
# says "all equal" or what failed, and the exit status agrees.
set -u

build=$1
shift
root=$(cd "$(dirname "$0")/../.." && pwd)
find_program() { if [ -x "$build/$1/$2" ]; then echo "$build/$1/$2"; else echo "$build/$2"; fi; }
lifereel=$(find_program src lifereel)
gpu_check=$(find_program tests gpu_check)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=

# attempt NAME COMMAND...: prints what the command prints; remembers a failure.
attempt() {
  name=$1
  shift
  if ! timeout 400 "$@"; then
    echo "| FAILED | $name | |"
    failed="$failed; $name"
  fi
}

echo "GPU check, $(date -u +%Y-%m-%d)"
nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader || true
"$lifereel" info | head -n 5
echo
echo "| universe | CPU and GPU | time |"
echo "|---|---|---|"
attempt "small universes" "$gpu_check" small
attempt "long comparisons" "$gpu_check" equal
for golden in "$root"/tests/data/golden/*.txt; do
  attempt "golden file $(basename "$golden")" "$lifereel" hash --check "$golden" --engine cuda
done

echo
echo "Films of 20 s, dvd_video: bytes from either engine"
for engine in cpu cuda; do
  attempt "film by $engine" "$lifereel" render --preset dvd_video --frames 600 --engine "$engine" \
    --quiet -o "$work/$engine.mpg"
done
if cmp "$work/cpu.mpg" "$work/cuda.mpg"; then
  echo "equal: $(sha256sum < "$work/cuda.mpg" | cut -c 1-64), $(wc -c < "$work/cuda.mpg") bytes"
else
  failed="$failed; films differ"
fi

if command -v compute-sanitizer > /dev/null; then
  for tool in memcheck racecheck; do
    echo
    echo "compute-sanitizer $tool"
    attempt "$tool" compute-sanitizer --tool "$tool" --error-exitcode 1 "$gpu_check" small \
      > "$work/$tool" 2>&1
    tail -n 2 "$work/$tool"
    grep -q FAILED "$work/$tool" && tail -n 40 "$work/$tool"
  done
else
  echo "compute-sanitizer is not installed: memory accesses and races were not checked"
  failed="$failed; no compute-sanitizer"
fi

echo
echo "| universe | engine | simulation alone | device memory |"
echo "|---|---|---|---|"
attempt speed "$gpu_check" speed
if [ $# -gt 0 ]; then
  echo
  attempt "the other program, dvd_video" "$@" 720 480 2500 400
  attempt "the other program, panoramic" "$@" 7680 2160 115000 50
fi

echo
if [ -z "$failed" ]; then echo "all equal"; else echo "NOT all well$failed"; exit 1; fi
