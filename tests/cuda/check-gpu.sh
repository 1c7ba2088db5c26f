#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What only a machine with a GPU can prove or measure, in two calls:
#   check-gpu.sh first BUILD_DIR [-o RESULTS_DIR] [--dry-run] [--only STEP,...]
#                [OTHER_PROGRAM ARGUMENT...]
#   check-gpu.sh second BUILD_DIR [-o RESULTS_DIR] [--dry-run] [--only STEP,...]
#   check-gpu.sh plan
# "plan" prints the steps and their seconds. BUILD_DIR holds the programs (src/lifereel,
# tests/gpu_check), or is a folder with both in it: they may have been built elsewhere (README: A
# GPU). Another program, to be timed on the same card, is run with WIDTH HEIGHT N FRAMES added, and
# says "... 123.4 fps ...". --only takes some steps again. With --dry-run both calls run as they are,
# but small, on programs for a GPU made of the host.
#
# Prints Markdown, which also goes to RESULTS_DIR/first.md or second.md (default:
# BUILD_DIR/gpu-results) as it comes, beside the files that programs write. A step that fails or runs
# out of time costs only itself. The last line says "all well" or what failed, and the exit status
# agrees; what this machine has no tool for is named, and is no failure.
#
# The steps, most important first, and the seconds that each may take. The script reads them here.
# Films also get what the steps before them have left over.
#   first   200  seconds in all
#   first     5  host            processors, memory, disks, driver, PCIe link
#   first    12  small           CPU and GPU equal: small universes, block shapes, looks, scenes
#   first    15  goldens         the hashes in tests/data/golden
#   first     6  fallbacks       a full card, none, engines at once, a caller's thread; pinned memory
#   first    18  goals           frame rates, their goals, and what they cannot exceed
#   first    22  film_equal      films by either engine, in gray, in light and of scenes
#   first    45  film_memory     2 hours of dvd_video into memory; after 90 s it ends early
#   first    26  other_cold      the other program, 20 frames: it fills its caches
#   first     9  other_dvd       the other program, dvd_video
#   first    10  other_wide      the other program, panoramic
#   first    26  film_disk       2 hours of dvd_video onto disk, or as far as it gets
#   second  570  seconds in all
#   second   18  kernels         how long each kernel takes, beside a model and what it cannot beat
#   second   12  bench_dvd_video engine and encoder alone, and the film
#   second   14  bench_aurora    the same in colour
#   second  100  bench_dvd_mp4
#   second  190  bench_panoramic
#   second   60  bench_bd_4k_6h
#   second   58  variants        block shapes and pictures in flight
#   second   30  equal           CPU and GPU equal: long, block shapes, looks, scenes
#   second   34  scaling         against particles and pixels, as CSV for tests/plots/scaling.py
#   second   10  profile         one pass of ncu
#   second    8  memcheck        compute-sanitizer, four tools: virtual machines may refuse it
#   second    8  racecheck
#   second    8  synccheck
#   second    8  initcheck
set -u
export LC_ALL=C  # figures have points, and lscpu speaks English

script=$0
root=$(cd "$(dirname "$script")/../.." && pwd)
plan() { sed -nE 's/^#   (first|second) +([0-9]+)  (.*)/\1 \2 \3/p' "$script"; }
steps() { plan | awk -v call="$1" '$1 == call && $3 != "seconds" { print $3 }'; }
seconds_of() { plan | awk -v call="$1" -v step="$2" '$1 == call && $3 == step { print $2; exit }'; }
# Of the steps from STEP on.
seconds_from() {
  plan | awk -v call="$1" -v step="$2" '
    $1 == call && $3 != "seconds" { if ($3 == step) on = 1; if (on) sum += $2 } END { print sum + 0 }'
}

usage() {
  sed -n '4,7s/^#  /      /p' "$script" | sed '1s/^     */usage: /' >&2
  exit 2
}
refuse() {
  echo "check-gpu.sh: $1" >&2
  exit 2
}

# --- Steps. Each is run in a process of its own; status 77: not run, and the reason in $work.

not_run() {
  echo "not run: $1"
  echo "$1" > "$work/reason"
  exit 77
}

# keep FILE COMMAND...: its words into the file, too.
keep() {
  into=$1
  shift
  rm -f "$work/status"
  { "$@"; echo $? > "$work/status"; } 2>&1 | tee "$into"
  return "$(cat "$work/status")"
}

# value KEY FILE: of a JSON file, the first such key.
value() { sed -n "s/.*\"$1\": \([0-9.]*\).*/\1/p" "$2" | head -n 1; }

check() { "$gpu_check" "$@" ${dry:+--dry}; }

# few DRY REAL: of frames.
few() { if [ -n "$dry" ]; then echo "$1"; else echo "$2"; fi; }

row() { echo "| $1 | $(echo "${2:-unknown}" | tr -s ' \n' ' ' | sed 's/^ //; s/ $//; s/|/,/g') |"; }

of_lscpu() { lscpu | sed -n "s/^$1: *//p" | head -n 1; }

# card N: field N of what nvidia-smi has said.
card() { echo "$said" | awk -F ', *' -v n="$1" '{ print $n }'; }

step_host() {
  echo "| host | value |"
  echo "|---|---|"
  # Asked once, for where the driver does not stay loaded every call takes a second.
  fields=name,driver_version,memory.total,power.limit,clocks.sm,clocks.max.sm
  fields=$fields,pcie.link.gen.current,pcie.link.gen.max,pcie.link.width.current,pcie.link.width.max
  said=
  if command -v nvidia-smi > /dev/null; then
    said=$(nvidia-smi --query-gpu=$fields --format=csv,noheader | head -n 1)
  fi
  row date "$(date -u +%Y-%m-%dT%H:%MZ)"
  row "GPU, memory, power limit" "$(card 1), $(card 3), $(card 4)"
  row driver "$(card 2)"
  row "GPU's clock, at most" "$(card 5), $(card 6)"
  row "PCIe generation, at most" "$(card 7), $(card 8)"
  row "PCIe lanes, at most" "$(card 9), $(card 10)"
  row processor "$(of_lscpu 'Model name')"
  row "processors, to use" "$(of_lscpu 'CPU(s)'), $(nproc)"
  row "threads a core, cores a socket, sockets" \
    "$(of_lscpu 'Thread(s) per core'), $(of_lscpu 'Core(s) per socket'), $(of_lscpu 'Socket(s)')"
  row NUMA "$(of_lscpu 'NUMA node(s)')"
  row system "$(uname -srm)"
  row "memory, free" "$(free -g | awk '/^Mem:/ { print $2 " GiB, " $7 " GiB" }')"
  row "films on disk: file system, free" \
    "$(df -PTk "$work" | awk 'END { printf "%s %s, %.0f GiB\n", $1, $2, $5 / 1048576 }')"
  row "films in memory: /dev/shm, free" \
    "$(df -Pk /dev/shm 2>&1 | awk 'END { printf "%.0f GiB\n", $4 / 1048576 }')"
  row lifereel "$("$lifereel" info | head -n 1)"
  row "processors, as lifereel sees them" "$("$lifereel" info | sed -n 's/^processors *//p')"
  row "GPU, as lifereel sees it" "$("$lifereel" info | sed -n 's/^GPU 0 *//p')"
}

equality_table() {
  echo "| universe | CPU and GPU | time |"
  echo "|---|---|---|"
  check "$1"
}
step_small() { equality_table small; }
step_equal() { equality_table equal; }

step_goldens() {
  status=0
  goldens=$root/tests/data/golden
  if [ -n "$dry" ]; then
    goldens=$work
    for seed in 1 2; do
      "$lifereel" hash --preset dvd_video --particles 60 --seed $seed --frames 2 --engine cpu \
        -o "$work/seed$seed.txt" || status=1
    done
    "$lifereel" hash --preset dvd_video --look ember --particles 60 --frames 2 --engine cpu \
      -o "$work/colour.txt" || status=1
    "$lifereel" hash --preset dvd_video --look ember --pixel-format yuv420p10 --steps-per-frame 2 \
      --particles 60 --frames 2 --engine cpu -o "$work/ten_bits.txt" || status=1
    "$lifereel" hash --preset dvd_video --scene rain --frames 2 --engine cpu \
      -o "$work/rain.txt" || status=1
  fi
  echo "| golden file | GPU |"
  echo "|---|---|"
  for golden in "$goldens"/*.txt; do
    said=$("$lifereel" hash --check "$golden" --engine cuda 2>&1) || status=1
    row "$(basename "$golden")" "$(echo "$said" | tail -n 3)"
  done
  return $status
}

# Idle cards lower clocks and link: they are asked while they work.
card_at_work() {
  if ! command -v nvidia-smi > /dev/null; then return; fi
  nvidia-smi --query-gpu=clocks.sm,pcie.link.gen.current,pcie.link.width.current,power.draw \
    --format=csv,noheader | head -n 1 |
    awk -F ', *' '{ printf "at work: GPU at %s, PCIe generation %s, %s lanes, %s\n", $1, $2, $3, $4 }'
}
step_goals() {
  (sleep "$(few 0 6)"; card_at_work > "$work/at_work" 2>&1) &
  keep "$results/goals.md" check goals 1
  status=$?
  wait
  echo
  cat "$work/at_work"
  return $status
}

# On a machine without a GPU, as far as programs see.
without_card() {
  CUDA_VISIBLE_DEVICES='' "$lifereel" hash --preset dvd_video --particles 60 --frames 1 "$@" 2>&1
}
step_fallbacks() {
  check fallbacks || return 1
  said=$(without_card --engine auto -o "$work/without.txt") || return 1
  row "no card, engine auto" "the CPU computes${said:+; $said}"
  said=$(without_card --engine cuda -o "$work/none.txt") && return 1
  [ "$(echo "$said" | wc -l)" -eq 1 ] || return 1
  row "no card, engine cuda" "$said"
}
step_kernels() { keep "$results/kernels.md" check kernels 0.3; }
step_variants() { keep "$results/variants.md" check variants 0.2; }
step_scaling() { keep "$results/scaling.csv" check scaling 0.3; }

other() {
  file=$1
  shift
  if [ $# -eq 4 ]; then not_run "no other program given"; fi
  keep "$results/$file.txt" "$@"
}
step_other_cold() { other other_cold "$@" 720 480 2500 20; }
step_other_dvd() { other other_dvd "$@" 720 480 2500 "$(few 2 400)"; }
step_other_wide() { other other_wide "$@" 7680 2160 115000 "$(few 2 50)"; }

# equal_film WHAT SUFFIX OPTION...
equal_film() {
  what=$1
  suffix=$2
  shift 2
  for engine in cpu cuda; do
    # shellcheck disable=SC2086  # $small is options
    "$lifereel" render "$@" $small --engine $engine --quiet --overwrite \
      -o "$work/$engine.$suffix" || return 1
  done
  cmp "$work/cpu.$suffix" "$work/cuda.$suffix" || return 1
  echo "$what, equal: $(sha256sum < "$work/cuda.$suffix" | cut -c 1-64)," \
    "$(wc -c < "$work/cuda.$suffix") bytes"
}
step_film_equal() {
  for look in published aurora; do
    equal_film $look mpg --preset dvd_video --look $look --frames "$(few 3 600)" || return 1
  done
  for scene in rain fire; do
    equal_film $scene mpg --preset dvd_video --scene $scene --frames "$(few 3 100)" || return 1
  done
  equal_film 'aurora of 10 bits and 2 steps a frame' mkv --size 720x480 --look aurora \
    --pixel-format yuv420p10 --steps-per-frame 2 --codec ffv1 --frames "$(few 3 100)"
}

# film NAME FOLDER SECONDS_TO_END: 2 hours, as far as the step's time allows.
film() {
  json=$results/$1.json
  to_end=$3
  for_film=$((limit - to_end))
  if [ "$for_film" -gt 90 ]; then for_film=90; fi
  frames=216000
  if [ -n "$dry" ]; then
    for_film=3
    # So that one is ended early, and one is whole.
    if [ "$1" = film_disk ]; then frames=30; fi
  elif [ "$(df -Pk "$2" | awk 'END { print $4 }')" -lt 5500000 ]; then
    not_run "no room for 5.5 GB in $2"
  fi
  rm -f "$json"
  began=$(date +%s.%N)
  # A shell's background job ignores interrupts, unless told otherwise.
  # shellcheck disable=SC2086  # $small is options
  timeout --foreground -s INT -k "$to_end" "$for_film" env --default-signal=INT \
    "$lifereel" render --preset dvd_video --frames $frames $small --engine cuda --quiet \
    --overwrite --finish-on-interrupt --stats "$json" -o "$2/film.mpg"
  status=$?
  ended=$(date +%s.%N)
  rm -f "$2/film.mpg"
  case $status in
    0) whole=whole ;;
    124) whole="ended after $for_film s" ;;
    *) return 1 ;;
  esac
  if [ ! -s "$json" ]; then return 1; fi
  echo "| 2 hours of dvd_video | frames | frames/s | 216 000 frames, s | start to flushed, s |" \
    "encoders busy | muxing | processors busy |"
  echo "|---|---|---|---|---|---|---|---|"
  awk -v whole="$whole" -v frames="$(value frames "$json")" \
    -v wall="$(value wall_seconds "$json")" -v fps="$(value frames_per_second "$json")" \
    -v busy="$(value encoder_busy_seconds "$json")" -v lanes="$(value lanes "$json")" \
    -v mux="$(value mux_seconds "$json")" -v cpu="$(value cpu_seconds "$json")" -v processors="$(value processors "$json")" \
    -v took="$(echo "$ended $began" | awk '{ print $1 - $2 }')" 'BEGIN {
      if (!(wall > 0 && fps > 0)) exit 1
      printf "| %s | %d | %.0f | %.1f | %.1f | %.0f %% of %d | %.0f %% of a thread | %.0f %% of %d |\n",
        whole, frames, fps, 216000 / fps, took, 100 * busy / (lanes * wall), lanes,
        100 * mux / wall, 100 * cpu / (processors * wall), processors
    }'
}
step_film_memory() {
  if [ -z "$memory" ]; then not_run "no /dev/shm"; fi
  film film_memory "$memory" 8
}
step_film_disk() { film film_disk "$work" 12; }

# bench RESULT PRESET FRAMES CODEC_THREADS [OPTION...]: so many frames for each of the lanes that
# this machine has with encoders of so many threads.
bench() {
  json=$results/bench_$1.json
  name=$2
  frames=$((($(nproc) + $4 - 1) / $4 * $3))
  if [ -n "$dry" ]; then
    name=dvd_mp4
    # More than are in flight at once.
    frames=2
    if [ "$1" = aurora ]; then frames=18; fi
  fi
  shift 4
  TMPDIR=$work "$lifereel" bench --engine cuda --frames $frames --rounds 1 --quiet --overwrite \
    --json "$json" "$@" "$name"
}
# Two chunks or one for each lane; of bd_4k_6h less than one. The table says how many were at work.
step_bench_dvd_video() { bench dvd_video dvd_video 720 1; }
step_bench_aurora() { bench aurora dvd_video 720 1 --look aurora; }
step_bench_dvd_mp4() { bench dvd_mp4 dvd_mp4 1000 1; }
step_bench_panoramic() { bench panoramic panoramic 250 8; }
step_bench_bd_4k_6h() { bench bd_4k_6h bd_4k_6h 60 16; }

# tool NAME: in PATH, or where CUDA is installed by default.
tool() {
  command -v "$1" && return
  if [ -z "$dry" ] && [ -x "/usr/local/cuda/bin/$1" ]; then echo "/usr/local/cuda/bin/$1"; fi
}

step_profile() {
  ncu=$(tool ncu)
  if [ -z "$ncu" ]; then not_run "no ncu"; fi
  # Three kernels a frame: two frames of 520, when particles have gathered.
  keep "$results/profile.csv" "$ncu" --clock-control none --csv --kernel-name 'regex:^kernel' --launch-skip 1530 \
    --launch-count 6 \
    --metrics gpu__time_duration.sum,sm__throughput.avg.pct_of_peak_sustained_elapsed,dram__throughput.avg.pct_of_peak_sustained_elapsed \
    "$gpu_check" frames ${dry:+--dry} && return
  if grep -q ERR_NVGPUCTRPERM "$results/profile.csv"; then
    not_run "ncu: this machine does not let it look at the counters"
  fi
  return 1
}

sanitizer() {
  program=$(tool compute-sanitizer)
  if [ -z "$program" ]; then not_run "no compute-sanitizer"; fi
  keep "$results/$1.txt" "$program" --tool "$1" --error-exitcode 1 "$gpu_check" tiny \
    ${dry:+--dry} && return
  if grep -q 'Device not supported' "$results/$1.txt"; then
    not_run "compute-sanitizer: this machine does not let it look at the device"
  fi
  return 1
}
step_memcheck() { sanitizer memcheck; }
step_racecheck() { sanitizer racecheck; }
step_synccheck() { sanitizer synccheck; }
step_initcheck() { sanitizer initcheck; }

# --- README's table: what has been measured, ready to paste.

# goal ROW: the figure that stands in such a row of the goals.
goal() {
  awk -F ' *[|] *' -v row="$1" '$2 == row { print $3; exit }' "$results/goals.md" 2> /dev/null
}
other_fps() {
  sed -n 's/.*[^0-9.]\([0-9][0-9.]*\) fps.*/\1/p' "$results/$1.txt" 2> /dev/null | head -n 1
}
# rate_row WHAT FPS OTHER_FPS
rate_row() {
  awk -v what="$1" -v fps="$2" -v other="$3" 'BEGIN {
    printf "| %s | ", what
    if (fps == "") { print "unmeasured |"; exit }
    printf "%.0f", fps
    if (other > 0) printf ", %.0f times", fps / other
    print " |"
  }'
}

readme_rows_first() {
  rate_row "\`dvd_video\`: 20 000 frames/s into host memory, 50 times the published script" \
    "$(goal 'dvd_video, fps into host slots')" "$(other_fps other_dvd)"
  rate_row "\`panoramic\`: 1 500 frames/s into host memory, 30 times the published script" \
    "$(goal 'panoramic, fps into host slots')" "$(other_fps other_wide)"
  rate_row "\`panoramic\`, simulation alone: 4 000 steps/s" "$(goal 'panoramic, steps/s')" ""
  awk -v steps="$(goal '17152x8448 N=1000000, steps/s')" -v wide="$(goal 'panoramic, steps/s')" '
    BEGIN {
      printf "| a million particles as dense, simulation alone: 400 steps/s; "
      printf "time in proportion to particles | "
      if (steps == "") { print "unmeasured |"; exit }
      printf "%.0f, %.2f times as long a particle as `panoramic` |\n", steps,
        wide * 115000 / (steps * 1e6)
    }'
  best=
  for json in "$results/film_memory.json" "$results/film_disk.json"; do
    if [ -z "$best" ] && [ -s "$json" ]; then best=$json; fi
  done
  echo "| \`dvd_video\`, 2 h, end to end: 36 s, encoders busy 90 % of it |" \
    "$(if [ -z "$best" ]; then echo unmeasured; else
      awk -v fps="$(value frames_per_second "$best")" -v wall="$(value wall_seconds "$best")" \
        -v busy="$(value encoder_busy_seconds "$best")" -v lanes="$(value lanes "$best")" \
        -v frames="$(value frames "$best")" 'BEGIN {
          printf "%.1f s%s, %.0f %%", 216000 / fps,
            frames == 216000 ? "" : " at the rate of the first " frames " frames",
            100 * busy / (lanes * wall)
        }'
    fi) |"
  mebibytes=$(goal 'panoramic, MiB of device memory')
  echo "| \`panoramic\`: 1 GiB of device memory | ${mebibytes:-unmeasured}${mebibytes:+ MiB} |"
}

readme_rows_second() {
  ratios=
  for preset in dvd_mp4 bd_4k_6h panoramic; do
    ratio=$(value film_over_slower "$results/bench_$preset.json" 2> /dev/null)
    if [ -n "$ratio" ]; then ratio=$(printf %.2f "$ratio"); fi
    ratios="$ratios${ratios:+, }${ratio:-unmeasured}"
  done
  echo "| \`dvd_mp4\`, \`bd_4k_6h\`, \`panoramic\`, end to end: 1.03 times encoding alone | $ratios |"
  ratio=$(value film_over_slower "$results/bench_aurora.json" 2> /dev/null)
  echo "| \`dvd_video --look aurora\`, end to end: 1.10 times encoding alone |" \
    "$(if [ -n "$ratio" ]; then printf %.2f "$ratio"; else echo unmeasured; fi) |"
  for preset in panoramic dvd_video; do
    times=$(awk -F ' *[|] *' -v row="$preset, aurora" \
      '$2 == row && $3 ~ /times gray/ { print $4; exit }' "$results/kernels.md" 2> /dev/null)
    echo "| drawing in colour (\`aurora\`): 3 times as long as in gray; \`$preset\` |" \
      "${times:-unmeasured} |"
  done
}

# --- A call.

if [ "${1:-}" = --step ]; then
  # From run_step, which has exported what is needed.
  step=$2
  shift 2
  small=
  if [ -n "$dry" ]; then small='--particles 60'; fi
  "step_$step" "$@"
  exit
fi

case ${1:-} in
  plan)
    if [ $# -ne 1 ]; then usage; fi
    plan
    exit
    ;;
  first | second) call=$1 ;;
  *) usage ;;
esac
shift
case ${1:-} in '' | -*) usage ;; esac
build=$1
shift
results=$build/gpu-results
dry=
only=
while [ $# -gt 0 ]; do
  case $1 in
    -o | --only)
      if [ $# -lt 2 ]; then usage; fi
      if [ "$1" = -o ]; then results=$2; else only=$2; fi
      shift 2
      ;;
    --dry-run)
      dry=_on_host
      shift
      ;;
    -*) usage ;;
    *) break ;;
  esac
done
if [ $# -gt 0 ]; then
  [ "$call" = first ] || refuse "the second call runs no other program"
  command -v "$1" > /dev/null || refuse "there is no program $1"
fi
for step in $(echo "$only" | tr , ' '); do
  steps "$call" | grep -qx "$step" || refuse "the $call call has no step $step"
done
find_program() {
  for place in "$build/$1/$2" "$build/$2" "$build/tests/$2"; do
    if [ -x "$place" ]; then echo "$place"; return; fi
  done
}
lifereel=$(find_program src "lifereel$dry")
gpu_check=$(find_program tests "gpu_check$dry")
[ -n "$lifereel" ] || refuse "there is no program lifereel$dry in $build"
[ -n "$gpu_check" ] || refuse "there is no program gpu_check$dry in $build"
mkdir -p "$results" || exit 2

child=
tee=
work=
memory=
# What a step has left behind because it does not listen would work beside the steps that follow:
# timeout makes a process group of its own.
end_group() { kill -s KILL -- "-$1" 2> /dev/null; }
clean_up() {
  trap '' INT TERM HUP
  if [ -n "$child" ]; then
    kill -TERM "$child" 2> /dev/null  # timeout, which hands it on
    wait "$child" 2> /dev/null
    end_group "$child"
  fi
  exec > /dev/null 2>&1  # the end of what tee reads
  if [ -n "$tee" ]; then wait "$tee"; fi
  if [ -n "$work" ]; then rm -rf "$work"; fi
  if [ -n "$memory" ]; then rm -rf "$memory"; fi
}
stopped() {
  trap '' PIPE  # whoever read this may be gone
  echo
  echo "STOPPED by a signal${step:+ in step $step}$failed"
  clean_up
  trap - EXIT
  exit "$1"
}
failed=
skipped=
step=
trap clean_up EXIT
trap 'stopped 130' INT
trap 'stopped 143' TERM
trap 'stopped 129' HUP
trap 'stopped 141' PIPE
work=$(mktemp -d) || exit 2
if [ -d /dev/shm ] && [ -w /dev/shm ]; then memory=$(mktemp -d /dev/shm/check-gpu.XXXXXX); fi
mkfifo "$work/words" || exit 2
# README's rows are of this visit.
if [ -z "$only" ]; then
  case $call in
    first) old='goals.md other_dvd.txt other_wide.txt film_memory.json film_disk.json' ;;
    second) old='kernels.md bench_aurora.json bench_dvd_mp4.json bench_bd_4k_6h.json bench_panoramic.json' ;;
  esac
  for one in $old; do rm -f "$results/$one"; done
fi
# Whatever ends this script, what it has said before is written.
(trap '' INT TERM HUP; exec tee "$results/$call.md") < "$work/words" &
tee=$!
exec > "$work/words" 2>&1
export lifereel gpu_check results dry work memory limit

began_call=$(date +%s)
total=$(seconds_of "$call" seconds)
elapsed() { echo $(($(date +%s) - began_call)); }
table="$work/table"

fail() {
  echo "FAILED: $step: $1"
  failed="$failed; $step: $1"
  verdict="FAILED: $1"
}

# run_step STEP [OTHER_PROGRAM ARGUMENT...]
run_step() {
  step=$1
  shift
  began_step=$(elapsed)
  echo
  echo "## $step (second $began_step)"
  echo
  limit=$(seconds_of "$call" "$step")
  left=$((total - began_step - 6))  # killing takes 5
  case $step in
    film_memory | film_disk)
      spare=$((left - $(seconds_from "$call" "$step")))
      if [ "$spare" -gt 0 ]; then limit=$((limit + spare)); fi
      if [ "$limit" -gt 105 ]; then limit=105; fi
      ;;
    other_*) if [ -n "$dry" ]; then limit=3; fi ;;
  esac
  if [ "$limit" -gt "$left" ]; then limit=$left; fi
  verdict=well
  if [ "$limit" -lt 3 ]; then
    fail "no time left"
  else
    rm -f "$work/reason"
    timeout -k 5 "$limit" sh "$script" --step "$step" "$@" &
    child=$!
    wait "$child"
    status=$?
    end_group "$child"
    child=
    case $status in
      0) ;;
      77)
        verdict="not run: $(cat "$work/reason")"
        skipped="$skipped; $step: $(cat "$work/reason")"
        ;;
      124 | 137) fail "not done after $limit s" ;;
      *) fail "status $status" ;;
    esac
  fi
  echo "| $step | $limit | $(($(elapsed) - began_step)) | $verdict |" >> "$table"
}

echo "# The $call call${dry:+, a dry run}"
for one in $(steps "$call"); do
  case ,${only:-$one}, in *",$one,"*) run_step "$one" "$@" ;; esac
done
step=

echo
echo "## Steps (second $(elapsed))"
echo
echo "| step | limit, s | took, s | result |"
echo "|---|---|---|---|"
cat "$table"
echo
echo "## Rows for README's table"
echo
if [ "$call" = first ] && [ $# -gt 0 ]; then
  echo "The other program's frames are its first: a younger universe, in which fewer pairs are near."
  echo
fi
"readme_rows_$call"
echo
if [ -n "$skipped" ]; then echo "not run${skipped#;}" | sed 's/^not run/not run:/'; fi
if [ -z "$failed" ]; then
  echo "all well"
else
  echo "NOT all well:${failed#;}"
fi
[ -z "$failed" ]
