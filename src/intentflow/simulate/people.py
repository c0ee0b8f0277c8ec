"""Lives: somebody of a persona, from the first session to the last, as events in the order in which they happen."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from intentflow.simulate.deeds import DEEDS, Basket
from intentflow.simulate.dice import Dice
from intentflow.simulate.personas import PERSONAS, Step
from intentflow.simulate.sessions import SESSIONS
from intentflow.simulate.shop import BROWSERS, FIRST_NAMES, LAST_NAMES

SECOND, HOUR, DAY = 1_000, 3_600_000, 86_400_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NAMES = tuple(PERSONAS)
WEIGHTS = tuple(persona.weight for persona in PERSONAS.values())
RHYTHM = (2, 1, 1, 1, 1, 2, 4, 7, 9, 10, 11, 11, 12, 11, 10, 10, 10, 11, 13, 15, 16, 14, 9, 5)  # sessions by hour, UTC


class Period(NamedTuple):
    """From when to when, in epoch milliseconds."""

    begin: int
    end: int


class Happening(NamedTuple):
    """An event and its time, in epoch milliseconds."""

    at: int
    event: dict[str, Any]


class Person:
    """Number `number` of the people of a seed. The same for the same seed, number and period."""

    def __init__(self, seed: int, number: int, period: Period) -> None:
        self.dice = Dice(2 * seed_of(seed, number))
        self.number, self.period = number, period
        self.persona = PERSONAS[NAMES[self.dice.weighed(WEIGHTS)]]
        self.visitor_id = f"{int(self.dice.between(0, 1 << 48)):012x}"
        self.browser = self.dice.pick(BROWSERS)
        self.ids = self._ids()
        self.is_known = self.persona.known in ("by account", "by address")
        self.begins = self._first_session()
        self._basket = Basket()
        self._told = 0

    def life(self) -> Iterator[Happening]:
        """Everything that happens to the person within the period, in order."""
        at = self.begins
        for place, step in enumerate(self.persona.steps):
            if not self.dice.happens(step.chance):
                return
            for _ in range(self.dice.whole(step.least, step.most)):
                at = at if place == 0 else self._next_session(at, step)
                for happening in self._session(step.session, at):
                    if happening.at > self.period.end:
                        return
                    at = happening.at
                    yield happening

    def _session(self, name: str, at: int) -> Iterator[Happening]:
        for deed in SESSIONS[name]:
            if not self.dice.happens(deed.chance):
                continue
            for _ in range(self.dice.whole(deed.least, deed.most)):
                self.is_known = self.is_known or deed.what == "sign_up"
                yield Happening(at, self._event(at, DEEDS[deed.what](self.dice, self._basket)))
                at += int(self.dice.between(8 * SECOND, 150 * SECOND))

    def _event(self, at: int, fields: dict[str, Any]) -> dict[str, Any]:
        self._told += 1
        time = (EPOCH + timedelta(milliseconds=at)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        who = self.ids if self.is_known else {}
        event = {
            "event_id": f"{self.period.end // SECOND:x}-{self.number:x}-{self._told:x}",
            "occurred_at": time,
            **fields,
            **who,
        }
        from_browser = fields["family"] not in ("newsletter_signup", "outcome") or fields["action"] == "signup"
        if from_browser:
            event |= {"visitor_id": self.visitor_id, "user_agent": self.browser}
        return event

    def _ids(self) -> dict[str, str]:
        """By what the person is known once known: an account, an account and its address, or the address alone."""
        address = f"{self.dice.pick(FIRST_NAMES)}.{self.dice.pick(LAST_NAMES)}.{self.number}@example.com"
        account = {"lead_id": f"u-{100_000 + self.number}"}
        if self.persona.known == "by address":
            return {"email": address}
        with_address = self.dice.happens(0.5) or self.persona.known == "once signed up"
        return account | ({"email": address} if with_address else {})

    def _first_session(self) -> int:
        begin, end = self.period
        early, late = self.persona.begins
        at = self._in_rhythm(begin + int(self.dice.between(early, late) * (end - begin)))
        return at if begin <= at <= end else begin + int(self.dice.between(early, late) * (end - begin))

    def _next_session(self, at: int, step: Step) -> int:
        days = self.dice.between(*step.after)
        if days < 0.5:
            return at + max(int(days * DAY), 30 * SECOND)
        return max(self._in_rhythm(at + int(days * DAY)), at + HOUR)

    def _in_rhythm(self, at: int) -> int:
        """A time on the same day, at an hour at which people come."""
        return at // DAY * DAY + self.dice.weighed(RHYTHM) * HOUR + int(self.dice.between(0, HOUR))


def seed_of(seed: int, number: int) -> int:
    """A seed of one's own for every person."""
    return seed * 1_000_003 + number
