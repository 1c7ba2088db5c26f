#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares what a scout measured with a measure that it does not rank by: the bytes that x264 makes
of the same frames at a fixed quantiser.

    scout_bits.py LIFEREEL FOLDER PRESET [SEEDS]

Of the seeds that FOLDER/scout.csv has of the first rung alone, SEEDS (60) are rendered over the second
half of it; printed are Spearman's rank correlations with every column, and the bytes.
"""
import csv
import os
import subprocess
import sys
import tempfile


def ranks(values):
    """Twice the mean rank, from none."""
    return [sum(2 * (other < value) + (other == value) for other in values) for value in values]


def correlation(a, b):
    a, b, mean = ranks(a), ranks(b), len(a)
    both = sum((x - mean) * (y - mean) for x, y in zip(a, b))
    alone = sum((x - mean) ** 2 for x in a) * sum((y - mean) ** 2 for y in b)
    return both / alone**0.5 if alone else float("nan")


def encoded_bytes(lifereel, preset, seed, frames):
    with tempfile.TemporaryDirectory() as folder:
        film = os.path.join(folder, "film.mp4")
        subprocess.run(
            [lifereel, "render", "--preset", preset, "--target", "none", "--seed", seed,
             "--warmup", str(frames // 2), "--frames", str(frames - frames // 2),
             "--codec", "libx264", "--codec-preset", "ultrafast", "--codec-option", "qp=28",
             "--crf", "none", "--bitrate", "none", "--maxrate", "none", "--bufsize", "none",
             "--audio-bitrate", "none", "--chunk-frames", "0", "--resume", "off", "--quiet", "-o", film],
            check=True, stdin=subprocess.DEVNULL)
        return os.path.getsize(film)


def main():
    lifereel, folder, preset = sys.argv[1:4]
    wanted = int(sys.argv[4]) if len(sys.argv) > 4 else 60
    with open(os.path.join(folder, "scout.csv"), encoding="ascii") as lines:
        rows = list(csv.DictReader(lines))
    first = min(int(row["frames"]) for row in rows)
    rows = [row for row in rows if int(row["frames"]) == first]
    rows = rows[:: max(1, len(rows) // wanted)][:wanted]
    sizes = [encoded_bytes(lifereel, preset, row["seed"], first) for row in rows]
    print(f"{len(rows)} seeds, frames {first // 2} to {first}: rank correlation with x264's bytes")
    for name in rows[0]:
        if name in ("seed", "frames", "finalist", "dead_from", "rivals"):
            continue
        print(f"{name:18} {correlation([int(row[name]) for row in rows], sizes):6.2f}")


main()
