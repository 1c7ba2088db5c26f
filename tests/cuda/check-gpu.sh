#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Everything that only a machine with a GPU can prove or measure, in one call of less than ten
# minutes:
#   tests/cuda/check-gpu.sh BUILD_DIR [-o RESULTS_DIR] [OTHER_PROGRAM ARGUMENT...]
# BUILD_DIR holds the programs (src/lifereel, tests/gpu_check), or is a folder with both in it: they
# may have been built elsewhere (README: A GPU). Another program is run with WIDTH HEIGHT N FRAMES
# added, to be timed on the same card. Prints Markdown, which with tables for plots also goes to
# RESULTS_DIR (default: BUILD_DIR/gpu-results) as it comes. Most important things first; no step may
# take longer than its share, and what no time is left for is named. The last line says "all well" or
# what failed, and the exit status agrees.
set -u

usage() {
  echo "usage: tests/cuda/check-gpu.sh BUILD_DIR [-o RESULTS_DIR] [OTHER_PROGRAM ARGUMENT...]" >&2
  exit 2
}
if [ $# -lt 1 ]; then usage; fi
build=$1
results=$build/gpu-results
shift
if [ "${1:-}" = -o ]; then
  if [ $# -lt 2 ]; then usage; fi
  results=$2
  shift 2
fi
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
mkdir -p "$results" || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
started=$(date +%s)
budget=570
failed=

elapsed() { echo $(($(date +%s) - started)); }
fail() {
  echo "| FAILED | $1 | |" >&2
  failed="$failed; $1"
}
# attempt NAME SECONDS COMMAND...: prints what the command prints; remembers a failure.
attempt() {
  name=$1
  limit=$2
  shift 2
  left=$((budget - $(elapsed)))
  if [ "$left" -lt 5 ]; then fail "$name: no time left"; return 1; fi
  if [ "$limit" -gt "$left" ]; then limit=$left; fi
  timeout -k 5 "$limit" "$@"
  status=$?
  if [ $status -eq 0 ]; then return 0; fi
  if [ $status -ge 124 ]; then fail "$name: status $status, after at most $limit s"; else
    fail "$name: status $status"
  fi
  return 1
}
section() {
  echo
  echo "## $1 (second $(elapsed))"
  echo
}
# value KEY FILE: of the statistics' JSON, the first such key.
value() { sed -n "s/.*\"$1\": \([0-9.]*\).*/\1/p" "$2" | head -n 1; }

check() {
  echo "GPU check, $(date -u +%Y-%m-%d)"
  timeout 20 nvidia-smi --query-gpu=name,driver_version,memory.total,pcie.link.gen.max,pcie.link.width.max \
    --format=csv,noheader || true
  timeout 20 "$lifereel" info | head -n 6

  section "Equality of small universes"
  echo "| universe | CPU and GPU | time |"
  echo "|---|---|---|"
  attempt "small universes" 60 "$gpu_check" small
  for golden in "$root"/tests/data/golden/*.txt; do
    attempt "golden file $(basename "$golden")" 30 "$lifereel" hash --check "$golden" --engine cuda
  done

  section "Goals"
  attempt goals 60 "$gpu_check" goals 1

  if [ $# -gt 0 ]; then
    section "The other program on this card"
    attempt "the other program, dvd_video" 45 "$@" 720 480 2500 400
    attempt "the other program, panoramic" 45 "$@" 7680 2160 115000 50
  fi

  section "Films of 20 s, dvd_video, from either engine"
  for engine in cpu cuda; do
    attempt "film by $engine" 30 "$lifereel" render --preset dvd_video --frames 600 \
      --engine "$engine" --quiet -o "$work/$engine.mpg"
  done
  if cmp "$work/cpu.mpg" "$work/cuda.mpg"; then
    echo "equal: $(sha256sum < "$work/cuda.mpg" | cut -c 1-64), $(wc -c < "$work/cuda.mpg") bytes"
  else
    fail "films differ"
  fi

  section "dvd_video, 2 hours, end to end"
  if attempt "2 hours" 100 "$lifereel" render --preset dvd_video --engine cuda --quiet --overwrite \
    --stats "$results/dvd_video.json" -o "$work/long.mpg"; then
    stats=$results/dvd_video.json
    wall=$(value wall_seconds "$stats")
    echo "| goal | measured |"
    echo "|---|---|"
    awk -v wall="$wall" -v fps="$(value frames_per_second "$stats")" \
      -v busy="$(value encoder_busy_seconds "$stats")" -v lanes="$(value lanes "$stats")" \
      -v cpu="$(value cpu_seconds "$stats")" -v processors="$(value processors "$stats")" 'BEGIN {
        printf "| at most 36 s | %.1f s, %.0f fps: %s |\n", wall, fps, wall <= 36 ? "met" : "not met"
        printf "| encoders at least 90 %% busy | %.0f %% of %d lanes; processors %.0f %% of %d |\n",
          100 * busy / (lanes * wall), lanes, 100 * cpu / (processors * wall), processors
      }'
  fi
  rm -f "$work/long.mpg"

  section "Equality, long"
  echo "| universe | CPU and GPU | time |"
  echo "|---|---|---|"
  attempt "long comparisons" 100 "$gpu_check" equal

  sanitizer=$(command -v compute-sanitizer || echo /usr/local/cuda/bin/compute-sanitizer)
  for tool in memcheck racecheck synccheck initcheck; do
    section "compute-sanitizer $tool"
    if [ ! -x "$sanitizer" ]; then
      fail "no compute-sanitizer"
      break
    fi
    if ! attempt "$tool" 40 "$sanitizer" --tool "$tool" --error-exitcode 1 "$gpu_check" tiny \
      > "$work/$tool" 2>&1; then
      grep -v '^| 3' "$work/$tool" | head -n 40
      if grep -q 'Device not supported' "$work/$tool"; then
        echo "This machine does not let it look at the device."
      fi
    else
      tail -n 1 "$work/$tool"
    fi
  done

  section "Films beside engine and encoder alone"
  attempt "lifereel bench" 90 env TMPDIR="$work" "$lifereel" bench --engine cuda --rounds 1 --quiet \
    --json "$results/bench.json" --overwrite dvd_mp4 bd_4k_6h panoramic

  section "Variants"
  attempt variants 90 "$gpu_check" variants 0.3

  section "For plots: scaling-cuda.csv, scaling-cpu.csv (tests/plots/scaling.py)"
  attempt "GPU's scaling" 60 "$gpu_check" scaling 0.3 > "$results/scaling-cuda.csv"
  attempt "CPU's scaling" 60 "$lifereel" bench --scaling --engine cpu --quiet --overwrite \
    --csv "$results/scaling-cpu.csv"

  section "Result"
  if [ -z "$failed" ]; then
    echo "all well"
    touch "$work/all-well"
  else
    echo "NOT all well$failed"
  fi
}

check "$@" 2>&1 | tee "$results/report.md"
[ -e "$work/all-well" ]
