#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Prints how fast this machine makes films, as a Markdown table: the engine alone, whole renders beside
# the ffmpeg program encoding the same frames from a file, and memory against length. Ratios are of
# two commands run in turn; the median of the pairs counts, since machines are noisy.
#   tests/benchmark.sh LIFEREEL [PAIRS] [FRAMES]        needs ffmpeg and GNU time
set -eu
lifereel=$1
pairs=${2:-5}
frames=${3:-3000}
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT

# Wall seconds of a command; its peak memory in KiB goes to $here/peak.
seconds() {
  /usr/bin/time -o "$here/time" -f '%e %M' "$@" > "$here/log" 2>&1 ||
    { cat "$here/log" >&2; exit 1; }
  cut -d' ' -f2 "$here/time" > "$here/peak"
  cut -d' ' -f1 "$here/time"
}
median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
quotient() { awk -v a="$1" -v b="$2" 'BEGIN {printf "%.3f", a / b}'; }
json() { sed -n "s/.*\"$1\": \([0-9.]*\).*/\1/p" "$2" | head -n 1; }

echo "$("$lifereel" info | sed -n 's/^processor *//p'), $(date +%F)"
echo
echo '| engine alone, one thread: simulate and draw | frames/s |'
echo '|---|---|'
engine_rate() { # NAME FRAMES ARGUMENTS...: the best of the pairs
  name=$1 count=$2
  shift 2
  for _ in $(seq "$pairs"); do
    "$lifereel" render "$@" --codec null --threads 1 --frames "$count" --overwrite --quiet \
      --stats "$here/stats.json"
    quotient "$count" "$(json engine_busy_seconds "$here/stats.json")"
    echo
  done | median | sed "s/^/| $name | /; s/$/ |/"
}
engine_rate '720x480, 2500 particles (`dvd_video`)' 600 --seed 480 --size 720x480 --particles 2500
engine_rate '2880x1080, 22000 particles' 60 --seed 480 --size 2880x1080 --particles 22000
engine_rate '7680x2160, 115000 particles (`panoramic`)' 20 --seed 480 --size 7680x2160 --particles 115000

echo
"$lifereel" render --size 720x480 --particles 2500 --codec rawvideo --frames "$frames" --quiet \
  -o "$here/frames.gray"
: > "$here/ratios"
: > "$here/ours"
: > "$here/theirs"
for _ in $(seq "$pairs"); do
  ours=$(seconds "$lifereel" render --preset dvd_video --frames "$frames" --overwrite --quiet \
    -o "$here/ours.mpg")
  peak=$(cat "$here/peak")
  theirs=$(seconds ffmpeg -v error -y -f rawvideo -pix_fmt gray -s 720x480 \
    -framerate 30000/1001 -i "$here/frames.gray" -f lavfi \
    -i anullsrc=channel_layout=stereo:sample_rate=48000 -target ntsc-dvd -b:v 4400k -b:a 192k \
    -aspect 16:9 -shortest -threads 2 "$here/theirs.mpg")
  echo "$ours" >> "$here/ours"
  echo "$theirs" >> "$here/theirs"
  quotient "$ours" "$theirs" >> "$here/ratios"
  echo >> "$here/ratios"
done
rate() { awk -v n="$frames" '{printf "%.0f\n", n / $1}' "$1" | median; }
echo "| \`dvd_video\`, $frames frames | frames/s |"
echo '|---|---|'
echo "| simulate, draw, encode and mux: \`lifereel render\` | $(rate "$here/ours") |"
echo "| only encode and mux, ready-made frames: \`ffmpeg -target ntsc-dvd -threads 2\` | $(rate "$here/theirs") |"
echo "| wall time, first over second, median of $pairs pairs | $(median < "$here/ratios") |"
echo
echo '| `dvd_video`, length | peak memory |'
echo '|---|---|'
for count in 600 "$frames" $((frames * 3)); do
  seconds "$lifereel" render --preset dvd_video --frames "$count" --overwrite --quiet \
    -o "$here/ours.mpg" > /dev/null
  echo "| $count frames | $(awk '{printf "%.1f MiB", $1 / 1024}' "$here/peak") |"
done
