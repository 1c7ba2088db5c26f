#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Dependencies run one way: a file includes its own room, rooms below it, and public headers at the
# top of its folder and of those below. Public headers include public headers; the command line
# includes nothing else beside its own. No header but public ones stands at the top of a folder.
#   check-rooms.sh SOURCE_DIR INSTALL_LIST
# INSTALL_LIST: the CMake file that lists the public headers.
set -eu
cd "$1"
install_list=$2

public=$(sed -n 's/^  \(\(sim\|cuda\|encoders\|src\)\/[a-z0-9_]*\.h\))*$/\1/p' "$install_list")
[ -n "$public" ] || { echo "no public header in $install_list"; exit 1; }

# Tests mirror the rooms.
find tests/sim tests/cuda tests/encoders tests/src -name '*_test.cpp' ! -path '*/on_host/*' | while read -r test; do
  room=${test%/*}
  [ -d "${room#tests/}" ] || { echo "$test: no room is called ${room#tests/}"; exit 1; }
done

find sim cuda encoders src -name '*.h' -o -name '*.cpp' -o -name '*.cu' -o -name '*.inl' | sort |
  PUBLIC="$public" awk '
  # A room may look into those in its line, and into its own.
  function below(room, names) { lower[room] = " " room " " names " " }
  function room_of(path) { sub(/\/[^\/]*$/, "", path); return path }
  # encoders/ knows no engine, and engines know no encoder; what samples mean is for both.
  function looks_up(from, to, header) {
    if (header ~ /^sim\/(colour|language|species_motion)\.h$/) return 0
    return from != to && (from == "encoders" || rank[to] >= rank[from])
  }
  function complain(line) { print line; bad = 1 }

  BEGIN {
    below("sim", "sim/hash sim/arithmetic sim/glyphs")
    below("sim/hash", "")
    below("sim/arithmetic", "")
    below("sim/light", "sim/arithmetic")
    below("sim/glyphs", "sim/arithmetic sim/light")
    below("sim/scenes", "sim/arithmetic sim/light")
    below("sim/cpu", "sim/arithmetic sim/light sim/glyphs sim/scenes")
    engines = "sim/hash sim/arithmetic sim/light sim/glyphs sim/scenes"
    below("cuda", engines " cuda/kernels cuda/runtime cuda/painters cuda/engines")
    below("cuda/kernels", engines)
    below("cuda/runtime", "")
    below("cuda/painters", engines " cuda/kernels cuda/runtime")
    below("cuda/engines", engines " cuda/kernels cuda/runtime cuda/painters")
    below("encoders/text", "")
    below("encoders/libav", "")
    below("encoders/dvd", "encoders/text encoders/libav")
    below("encoders/audio", "encoders/libav")
    below("encoders/video", "encoders/text encoders/libav encoders/dvd")
    below("encoders/film", "encoders/text encoders/libav encoders/dvd encoders/audio encoders/video")
    below("encoders/read", "encoders/libav encoders/dvd encoders/audio")
    below("src/text", "sim/arithmetic encoders/text")
    below("src/files", "")
    below("src/media", "src/text")
    below("src/image", "src/text src/media encoders/libav")
    below("src/settings", "src/text")
    below("src/pipeline", "sim/cpu")
    below("src/pictures", "")
    commons = "src/text src/files src/media src/settings src/pipeline src/pictures sim/hash encoders/text encoders/libav"
    below("src/render", commons)
    below("src/verify", commons " src/image src/render encoders/dvd encoders/read")
    below("src/disc", commons " src/image src/verify encoders/dvd encoders/read")
    below("src/estimate", commons " src/render")
    below("src/farm", commons " src/render")
    below("src/scout", commons " src/render sim/arithmetic")
    below("src/fit", commons " src/image src/render src/estimate src/disc")
    below("src/golden", commons " src/render")
    below("src/bench", commons " src/render")
    below("src/cli", "")
    count = split(ENVIRON["PUBLIC"], list, "\n")
    for (i = 1; i <= count; ++i) public[list[i]] = 1
    rank["sim"] = 1; rank["cuda"] = 2; rank["encoders"] = 2; rank["src"] = 3
  }

  {
    file = $0; room = room_of(file); folder = room; sub(/\/.*/, "", folder)
    if (file ~ /\.h$/ && room == folder && !(file in public))
      complain(file ": a header at the top of a folder that is not public; it wants a room")
    if (!(room in lower) && room != folder) complain(file ": tests/source/check-rooms.sh knows no room " room)
    while ((getline line < file) > 0) {
      if (line ~ /^[ \t]*#[ \t]*include[ \t]*<(sim|cuda|encoders|src|lifereel)\//)
        complain(file ": names a file of ours in angle brackets: " line)
      if (line !~ /^[ \t]*#[ \t]*include[ \t]*"/) continue
      included = line; sub(/^[^"]*"/, "", included); sub(/".*/, "", included)
      ++includes
      if (file in public) {
        # As installed, relative to itself or to the root.
        target = included; sub(/^\.\.\//, "", target)
        if (!(target in public) && !((room "/" target) in public))
          complain(file ": includes " included ", which is not public")
        if (target in public) {
          target_folder = target; sub(/\/.*/, "", target_folder)
          if (looks_up(folder, target_folder, target)) complain(file ": looks up to " included)
        }
        continue
      }
      if (included !~ /\//) {
        if (included != "host_launch.h") complain(file ": includes " included " without its room")
        continue
      }
      target_room = room_of(included); target_folder = target_room; sub(/\/.*/, "", target_folder)
      if (included in public) {
        if (looks_up(folder, target_folder, included)) complain(file ": looks up to " included)
      } else if (index(lower[room], " " target_room " ") == 0) {
        complain(file ": " room " may not look into " included)
      }
    }
    close(file); ++files
  }
  END {
    if (files < 50 || includes < 200) complain("only " files " files and " includes " includes were seen")
    if (bad) exit 1
    print files " files, " includes " includes: all within their rooms or below"
  }'
