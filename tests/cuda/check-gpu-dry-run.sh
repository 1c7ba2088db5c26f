#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Both calls of check-gpu.sh on a GPU made of the host: paths, limits and tables.
#   check-gpu-dry-run.sh PROGRAMS_DIR       where lifereel_on_host and gpu_check_on_host are
set -u

programs=$1
check_gpu=$(cd "$(dirname "$0")" && pwd)/check-gpu.sh
work=$(mktemp -d)
running=
trap 'if [ -n "$running" ]; then kill "$running"; fi 2> /dev/null; rm -rf "$work"' EXIT
mkdir "$work/temporary" "$work/tools" "$work/broken"
export TMPDIR="$work/temporary"
said=$work/said

broken() {
  cat "$said"
  echo
  echo "BROKEN: $1"
  exit 1
}

# run STATUS ARGUMENT...: results in $work/results.
run() {
  wanted=$1
  shift
  "$check_gpu" "$@" > "$said" 2>&1
  status=$?
  [ $status -eq "$wanted" ] || broken "status $status, not $wanted: check-gpu.sh $*"
}
says() { grep -qE -- "$1" "$said" || broken "it does not say: $1"; }
last_line() { tail -n 1 "$said" | grep -qE -- "$1" || broken "the last line is not: $1"; }
# rows SECTION COUNT: rows of tables, below their rule; or of what else there is in a section.
rows() {
  counted=$(awk -v section="$1" '
    /^## / { on = $2 == section; below = section == "scaling" || section == "Rows" }
    on && below && (/^\|/ || section == "scaling" && /,/) { ++count }
    on && /^\|---/ { below = 1 }
    END { print count + 0 }' "$said")
  [ "$counted" -eq "$2" ] || broken "section $1 has $counted rows, not $2"
}
no_holes() {
  if grep -nwiE 'nan|-nan|inf|unknown|unmeasured' "$said" || grep -nE '\|  *\|' "$said"; then
    broken "figures are missing"
  fi
}
left_over() {
  [ -z "$(ls -A "$TMPDIR")" ] || broken "left in $TMPDIR: $(ls -A "$TMPDIR")"
  [ "$(shared_memory)" = "$shared_before" ] || broken "left in /dev/shm: $(shared_memory)"
}
shared_memory() { ls -d /dev/shm/check-gpu.* 2> /dev/null; }
shared_before=$(shared_memory)

tool() {
  cat > "$1"
  chmod +x "$1"
}
tool "$work/tools/nvidia-smi" << 'END'
#!/bin/sh
case $1 in
  *power.draw*) echo '1980 MHz, 5, 16, 650.00 W' ;;
  *) echo 'Host GPU, 580.1, 141 GiB, 700 W, 345 MHz, 1980 MHz, 1, 5, 16, 16' ;;
esac
END
tool "$work/tools/compute-sanitizer" << 'END'
#!/bin/sh
if [ "$2" = racecheck ]; then echo 'a race'; exit 1; fi
if [ "$2" = synccheck ]; then echo 'Error: Device not supported'; exit 1; fi
shift 4
exec "$@"
END
tool "$work/tools/ncu" << 'END'
#!/bin/sh
if [ -n "${REFUSE:-}" ]; then echo '==ERROR== ERR_NVGPUCTRPERM'; exit 1; fi
while [ "${1#-}" != "$1" ]; do
  case $1 in --csv) shift ;; *) shift 2 ;; esac
done
exec "$@"
END
tool "$work/other" << 'END'
#!/bin/sh
echo "$*" >> "$1"
echo "other script: $2x$3 N=$4: 50.5 fps ($5 frames)"
END
tool "$work/bad_other" << 'END'
#!/bin/sh
case $1 in
  720) echo 'an error of its own'; exit 3 ;;
  *) echo $$ > "$(dirname "$0")/stubborn"; trap '' TERM; while :; do sleep 1; done ;;
esac
END

# Arguments that are none.
results=$work/results
run 2
run 2 third "$programs"
run 2 first
run 2 first --dry-run
run 2 first "$programs" --dry
run 2 first "$programs" --dry-run -o
run 2 first "$programs" --dry-run --only kernels
run 2 first "$programs" --dry-run "$work/no_such_program"
run 2 first "$work" --dry-run
run 2 second "$programs" --dry-run "$work/other"
run 2 plan "$programs"

# The plan is what the header says, and fits.
run 0 plan
awk '$3 == "seconds" { all[$1] = $2; next } { sum[$1] += $2; ++steps[$1] }
     END { exit !(all["first"] <= 200 && sum["first"] <= 200 - 6 && steps["first"] == 11 &&
                  all["second"] <= 570 && sum["second"] <= 570 - 6 && steps["second"] == 14) }' \
  "$said" || broken "the plan does not fit"

# The first call, whole.
PATH=$work/tools:$PATH run 0 first "$programs" --dry-run -o "$results" "$work/other" "$work/asked"
last_line '^all well$'
rows host 17
rows small 42
rows goldens 5
rows goals 5
rows fallbacks 8
rows film_memory 1
rows film_disk 1
rows Steps 11
rows Rows 6
no_holes
says '^\| PCIe generation, at most \| 1, 5 \|$'
says '^at work: GPU at 1980 MHz, PCIe generation 5, 16 lanes, 650.00 W$'
says '^\| no card, engine auto \| the CPU computes \|$'
says '^\| no card, engine cuda \| .*engine cuda: the NVIDIA driver finds no GPU'
says '^published, equal: [0-9a-f]{64}'
says '^aurora, equal: [0-9a-f]{64}'
says '^rain, equal: [0-9a-f]{64}'
says '^fire, equal: [0-9a-f]{64}'
says '^aurora of 10 bits and 2 steps a frame, equal: [0-9a-f]{64}'
says '^\| ended after 3 s \| [1-9]'
says '^\| whole \| 30 \|'
says 'a younger universe'
says '50 times the published script \| [0-9]+, [0-9]+ times \|$'
[ "$(grep -c ' well |$' "$said")" -eq 11 ] || broken "not every step went well"
cmp -s "$said" "$results/first.md" || broken "first.md is not what was printed"
printf '%s 720 480 2500 20\n%s 720 480 2500 2\n%s 7680 2160 115000 2\n' \
  "$work/asked" "$work/asked" "$work/asked" | cmp -s - "$work/asked" ||
  broken "the other program was asked: $(cat "$work/asked")"
left_over

# The second, with every tool that it can use; one of them finds something.
PATH=$work/tools:$PATH run 1 second "$programs" --dry-run -o "$results"
last_line '^NOT all well: racecheck: status 1$'
says '^not run: synccheck: '
says 'a race'
rows kernels 94
says '^\| panoramic \| MoveParticles, splats, one counter a strip \| [0-9.]+ \| [0-9.]+ \|'
says '^\| panoramic \| all of a frame \| [0-9.]+ \| [0-9.]+ \|'
says '^\| panoramic, aurora .* by bytes; 3: (not )?met \|$'
says '^\| panoramic, aurora, 10 bits .* by bytes; 3: (not )?met \|$'
for bench in dvd_video aurora dvd_mp4 panoramic bd_4k_6h; do rows bench_$bench 1; done
rows variants 56
rows equal 60
rows scaling 17
rows memcheck 0
rows Steps 14
rows Rows 4
no_holes
[ "$(grep -c ' well |$' "$said")" -eq 12 ] || broken "not every other step went well"
cmp -s "$said" "$results/second.md" || broken "second.md is not what was printed"
left_over

# Tools that are not there, or refuse, are no failures.
run 0 second "$programs" --dry-run -o "$results" --only initcheck
if ! command -v compute-sanitizer > /dev/null; then
  says '^not run: initcheck: no compute-sanitizer$'
fi
last_line '^all well$'
cmp -s "$said" "$results/second.md" || broken "second.md is not what was printed"
REFUSE=1 PATH=$work/tools:$PATH run 0 second "$programs" --dry-run -o "$results" --only profile
says '^not run: profile: ncu: '

# A step that fails or hangs costs only itself.
run 1 first "$programs" --dry-run -o "$results" --only other_dvd,other_wide,film_equal \
  "$work/bad_other"
says '^\| film_equal \| .* \| well \|$'
says 'an error of its own'
says '^\| other_wide \| 3 \| 1?[0-9] \|'
case $(ps -o stat= -p "$(cat "$work/stubborn")") in
  '' | Z*) ;;
  *)
    kill -9 "$(cat "$work/stubborn")"
    broken "a program outlives its step"
    ;;
esac
last_line '^NOT all well: other_dvd: status 3; other_wide: not done after 3 s$'
left_over
for program in lifereel_on_host gpu_check_on_host; do
  printf '#!/bin/sh\nexit 1\n' | tool "$work/broken/$program"
done
run 1 first "$work/broken" --dry-run -o "$results"
last_line '^NOT all well: small: status 1; goldens: .*; goals: .*; film_equal: .*; film_memory: .*; film_disk: status 1$'

# What no time is left for is named.
mkdir -p "$work/short/tests/cuda"
sed 's/^#   first   200/#   first     9/' "$check_gpu" > "$work/short/tests/cuda/check-gpu.sh"
sh "$work/short/tests/cuda/check-gpu.sh" first "$programs" --dry-run -o "$results" \
  --only host,film_memory,film_disk > "$said" 2>&1 && broken "it went well in 9 s"
last_line 'film_disk: no time left$'

# Killed, it has written what it has measured, and leaves neither files nor processes.
rm "$results/first.md"
"$check_gpu" first "$programs" --dry-run -o "$results" --only goals,film_memory > "$said" 2>&1 &
running=$!
tries=0
while ! grep -q '^## film_memory' "$results/first.md" 2> /dev/null; do
  tries=$((tries + 1))
  [ $tries -lt 300 ] || broken "it does not get to film_memory"
  sleep 0.1
done
grep -q '^| panoramic, steps/s | [0-9]' "$results/first.md" || broken "the goals are not written"
sleep 0.5
kill -TERM "$running"
wait "$running"
status=$?
running=
[ $status -eq 143 ] || broken "killed, it ended with status $status"
last_line '^STOPPED by a signal in step film_memory$'
cmp -s "$said" "$results/first.md" || broken "first.md is not what was printed"
left_over

echo "both calls: well"
