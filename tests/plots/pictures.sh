#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Draws README's pictures, in reading order: looks.jpg, one moment of a universe in each look;
# characters.jpg, characters and a tube, rain and fire; and seeds.jpg, eight universes.
#   tests/plots/pictures.sh LIFEREEL FOLDER
# Needs ffmpeg.
set -eu

program=$1
folder=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# As many stills in a row, each so wide.
draw() { # OUT.jpg COLUMNSxROWS WIDTH
  ffmpeg -v error -y -i "$work/%d.png" -vf "scale=$3:-2:flags=lanczos,tile=$2" -frames:v 1 -q:v 4 "$1"
  rm "$work"/*.png
}

drawn=0
still() { # OPTION...
  drawn=$((drawn + 1))
  "$program" render "$@" --quiet -o "$work/$drawn.png"
}

for look in aurora neon ember abyss; do still --size 1280x720 --look "$look" --frame 450; done
draw "$folder/looks.jpg" 2x2 800

drawn=0
still --size 1280x720 --look glyphs --frame 300
still --size 1920x1080 --look phosphor --frame 300
for scene in rain fire; do still --size 1280x720 --scene "$scene" --frame 300; done
draw "$folder/characters.jpg" 2x2 800

drawn=0
# README shows these commands.
still --seed 13 --frame 1800
still --seed 88 --frame 1800 --look neon
still --seed 47 --frame 1800 --look ember
still --seed 53 --frame 1800 --look abyss
still --seed 77 --frame 1800
still --seed 101 --frame 1800 --look neon
still --seed 5 --frame 1800 --look ember
still --seed 3 --frame 1800
draw "$folder/seeds.jpg" 4x2 400
