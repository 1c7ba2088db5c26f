#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Draws README's strip of looks: the same second of one universe in each, left to right.
#   tests/plots/looks.sh LIFEREEL OUT.jpg [SEED]
# Needs ffmpeg.
set -eu

program=$1
out=$2
seed=${3:-480}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
set --
for look in aurora neon ember abyss; do
  "$program" render --seed "$seed" --size 1280x720 --look "$look" --frame 450 --quiet -o "$work/$look.png"
  set -- "$@" -i "$work/$look.png"
done
ffmpeg -v error -y "$@" -filter_complex \
  '[0][1]hstack[upper];[2][3]hstack[lower];[upper][lower]vstack,scale=1600:-2:flags=lanczos' \
  -q:v 4 "$out"
