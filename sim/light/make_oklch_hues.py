#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Writes oklch_hues.inc: sRGB colours of equal lightness for every degree of OKLCH's hue (Ottosson,
# "A perceptual color space for image processing", 2020), with the largest chroma up to a limit that
# sRGB has there. Run it by hand; the result is checked in.
import math


def srgb(lightness, chroma, hue_degrees):
    a = chroma * math.cos(math.radians(hue_degrees))
    b = chroma * math.sin(math.radians(hue_degrees))
    l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    s = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
              -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
              -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s)
    return [c * 12.92 if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055 for c in linear]


def colour(lightness, hue, most_chroma):
    low, high = 0.0, most_chroma
    for _ in range(40):
        middle = (low + high) / 2
        linear_ok = True
        try:
            channels = srgb(lightness, middle, hue)
            linear_ok = all(isinstance(c, float) and -1e-6 <= c <= 1 + 1e-6 for c in channels)
        except (TypeError, ValueError):
            linear_ok = False
        low, high = (middle, high) if linear_ok else (low, middle)
    r, g, b = (min(255, max(0, round(255 * c))) for c in srgb(lightness, low, hue))
    return f"0x{r:02x}{g:02x}{b:02x}"


with open("oklch_hues.inc", "w", encoding="ascii") as file:
    file.write("// Written by make_oklch_hues.py.\n")
    for lightness, most_chroma in ((0.78, 0.165), (0.74, 0.19)):
        file.write("{\n")
        values = [colour(lightness, hue, most_chroma) for hue in range(360)]
        for at in range(0, 360, 10):
            file.write(",".join(values[at:at + 10]) + ",\n")
        file.write("},\n")
