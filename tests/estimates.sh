#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Estimates against what films turn out to be, as a table for people to judge. Wants a quiet machine.
#   estimates.sh LIFEREEL [PRESET[/QUALITY]...]
# Without presets: all of them, and a preset in all qualities. Of each a film is rendered that takes
# about SECONDS_A_FILM (70) of wall time, and twice as long where that is fewer than 200 frames, too
# few to fill an encoder's memory. PROBE (30s) is how long an estimate measures.
set -eu
lifereel=$1
shift
seconds=${SECONDS_A_FILM:-70}
probe=${PROBE:-30s}
[ $# -gt 0 ] || set -- $("$lifereel" presets | cut -d' ' -f1) \
  film_1080p/draft film_1080p/preview film_1080p/production film_1080p/max
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export XDG_CACHE_HOME="$folder/cache"

value() { python3 -c 'import json, sys
value = json.load(open(sys.argv[1]))
for key in sys.argv[2].split("."): value = value[key]
print(value)' "$@"; }

printf '%-22s %8s | %8s %8s %6s | %8s %8s %6s | %7s %7s %6s\n' film frames \
  's est.' 's' '%' 'MB est.' 'MB' '%' 'MiB est.' 'MiB' '%'
for film in "$@"; do
  preset=${film%/*}
  quality=
  [ "$preset" = "$film" ] || quality="--quality ${film#*/}"
  name=film.mp4
  case $preset in dvd_video*) name=film.mpg ;; esac
  # How many frames take that long, by the film's own estimate: twice, for a longer one is older.
  frames=1000
  for _ in 1 2; do
    "$lifereel" estimate --quiet --preset "$preset" $quality --frames $frames --probe 3s \
      --json "$folder/estimate.json" --overwrite > "$folder/said" || { echo "$film: no estimate"; continue 2; }
    frames=$(python3 -c "print(max(24, round($frames * $seconds / $(value "$folder/estimate.json" seconds))))")
  done
  [ "$frames" -ge 200 ] || frames=$((2 * frames))
  rm -rf "$folder/cache"
  "$lifereel" estimate --quiet --preset "$preset" $quality --frames "$frames" --probe "$probe" \
    --json "$folder/estimate.json" --overwrite > "$folder/said"
  "$lifereel" render --quiet --preset "$preset" $quality --frames "$frames" -o "$folder/$name" \
    --overwrite --stats "$folder/stats.json"
  python3 - "$film" "$folder/estimate.json" "$folder/stats.json" <<'PY'
import json, sys
film, estimate, stats = sys.argv[1], *map(lambda path: json.load(open(path)), sys.argv[2:])
pipeline = stats["pipeline"]
pairs = [(estimate["seconds"], pipeline["wall_seconds"]),
         (estimate["film_bytes"] / 1e6, stats["film"]["file_bytes"] / 1e6),
         (estimate["peak_memory_bytes"] / 2**20, pipeline["peak_memory_bytes"] / 2**20)]
print("%-22s %8d" % (film, pipeline["frames"]), end="")
for expected, measured in pairs:
    print(" | %8.1f %8.1f %+5.1f%%" % (expected, measured, 100 * (expected / measured - 1)), end="")
print(flush=True)
PY
  rm -f "$folder/$name"
done
