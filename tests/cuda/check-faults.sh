#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Renders on machines whose GPUs are busy, too old a driver's, or break in the middle, all of them
# made of the host: which engine is taken, what is said, and that the film is the same.
#   check-faults.sh LIFEREEL_ON_HOST
set -u

lifereel=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
said=$work/said

broken() {
  cat "$said"
  echo "BROKEN: $1"
  exit 1
}
# render STATUS NAME=VALUE... -- OPTION...: the machine, and what is asked of it.
render() {
  wanted=$1
  shift
  machine=
  while [ "$1" != -- ]; do
    machine="$machine $1"
    shift
  done
  shift
  # shellcheck disable=SC2086  # assignments
  env $machine "$lifereel" render --size 272x264 --particles 40 --frames 40 --codec mpeg2video \
    --chunk-frames 12 --lanes 2 -o "$work/film.mpg" "$@" > "$said" 2>&1
  status=$?
  [ $status -eq "$wanted" ] || broken "status $status, not $wanted: $machine $*"
}
says() { grep -qE -- "$1" "$said" || broken "it does not say: $1"; }
# notices COUNT: of the GPU.
notices() {
  [ "$(grep -cE '^lifereel: .*(GPU|NVIDIA|cuda)' "$said")" -eq "$1" ] ||
    broken "it speaks of the GPU other than $1 times"
}
is_the_film() {
  cmp -s "$work/film.mpg" "$work/cpu.mpg" || broken "another film"
  rm "$work/film.mpg"
}
no_film() { [ ! -e "$work/film.mpg" ] || broken "there is a film"; }

render 0 -- --engine cpu
notices 0
mv "$work/film.mpg" "$work/cpu.mpg"

render 0 -- --engine auto
notices 0
is_the_film
render 0 HOST_GPUS=2 HOST_GPU_BUSY=0 -- --engine auto
notices 1
says 'passed over GPU 0 \(Host GPU\): .*busy or unavailable.*; the next GPU computes$'
is_the_film
render 0 HOST_GPUS=2 HOST_GPU_BUSY=0,1 -- --engine auto
notices 1
says 'no GPU can be used: GPU 0 .*; GPU 1 .*; the CPU computes$'
is_the_film
render 1 HOST_GPUS=2 HOST_GPU_BUSY=0,1 -- --engine cuda
notices 1
says 'engine cuda: no GPU can be used: GPU 0 .*; GPU 1 .*; .*needs no GPU$'
no_film
render 0 HOST_GPU_DRIVER=12020 -- --engine auto
notices 1
says 'the NVIDIA driver is too old: .* install driver 580 .*; the CPU computes$'
is_the_film
render 1 HOST_GPU_DRIVER=11080 -- --engine cuda
notices 1
says 'driver 525 or later and a build made with CUDA 12; .*needs no GPU$'
no_film

# Broken in the middle: what is there stays, and the CPU goes on from it.
render 1 HOST_GPU_BREAKS=25 -- --engine cuda
says 'engine cuda: cudaGraphLaunch: .*cudaErrorIllegalAddress.*needs no GPU; .* of 40 frames are kept in '
notices 1
no_film
render 0 -- --engine cpu
says 'resum'
is_the_film

echo "faults: told in a sentence each, and the film is the same"
