#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The GPU engine's instructions, as the compiler wrote them with the build's own flags: no fused
# multiply-add, nothing approximate, nothing flushed to zero, no float atomics; every sum, product,
# quotient and root says round-to-nearest, so that no assembler or driver may fuse it later.
#   check-ptx.sh NVCC SOURCE_DIR WORK_DIR FLAG...
set -eu

nvcc=$1
source=$2
work=$3
shift 3
mkdir -p "$work"
"$nvcc" "$@" -std=c++20 -O3 -arch=compute_90 -I "$source" -ptx "$source/cuda/cuda_engine.cu" \
  -o "$work/cuda_engine.ptx"

floats=$(grep -cE '\.f32' "$work/cuda_engine.ptx")
if [ "$floats" -lt 100 ]; then echo "only $floats lines of float arithmetic: wrong file?"; exit 1; fi
if grep -nE '\b(fma|mad)\.[a-z.]*f32|\.approx|\.ftz|\.f64|\b(atom|red)\.[a-z.]*f(16|32|64)' \
  "$work/cuda_engine.ptx"; then
  echo "instructions that break determinism, above"
  exit 1
fi
if grep -nE '\b(add|sub|mul|div|sqrt)\.f32|\b(div|sqrt)\.full' "$work/cuda_engine.ptx"; then
  echo "arithmetic that may be fused or approximated, above"
  exit 1
fi
echo "$floats lines of float arithmetic, all rounded to nearest one by one"
