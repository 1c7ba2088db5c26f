#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The same films from other processors: this one's are compared with those that the program makes in
# an emulator, as a processor with AVX2 and as one that has SSE3 and nothing later.
#   check-processors.sh LIFEREEL
# Exit status 77: the emulator is missing, or this is no x86-64.
set -eu

lifereel=$1
[ "$(uname -m)" = x86_64 ] || { echo "skipped: this is no x86-64"; exit 77; }
command -v qemu-x86_64 > /dev/null || { echo "skipped: qemu-x86_64 is not installed"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo "this processor: $("$lifereel" info | sed -n 's/^\(processor\|ISA\) *//p' | tr '\n' ';')"
compared=0
# compare EXTENSION OPTIONS...
compare() {
  extension=$1
  shift
  set -- render --frames 20 --engine cpu --resume off --quiet --overwrite "$@"
  "$lifereel" "$@" -o "$work/here.$extension"
  for processor in Haswell qemu64; do
    qemu-x86_64 -cpu "$processor" "$lifereel" "$@" -o "$work/there.$extension" 2> "$work/log" ||
      { cat "$work/log"; exit 1; }
    cmp "$work/here.$extension" "$work/there.$extension" ||
      { echo "$processor makes another film of: $*"; exit 1; }
    compared=$((compared + 1))
  done
}
small='--size 176x112 --rmax 30 --particles 150'
# The words of $small are separate options.
# shellcheck disable=SC2086
{
  compare mp4 $small --codec libx264 --crf 23
  compare mp4 $small --codec libx264 --bitrate 400k --maxrate 600k --bufsize 600k --codec-threads 1
  compare mkv $small --codec libx265 --crf 28
  compare mkv $small --codec libx265 --bitrate 300k --maxrate 500k --bufsize 500k
  compare mkv $small --codec ffv1
  compare mkv $small --codec mpeg2video --bitrate 800k
}
compare mpg --preset dvd_video --chunk-frames 0
echo "$compared films are those of this processor, byte for byte"
