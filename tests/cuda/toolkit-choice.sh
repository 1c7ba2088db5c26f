#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Which CUDA toolkit LIFEREEL_CUDA_MAJOR takes of several (cmake/LifereelCudaToolkit.cmake): those here
# only say their version.
#   toolkit-choice.sh CMAKE_DIR
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/ask.cmake" << 'END'
include(${MODULE})
lifereel_find_nvcc(${MAJOR} "${PLACES}" found)
message("${found}")
END

# toolkit FOLDER VERSION
toolkit() {
  mkdir -p "$work/$1/bin"
  printf '#!/bin/sh\necho "Cuda compilation tools, release %s, V%s.1"\n' "$2" "$2" > "$work/$1/bin/nvcc"
  chmod +x "$work/$1/bin/nvcc"
}
# expect FOLDER MAJOR IN_PATH [PLACE]: a toolkit's folder, or none; which is in PATH.
expect() {
  path=/usr/bin:/bin
  if [ "$3" != none ]; then path=$work/$3/bin:$path; fi
  wanted=
  if [ "$1" != none ]; then wanted=$work/$1/bin/nvcc; fi
  cmake=$(command -v cmake)
  got=$(PATH=$path "$cmake" "-DMODULE=$module" "-DMAJOR=$2" "-DPLACES=$work/${4:-nowhere}" \
    -P "$work/ask.cmake" 2>&1)
  if [ "$got" != "$wanted" ]; then
    echo "of CUDA $2, with $3 in PATH: '$got', not '$wanted'"
    exit 1
  fi
}
module=$1/LifereelCudaToolkit.cmake

toolkit local/cuda-13.0 13.0
expect none 12 local/cuda-13.0
expect local/cuda-13.0 13 local/cuda-13.0
toolkit local/cuda-12.9 12.9
toolkit local/cuda-12.10 12.10
toolkit local/cuda-12 12.6
toolkit local/cuda-11.8 11.8
expect local/cuda-12.10 12 local/cuda-13.0  # the newest, by number and not by letters
toolkit local/cuda-12.11 12.11
printf '#!/bin/sh\nexit 1\n' > "$work/local/cuda-12.11/bin/nvcc"
expect local/cuda-12.10 12 local/cuda-13.0  # that works
expect none 10 local/cuda-13.0
toolkit own 12.4
expect own 12 own  # the one in PATH, whatever its folder
expect local/cuda-12.10 12 none local
ln -s cuda-13.0 "$work/local/cuda"
toolkit opt/cuda 12.2
expect local/cuda-12.10 12 local/cuda opt  # through the link that installers make
echo "toolkits: chosen by number"
