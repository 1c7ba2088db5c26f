#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Proves the AVX-512 path on a machine without AVX-512: boots Debian's kernel in the Bochs emulator,
# as a processor that has it, runs sim_hashes there with every instruction set, and compares. Not
# part of the tests: it takes two minutes and an emulator.
#   tests/sim/emulate-avx512.sh
# Needs, as Debian packages: bochs bochs-term busybox-static cpio grub-pc-bin mtools xorriso, a
# compiler and cmake, and apt-get to download (not install) a kernel.
set -eu

source=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cmake -S "$source" -B build -DCMAKE_BUILD_TYPE=Release -DLIFEREEL_SIM_ONLY=ON \
  -DCMAKE_EXE_LINKER_FLAGS=-static > build.log
cmake --build build --target sim_hashes --parallel >> build.log

kernel=$(apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: \(linux-image[^ ]*\)/\1/p' | head -n 1)
apt-get download -qq "$kernel"
dpkg -x linux-image*.deb kernel

mkdir -p root/bin root/proc root/dev iso/boot/grub
cp build/tests/sim_hashes root/bin
cp "$(command -v busybox)" root/bin/busybox
cat > root/init << 'END'
#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t devtmpfs dev /dev
exec > /dev/ttyS0 2> /dev/null
for isa in baseline avx2 avx512; do
  while read -r options; do
    echo "run $isa $options"
    /bin/sim_hashes --isa $isa --threads 1 $options
  done << 'RUNS'
--size 300x270 --particles 333 --frames 10
--size 720x480 --particles 800 --frames 3
--size 320x300 --particles 1000 --species 7 --frames 3 --seam published
RUNS
done
echo "run end"
# Bochs ends without writing out what it has buffered.
/bin/busybox printf '%16384s\n' ''
/bin/busybox sleep 1
/bin/busybox poweroff -f
END
chmod +x root/init
(cd root && find . | cpio --quiet -o -H newc | gzip -1 > ../iso/boot/initrd)
cp kernel/boot/vmlinuz-* iso/boot/vmlinuz
# Bochs counts the compact XSAVE format otherwise than Linux, which then switches AVX off.
cat > iso/boot/grub/grub.cfg << 'END'
set timeout=0
menuentry lifereel {
  linux /boot/vmlinuz console=ttyS0 quiet mitigations=off clearcpuid=xsavec,xsaves tsc=unstable noapic
  initrd /boot/initrd
}
END
grub-mkrescue -o boot.iso iso > grub.log 2>&1

cat > bochsrc << END
config_interface: textconfig
display_library: term
memory: guest=512, host=512
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
boot: cdrom
ata0: enabled=1
ata0-master: type=cdrom, path=$work/boot.iso, status=inserted
cpu: model=corei7_skylake_x, count=1, ips=50000000
clock: sync=none
com1: enabled=1, mode=file, dev=$work/serial.txt
log: $work/bochs.log
panic: action=fatal
END
# Its power-off counts as a panic, so its exit status says nothing; "run end" does. It wants a terminal.
echo c | TERM=vt100 timeout 600 script -qc "bochs -q -f $work/bochsrc" /dev/null > term.log || true

tr -d '\r' < serial.txt > output.txt
grep -q '^run end$' output.txt || { echo "the emulated machine did not finish"; tail -n 5 output.txt; exit 1; }
for isa in baseline avx2 avx512; do
  # What one instruction set printed, without its name.
  awk -v isa="$isa" '$1 == "run" { on = $2 == isa; $2 = "" } on' output.txt > "$isa.txt"
done
lines=$(grep -c '^[0-9]' baseline.txt)
[ "$lines" -ge 19 ] || { echo "only $lines lines of hashes"; exit 1; }
cmp baseline.txt avx2.txt
cmp baseline.txt avx512.txt
echo "$lines hashes are the same with baseline, AVX2 and emulated AVX-512"
