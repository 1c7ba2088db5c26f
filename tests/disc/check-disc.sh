#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The command disc, from films to an image that libdvdnav plays through, and the ways it can end.
#   check-disc.sh LIFEREEL DISC_PLAYER
set -eu
lifereel=$1 player=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

fail() { echo "check-disc.sh: $*"; exit 1; }

for program in dvdauthor genisoimage lsdvd; do
  command -v "$program" > /dev/null || { echo "skipped: $program is not installed"; exit 77; }
done

for seed in 1 2; do
  "$lifereel" render --preset dvd_video_pal --particles 100 --seed "$seed" --frames 50 -q \
    -o "$seed.mpg"
done
"$lifereel" disc 1.mpg 2.mpg -o disc.iso --label TWO_FILMS > report
grep -q '^to burn  *growisofs -use-the-force-luke=tty -dvd-compat -Z /dev/sr0=' report ||
  fail "no line to burn with"
lsdvd disc.iso 2> /dev/null | grep -q '^Disc Title: TWO_FILMS' || fail "lsdvd sees another label"
"$player" disc.iso 1.mpg 2.mpg || fail "libdvdnav plays something else"
"$lifereel" verify disc.iso > /dev/null || fail "verify finds something"

# With a drive that is a file, and a growisofs that copies.
mkdir programs
cat > programs/growisofs << 'END'
#!/bin/sh
cat "${4#*=}" > "${4%%=*}"
END
chmod +x programs/growisofs
: > drive
if PATH=$folder/programs:$PATH "$lifereel" disc 1.mpg -o burn.iso --burn drive -q < /dev/null \
  > report 2> errors; then
  fail "burnt without being asked to"
fi
grep -q 'nothing was burnt' errors || fail "not told that nothing was burnt"
[ -s drive ] && fail "something was burnt"
echo y | PATH=$folder/programs:$PATH "$lifereel" disc 1.mpg -o burn.iso --overwrite --burn drive -q \
  > report
cmp drive burn.iso
echo y | "$lifereel" disc 1.mpg -o burn.iso --overwrite --burn report -q 2> errors &&
  fail "a file was taken for a drive"
grep -q "'report' is no drive" errors || fail "not told that a file is no drive"

# A program that hangs is ended with us.
cat > programs/dvdauthor << 'END'
#!/bin/sh
echo $$ > "$FOLDER/pid"
sleep 600
END
chmod +x programs/dvdauthor
FOLDER=$folder PATH=$folder/programs:$PATH "$lifereel" disc 1.mpg -o hung.iso -q 2> errors &
job=$!
for _ in $(seq 600); do
  [ -s pid ] && break
  sleep 0.1
done
kill -TERM "$job"
status=0
wait "$job" || status=$?
[ "$status" -eq 143 ] || fail "status $status after SIGTERM"
kill -0 "$(cat pid)" 2> /dev/null && fail "dvdauthor goes on"
[ -z "$(find . -name '*hung*')" ] || fail "something is left: $(find . -name '*hung*')"
echo "discs are made, played, burnt, and given up cleanly"
