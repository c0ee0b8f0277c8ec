"""What a signal that is written means, once its parts were found to be sound."""

from intentflow.domain.rules import Abandoned, AnySignal, Condition, Counted, Once, Repeated, SignedUp
from intentflow.model.fitting import fit_signal
from intentflow.model.schema import SignalWritten


def signal_of(name: str, signal: SignalWritten, conditions: tuple[Condition, ...]) -> AnySignal:
    """What a sound one means."""
    when = signal.when[0]
    if when.form in ("profile", "ideal"):
        return fit_signal(name, signal)
    half_life = None if signal.half_life == "never" else signal.half_life
    axis, points, group = signal.axis, signal.points, signal.group
    if when.form == "newsletter":
        until = points if signal.until_confirmed is None else signal.until_confirmed
        return SignedUp(name=name, axis=axis, points=points, half_life=half_life, group=group, until_confirmed=until)
    if when.form == "cart":
        quiet = when.quiet or 0
        return Abandoned(
            name=name, axis=axis, points=points, half_life=half_life, group=group, quiet=quiet, cap=signal.cap
        )
    if when.form == "repeated":
        at_least, within = when.at_least or 1, when.within or 1
        return Repeated(
            name=name, axis=axis, points=points, group=group, when=conditions, at_least=at_least, within=within
        )
    if signal.once:
        return Once(name=name, axis=axis, points=points, half_life=half_life, group=group, when=conditions)
    return Counted(
        name=name, axis=axis, points=points, half_life=half_life, group=group, when=conditions, limit=signal.at_most, cap=signal.cap
    )  # fmt: skip
