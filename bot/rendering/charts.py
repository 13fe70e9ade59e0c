"""Curves of shares over the time of day: as a picture (SVG) and as a line of characters.

The picture is read on phones and in the dark too: few words in large letters, its own background, colours for both
(https://developer.mozilla.org/en-US/docs/Web/CSS/@media/prefers-color-scheme), and dashes for who sees no colours.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor

_BARS = " ▁▂▃▄▅▆▇█"
_WIDTH, _LEFT, _RIGHT, _TOP, _BOTTOM = 480, 60, 448, 104, 344
_EDGE = 16
_ROW = 26
#: Of each curve: a colour on white, one on black (after Okabe and Ito, https://jfly.uni-koeln.de/color/), its dashes.
_STYLES = (
    ("#0072b2", "#56b4e9", "none"),
    ("#d55e00", "#f0894d", "9 4"),
    ("#00805e", "#2fc99b", "3 4"),
    ("#a3417c", "#e29bc4", "12 4 3 4"),
    ("#6b7280", "#a8b0bb", "2 3"),
    ("#8a6d00", "#d9b93b", "16 3"),
)
_STYLE = """
    svg { color-scheme: light dark; font-family: system-ui, sans-serif; font-size: 15px }
    .ground { fill: #fff } text { fill: #1f2328 } .soft { fill: #59636e }
    .title { font-size: 18px; font-weight: 600 } .grid { stroke: #d1d9e0 } .slot { stroke: #59636e }
    .curve { fill: none; stroke-width: 3; stroke-linejoin: round; stroke-linecap: butt }"""
_DARK_STYLE = ".ground { fill: #0d1117 } text { fill: #f0f6fc } .soft { fill: #9198a1 } .grid { stroke: #3d444d }"


@dataclass(frozen=True, slots=True)
class Curve:
    """Straight lines between `corners`: (minutes since midnight, share from 0 to 1); flat before and after them."""

    name: str
    note: str
    corners: Sequence[tuple[float, float]]

    def height(self, moment: float) -> float:
        at = bisect_right(self.corners, moment, key=lambda corner: corner[0])
        if at in (0, len(self.corners)):
            return self.corners[min(at, len(self.corners) - 1)][1]
        (start, low), (end, high) = self.corners[at - 1], self.corners[at]
        return low + (high - low) * (moment - start) / (end - start)


def clock(moment: float) -> str:
    """A time of day; of the next day with a plus."""
    day, minute = divmod(ceil(moment - 1e-9), 24 * 60)
    return f"{minute // 60:02}:{minute % 60:02}" + (f" {day:+} d" if day else "")


def window(curves: Sequence[Curve]) -> tuple[int, int]:
    """The hours that hold all curves, as minutes since midnight."""
    first = min(curve.corners[0][0] for curve in curves)
    last = max(curve.corners[-1][0] for curve in curves)
    return floor(first / 60) * 60, max(ceil(last / 60), floor(first / 60) + 1) * 60


def line(curve: Curve, start: int, end: int, columns: int) -> str:
    """One bar a column, as high as the curve in its middle; the least that is not nothing shows."""
    steps = [curve.height(start + (column + 0.5) * (end - start) / columns) for column in range(columns)]
    return "".join(_BARS[ceil(min(step, 1.0) * (len(_BARS) - 1) - 1e-9)] for step in steps)


def spark(counts: Sequence[int]) -> str:
    """One bar for each, the highest in full; nothing is the lowest bar, so that days can be told apart."""
    most = max([*counts, 1])
    return "".join(_BARS[max(1, ceil(count / most * (len(_BARS) - 1)))] for count in counts)


def axis(start: int, end: int, columns: int) -> str:
    """The hours under such lines, where each begins."""
    words = [" "] * columns
    for hour in _hours(start, end, columns // 6):
        at = round((hour - start) / (end - start) * columns)
        words[at : at + 5] = clock(hour)[:5]
    return "".join(words)[:columns].rstrip()


def picture(title: str, subtitle: str, curves: Sequence[Curve], slot: int) -> str:
    """An SVG document; `slot` is marked by an upright line."""
    start, end = window(curves)
    height = _BOTTOM + 44 + _ROW * len(curves) + 10

    def x(moment: float) -> float:
        return _LEFT + (moment - start) / (end - start) * (_RIGHT - _LEFT)

    parts = [f'<text class="title" x="{_EDGE}" y="32">{escape(title)}</text>']
    parts.append(f'<text class="soft" x="{_EDGE}" y="56">{escape(subtitle)}</text>')
    for percent in range(0, 101, 25):
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_RIGHT}" y1="{_y(percent):g}" y2="{_y(percent):g}"/>')
        parts.append(_label(_LEFT - 8, _y(percent) + 5, f"{percent} %" if percent == 100 else f"{percent}", "end"))
    parts += [_label(x(hour), _BOTTOM + 22, clock(hour), "middle") for hour in _hours(start, end, 6)]
    parts.append(f'<line class="slot" x1="{x(slot):g}" x2="{x(slot):g}" y1="{_TOP - 6}" y2="{_BOTTOM + 6}"/>')
    parts.append(_label(x(slot), _TOP - 12, clock(slot), "middle"))
    for number, curve in reversed(list(enumerate(curves))):
        path = " ".join(f"{x(moment):.1f},{_y(100 * share):.1f}" for moment, share in curve.corners)
        parts.append(f'<polyline class="curve c{number}" points="{path}"/>')
    for number, curve in enumerate(curves):
        y = _BOTTOM + 44 + _ROW * number + 10
        parts.append(f'<line class="curve c{number}" x1="{_EDGE}" x2="{_EDGE + 36}" y1="{y - 5}" y2="{y - 5}"/>')
        parts.append(f'<text x="62" y="{y}">{escape(curve.name)}</text>')
        parts.append(_label(_WIDTH - _EDGE, y, curve.note, "end"))
    body = "\n  ".join([f'<rect class="ground" width="{_WIDTH}" height="{height}"/>', *parts])
    words = escape(f"{title}: {subtitle}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{words}">\n'
        f"  <style>{_styles(len(curves))}\n  </style>\n  {body}\n</svg>\n"
    )


def _y(percent: float) -> float:
    return _BOTTOM - percent / 100 * (_BOTTOM - _TOP)


def _label(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text class="soft" x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(words)}</text>'


def _hours(start: int, end: int, at_most: int) -> range:
    """Full hours, not more than fit."""
    step = next(hours for hours in (1, 2, 3, 6, 12, 24, 48, 96) if (end - start) / 60 / hours <= at_most)
    return range(start, end + 1, step * 60)


def _styles(count: int) -> str:
    styles = [(number, *_STYLES[number % len(_STYLES)]) for number in range(count)]
    light = [f".c{number} {{ stroke: {bright}; stroke-dasharray: {dashes} }}" for number, bright, _, dashes in styles]
    dark = [f".c{number} {{ stroke: {pale} }}" for number, _, pale, _ in styles]
    in_the_dark = "\n      ".join([_DARK_STYLE, *dark])
    return "\n    ".join([_STYLE, *light, f"@media (prefers-color-scheme: dark) {{\n      {in_the_dark}\n    }}"])
