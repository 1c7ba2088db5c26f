#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Those who read the manual and the completions find nothing wrong with them: groff, mandoc, bash,
# zsh and fish, where they are installed (all of them, where tests must run). The manual has every
# environment variable that the source asks for, and commands.cpp every command there is.
#   check-manual.sh PROGRAM SOURCE_DIR
set -eu

program=$1
source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
HOME=$work
export HOME
"$program" --generate man > "$work/lifereel.1"
for shell in bash zsh fish; do "$program" --generate complete-$shell > "$work/completion.$shell"; done

# there NAME: whether a program is installed.
there() {
  command -v "$1" > /dev/null && return
  [ -z "${LIFEREEL_TESTS_MUST_RUN:-}" ] || { echo "FAILED: $1 is not installed"; exit 1; }
  echo "not checked by $1, which is not installed"
  return 1
}

# silent COMMAND...: it ends with 0 and says nothing.
silent() {
  said=$("$@" 2>&1) && [ -z "$said" ] || { echo "FAILED: $*: $said"; exit 1; }
}

if there groff; then
  silent sh -c 'groff -man -Tutf8 -ww -K utf8 "$1" > "$2"' sh "$work/lifereel.1" "$work/page"
  grep -q 'one seed to a finished film' "$work/page"
fi
if there mandoc; then silent mandoc -Tlint -Wwarning "$work/lifereel.1"; fi
if there bash; then silent bash -n "$work/completion.bash"; fi
if there zsh; then silent zsh -n "$work/completion.zsh"; fi
if there fish; then
  silent fish --no-execute "$work/completion.fish"
  completed=$(PATH=$(dirname "$program"):$PATH fish -c \
    "source '$work/completion.fish'; complete -C 'lifereel render --look ne'; complete -C 'lifereel sta'")
  echo "$completed" | grep -q '^neon' && echo "$completed" | grep -q '^state' ||
    { echo "FAILED: fish completes to '$completed'"; exit 1; }
fi

cd "$source"
variables=$(find sim cuda encoders src \( -name '*.cpp' -o -name '*.h' -o -name '*.cu' \) -exec \
  grep -ohE '(getenv|variable)\("[A-Z_]+"\)' {} + | sed 's/.*"\(.*\)".*/\1/' | sort -u)
[ "$(echo "$variables" | wc -l)" -ge 5 ] || { echo "only $variables were found in the source"; exit 1; }
for variable in $variables; do
  grep -q "^.fB$variable.fR" "$work/lifereel.1" ||
    { echo "the manual has no word about the variable $variable: add it to src/cli/manual.cpp"; exit 1; }
done
commands=$(sed -n 's/^const Command \([a-z_]*\){.*/\1/p' src/cli/*.cpp)
[ "$(echo "$commands" | wc -l)" -ge 10 ] || { echo "only $commands were found in the source"; exit 1; }
for command in $commands; do
  grep -q "&${command}[,}]" src/cli/commands.cpp ||
    { echo "$command is not in the list of src/cli/commands.cpp"; exit 1; }
done
