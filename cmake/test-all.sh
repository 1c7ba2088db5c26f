#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs what is needed, builds lifereel in every way that is tested, and runs all tests:
#   release   GCC, warnings are errors: every test, formatting, the installed package, and the
#             simulation's hashes from GCC, from Clang with -O1, and on 64-bit Arm
#   asan      Clang, warnings are errors: AddressSanitizer, LeakSanitizer, UndefinedBehaviorSanitizer
#             in every test, and libFuzzer: a short search in every reader of files
#   tsan      ThreadSanitizer: the tests in which threads meet
#   shared    the same objects as a shared library, in release's folder: the installed package
# Usage: cmake/test-all.sh [STAGE...]        default: all of them, in this order
# Before the last line come the slowest tests, and what was skipped or failed and why; that line sums
# up: "N passed, M failed". A test that had to be skipped counts as failed, for everything it could
# lack was installed. A GPU cannot be: what needs one is named there.
set -eu

cd "$(dirname "$0")/.."
cmake/setup.sh --tests
jobs=$(nproc)

# Where it ran, so that a log tells: one line.
where() {
  isa=
  for one in sse2 avx2 fma avx512f asimd; do
    if grep -qwm 1 "$one" /proc/cpuinfo; then isa="$isa $one"; fi
  done
  echo "== on $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1) ($(uname -m):$isa)," \
    "$jobs processors, $(awk '/^MemTotal/ {print int($2 / 1048576)}' /proc/meminfo) GiB," \
    "$(g++ --version | head -n 1), $(clang++ --version | head -n 1)," \
    "libavcodec $(pkg-config --modversion libavcodec)," \
    "$(dpkg-query -W -f '${Package} ${Version} ' 'libx264-[0-9]*' 'libx265-[0-9]*' libc6 2> /dev/null)"
}
where
passed=0
failed=0

# note_build STAGE: counts a stage that does not build as one failed test.
note_build() {
  echo "FAILED: $1 does not build"
  failed=$((failed + 1))
}

# build STAGE [CMAKE OPTIONS]: all of it, or what $targets names, in $folder or one of its own.
targets=
folder=
build() {
  stage=$1
  shift
  into=build/${folder:-$stage}
  echo "== $stage: build ($(date +%H:%M:%S))"
  cmake --preset "$stage" -B "$into" -G Ninja "$@" > "build/$stage.log" 2>&1 &&
    cmake --build "$into" --parallel "$jobs" ${targets:+--target $targets} >> "build/$stage.log" 2>&1 ||
    { grep -E -A5 'error|Error|FAILED' "build/$stage.log" | head -60 || true
      tail -n 5 "build/$stage.log"; return 1; }
}

# run_tests STAGE [CTEST OPTIONS]
run_tests() {
  stage=$1
  shift
  echo "== $stage: test ($(date +%H:%M:%S))"
  report=build/$stage-tests.xml
  rm -f "$report"
  # ThreadSanitizer of this age wants addresses less random than some kernels make them.
  $without_aslr ctest --test-dir "build/${folder:-$stage}" --parallel "$jobs" --output-on-failure \
    --no-tests=error --output-junit "$PWD/$report" "$@" || true
  if [ ! -f "$report" ]; then
    echo "FAILED: $stage did not report"
    failed=$((failed + 1))
    return
  fi
  # Of the first element: tests="12" failures="1" disabled="0" skipped="0"
  total=$(sed -n 's/.*[[:space:]]tests="\([0-9]*\)".*/\1/p' "$report" | head -n 1)
  good=$(grep -c '<testcase [^>]*status="run"' "$report" || true)
  passed=$((passed + good))
  failed=$((failed + total - good))
}

without_aslr=
if setarch -R true 2> /dev/null; then without_aslr='setarch -R'; fi

# The GPU's engine is compiled wherever that is possible, to the end for one architecture alone, and its
# absence is said.
cuda=
if command -v nvcc > /dev/null; then cuda='-DLIFEREEL_CUDA=ON -DCMAKE_CUDA_ARCHITECTURES=75-virtual;90-real -DLIFEREEL_GPU_CHECK_ARCHITECTURES=90-real'; else echo "== no nvcc: without the GPU's engine"; fi

# The library and the tests in a few large files, which compile in a quarter of the time.
unity='-DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=32'

command -v chromium > /dev/null || echo "== no chromium: the scout's page is not seen in a browser"

mkdir -p build
rm -f build/*-tests.xml
export LIFEREEL_TESTS_MUST_RUN=1  # inside a test program, too, a test that has to be skipped fails
for stage in ${*:-release asan tsan shared}; do
  case $stage in
    release)
      # Packages, made in this folder by the last stage of an earlier run, have zsh's files elsewhere.
      build release $cuda $unity -ULIFEREEL_ZSH_DIR && run_tests release || note_build release ;;
    asan)
      build asan $unity -DLIFEREEL_FUZZ_SECONDS=2 -DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld && run_tests asan || note_build asan ;;
    tsan)
      targets='lifereel_tests cuda_on_host_tests'
      build tsan $unity '-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O1 -g1' && run_tests tsan -L concurrency || note_build tsan
      targets= ;;
    shared)
      targets='lifereel lifereel_cli' folder=release
      build shared $cuda $unity && run_tests shared -L consumer || note_build shared
      targets= folder= ;;
    *) echo "test-all.sh: no stage is called $stage" >&2; exit 2 ;;
  esac
done

echo "== the slowest tests, seconds"
for report in build/*-tests.xml; do
  [ -f "$report" ] || continue
  stage=${report#build/}
  sed -n "s/.*<testcase name=\"\([^\"]*\)\".* time=\"\([0-9.]*\)\".*/\2 ${stage%-tests.xml} \1/p" "$report"
done | sort -rn | head -n 20 | awk '{printf "%8.1f  %-8s %s\n", $1, $2, $3}'

echo "== skipped or failed"
for report in build/*-tests.xml; do
  [ -f "$report" ] || continue
  stage=${report#build/}
  awk -v stage="${stage%-tests.xml}" '
    function told() { if (state != "run" && !said) print stage " " name ": " state; said = 1 }
    /<testcase / {
      told(); said = 0
      name = $0; sub(/.*<testcase name="/, "", name); sub(/".*/, "", name)
      state = $0; sub(/.* status="/, "", state); sub(/".*/, "", state)
    }
    /skipped: / { line = $0; sub(/.*skipped: /, "", line); print stage " " name ": skipped: " line; said = 1 }
    BEGIN { state = "run" }
    END { told() }' "$report"
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
