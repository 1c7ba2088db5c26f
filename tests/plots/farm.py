#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Draws how many times as fast a film is on many machines, both axes logarithmic.

LIFEREEL_SCALE_CSV=scale.csv lifereel_tests -tc='curves for the plot'
tests/plots/farm.py scale.csv farm.svg ["a caption"]
"""
import csv
import sys

import svg


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    with open(sys.argv[1], newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    films = list(dict.fromkeys(row["film"] for row in rows))
    machines = [float(row["machines"]) for row in rows]
    gains = [float(row[key]) for row in rows for key in ("shrinking", "equal", "failing", "least")]

    panels = []
    for film in films:
        own = [row for row in rows if row["film"] == film]

        def points(key, own=own):
            return [(float(row["machines"]), float(row[key])) for row in own]

        panel = svg.Panel(
            film,
            svg.Axis("machines", machines, log=True),
            svg.Axis("times as fast as one", gains, log=True, low=0.3),
        )
        panel.line(points("least"), "the most possible", dashed=True)
        panel.line(points("equal"), "equal")
        panel.line(points("shrinking"), "shrinking")
        panel.line(points("failing"), "equal, failing", thin=True)
        panels.append(panel)
    svg.save(sys.argv[2], panels, caption=sys.argv[3] if len(sys.argv) > 3 else "")


if __name__ == "__main__":
    main()
