#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Lets libFuzzer search in every reader of files and prints a table.
# Usage: tests/fuzz/run.sh SECONDS [TARGET...]     SECONDS for each target
# Needs Clang with libFuzzer. Builds in $BUILD (build/asan), keeps what it finds there:
# tests/fuzz/found/TARGET (inputs that reached new code), TARGET-crash-... (findings).
# Exits 1 when there is a finding.
set -eu

seconds=${1:?usage: tests/fuzz/run.sh SECONDS [TARGET...]}
shift
cd "$(dirname "$0")/../.."
build=${BUILD:-build/asan}
cmake --preset asan -B "$build" > /dev/null
cmake --build "$build" --parallel "$(nproc)" > "$build/build.log" || { tail "$build/build.log"; exit 1; }

targets=$*
[ -n "$targets" ] || targets=$(cd tests/data/fuzz && ls)
result=0
printf '%-16s %12s %8s %8s %9s\n' target inputs seconds corpus findings
for target in $targets; do
  folder=$build/tests/fuzz
  log=$folder/$target.log
  mkdir -p "$folder/found/$target"
  "$folder/fuzz_$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 \
    -print_final_stats=1 -artifact_prefix="$folder/$target-" \
    "$folder/found/$target" "tests/data/fuzz/$target" > "$log" 2>&1 || result=1
  inputs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  took=$(sed -n 's/^Done .* in \([0-9]*\) second.*/\1/p' "$log")
  corpus=$(ls "$folder/found/$target" "tests/data/fuzz/$target" | grep -c . || true)
  findings=$(find "$folder" -maxdepth 1 -name "$target-*" | grep -c . || true)
  [ "$findings" -eq 0 ] || result=1
  printf '%-16s %12s %8s %8s %9s\n' "$target" "${inputs:--}" "${took:--}" "$corpus" "$findings"
done
exit $result
