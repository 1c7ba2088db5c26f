# SPDX-License-Identifier: GPL-2.0-or-later
"""Line plots as SVG, with nothing but the standard library."""
import math
from xml.sax.saxutils import escape

COLOURS = ("#1f6fb2", "#c8501e", "#3a8a3f", "#7a4fa3")


class Axis:
    """A range of values on a line of pixels, linear or logarithmic."""

    def __init__(self, label, values, log=False, low=None, high=None):
        self.label, self.log = label, log
        self.low = min(values) if low is None else low
        self.high = max(values) if high is None else high
        if log:
            self.low, self.high = self.low / 1.25, self.high * 1.25
        elif self.high == self.low:
            self.high += 1

    def at(self, value, begin, end):
        scale = math.log if self.log else float
        part = (scale(value) - scale(self.low)) / (scale(self.high) - scale(self.low))
        return begin + part * (end - begin)

    def ticks(self):
        """Values and whether they are labelled."""
        if self.log:
            for decade in range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1):
                for digit in range(1, 10):
                    value = digit * 10.0**decade
                    if self.low <= value <= self.high:
                        yield value, digit in (1, 2, 5)
            return
        raw = (self.high - self.low) / 6
        step = 10.0 ** math.floor(math.log10(raw))
        step *= next(factor for factor in (1, 2, 5, 10) if factor * step >= raw)
        value = math.ceil(self.low / step) * step
        while value <= self.high + step / 1e6:
            yield value, True
            value += step


def number(value):
    """Short: 20k, 1.5M, 0.05."""
    for unit, letter in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= unit:
            return f"{value / unit:g}{letter}"
    return f"{value:g}"


class Panel:
    """One pair of axes with its lines."""

    def __init__(self, title, x, y, names_right=False):
        self.title, self.x, self.y, self.lines = title, x, y, []
        self.names_right = names_right

    def line(self, points, name="", markers=False, dashed=False, thin=False):
        self.lines.append((points, name, markers, dashed, thin))

    def draw(self, left, top, width, height):
        begin_x, end_x = left + 62, left + width - 16
        begin_y, end_y = top + height - 48, top + 34
        out = [
            f'<text x="{(begin_x + end_x) / 2:.1f}" y="{top + 18}" text-anchor="middle" '
            f'font-weight="bold">{escape(self.title)}</text>'
        ]
        for value, labelled in self.x.ticks():
            at = self.x.at(value, begin_x, end_x)
            shade = "#d0d0d0" if labelled else "#ececec"
            out.append(f'<path d="M{at:.1f} {begin_y}V{end_y}" stroke="{shade}"/>')
            if labelled:
                out.append(f'<text x="{at:.1f}" y="{begin_y + 16}" text-anchor="middle">{number(value)}</text>')
        for value, labelled in self.y.ticks():
            at = self.y.at(value, begin_y, end_y)
            shade = "#d0d0d0" if labelled else "#ececec"
            out.append(f'<path d="M{begin_x} {at:.1f}H{end_x}" stroke="{shade}"/>')
            if labelled:
                out.append(f'<text x="{begin_x - 6}" y="{at + 4:.1f}" text-anchor="end">{number(value)}</text>')
        out.append(
            f'<text x="{(begin_x + end_x) / 2:.1f}" y="{begin_y + 36}" text-anchor="middle">{escape(self.x.label)}</text>'
        )
        middle = (begin_y + end_y) / 2
        out.append(
            f'<text transform="translate({left + 16} {middle:.1f}) rotate(-90)" '
            f'text-anchor="middle">{escape(self.y.label)}</text>'
        )
        solid = 0
        names = 0
        for points, name, markers, dashed, thin in self.lines:
            if dashed:
                colour = "#808080"
            else:
                colour = COLOURS[solid % len(COLOURS)]
                solid += 1
            path = " ".join(
                f"{self.x.at(x, begin_x, end_x):.1f},{self.y.at(y, begin_y, end_y):.1f}" for x, y in points
            )
            style = ' stroke-dasharray="6 4"' if dashed else ""
            stroke = 1 if thin or dashed else 2
            out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{stroke}"{style}/>')
            if markers:
                for x, y in points:
                    out.append(
                        f'<circle cx="{self.x.at(x, begin_x, end_x):.1f}" '
                        f'cy="{self.y.at(y, begin_y, end_y):.1f}" r="3.5" fill="{colour}"/>'
                    )
            if name:
                y = begin_y - 14 - 17 * names
                names += 1
                at, turn, anchor = (end_x - 10, -1, "end") if self.names_right else (begin_x + 10, 1, "start")
                out.append(
                    f'<path d="M{at} {y - 4}h{22 * turn}" stroke="{colour}" stroke-width="{stroke}"{style}/>'
                    f'<text x="{at + 28 * turn}" y="{y}" text-anchor="{anchor}">{escape(name)}</text>'
                )
        out.append(
            f'<rect x="{begin_x}" y="{end_y}" width="{end_x - begin_x}" height="{begin_y - end_y}" '
            f'fill="none" stroke="#404040"/>'
        )
        return out


def save(path, panels, width=880, height=380, caption=""):
    """Panels side by side, a caption below."""
    each = width / len(panels)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height + 24}" '
        f'width="{width}" height="{height + 24}" font-family="sans-serif" font-size="12" fill="#202020">',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
    ]
    for index, panel in enumerate(panels):
        out += panel.draw(int(index * each), 0, int(each), height)
    if caption:
        out.append(f'<text x="{width / 2:.1f}" y="{height + 12}" text-anchor="middle" fill="#606060">{escape(caption)}</text>')
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(out) + "\n</svg>\n")
