#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The same films from other processors: this one's are compared with those that the program makes in
# an emulator, as a processor with AVX2 and as one that has SSE3 and nothing later (of which less is
# promised, encoders/video/processor_kind.h). Then a render that was begun on one of them goes on here.
#   check-processors.sh LIFEREEL
# Exit status 77: the emulator is missing, or this is no x86-64.
set -eu

lifereel=$1
[ "$(uname -m)" = x86_64 ] || { echo "skipped: this is no x86-64"; exit 77; }
command -v qemu-x86_64 > /dev/null || { echo "skipped: qemu-x86_64 is not installed"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

isa() { "$@" "$lifereel" info 2> /dev/null | sed -n 's/^ISA  *//p'; }
case $(isa qemu-x86_64 -cpu Haswell) in
  *avx2*) ;;
  *) echo "skipped: this qemu-x86_64 has no AVX2"; exit 77 ;;
esac
echo "this processor: $(isa)"
compared=0
# compare PROCESSORS EXTENSION OPTIONS...
compare() {
  processors=$1
  extension=$2
  shift 2
  set -- render --frames 12 --engine cpu --resume off --quiet --overwrite "$@"
  "$lifereel" "$@" -o "$work/here.$extension"
  for processor in $processors; do
    qemu-x86_64 -cpu "$processor" "$lifereel" "$@" -o "$work/there.$extension" 2> "$work/log" ||
      { cat "$work/log"; exit 1; }
    cmp "$work/here.$extension" "$work/there.$extension" ||
      { echo "$processor makes another film of: $*"; exit 1; }
    compared=$((compared + 1))
  done
}
small='--size 176x112 --rmax 30 --particles 150'
both='Haswell qemu64'  # the older one once a codec
# The words of $small are separate options.
# shellcheck disable=SC2086
{
  compare "$both" mp4 $small --codec libx264 --crf 23
  compare Haswell mp4 $small --codec libx264 --bitrate 400k --maxrate 600k --bufsize 600k --codec-threads 1
  compare "$both" mkv $small --codec libx265 --crf 28
  compare Haswell mkv $small --codec libx265 --bitrate 300k --maxrate 500k --bufsize 500k
  compare Haswell mkv $small --codec ffv1
  compare Haswell mkv $small --codec mpeg2video --bitrate 800k
}
compare "$both" mpg --preset dvd_video --chunk-frames 0
# begin PROCESSOR: there, until it has kept a chunk; then it is killed.
film="--frames 144 --chunk-frames 12 --codec libx264 --crf 23 --engine cpu --quiet -o $work/goes-on.mp4"
begin() {
  # shellcheck disable=SC2086
  qemu-x86_64 -cpu "$1" "$lifereel" render $small $film 2> /dev/null &
  tries=0
  until ls "$work"/goes-on.mp4.lifereel/chunk-* > /dev/null 2>&1 || [ $tries -ge 600 ]; do
    sleep 0.1
    tries=$((tries + 1))
  done
  kill -9 $!
  wait $! 2> /dev/null || true
  [ ! -e "$work/goes-on.mp4" ] || { echo "the film was done before it could be stopped"; exit 1; }
}
# The words of $small and $film are separate options.
# shellcheck disable=SC2086
{
  "$lifereel" render $small $film
  mv "$work/goes-on.mp4" "$work/whole.mp4"
  case $(isa) in
    *avx2*)
      begin Haswell
      "$lifereel" render $small $film
      cmp "$work/whole.mp4" "$work/goes-on.mp4" || { echo "a film went on to other bytes"; exit 1; }
      rm "$work/goes-on.mp4"
      begin qemu64
      if "$lifereel" render $small $film 2> "$work/log" || ! grep -q 'x86-64 without FMA' "$work/log"; then
        cat "$work/log"
        echo "a film of a processor without FMA was not refused"
        exit 1
      fi ;;
  esac
}
echo "$compared films are those of this processor, byte for byte"
