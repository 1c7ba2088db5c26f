#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A GPU made of the host that only passes frames has, in every look, the universe and the light of a
# processor that drew them: the pictures behind are the same.
#   check-passing.sh LIFEREEL LIFEREEL_ON_HOST
set -eu
lifereel=$1 on_host=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

looks=$("$lifereel" looks | sed -n 's/^\([a-z]\{1,\}\)  .*/\1/p')
for look in $looks; do
  options="--look $look --size 272x480 --particles 60 --fps 25"
  # shellcheck disable=SC2086
  "$lifereel" hash $options --frames 8 --engine cpu --threads 1 -o "$work/drawn" > "$work/said" 2>&1 ||
    { cat "$work/said"; exit 1; }
  # shellcheck disable=SC2086
  "$on_host" hash $options --warmup 6 --frames 2 --engine cuda -o "$work/passed" --overwrite \
    > "$work/said" 2>&1 || { cat "$work/said"; exit 1; }
  # Of both streams, pictures and states: the hashes of the last two frames.
  hashes() { grep -v '^#' "$1" | awk -F, '{print $1 "," $6}' | sort -s -k1,1 -t,; }
  for stream in 0 1; do
    hashes "$work/drawn" | grep "^$stream" | tail -n 2 > "$work/want"
    hashes "$work/passed" | grep "^$stream" | tail -n 2 > "$work/got"
    [ -s "$work/want" ] && cmp -s "$work/want" "$work/got" ||
      { echo "$look: stream $stream differs behind 6 passed frames"; exit 1; }
  done
  rm "$work/drawn" "$work/passed"
done
echo "passed in $(echo $looks)"
