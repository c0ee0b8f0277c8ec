"""What comes in: a small scoring model, and events of a few people, some of which nobody can take."""

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random

from intentflow.domain.rules import Condition, Counted, Repeated, ScoringModel, Stage
from intentflow.lane.marks import Topic
from intentflow.wire.chunk import Scorer
from intentflow.wire.control import encode_erasure, encode_model
from intentflow.wire.cutting import Bound

SECOND, MINUTE = 1, 60  # ms: a time that is sixty times faster makes the search for due times six times faster
T0 = 1_700_000_000_000  # when every schedule begins, epoch ms
EVENTS, CONTROL, VISITS, IDENTITIES = "events", "control", "visits", "identities"
TOPICS = (Topic(EVENTS, "1"), Topic(CONTROL, "2"), Topic(VISITS, "3"), Topic(IDENTITIES, "4"))
FED = (EVENTS, VISITS)  # the topics that producers write to
PARTITION, PARTITIONS = 0, 2
FEW = 2  # records of a lead that tell what they like
MUCH = 1 << 20  # bytes that no lead ever tells
AT_HOME = ("ann", "eve", "gus", "joe")  # their keys lead to partition 0
STRANGER = "bob"  # his leads to partition 1
BROWSERS = ("b1", "b4", "b5")  # visitors at home
PAIRS = (
    ("eve", "ann"),
    ("gus", "bob"),
    ("joe", "eve"),
    ("joe", "gus"),
    ("gus", "ann"),
)  # who may turn out to be one person

_VISIT, _LANDING = ((Condition(family=family),) for family in ("website_visit", "landing_page"))
MODEL = ScoringModel(
    name="simulated",
    version=1,
    hash="5101a7ed",
    signals=(
        Counted(name="visit", axis="engagement", points=1.0, when=_VISIT, cap=5.0),
        Counted(name="landing", axis="engagement", points=3.0, when=_LANDING, cap=3.0),  # goes the short way
        Repeated(name="busy", axis="engagement", points=15.0, when=_VISIT, at_least=2, within=4 * MINUTE),
    ),
    stages=(
        Stage(name="suspect"),
        Stage(name="prospect", enter=(("engagement", 15.0),), leave=(("engagement", 9.0),)),
        Stage(name="mql", enter=(("engagement", 18.0),), leave=(("engagement", 17.0),)),
    ),
    horizon=10 * MINUTE,
    remembered=6,
)
BROKEN = (b"not json", b"", b'{"family":"website_visit"}', b'{"family":"carrier_pigeon","event_id":"1"}')


@cache
def scorer(told: int = MUCH) -> Scorer:
    """The model, compiled once for all schedules: it holds no state. `told`: bytes after which a chunk is cut."""
    return Scorer(MODEL, len(TOPICS), Bound(FEW, told))


def rfc3339(time: int) -> str:
    """Epoch milliseconds as the event contract wants them."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=time)).isoformat(timespec="milliseconds")


class Traffic:
    """Records for the sources. In most schedules all events of a lead come on one topic, so that what is refused has one answer."""

    def __init__(self, dice: Random) -> None:
        self.dice = dice
        self.shared = dice.random() < 0.25  # whether a lead's events come on both topics
        self.ties = dice.random() < 0.25  # whether leads turn out to be one person
        self.erases = dice.random() < 0.3  # whether leads are erased
        # their own, so that what else happens does not depend on them
        self._models, self._again = Random(dice.getstate()[1][1]), Random(dice.getstate()[1][2])
        self._made = 0
        self._told: dict[str, list[bytes]] = {topic: [] for topic in FED}

    def record(self, topic: str, now: int) -> tuple[bytes | None, bytes | None]:
        """Key and value of the next record of a topic."""
        dice = self.dice
        kind = dice.random()
        who = dice.choice(AT_HOME if self.shared else AT_HOME[:2] if topic == EVENTS else AT_HOME[2:])
        key = b"l:" + who.encode()
        if self.ties and dice.random() < 0.5:
            return self._tied(now - dice.choice((0, 1, 5, 30, 120)) * SECOND)
        if kind < 0.06 and self._told[topic] and not self.ties:
            value = dice.choice(self._told[topic])
            return b"l:" + _lead_of(value), self._at_another_time(value, now)
        if kind < 0.10:
            return dice.choice((key, None)), dice.choice(BROKEN)
        at = now - dice.choice((0, 1, 5, 30, 120)) * SECOND
        if kind < 0.14:
            at -= MODEL.horizon + MINUTE
        elif kind < 0.17:
            return b"l:" + STRANGER.encode(), self._event(STRANGER, at)
        elif kind < 0.19:
            return b"l:" + STRANGER.encode(), self._event(who, at)
        value = self._event(who, at)
        self._told[topic].append(value)
        return key, value

    def erasure(self, now: int) -> tuple[bytes, bytes]:
        """Key and value of a record that erases somebody, who may not be there, or belong elsewhere."""
        who = self.dice.choice((*AT_HOME, *AT_HOME, STRANGER))
        return encode_erasure(b"l:" + who.encode(), now)

    def model(self, now: int) -> tuple[bytes, bytes] | None:
        """Key and value of a record by which a model takes effect, now and then: the workers' own, or another, which does nothing."""
        if self._models.random() > 0.05:
            return None
        return encode_model(self._models.choice((MODEL.hash, "0123abcd")), now)

    def _tied(self, at: int) -> tuple[bytes, bytes]:
        """A browser's event, somebody's with a browser, or a link."""
        dice, browser, who = self.dice, self.dice.choice(BROWSERS), self.dice.choice(AT_HOME)
        kind = dice.random()
        if kind < 0.4:
            return b"v:" + browser.encode(), self._said("website_visit", at, visitor_id=browser)
        if kind < 0.6:
            return b"l:" + who.encode(), self._said("website_visit", at, lead_id=who, visitor_id=browser)
        if kind < 0.8:
            return b"v:" + browser.encode(), self._said("link", at, visitor_id=browser, lead_id=who)
        greater, smaller = dice.choice(PAIRS)
        return b"l:" + greater.encode(), self._said("link", at, lead_id=smaller, same_as=greater)

    def _at_another_time(self, value: bytes, now: int) -> bytes:
        """The same event, or one with its id that says another time."""
        if self._again.random() < 0.5:
            return value
        before, _, rest = value.partition(b'"occurred_at":"')
        return b'%b"occurred_at":"%b%b' % (before, rfc3339(now).encode(), rest[rest.index(b'"') :])

    def _said(self, family: str, at: int, **ids: str) -> bytes:
        self._made += 1
        said = {"family": family, "event_id": str(self._made), "occurred_at": rfc3339(at), **ids}
        return json.dumps(said).encode()

    def _event(self, who: str, at: int) -> bytes:
        self._made += 1
        said = f'"event_id":"{self._made}","occurred_at":"{rfc3339(at)}","lead_id":"{who}"'
        family = "website_visit" if self._made % 6 else "landing_page"
        return f'{{"family":"{family}",{said}}}'.encode()


def _lead_of(value: bytes) -> bytes:
    return value.partition(b'"lead_id":"')[2].partition(b'"')[0]
