"""A model's stages as a picture: a ladder with the highest stage on top. On its left what lifts a lead, on its right what lets it fall.

What is said of the arrows is `intentflow.model.diagram`'s. Names go in escaped, and there is no style in it: the page's policy allows none.
"""

from collections.abc import Iterator, Mapping, Sequence

from markupsafe import Markup

from intentflow.console.ladder import Step, steps
from intentflow.domain.rules import ScoringModel, Stage
from intentflow.model.diagram import aside, asked, falls_to, let_fall

LEFT, WIDE, TALL, LANE, RIGHT = 190, 130, 40, 16, 250  # of what is said, a box, a lane for those that fall far
LINE = 16  # of text
LEAST = 26  # between boxes

SVG = Markup(
    '<svg class="diagram" viewBox="0 0 {width} {height}" role="img" aria-labelledby="stages-title">{inside}</svg>'
)
BOX = Markup(
    '<g class="box {css}"><rect class="frame" x="{x}" y="{y}" width="{w}" height="{h}" rx="5"/>'
    '<rect class="mark" x="{mark}" y="{mark_y}" width="10" height="10" rx="2"/>'
    '<text class="name" x="{middle}" y="{text}" text-anchor="middle">{name}</text></g>'
)
SAID = Markup('<text class="said" x="{x}" y="{y}" text-anchor="{anchor}">{text}</text>')
WAY = Markup('<path class="{css}" d="{d}"/><path class="ahead {ahead}" d="{head}"/>')


def picture(model: ScoringModel) -> Markup:
    """The stages as inline SVG."""
    apart = aside(model)
    ladder = [stage for stage in model.stages if stage not in apart]
    tops = _tops(ladder)
    foot = tops[0] + TALL
    levels = steps(model)
    parts = [*_ladder(ladder, tops, levels), *_apart(ladder, apart, foot + LEAST)]
    height = foot + (LEAST + len(apart) * (TALL + LINE) if apart else 0) + 1
    return SVG.format(width=LEFT + WIDE + 2 * LANE + RIGHT, height=height, inside=Markup("").join(parts))


def _tops(ladder: Sequence[Stage]) -> list[int]:
    """Where the box of each stage begins, from low to high; between two there is room for what is said."""
    heights = [max(len(asked(stage)), len(let_fall(stage)) - 1, 1) * LINE + LEAST for stage in ladder[1:]]
    tops = [0]
    for height in reversed(heights):
        tops.append(tops[-1] + TALL + height)
    return [top + 1 for top in reversed(tops)]


def _ladder(ladder: Sequence[Stage], tops: Sequence[int], levels: Mapping[str, Step]) -> Iterator[Markup]:
    for place, stage in enumerate(ladder):
        yield _box(stage.name, tops[place], levels[stage.name].css)
        if place:
            yield from _rise(stage, tops[place], tops[place - 1])
            if let_fall(stage):
                yield from _fall(stage, ladder, tops, place)


def _box(name: str, y: int, css: str, x: int = LEFT) -> Markup:
    return BOX.format(
        css=css,
        x=x,
        y=y,
        w=WIDE,
        h=TALL,
        middle=x + WIDE // 2,
        mark=x + 10,
        mark_y=y + TALL // 2 - 5,
        text=y + TALL // 2 + 5,
        name=name,
    )


def _rise(stage: Stage, top: int, lower: int) -> Iterator[Markup]:
    x, end = LEFT + WIDE // 2, top + TALL
    yield WAY.format(css="rise", ahead="up", d=f"M{x} {lower}V{end + 7}", head=f"M{x} {end + 1}l-4.5 8h9z")
    lines = asked(stage)
    begin = (end + lower - len(lines) * LINE) / 2 + LINE - 4
    for number, text in enumerate(lines):
        yield SAID.format(x=x - 14, y=begin + number * LINE, anchor="end", text=_words(text))


def _fall(stage: Stage, ladder: Sequence[Stage], tops: Sequence[int], place: int) -> Iterator[Markup]:
    """Out of the right side of the box, down, and into the box that it falls to; past others on a lane further out."""
    target = ladder.index(falls_to(ladder, place))
    right = LEFT + WIDE
    lane = right + LANE * (1 if target == place - 1 else 2)
    begin, end = tops[place] + TALL - 10, tops[target] + 10
    yield WAY.format(
        css="fall", ahead="down", d=f"M{right} {begin}H{lane - 5}q5 0 5 5V{end - 5}q0 5 -5 5H{right + 8}",
        head=f"M{right + 1} {end}l8 -4.5v9z",
    )  # fmt: skip
    for number, text in enumerate(let_fall(stage)):
        yield SAID.format(x=right + 2 * LANE + 10, y=begin + 5 + number * LINE, anchor="start", text=_words(text))


def _apart(ladder: Sequence[Stage], apart: Sequence[Stage], y: int) -> Iterator[Markup]:
    for number, stage in enumerate(apart):
        top = y + number * (TALL + LINE)
        yield _box(stage.name, top, "aside")
        x = LEFT + WIDE + 2 * LANE + 10
        kept_out = ", ".join(one.name for one in ladder if set(one.unless) & set(stage.facts))
        said = (f"while {_words(' or '.join(stage.facts))}", f"keeps out of {kept_out}")
        for line, text in enumerate(said):
            yield SAID.format(x=x, y=top + 17 + line * LINE, anchor="start", text=text)


def _words(text: str) -> str:
    return text.replace("_", " ")
