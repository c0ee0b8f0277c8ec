"""Waits by percentile as a picture: SVG by hand, without a script or a font of its own, legible on light and on dark."""

from collections.abc import Callable, Sequence
from html import escape
from math import ceil, floor, log10

from msgspec import Struct

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 380, 64, 150, 34, 50
TICKS = ((0.0, "0"), (0.5, "50"), (0.9, "90"), (0.99, "99"), (0.999, "99.9"))
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #24292f } .title { font-weight: 600 }
  .grid { stroke: #24292f; stroke-opacity: .18 } .line { fill: none; stroke-width: 2.2; stroke-linejoin: round }
  .c0 { stroke: #0b6bcb } .c1 { stroke: #b4560a } .c2 { stroke: #8a2be2 } .c3 { stroke: #11804a }
  text.c0 { fill: #0b6bcb; stroke: none } text.c1 { fill: #b4560a; stroke: none }
  text.c2 { fill: #8a2be2; stroke: none } text.c3 { fill: #11804a; stroke: none }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .grid { stroke: #e6edf3 }
    .c0 { stroke: #6cb6ff } .c1 { stroke: #f0a35e } .c2 { stroke: #c9a2ff } .c3 { stroke: #5fd39a }
    text.c0 { fill: #6cb6ff } text.c1 { fill: #f0a35e } text.c2 { fill: #c9a2ff } text.c3 { fill: #5fd39a }
  }"""


class Line(Struct, frozen=True):
    """A name, and waits in milliseconds by the share of all that did not wait longer."""

    name: str
    points: Sequence[tuple[float, float]]


def x_of(share: float) -> float:
    """Where a share lies: each further nine is as far again."""
    nines = -log10(1 - min(share, 0.999))
    return LEFT + nines / 3 * (WIDTH - LEFT - RIGHT)


def drawn(lines: Sequence[Line]) -> str:
    """The picture. Both axes are logarithmic."""
    values = [max(ms, 0.001) for line in lines for _, ms in line.points]
    low, high = floor(log10(min(values))), ceil(log10(max(values)))
    high = max(high, low + 1)

    def y_of(ms: float) -> float:
        return TOP + (high - log10(max(ms, 0.001))) / (high - low) * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        "<title>Waits from an event to its change, by percentile</title>",
        f"<style>{STYLE}\n</style>",
        f'<text class="title" x="{LEFT}" y="20">From event to change, ms, by percentile</text>',
    ]
    for share, name in TICKS:
        x = x_of(share)
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>')
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{name}</text>')
    for power in range(low, high + 1):
        y = y_of(10.0**power)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g}</text>')
    parts += _curves(lines, y_of)
    return "\n".join([*parts, "</svg>", ""])


def _curves(lines: Sequence[Line], y_of: Callable[[float], float]) -> list[str]:
    parts, floor_of_names = [], float("inf")
    ordered = sorted(enumerate(lines), key=lambda each: -y_of(each[1].points[-1][1]))
    for color, line in ordered:
        places = " ".join(f"{x_of(share):.1f},{y_of(ms):.1f}" for share, ms in line.points)
        parts.append(f'<polyline class="line c{color % 4}" points="{places}"/>')
        y = min(y_of(line.points[-1][1]) + 4, floor_of_names - 16)  # names don't lie on each other
        floor_of_names = y
        parts.append(f'<text class="c{color % 4}" x="{WIDTH - RIGHT + 8}" y="{y:.1f}">{escape(line.name)}</text>')
    return parts
