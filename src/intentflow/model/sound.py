"""What a signal, a stage and the names must be for the core to rely on them; each check is one flaw with its remedy."""

from collections.abc import Iterator
from zlib import crc32

from intentflow.domain.rules import AXES, Axis
from intentflow.model.condition import Form
from intentflow.model.findings import Flaw, Path
from intentflow.model.fitting import flaws_of_fit
from intentflow.model.schema import LeaveWritten, SignalWritten, StageWritten

FORBIDDEN: tuple[Form, ...] = ("repeated", "cart", "profile", "ideal")  # conditions that are not about single events
TAKES: dict[Form, tuple[str, ...]] = {  # what a signal may say besides when, axis, points, group
    "event": ("once", "at_most", "cap", "half_life"),
    "repeated": (),
    "newsletter": ("half_life", "until_confirmed"),
    "cart": ("cap", "half_life"),
    "profile": ("lasts",),
    "ideal": ("lasts",),
}
WHY_NOT = {
    ("profile", "half_life"): "what is known does not fade, it lasts (lasts: 365d)",
    ("ideal", "half_life"): "what is known does not fade, it lasts (lasts: 365d)",
    ("event", "until_confirmed"): 'it goes with "when: {newsletter: signed_up}"',
    ("repeated", "half_life"): "points for repetition count while the events lie within the window, and don't fade",
    ("repeated", "once"): "it counts once at any moment anyway",
    ("repeated", "at_most"): "it counts once at any moment anyway",
    ("repeated", "cap"): "it counts once at any moment anyway",
    ("newsletter", "once"): "a sign-up counts once anyway",
    ("newsletter", "at_most"): "a sign-up counts once anyway",
    ("newsletter", "cap"): "a sign-up counts once anyway",
    ("cart", "once"): "each abandoned cart counts once; a cap holds them together",
    ("cart", "at_most"): "each abandoned cart counts once; a cap holds them together",
}


def thresholds(written: LeaveWritten) -> tuple[tuple[Axis, float], ...]:
    """The axes that are given, with their numbers."""
    return tuple((axis, value) for axis in AXES if (value := getattr(written, axis)) is not None)


def flaws_of_signal(name: str, signal: SignalWritten) -> Iterator[Flaw]:
    """What is wrong with a signal by itself."""
    path, form = ("signals", name), signal.when[0].form
    for key in ("once", "at_most", "cap", "half_life", "until_confirmed", "lasts"):
        given = getattr(signal, key)
        if given and key not in TAKES[form] and given not in ("never", "forever"):
            reason = WHY_NOT.get((form, key), "it does not go with this condition")
            yield Flaw((*path, key), f"must be left out: {reason}")
    if signal.once and (signal.at_most or signal.cap):
        key = "at_most" if signal.at_most else "cap"
        yield Flaw((*path, key), "must be left out: with once the first event alone counts")
    yield from flaws_of_fit(name, signal)
    if signal.points == 0 and form != "profile":
        yield Flaw((*path, "points"), "must not be 0; take the signal out, or put it into a fact")
    yield from _fading(path, form, signal)
    if signal.until_confirmed is not None and not 0 <= signal.until_confirmed <= max(signal.points, 0):
        yield Flaw((*path, "until_confirmed"), "must be between 0 and the points")


def _fading(path: Path, form: Form, signal: SignalWritten) -> Iterator[Flaw]:
    if form in ("profile", "ideal"):
        return
    if signal.axis == "fit" and signal.half_life not in (None, "never"):
        yield Flaw((*path, "half_life"), "must be left out: fit does not fade")
    elif signal.axis != "fit" and signal.half_life is None and "half_life" in TAKES[form]:
        yield Flaw((*path, "half_life"), "is missing: the time in which the points halve (try 14d), or never")


def flaws_of_stage(name: str, stage: StageWritten, first: bool) -> Iterator[Flaw]:
    """What is wrong with a stage by itself."""
    path = ("stages", name)
    if first:
        for key in ("enter", "unless", "leave", "dwell", "cool_down", "hand_offs"):
            if getattr(stage, key):
                yield Flaw((*path, key), "must be left out: everybody begins in the first stage")
        return
    enter = {} if stage.enter is None else dict(thresholds(stage.enter))
    facts = stage.enter is not None and bool(stage.enter.fact or stage.enter.facts)
    if not facts and not any(value > 0 for value in enter.values()):
        yield Flaw((*path, "enter"), "is missing: a number above 0 on an axis, or a fact (engagement: 30)")
    for axis, value in () if stage.leave is None else thresholds(stage.leave):
        if axis not in enter:
            yield Flaw((*path, "leave", axis), f"must be an axis of enter ({', '.join(enter) or 'it has none'})")
        elif value > enter[axis]:
            yield Flaw(
                (*path, "leave", axis), f"must be at most the {enter[axis]:g} of enter, or a lead is in and out at once"
            )


def name_flaws(known: dict[str, list[str]]) -> Iterator[Flaw]:
    """Leads remember what they did under the CRC-32 of a name, so two names must not share one, and none may have 0."""
    for kind in ("signals", "facts", "evidence", "stages"):
        owner: dict[int, str] = {0: "nothing"}
        for name in known[kind]:
            other = owner.setdefault(crc32(name.encode()), name)
            if other != name:
                yield Flaw(
                    (kind, name.partition("/")[0]), f'the CRC-32 of {name} is that of "{other}"; rename one of them'
                )
