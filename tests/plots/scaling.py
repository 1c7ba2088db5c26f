#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Draws how the engine's cost grows, both axes logarithmic.

lifereel bench --scaling --csv scaling.csv
tests/plots/scaling.py scaling.csv scaling.svg ["a caption: the machine"]
"""
import csv
import sys

import svg


def linear(points):
    """What the last of these (x, frames per second) would be at every x if time grew with x."""
    x, y = points[-1]
    return [(points[0][0], y * x / points[0][0]), (x, y)]


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    with open(sys.argv[1], newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    grows = [row for row in rows if row["series"] == "density"]
    fixed = [row for row in rows if row["series"] == "pixels"]
    if len(grows) < 2 or len(fixed) < 2:
        sys.exit(f"{sys.argv[1]} has too few points of --scaling")

    def points(some, x, y):
        return [(x(row), y(row)) for row in some]

    def particles(row):
        return float(row["particles"])

    def pixels(row):
        return float(row["width"]) * float(row["height"])

    def rate(row):
        return float(row["frames_per_second"])

    whole = points(grows, particles, rate)
    rates = [rate(row) for row in rows] + [1000 / float(row["step_ms"]) for row in grows]
    rates += [1000 / float(row["draw_ms"]) for row in grows]
    by_n = svg.Panel(
        "By N, the world growing with it",
        svg.Axis("particles", [particles(row) for row in grows], log=True),
        svg.Axis("frames per second", rates + [linear(whole)[0][1]], log=True),
    )
    by_n.line(linear(whole), "time in proportion to N", dashed=True)
    by_n.line(points(grows, particles, lambda row: 1000 / float(row["draw_ms"])), "draw alone", thin=True)
    by_n.line(points(grows, particles, lambda row: 1000 / float(row["step_ms"])), "simulate alone", thin=True)
    by_n.line(whole, "simulate and draw", markers=True)

    by_pixels = svg.Panel(
        "By the size of the world",
        svg.Axis("pixels", [pixels(row) for row in rows], log=True),
        svg.Axis("frames per second", [rate(row) for row in rows] + [linear(whole)[0][1]], log=True),
    )
    by_pixels.line(points(grows, pixels, rate), f"{pixels(grows[0]) / particles(grows[0]):.0f} pixels a particle", markers=True)
    by_pixels.line(points(fixed, pixels, rate), f"N = {fixed[0]['particles']}", markers=True)
    svg.save(sys.argv[2], [by_n, by_pixels], caption=sys.argv[3] if len(sys.argv) > 3 else "")


if __name__ == "__main__":
    main()
