#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The library knows no command line: its sentences speak of settings ("resume = off"), which
# src/cli/option_words.h makes options of. (Those in image_packer.cpp and
# submit_scripts.cpp are other programs'.)
#   check-words.sh SOURCE_DIR
set -eu
cd "$1"
sentences=$(find sim cuda encoders src \( -name '*.h' -o -name '*.cpp' -o -name '*.cu' \) ! -path 'src/cli/*' ! -path src/disc/image_packer.cpp ! -path src/farm/submit_scripts.cpp -exec \
  grep -nHE '^[^/]*"' {} + | grep -E '"([^"]*[ (])?--[a-z]|"[^"]*the same command') || { echo "no sentence speaks of options"; exit 0; }
echo "$sentences"
echo "write a setting as KEY = VALUE, and 'a render with the same settings' for 'the same command'"
exit 1
