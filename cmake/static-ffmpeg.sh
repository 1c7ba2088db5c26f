#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the parts of FFmpeg that lifereel uses as static libraries, from the distribution's own
# source package, so that one program can be carried to a machine that has no FFmpeg (a GPU host).
#   cmake/static-ffmpeg.sh PREFIX [SUITE]      about two minutes on two cores
# The configure preset "static" expects it in build/ffmpeg. Debian and its like: needs a deb-src
# source, which is taken from the deb sources there are. x264, x265 and numa become archives; the C
# library stays shared. PREFIX/sources lists what all of it was made of: a name, a version and a
# licence a line, and below each "  SHA-256 FILE" of its source package.
# SUITE is another of Debian's, whose FFmpeg is wanted: trixie has 7.1, sid a newer one.
set -eu

if [ $# -lt 1 ] || [ $# -gt 2 ]; then echo "usage: cmake/static-ffmpeg.sh PREFIX [SUITE]" >&2; exit 2; fi
suite=${2:-}
mkdir -p "$1"
prefix=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

as_root=
if [ "$(id -u)" -ne 0 ]; then as_root=sudo; fi
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
  g++ make nasm pkg-config dpkg-dev libx264-dev libx265-dev libnuma-dev libboost-program-options-dev \
  > /dev/null

# The sources, with apt lists of our own: the system's stay as they are.
mkdir -p "$work/sources" "$work/lists/partial"
for list in /etc/apt/sources.list.d/*.sources; do
  [ -e "$list" ] && sed 's/^Types:.*/Types: deb-src/' "$list" > "$work/sources/$(basename "$list")"
done
for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
  [ -e "$list" ] && sed -n 's/^deb /deb-src /p' "$list" > "$work/sources/$(basename "$list" .list).list"
done
if [ -n "$suite" ]; then
  rm -f "$work"/sources/*
  cat > "$work/sources/debian.sources" << END
Types: deb-src
URIs: http://deb.debian.org/debian
Suites: $suite
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
END
fi
cd "$work"
apt() {
  apt-get -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$work/sources" \
    -o Dir::State::Lists="$work/lists" -o APT::Sandbox::User=root "$@"
}
apt update -qq
apt source --download-only --tar-only -qq ffmpeg

# describe NAME VERSION LICENCE SOURCE_PACKAGE: its lines of PREFIX/sources.
describe() {
  echo "$1 $2 $3"
  # What lies here already would not be listed.
  (cd "$work/lists" && apt source --print-uris -qq "$4=$2" 2> /dev/null) |
    sed -n "s/^'[^']*' \([^ ]*\) [0-9]* SHA256:\([0-9a-f]*\)$/  \2 \1/p"
}
# from_package NAME LICENCE PACKAGE: of an installed package.
from_package() {
  describe "$1" "$(dpkg-query -W -f '${source:Version}' "$3")" "$2" "$(dpkg-query -W -f '${source:Package}' "$3")"
}
# The digests of what is installed come from where it came from.
describe_all() {
  describe ffmpeg "$(apt-cache -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$work/sources" \
    -o Dir::State::Lists="$work/lists" showsrc --only-source ffmpeg | sed -n 's/^Version: //p' | head -n 1)" \
    GPL-2.0-or-later ffmpeg
  from_package x264 GPL-2.0-or-later libx264-dev
  from_package x265 GPL-2.0-or-later libx265-dev
  from_package numa LGPL-2.1-only libnuma-dev
  from_package boost BSL-1.0 "$(dpkg-query -S '/usr/lib/*/libboost_program_options.a' | sed 's/:.*//')"
  from_package libstdc++ GPL-3.0-or-later-WITH-GCC-exception-3.1 "libstdc++-$(g++ -dumpversion)-dev"
}
describe_all > "$prefix/sources"
mkdir source
for archive in ffmpeg_*.orig.tar.*; do
  case $archive in *.asc) ;; *) tar xf "$archive" -C source --strip-components=1 ;; esac
done
cd source

# Encoders of the presets and for lossless films, what verifies them, and filters people use.
./configure --prefix="$prefix" --enable-static --disable-shared --enable-pic \
  --pkg-config-flags=--static --disable-everything --disable-autodetect --disable-programs \
  --disable-doc --disable-network --enable-gpl --enable-libx264 --enable-libx265 \
  --enable-swresample --enable-encoder=mpeg2video,ac3,aac,flac,libx264,libx265,ffv1,rawvideo,png \
  --enable-decoder=mpeg2video,ac3,aac,flac,mp3float,pcm_s16le,pcm_s24le,pcm_f32le,h264,hevc,ffv1,rawvideo \
  --enable-parser=mpegvideo,ac3,aac,flac,mpegaudio,h264,hevc \
  --enable-demuxer=aac,flac,mp3,wav,mpegps,mpegvideo,mov,matroska,rawvideo \
  --enable-muxer=nut,mpeg2dvd,mpeg2vob,mp4,mov,matroska,framehash,framemd5,streamhash,hash,null,rawvideo,image2,yuv4mpegpipe \
  --enable-protocol=file,pipe \
  --enable-filter=scale,format,null,crop,pad,fps,setsar,setdar,eq,drawbox,hflip,vflip,transpose,buffer,buffersink,abuffer,abuffersink,aresample,aformat,ebur128,psnr,ssim \
  --enable-bsf=extract_extradata,h264_mp4toannexb,hevc_mp4toannexb > configure.log ||
  { tail -n 20 configure.log; exit 1; }
nice make -j"$(nproc)" install > make.log 2>&1 || { tail -n 20 make.log; exit 1; }

# What a program links, in order; the encoders as archives.
PKG_CONFIG_PATH=$prefix/lib/pkgconfig \
  pkg-config --static --libs libavfilter libavformat libavcodec libswscale libswresample libavutil | tr ' ' '\n' |
  grep -vE '^(-l(gcc_s|gcc|stdc\+\+|m|dl|rt|c|pthread)|-pthread)?$' |
  sed -e 's/^-lx264$/-l:libx264.a/' -e 's/^-lx265$/-l:libx265.a/' -e 's/^-lnuma$/-l:libnuma.a/' |
  awk '!/^-L/ || !seen[$0]++' | tr '\n' ' ' > "$prefix/link-flags"
echo '-lm -lpthread -ldl' >> "$prefix/link-flags"
echo "static FFmpeg in $prefix"
