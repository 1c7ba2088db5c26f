#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Writes blue_noise.inc: the order in which void-and-cluster (Ulichney 1993) fills a torus of
# 64x64 places, as ranks 0..4095 divided by 16. Run it by hand; the result is checked in.
import math
import random

SIZE = 64
PLACES = SIZE * SIZE
SIGMA = 1.9


def kernel():
    return [[math.exp(-(min(y, SIZE - y) ** 2 + min(x, SIZE - x) ** 2) / (2 * SIGMA**2))
             for x in range(SIZE)] for y in range(SIZE)]


KERNEL = kernel()
NEAR = [(y, x, KERNEL[y][x]) for y in range(SIZE) for x in range(SIZE) if KERNEL[y][x] > 1e-9]


class Pattern:
    def __init__(self):
        self.on = [False] * PLACES
        self.energy = [0.0] * PLACES

    def flip(self, place):
        sign = -1.0 if self.on[place] else 1.0
        self.on[place] = not self.on[place]
        row, column = divmod(place, SIZE)
        for y, x, weight in NEAR:
            at = (row + y) % SIZE * SIZE + (column + x) % SIZE
            self.energy[at] += sign * weight

    def tightest_cluster(self):
        return max((p for p in range(PLACES) if self.on[p]), key=lambda p: self.energy[p])

    def largest_void(self):
        return min((p for p in range(PLACES) if not self.on[p]), key=lambda p: self.energy[p])

    def copy(self):
        other = Pattern()
        other.on, other.energy = self.on[:], self.energy[:]
        return other


def ranks():
    random.seed(480)
    start = Pattern()
    for place in random.sample(range(PLACES), PLACES // 10):
        start.flip(place)
    while True:  # until the initial pattern is even
        cluster = start.tightest_cluster()
        start.flip(cluster)
        void = start.largest_void()
        start.flip(void)
        if void == cluster:
            break
    result = [0] * PLACES
    ones = PLACES // 10
    pattern = start.copy()
    for rank in range(ones - 1, -1, -1):
        place = pattern.tightest_cluster()
        pattern.flip(place)
        result[place] = rank
    pattern = start
    for rank in range(ones, PLACES):
        place = pattern.largest_void()
        pattern.flip(place)
        result[place] = rank
    return result


with open("blue_noise.inc", "w", encoding="ascii") as file:
    file.write("// Written by make_blue_noise.py.\n")
    values = [rank // 16 for rank in ranks()]
    for at in range(0, PLACES, 24):
        file.write(",".join(str(v) for v in values[at:at + 24]) + ",\n")
