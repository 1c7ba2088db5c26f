#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares a film encoded in chunks with one continuous encode of the same pictures at equal size.

tests/plots/quality.py LIFEREEL PLOT.svg [--preset NAME] [--frames N] [-- OPTIONS...]

Renders the preset twice, as it is (in chunks) and with --chunk-frames 0 (in one piece), the latter at the
bit rate that makes it as large as the former, within 0.2 %. Measures every picture's luma PSNR against the
universe with ffmpeg, prints mean, 1st percentile and worst, and draws both over time. OPTIONS go to both
renders, each with its value. Status 1 when the chunks are worse than the goal: mean more than 0.1 dB, or
1st percentile more than 0.5 dB below the continuous encode. Needs the program ffmpeg.
"""
import argparse
import math
import os
import re
import subprocess
import sys
import tempfile

import svg

MEAN_GOAL_DB = 0.1
LOW_GOAL_DB = 0.5
SIZE_TOLERANCE = 0.002


def video_bytes(lifereel, output, frames, options):
    """Renders and returns the bytes of video."""
    stats = output + ".json"
    command = [lifereel, "render", *options, "--frames", str(frames), "--overwrite", "--quiet"]
    subprocess.run([*command, "--stats", stats, "-o", output], check=True)
    with open(stats, encoding="utf-8") as file:
        return int(re.search(r'"video_bytes": (\d+)', file.read()).group(1))


def without(options, others):
    """Those pairs of name and value whose name is not among the others."""
    pairs = zip(options[::2], options[1::2])
    return [word for name, value in pairs if name not in others for word in (name, value)]


def luma_psnr(film, pictures, folder):
    """Of every picture, in decibels."""
    log = os.path.join(folder, "psnr.log")
    graph = f"[0:v]settb=1/30,setpts=N[a];[1:v]settb=1/30,setpts=N[b];[a][b]psnr=stats_file={log}"
    command = ["ffmpeg", "-v", "error", "-r", "30", "-i", film, "-r", "30", "-i", pictures]
    subprocess.run([*command, "-lavfi", graph, "-an", "-f", "null", "-"], check=True)
    with open(log, encoding="utf-8") as file:
        errors = [float(value) for value in re.findall(r"mse_y:(\S+)", file.read())]
    return [10 * math.log10(255 * 255 / max(error, 0.01)) for error in errors]


def percentile(values, part):
    return sorted(values)[int(part * (len(values) - 1))]


def smooth(values, width):
    """Mean over neighbours: where quality pumps, it shows here."""
    sums = [0.0]
    for value in values:
        sums.append(sums[-1] + value)
    out = []
    for i in range(len(values)):
        low, high = max(0, i - width // 2), min(len(values), i + width // 2 + 1)
        out.append((sums[high] - sums[low]) / (high - low))
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lifereel")
    parser.add_argument("plot")
    parser.add_argument("--preset", default="dvd_video")
    parser.add_argument("--frames", type=int, default=5400)
    end = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    given = parser.parse_args(sys.argv[1:end])
    given.options = sys.argv[end + 1 :]
    extension = "mpg" if given.preset.startswith("dvd_video") else "mp4"
    preset = ["--preset", given.preset]

    with tempfile.TemporaryDirectory() as folder:
        def path(name):
            return os.path.join(folder, name)

        raw = ["--target", "none", "--codec", "rawvideo", "--codec-preset", "none", "--bitrate", "none"]
        raw += ["--maxrate", "none", "--bufsize", "none", "--audio-bitrate", "none", "--crf", "none"]
        pictures = path("pictures.y4m")
        # What the options say of the universe holds for the pictures, too.
        video_bytes(given.lifereel, pictures, given.frames, preset + without(given.options, raw) + raw)

        chunked = path("chunked." + extension)
        size = video_bytes(given.lifereel, chunked, given.frames, preset + given.options)
        config = subprocess.run([given.lifereel, "presets", given.preset], check=True, capture_output=True, text=True)
        bitrate = int(re.search(r"^bitrate = (\d+)k", config.stdout, re.M).group(1)) * 1000
        for option, value in zip(given.options, given.options[1:]):
            if option == "--bitrate":
                bitrate = int(float(value.rstrip("k")) * (1000 if value.endswith("k") else 1))
        whole = path("whole." + extension)
        asked = bitrate
        for _ in range(8):
            one_piece = ["--chunk-frames", "0", "--bitrate", str(round(asked))]
            whole_size = video_bytes(
                given.lifereel, whole, given.frames,
                preset + without(given.options, one_piece) + one_piece,
            )
            if abs(whole_size / size - 1) <= SIZE_TOLERANCE:
                break
            asked *= size / whole_size

        results = {"in chunks": (size, luma_psnr(chunked, pictures, folder)),
                   "in one piece": (whole_size, luma_psnr(whole, pictures, folder))}

    print(f"| `{given.preset}`, {given.frames} frames | video bytes | luma PSNR, mean | 1st percentile | worst |")
    print("|---|---|---|---|---|")
    for name, (size, values) in results.items():
        if len(values) != given.frames:
            sys.exit(f"{name}: {len(values)} pictures were measured, not {given.frames}")
        print(f"| {name} | {size} | {sum(values) / len(values):.2f} dB | {percentile(values, 0.01):.2f} dB "
              f"| {min(values):.2f} dB |")

    ours, theirs = results["in chunks"][1], results["in one piece"][1]
    mean = sum(ours) / len(ours) - sum(theirs) / len(theirs)
    low = percentile(ours, 0.01) - percentile(theirs, 0.01)
    print(f"\nin chunks minus in one piece: mean {mean:+.2f} dB, 1st percentile {low:+.2f} dB")

    over_time = svg.Panel(
        "Mean over a second",
        svg.Axis("frame", [0, given.frames - 1]),
        svg.Axis("luma PSNR, dB", smooth(ours, 30) + smooth(theirs, 30)),
        names_right=True,
    )
    worst = svg.Panel(
        "The worst pictures",
        svg.Axis("percent of all pictures that are worse", [0.1, 50], log=True),
        svg.Axis("luma PSNR, dB", [percentile(values, part) for values in (ours, theirs) for part in (0.001, 0.5)]),
        names_right=True,
    )
    step = max(1, given.frames // 1000)
    for name, (_, values) in results.items():
        over_time.line(list(enumerate(smooth(values, 30)))[::step], name)
        percents = [0.1 * 500 ** (i / 60) for i in range(61)]
        worst.line([(percent, percentile(values, percent / 100)) for percent in percents], name)
    svg.save(given.plot, [over_time, worst],
             caption=f"{given.preset}, {given.frames} frames, equal size: in chunks minus in one piece "
                     f"mean {mean:+.2f} dB, 1st percentile {low:+.2f} dB")
    sys.exit(0 if mean >= -MEAN_GOAL_DB and low >= -LOW_GOAL_DB else 1)


if __name__ == "__main__":
    main()
