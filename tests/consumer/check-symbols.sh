#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A shared liblifereel exports what public headers declare and nothing else of its own; templates of
# the standard library that it instantiates may be seen, as weak symbols.
#   check-symbols.sh NM LIBRARY INCLUDE_DIR
set -eu

nm=$1
library=$2
include_dir=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$nm" -DC --defined-only "$library" | awk '{ $1 = ""; print substr($0, 2) }' > "$work/symbols"
sed 's://.*$::' $(find "$include_dir/lifereel" -name '*.h') | grep -oE '\w+' | sort -u > "$work/words"
awk '
  FNR == NR { public[$0] = 1; next }
  {
    kind = $1; name = $0; sub(/^. /, "", name); sub(/^(typeinfo|typeinfo name|vtable|VTT) for /, "", name)
    if (name !~ /^lifereel::/) {
      if (kind !~ /[WVu]/) { print "not of the namespace lifereel: " $0; bad = 1 }
      next
    }
    ++seen
    sub(/^lifereel::/, "", name); match(name, /^[A-Za-z0-9_]+/)
    if (!(substr(name, 1, RLENGTH) in public) || name ~ /^[A-Za-z]+::Impl/) {
      print "in no public header: " $0; bad = 1
    }
  }
  END {
    if (seen < 50) { print "only " seen " symbols were seen"; bad = 1 }
    if (bad) exit 1
    print seen " symbols, all in public headers"
  }' "$work/words" "$work/symbols"
