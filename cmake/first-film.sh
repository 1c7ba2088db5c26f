#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# From a fresh Debian 12 to a film: installs what a build needs, builds lifereel, and renders 20
# seconds of seed 480, in colour, as a DVD-Video program stream.
#   cmake/first-film.sh [FILM]        default: seed480.mpg in the current folder
set -eu

source=$(cd "$(dirname "$0")/.." && pwd)
film=${1:-seed480.mpg}

"$source/cmake/setup.sh"
cmake -S "$source" -B "$source/build/film" -G Ninja -DCMAKE_BUILD_TYPE=Release -DLIFEREEL_TESTS=OFF \
  -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=32
cmake --build "$source/build/film"
"$source/build/film/src/lifereel" render --preset dvd_video --look aurora --seconds 20 --overwrite -o "$film"
echo "here it is: $film"
