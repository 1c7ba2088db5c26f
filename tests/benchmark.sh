#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Prints how fast this machine makes films, as Markdown tables: `lifereel bench`; then whole renders
# beside the ffmpeg program, which only encodes the same pictures, ready-made, from a file; then memory
# against length. Ratios are of two commands run in turn; the median of the pairs counts, since machines
# are noisy.
#   tests/benchmark.sh LIFEREEL [PAIRS] [FRAMES]     FRAMES: of dvd_video, the others have fewer
# Needs ffmpeg and GNU time.
set -eu
lifereel=$1
pairs=${2:-5}
frames=${3:-3000}
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT

# Runs a command; its wall seconds, processor seconds and peak memory in KiB go to $here/time.
run() {
  /usr/bin/time -o "$here/time" -f '%e %U %S %M' "$@" > "$here/log" 2>&1 ||
    { cat "$here/log" >&2; exit 1; }
}
wall() { cut -d' ' -f1 "$here/time"; }
processor() { awk '{print $2 + $3}' "$here/time"; }
median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
quotient() { awk -v a="$1" -v b="$2" 'BEGIN {printf "%.3f\n", a / b}'; }
json() { sed -n "s/.*\"$1\": \([0-9.]*\).*/\1/p" "$2" | head -n 1; }

"$lifereel" bench --rounds "$pairs"

echo
echo '| a world between the presets: engine alone | frames/s |'
echo '|---|---|'
for threads in 1 $(nproc); do
  for _ in $(seq "$pairs"); do
    "$lifereel" render --size 2880x1080 --particles 22000 --codec null --threads "$threads" \
      --frames $((frames / 10)) --overwrite --quiet --stats "$here/stats.json"
    quotient $((frames / 10)) "$(json engine_busy_seconds "$here/stats.json")"
  done | median | sed "s/.*/| 2880x1080, 22000 particles, $threads threads | & |/"
done

echo
echo '| `dvd_video`, a universe a processor | frames/s: engines alone | scout | scout / engines |'
echo '|---|---|---|---|'
many=$(nproc)
engines_alone() {
  for seed in $(seq "$many"); do
    "$lifereel" state --preset dvd_video --seed "$seed" --threads 1 --frames "$frames" --overwrite --quiet \
      -o "$here/$seed.npy" &
  done
  wait
}
# A share of the first rung, and nothing else: its status says that the rest of it is still to come.
scout_share() {
  rm -rf "$here/scout"
  "$lifereel" scout --preset dvd_video --seeds "1-$((2 * many))" --share 1/2 --rungs "$frames" --quiet \
    -o "$here/scout" > "$here/log" || [ $? -eq 75 ]
}
seconds() { # COMMAND
  begin=$(date +%s.%N)
  "$1"
  awk -v a="$begin" -v b="$(date +%s.%N)" 'BEGIN {print b - a}'
}
: > "$here/engines"; : > "$here/scouts"; : > "$here/ratios"
for _ in $(seq "$pairs"); do
  engines=$(seconds engines_alone) scout=$(seconds scout_share)
  quotient $((frames * many)) "$engines" >> "$here/engines"
  # Whole observations, ten seconds each.
  quotient $((frames / 300 * 300 * many)) "$scout" >> "$here/scouts"
  awk -v e="$engines" -v s="$scout" -v part="$(quotient $((frames / 300 * 300)) "$frames")" \
    'BEGIN {print part * e / s}' >> "$here/ratios"
done
awk -v e="$(median < "$here/engines")" -v s="$(median < "$here/scouts")" -v r="$(median < "$here/ratios")" \
  'BEGIN {printf "| %d frames each | %.0f | %.0f | %.3f |\n", '"$frames"', e, s, r}'

echo
echo '| 1920x1080, one core, pairs with and without | frames/s with | what the stage takes, ms a frame | frames/s of it alone |'
echo '|---|---|---|---|'
milliseconds_a_frame() { # OPTION...
  "$lifereel" render --size 1920x1080 --codec null --frames $((frames / 20)) --overwrite --quiet \
    --stats "$here/stats.json" "$@"
  awk -v s="$(json engine_busy_seconds "$here/stats.json")" -v n=$((frames / 20)) 'BEGIN {print 1000 * s / n}'
}
stage() { # NAME LOOK OPTION...: that leave the stage out
  name=$1 look=$2
  shift 2
  : > "$here/with"; : > "$here/part"
  for _ in $(seq "$pairs"); do
    with=$(milliseconds_a_frame --threads 1 --look "$look")
    echo "$with" >> "$here/with"
    echo "$with $(milliseconds_a_frame --threads 1 --look "$look" "$@")" | awk '{print $1 - $2}' >> "$here/part"
  done
  awk -v name="$name" -v with="$(median < "$here/with")" -v part="$(median < "$here/part")" \
    'BEGIN {printf "| %s | %.0f | %.2f | %.0f |\n", name, 1000 / with, part, 1000 / part}'
}
stage characters glyphs --glyphs no
stage "scanlines, mask, barrel" phosphor --scanlines 0 --mask 0 --barrel 0
for scene in rain fire; do
  for threads in 1 $(nproc); do
    for _ in $(seq "$pairs"); do
      milliseconds_a_frame --scene "$scene" --threads "$threads"
    done | median | awk -v name="$scene, $threads threads" '{printf "| %s | %.0f | | |\n", name, 1000 / $1}'
  done
done

# What one would type instead, given the raw pictures. Of film_1080p and film_4k it has the preset's every
# parameter: with one thread, both programs make the same coded pictures.
with_ffmpeg() { # PRESET PIXELS OUTPUT
  pixels=$2
  case $1 in
    dvd_video) set -- -s 720x480 -framerate 30000/1001 -i "$here/frames.raw" -f lavfi \
      -i anullsrc=channel_layout=stereo:sample_rate=48000 -target ntsc-dvd -b:v 4400k -b:a 192k \
      -aspect 16:9 -shortest -threads "$(nproc)" "$3" ;;
    dvd_mp4) set -- -s 720x480 -framerate 20 -i "$here/frames.raw" -c:v libx264 -pix_fmt yuv420p \
      -preset medium -b:v 1370k -maxrate 2500k -bufsize 5000k -aspect 16:9 "$3" ;;
    panoramic) set -- -s 7680x2160 -framerate 20 -i "$here/frames.raw" -c:v libx264 \
      -pix_fmt yuv420p -preset medium -crf 23 "$3" ;;
    bd_4k_6h) set -- -s 3840x2160 -framerate 20 -i "$here/frames.raw" -c:v libx265 \
      -x265-params log-level=error -pix_fmt yuv420p -preset medium -b:v 9000k -maxrate 15000k \
      -bufsize 30000k "$3" ;;
    film_1080p) set -- -s 1920x1080 -framerate 60 -i "$here/frames.raw" -c:v libx264 -preset medium \
      -crf 25 -g 120 -aq-mode 3 -x264-params stitchable=1:cpu-independent=1 "$3" ;;
    film_4k) set -- -s 3840x2160 -framerate 60 -i "$here/frames.raw" -c:v libx265 -preset medium \
      -crf 25 -g 120 -flags +cgop \
      -x265-params aq-mode=3:log-level=error:lookahead-threads=2:pools=10 "$3" ;;
  esac
  run ffmpeg -v error -y -f rawvideo -pix_fmt "$pixels" "$@"
}

echo
echo "| simulate, draw, encode, mux beside only encode, mux: medians of $pairs pairs | lifereel, s | \`ffmpeg\`, s | wall time, first / second | processor time |"
echo '|---|---|---|---|---|'
compare() { # PRESET PIXELS FRAMES EXTENSION [OPTION...]
  preset=$1 pixels=$2 count=$3 extension=$4
  shift 4
  "$lifereel" render --preset "$preset" "$@" --target none --codec rawvideo --container rawvideo \
    --codec-preset none --codec-option none --crf none --bitrate none --maxrate none --bufsize none --audio-bitrate none \
    --frames "$count" --quiet --overwrite -o "$here/frames.raw"
  for list in ours theirs walls processors; do : > "$here/$list"; done
  for _ in $(seq "$pairs"); do
    run "$lifereel" render --preset "$preset" "$@" --frames "$count" --overwrite --quiet \
      -o "$here/ours.$extension"
    ours=$(wall) ours_processor=$(processor)
    with_ffmpeg "$preset" "$pixels" "$here/theirs.$extension"
    echo "$ours" >> "$here/ours"
    wall >> "$here/theirs"
    quotient "$ours" "$(wall)" >> "$here/walls"
    quotient "$ours_processor" "$(processor)" >> "$here/processors"
  done
  rm "$here/frames.raw"
  echo "| \`$preset${*:+ $*}\`, $count frames | $(median < "$here/ours") | $(median < "$here/theirs") |" \
    "$(median < "$here/walls") | $(median < "$here/processors") |"
}
compare dvd_video gray "$frames" mpg
compare dvd_video yuv420p "$frames" mpg --look aurora
compare dvd_mp4 gray $((frames * 2 / 3)) mp4
compare panoramic gray $((frames / 50)) mp4
compare bd_4k_6h gray $((frames / 50)) mp4
# Whole chunks, so that all lanes have work to the end.
compare film_1080p yuv420p $((frames / 25 * 2)) mp4
compare film_1080p yuv420p $((frames / 25 * 2)) mp4 --look glyphs
compare film_1080p yuv420p $((frames / 25 * 2)) mp4 --look phosphor
compare film_1080p yuv420p $((frames / 25 * 2)) mp4 --scene rain
compare film_1080p yuv420p $((frames / 25 * 2)) mp4 --scene fire
compare film_4k yuv420p10le $((frames / 100)) mp4

echo
echo '| `dvd_video`, length | peak memory |'
echo '|---|---|'
for count in $((frames / 5)) "$frames" $((frames * 3)); do
  run "$lifereel" render --preset dvd_video --frames "$count" --overwrite --quiet -o "$here/ours.mpg"
  echo "| $count frames | $(awk '{printf "%.1f MiB", $4 / 1024}' "$here/time") |"
done

echo
echo '| many machines: the way to a first picture | frames/s drawn | frames/s passed | a task beside passing and rendering, s | a task with nothing to do, s |'
echo '|---|---|---|---|---|'
task_costs() { # NAME FRAMES OPTION...
  name=$1 count=$2
  shift 2
  for list in drawn passed beside nothing; do : > "$here/$list"; done
  for _ in $(seq "$pairs"); do
    rm -rf "$here/task.mp4.farm"
    "$lifereel" render "$@" --codec null --frames "$count" --overwrite --quiet \
      --stats "$here/stats.json"
    quotient "$count" "$(json engine_busy_seconds "$here/stats.json")" >> "$here/drawn"
    "$lifereel" plan "$@" --frames "$count" --codec libx264 --codec-preset ultrafast --crf 30 \
      --chunk-frames 24 --gop 24 --ranges equal --tasks $((count / 24)) --overwrite --quiet \
      -o "$here/task.mp4"
    run "$lifereel" render --work "$here/task.mp4.farm" --task $((count / 24 - 1))
    sed -n 's/.*passed in .*, \([0-9.]*\) frames.s$/\1/p' "$here/log" >> "$here/passed"
    # "N frames in X s" of rendering, "passed in Y s".
    sed -n 's/.* in \([0-9.]*\) s, .*/\1/p' "$here/log" | tr '\n' ' ' > "$here/both"
    echo "$(cat "$here/both") $(wall)" | awk '{print $NF - $1 - $2}' >> "$here/beside"
    run "$lifereel" render --work "$here/task.mp4.farm" --task $((count / 24 - 1))
    wall >> "$here/nothing"
  done
  echo "| $name | $(median < "$here/drawn") | $(median < "$here/passed") | $(median < "$here/beside") | $(median < "$here/nothing") |"
}
task_costs '720x480, look published' $((frames / 240 * 24)) --size 720x480 --look published
task_costs '1920x1080, look aurora' $((frames / 720 * 24)) --size 1920x1080 --look aurora
task_costs '1920x1080, look glyphs' $((frames / 720 * 24)) --size 1920x1080 --look glyphs
task_costs '3840x2160, 115000 particles, look published' $((frames / 1440 * 24)) --size 3840x2160 \
  --particles 115000 --look published

echo
echo '| join, chunks in the page cache | MB | MB/s | `cp` of the film, MB/s |'
echo '|---|---|---|---|'
join_speed() { # NAME FILE OPTION...
  name=$1 film=$here/join/$2
  shift 2
  mkdir -p "$here/join"
  "$lifereel" plan "$@" --tasks 1 --overwrite --quiet -o "$film"
  "$lifereel" render --work "$film.farm" --task 0 --quiet
  for list in joins copies; do : > "$here/$list"; done
  for _ in $(seq "$pairs"); do
    rm -f "$film" "$film.farm/finished" "$here/join/copy"
    run "$lifereel" join --work "$film.farm" --quiet
    bytes=$(stat -c %s "$film")
    awk -v b="$bytes" -v s="$(wall)" 'BEGIN {print b / 1e6 / s}' >> "$here/joins"
    run sh -c 'cp "$1" "$2" && sync "$2"' sh "$film" "$here/join/copy"
    awk -v b="$bytes" -v s="$(wall)" 'BEGIN {print b / 1e6 / s}' >> "$here/copies"
  done
  awk -v n="$name" -v b="$bytes" -v j="$(median < "$here/joins")" -v c="$(median < "$here/copies")" \
    'BEGIN {printf "| %s | %.0f | %.0f | %.0f |\n", n, b / 1e6, j, c}'
  rm -rf "$here/join"
}
join_speed 'FFV1, .mkv' film.mkv --size 1920x1080 --codec ffv1 --chunk-frames 50 --frames $((frames / 10))
join_speed 'H.264 of 200 Mb/s, .mp4' film.mp4 --size 1920x1080 --codec libx264 --codec-preset ultrafast \
  --crf none --bitrate 200M --frames $((frames / 10)) --chunk-frames 50
join_speed 'MPEG-2 of a DVD, .mpg' film.mpg --preset dvd_video --frames "$frames"
