#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Fails, naming the places, when a C++ or CUDA file is not formatted as .clang-format says.
#   check-format.sh [--fix]
# Another version of clang-format formats otherwise, so exactly 14 is asked for (Debian 12:
# clang-format-14). Exit status 77: it is not installed.
set -eu

cd "$(dirname "$0")/.."
formatter=clang-format-14
command -v "$formatter" > /dev/null || { echo "skipped: $formatter is not installed"; exit 77; }

mode='--dry-run --Werror'
if [ "${1:-}" = --fix ]; then mode=-i; fi
rooms=
for room in cuda encoders sim src tests; do
  if [ -d "$room" ]; then rooms="$rooms $room"; fi
done
# shellcheck disable=SC2086  # $rooms are folders, $mode is options
find $rooms -type f \
  \( -name '*.h' -o -name '*.inl' -o -name '*.cpp' -o -name '*.cu' -o -name '*.cuh' \) -print0 |
  xargs -0 "$formatter" $mode
