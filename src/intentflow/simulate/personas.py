"""Who comes to the shop, how often, and what they are after.

A persona is a row of steps; each begins some time after the one before. Who doesn't come to a step (its chance) is not seen again. The
weights are shares of all people: most only look, few buy. Those who begin early and stop are there for decay to find.
"""

from typing import Literal, NamedTuple


class Step(NamedTuple):
    """A session, repeated from `least` to `most` times, each `after` days from what was before."""

    session: str  # a name in `sessions.SESSIONS`
    after: tuple[float, float] = (0.0, 0.0)
    least: int = 1
    most: int = 1
    chance: float = 1.0  # of coming to it; else they are gone for good


class Persona(NamedTuple):
    """What somebody is like."""

    weight: int
    known: Literal["never", "by account", "by address", "once signed up"]
    begins: tuple[float, float]  # in which part of the period, from 0 to 1
    steps: tuple[Step, ...]


ANY_TIME, EARLY, FIRST_HALF = (0.0, 1.0), (0.0, 0.15), (0.0, 0.55)
SOON, DAYS, WEEK = (0.01, 0.3), (0.7, 3.0), (2.0, 7.0)

PERSONAS: dict[str, Persona] = {
    "passer-by": Persona(22, "never", ANY_TIME, (Step("bounce"), Step("bounce", WEEK, 1, 2, 0.2))),
    "ad-clicker": Persona(8, "never", ANY_TIME, (Step("bounce off an ad"), Step("look around", DAYS, 1, 1, 0.2))),
    "blog reader": Persona(18, "never", (0.0, 0.7), (Step("read the blog"), Step("read the blog", (0.8, 3.5), 4, 12))),
    "window-shopper": Persona(
        12, "never", (0.0, 0.8), (Step("look around"), Step("look around", DAYS, 3, 7), Step("study", WEEK, 1, 2, 0.5))
    ),
    "job seeker": Persona(2, "never", ANY_TIME, (Step("look for a job"), Step("look for a job", DAYS, 1, 2, 0.5))),
    "campaign follower": Persona(
        10,
        "by account",
        FIRST_HALF,
        (
            Step("follow a campaign"),
            Step("follow a campaign", WEEK, 1, 2),
            Step("study", DAYS, 1, 2, 0.7),
            Step("look around", DAYS, 1, 4),
        ),
    ),
    "subscriber": Persona(
        13,
        "once signed up",
        FIRST_HALF,
        (
            Step("look around"),
            Step("sign up", DAYS),
            Step("confirm", SOON, 1, 1, 0.8),
            Step("open a mail", DAYS, 1, 3),
            Step("read a mail", DAYS, 2, 5, 0.8),
            Step("unsubscribe", WEEK, 1, 1, 0.15),
        ),
    ),
    "wrong address": Persona(1, "once signed up", FIRST_HALF, (Step("sign up"), Step("bounce a mail", SOON))),
    "cold": Persona(
        6,
        "by account",
        EARLY,
        (
            Step("follow a campaign"),
            Step("study", SOON),
            Step("look around", DAYS, 1, 2),
            Step("turned down by sales", DAYS, 1, 1, 0.4),
        ),
    ),
    "cold shopper": Persona(
        2,
        "by account",
        EARLY,
        (
            Step("follow a campaign"),
            Step("fill a cart", SOON),
            Step("peek at shipping", SOON),
            Step("check out", SOON),
            Step("accepted by sales", DAYS, 1, 1, 0.95),
            Step("lost by sales", WEEK, 1, 1, 0.8),
        ),
    ),
    "abandoner": Persona(
        4,
        "by account",
        FIRST_HALF,
        (
            Step("follow a campaign"),
            Step("study", DAYS),
            Step("fill a cart", SOON),
            Step("peek at shipping", SOON),
            Step("look around", WEEK, 1, 2, 0.6),
            Step("peek at shipping", DAYS, 1, 1, 0.5),
            Step("look around", DAYS, 1, 3),
            Step("given back by sales", DAYS, 1, 1, 0.6),
        ),
    ),
    "buyer": Persona(
        6,
        "by account",
        FIRST_HALF,
        (
            Step("follow a campaign"),
            Step("study", DAYS, 1, 2),
            Step("sign up", SOON, 1, 1, 0.9),
            Step("confirm", SOON),
            Step("fill a cart", DAYS),
            Step("peek at shipping", SOON),
            Step("check out", DAYS, 1, 1, 0.9),
            Step("buy", SOON, 1, 1, 0.8),
            Step("read a mail", WEEK, 1, 3),
            Step("fill a cart", WEEK, 1, 1, 0.3),
            Step("buy", SOON),
        ),
    ),
    "sampler": Persona(
        2,
        "by address",
        FIRST_HALF,
        (
            Step("ask for a sample"),
            Step("look around", DAYS, 1, 2),
            Step("study", DAYS, 1, 1, 0.7),
            Step("fill a cart", DAYS, 1, 1, 0.6),
            Step("check out", SOON),
            Step("buy", DAYS, 1, 1, 0.7),
        ),
    ),
    "trier": Persona(
        2,
        "by account",
        FIRST_HALF,
        (
            Step("look around"),
            Step("ask for a trial", DAYS),
            Step("order a sample", WEEK, 1, 1, 0.3),
            Step("study", WEEK),
            Step("accepted by sales", DAYS, 1, 1, 0.8),
            Step("won by sales", WEEK, 1, 1, 0.6),
        ),
    ),
}
