#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every public header compiles alone, with nothing but the standard library beside it, and names no
# type of libav, Boost or CUDA. Its namespace has the attribute that a shared library exports it by.
# Before C++20 the first error is the one that says what to do.
#   check-headers.sh INCLUDE_DIR COMPILER
set -eu

include_dir=$1
compiler=$2
cd "$include_dir"
headers=$(find lifereel -name '*.h' | sort)
[ -n "$headers" ] || { echo "no header in $include_dir/lifereel"; exit 1; }

# What is said before C++20 does not hang on the standard library, which takes long to read: names
# without content stand for it.
empty=$(mktemp -d)
trap 'rm -rf "$empty"' EXIT
# shellcheck disable=SC2086  # names, one word each
for name in $(sed -n 's/^#include <\([a-z_0-9.]*\)>.*/\1/p' $headers | sort -u); do
  : > "$empty/$name"
done

for header in $headers; do
  # Warnings in a header would be its user's; -Werror shows them here.
  printf '#include <%s>\n#include <%s>\n' "$header" "$header" |
    "$compiler" -std=c++20 -Wall -Wextra -Wshadow -Wpedantic -Wconversion -Werror -fsyntax-only \
      -I "$include_dir" -x c++ - || { echo "$header does not compile alone"; exit 1; }
  printf '#include <%s>\n' "$header" |
    "$compiler" -std=c++17 -E -nostdinc -nostdinc++ -isystem "$empty" -I "$include_dir" -x c++ - \
      2>&1 > /dev/null | grep -m 1 'error:' |
    grep -q -e '-std=c++20' || { echo "$header does not ask for C++20"; exit 1; }
done

# shellcheck disable=SC2046,SC2086  # names, one word each; the language is declared nowhere
unmarked=$(grep -LxF 'namespace [[gnu::visibility("default")]] lifereel {' $(echo "$headers" | grep -v '/language.h$') || true)
[ -z "$unmarked" ] || { echo "not exported by a shared library: $unmarked"; exit 1; }

# Comments may speak of them; code may not.
# shellcheck disable=SC2086
if sed 's://.*$::' $headers |
  grep -nE '\b(libav[a-z]*/|libsw[a-z]*/|AV[A-Z][A-Za-z]+|av_[a-z_]+|boost|cuda(_runtime)?\.h|cuda[A-Z][A-Za-z]+|CU[a-z]+)\b'; then
  echo "a public header shows a type that is not ours"
  exit 1
fi
echo "$(echo "$headers" | wc -l) public headers stand alone"
