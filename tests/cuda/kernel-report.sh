#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What the compiler makes of the GPU engine's kernels, as a Markdown table: registers, bytes of stack
# and of these spilled, and how many of a multiprocessor's threads can be resident (limits: CUDA C++ Programming Guide,
# technical specifications per compute capability). Needs nvcc and a C++ compiler, no GPU.
#   tests/cuda/kernel-report.sh [ARCHITECTURE...]        default: 75 86 89 90
set -eu

nvcc=${NVCC:-nvcc}
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ $# -eq 0 ]; then set -- 75 86 89 90; fi

# Blocks as the engine launches them by default, and the shared memory that it asks for.
cat > "$work/shapes.cpp" << 'END'
#include <algorithm>
#include <cstdio>
#include <string>

#include "cuda/kernels/frame_kernels.h"
#include "cuda/kernels/glyph_kernels.h"
#include "cuda/kernels/light_tone.h"
#include "cuda/kernels/scene_kernels.h"
#include "sim/scenes/fire.h"
#include "sim/scenes/rain.h"

using namespace lifereel;

template <int lanes>
void move() {
  std::printf("MoveParticles<%d> 128 %zu\n", lanes,
              sizeof(typename MoveParticles<lanes>::Shared) * (128 / lanes));
}

template <class Scene>
void cells(const char* scene) {
  std::printf("FillCells<%s> %d %zu\n", scene, FillCells<Scene>::threads_per_block,
              FillCells<Scene>::searches ? sizeof(typename FillCells<Scene>::Shared) : 0);
}

int main() {
  move<32>();
  move<16>();
  move<8>();
  std::printf("CountStarts+Fade %d %zu\n", CountStarts::threads_per_block,
              std::max(sizeof(CountStarts::Shared), sizeof(Fade::Shared)));
  std::puts("Scatter+Tone 128 0\nSplatParticles 128 0\nPlaceParticles 128 0");
  std::printf("CountStarts+SplatLight %d %zu\n", CountStarts::threads_per_block,
              std::max(sizeof(CountStarts::Shared),
                       sizeof(SplatLight::Shared) * (CountStarts::threads_per_block / SplatLight::group)));
  std::printf("CountStarts+KeepPoints %d %zu\n", CountStarts::threads_per_block,
              sizeof(CountStarts::Shared));
  std::printf("Scatter+FadeLight 128 %zu\nHalveLight 128 0\n", sizeof(FadeLight::Shared));
  std::printf("FindWhite+SpreadLight %d %zu\nFindWhite+DoubleLight 128 %zu\n",
              SpreadLight::threads_per_block, sizeof(FindWhite::Shared), sizeof(FindWhite::Shared));
  std::puts("BendLight 128 0");
  std::printf("ChooseGlyphs %d %zu\nDrawGlyphs 128 0\n", ChooseGlyphs::threads_per_block,
              sizeof(ChooseGlyphs::Shared));
  cells<Rain>("Rain");
  cells<Fire>("Fire");
  std::puts("SortSparks<Fire> 128 0");
  std::puts("ToneLight<uint8> 128 0\nToneLight<uint16> 128 0");
}
END
"${CXX:-c++}" -std=c++20 -I "$root" -o "$work/shapes" "$work/shapes.cpp"
"$work/shapes" > "$work/shapes.txt"

for architecture; do
  "$nvcc" --fmad=false --ftz=false --prec-div=true --prec-sqrt=true -std=c++20 -O3 -I "$root" \
    -gencode "arch=compute_$architecture,code=sm_$architecture" -Xptxas -v -cubin \
    -o "$work/kernels.cubin" "$root/cuda/cuda_engine.cu" > "$work/said" 2>&1 || {
    cat "$work/said"
    exit 1
  }
  awk -v architecture="$architecture" '
      /Compiling entry function/ {
        name = $0
        sub(/.*function ./, "", name)
        kernel = ""
        if (match(name, /MoveParticlesILi[0-9]+/))
          kernel = "MoveParticles<" substr(name, RSTART + 16, RLENGTH - 16) ">"
        else if (name ~ /SplatLight/) kernel = "CountStarts+SplatLight"
        else if (name ~ /KeepPoints/) kernel = "CountStarts+KeepPoints"
        else if (name ~ /FadeLight/) kernel = "Scatter+FadeLight"
        else if (name ~ /HalveLight/) kernel = "HalveLight"
        else if (name ~ /SpreadLight/) kernel = "FindWhite+SpreadLight"
        else if (name ~ /DoubleLight/) kernel = "FindWhite+DoubleLight"
        else if (name ~ /BendLight/) kernel = "BendLight"
        else if (name ~ /ChooseGlyphs/) kernel = "ChooseGlyphs"
        else if (name ~ /DrawGlyphs/) kernel = "DrawGlyphs"
        else if (name ~ /FillCells.*Rain/) kernel = "FillCells<Rain>"
        else if (name ~ /FillCells.*Fire/) kernel = "FillCells<Fire>"
        else if (name ~ /SortSparks.*Fire/) kernel = "SortSparks<Fire>"
        else if (name ~ /ToneLightIhE/) kernel = "ToneLight<uint8>"
        else if (name ~ /ToneLightItE/) kernel = "ToneLight<uint16>"
        else if (name ~ /CountStarts/) kernel = "CountStarts+Fade"
        else if (name ~ /Scatter/) kernel = "Scatter+Tone"
        else if (name ~ /SplatParticles/) kernel = "SplatParticles"
        else if (name ~ /PlaceParticles/) kernel = "PlaceParticles"
      }
      /spill stores/ {
        for (i = 1; i <= NF; ++i) if ($i == "spill") spilled = $(i - 2)
        stack = $1
      }
      /Used [0-9]+ registers/ {
        for (i = 1; i <= NF; ++i) if ($i == "Used") registers = $(i + 1)
        if (kernel != "") print architecture, kernel, registers, spilled, stack
      }' "$work/said" >> "$work/kernels.txt"
done

awk -v architectures="$*" '
  function limits(architecture) {  # threads, blocks and bytes of shared memory a multiprocessor
    if (architecture == 75) { threads = 1024; blocks = 16; bytes = 64 }
    else if (architecture == 86) { threads = 1536; blocks = 16; bytes = 100 }
    else if (architecture == 89) { threads = 1536; blocks = 24; bytes = 100 }
    else if (architecture == 120) { threads = 1536; blocks = 24; bytes = 100 }
    else if (architecture == 80) { threads = 2048; blocks = 32; bytes = 164 }
    else { threads = 2048; blocks = 32; bytes = 228 }
    bytes *= 1024
    own = architecture >= 80 ? 1024 : 0  # that the system takes of each block
  }
  function least(a, b) { return a < b ? a : b }
  # Registers are given out by 256 to a warp; warps in fours.
  function occupancy(registers, block, shared,    warps, resident, of_registers) {
    warps = block / 32
    of_registers = int(65536 / (int((registers + 7) / 8) * 256) / 4) * 4
    resident = least(int(of_registers / warps), least(int(threads / block), blocks))
    if (shared + own > 0) resident = least(resident, int(bytes / (shared + own)))
    return 100 * resident * block / threads
  }
  FNR == NR { order[++kernels] = $1; block[$1] = $2; shared[$1] = $3; next }
  { registers[$1, $2] = $3; spilled[$1, $2] = $4; stack[$1, $2] = $5 }
  END {
    count = split(architectures, list, " ")
    printf "| kernel | block | shared memory of a block |"
    for (i = 1; i <= count; ++i) printf " sm_%s |", list[i]
    printf "\n|---|---|---|"
    for (i = 1; i <= count; ++i) printf "---|"
    printf "\n"
    for (k = 1; k <= kernels; ++k) {
      name = order[k]
      printf "| %s | %d | %d B |", name, block[name], shared[name]
      for (i = 1; i <= count; ++i) {
        limits(list[i])
        if (!((list[i], name) in registers)) { missing = 1; printf " missing |"; continue }
        printf " %d registers, stack %d B, %d B spilled, %.0f %% resident |",
          registers[list[i], name], stack[list[i], name], spilled[list[i], name], occupancy(registers[list[i], name], block[name], shared[name])
      }
      printf "\n"
    }
    exit missing
  }' "$work/shapes.txt" "$work/kernels.txt"
