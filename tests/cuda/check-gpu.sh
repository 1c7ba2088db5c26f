#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Everything that only a machine with a GPU can prove, in one call of less than ten minutes:
#   tests/cuda/check-gpu.sh BUILD_DIR [OTHER_PROGRAM ARGUMENT...]
# BUILD_DIR holds the programs (src/lifereel, tests/gpu_check), or is a folder with both in it: they
# may have been built elsewhere (README: A GPU). Another program is run with WIDTH HEIGHT N FRAMES
# added, to be timed on the same card. Prints Markdown; the last line says "all equal" or what
# failed, and the exit status agrees.
set -u

if [ $# -lt 1 ]; then
  echo "usage: tests/cuda/check-gpu.sh BUILD_DIR [OTHER_PROGRAM ARGUMENT...]" >&2
  exit 2
fi
build=$1
shift
root=$(cd "$(dirname "$0")/../.." && pwd)
find_program() {
  for place in "$build/$1/$2" "$build/$2"; do
    if [ -x "$place" ]; then echo "$place"; return; fi
  done
  echo "check-gpu.sh: there is no program $2 in $build" >&2
}
lifereel=$(find_program src lifereel)
gpu_check=$(find_program tests gpu_check)
if [ -z "$lifereel" ] || [ -z "$gpu_check" ]; then exit 2; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
started=$(date +%s)
failed=

# attempt NAME SECONDS COMMAND...: prints what the command prints; remembers a failure.
attempt() {
  name=$1
  limit=$2
  shift 2
  timeout "$limit" "$@"
  status=$?
  if [ $status -ne 0 ]; then
    echo "| FAILED | $name: status $status | |"
    failed="$failed; $name"
  fi
}
section() {
  echo
  echo "$1 (second $(($(date +%s) - started)))"
}

echo "GPU check, $(date -u +%Y-%m-%d)"
nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader || true
"$lifereel" info | head -n 6
section "Equality"
echo
echo "| universe | CPU and GPU | time |"
echo "|---|---|---|"
attempt "small universes" 60 "$gpu_check" small
attempt "long comparisons" 180 "$gpu_check" equal
for golden in "$root"/tests/data/golden/*.txt; do
  attempt "golden file $(basename "$golden")" 60 "$lifereel" hash --check "$golden" --engine cuda
done

section "Films of 20 s, dvd_video, from either engine"
for engine in cpu cuda; do
  attempt "film by $engine" 60 "$lifereel" render --preset dvd_video --frames 600 \
    --engine "$engine" --quiet -o "$work/$engine.mpg"
done
if cmp "$work/cpu.mpg" "$work/cuda.mpg"; then
  echo "equal: $(sha256sum < "$work/cuda.mpg" | cut -c 1-64), $(wc -c < "$work/cuda.mpg") bytes"
else
  failed="$failed; films differ"
fi

section "Speed"
echo
attempt speed 200 "$gpu_check" speed
if [ $# -gt 0 ]; then
  attempt "the other program, dvd_video" 60 "$@" 720 480 2500 400
  attempt "the other program, panoramic" 60 "$@" 7680 2160 115000 50
fi

sanitizer=$(command -v compute-sanitizer || echo /usr/local/cuda/bin/compute-sanitizer)
for tool in memcheck racecheck synccheck initcheck; do
  section "compute-sanitizer $tool"
  if [ ! -x "$sanitizer" ]; then
    echo "not installed"
    failed="$failed; no compute-sanitizer"
    break
  fi
  timeout 120 "$sanitizer" --tool "$tool" --error-exitcode 1 "$gpu_check" small \
    > "$work/$tool" 2>&1
  status=$?
  tail -n 2 "$work/$tool"
  if [ $status -ne 0 ]; then
    grep -v '^|' "$work/$tool" | head -n 40
    if grep -q 'Device not supported' "$work/$tool"; then
      failed="$failed; $tool could not run here"
    else
      failed="$failed; $tool: status $status"
    fi
  fi
done

section "Result"
if [ -z "$failed" ]; then echo "all equal"; else echo "NOT all well$failed"; exit 1; fi
