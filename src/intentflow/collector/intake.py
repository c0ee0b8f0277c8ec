"""From a request's body to records, purely: no HTTP, no Kafka, no clock.

Each event of a request ends as exactly one of these, and is counted as that:

- *accepted*: its records are to be written
- *ignored*: it is nothing to us (a group call, a heartbeat), and that is fine
- *not tracked*: whoever caused it does not want to be watched (`consent.py`)
- *refused*: it is not as its tracker's format or the event contract says, or its write key may not say such things; it goes to the
  rejections with its bytes

An event may give several records (an identification is a profile and a link). If one of them is refused, all are; parts that the key
may not say are left out of what it may.
"""

from collections.abc import Mapping
from typing import Literal

from msgspec import Raw, Struct

from intentflow.collector.consent import Policies, Wishes, carry, is_private, is_told
from intentflow.collector.keys import Permission, WriteKey
from intentflow.collector.records import Record, implied_link, record_of
from intentflow.domain.event import AnyRecord, Link, Profile, SalesOutcome
from intentflow.wire import posted_events, posthog, segment, snowplow
from intentflow.wire.nesting import deeper_than
from intentflow.wire.rejections import Rejection
from intentflow.wire.tracked import Envelope, Format, Opened, Tracker

MAX_DEPTH = 64  # of nested objects and lists in one event; the trackers' own go to ten
FORMATS: dict[Tracker, Format] = {
    "segment": segment,
    "snowplow": snowplow,
    "posthog": posthog,
    "cloudevents": posted_events,
}
TOO_DEEP = Rejection("too_deep", f"nested deeper than {MAX_DEPTH}: send flat properties")

End = Literal["accepted", "ignored", "not_tracked", "refused"]


class Ended(Struct, frozen=True, gc=False):
    """What became of one event of a request."""

    end: End
    records: tuple[Record, ...] = ()
    rejection: Rejection | None = None
    withheld: int = 0  # of what the event says: parts that its write key may not say


IGNORED = Ended("ignored")
NOT_TRACKED = Ended("not_tracked")


def opened(body: bytes, tracker: Tracker, call: str) -> Opened | Rejection:
    """What a body says of itself."""
    try:
        return FORMATS[tracker].opened(body, call)
    except RecursionError:  # in what surrounds the events; these are looked at one by one
        return TOO_DEEP


class Judge(Struct, frozen=True):
    """What one request's events are judged by."""

    envelope: Envelope
    key: WriteKey
    wishes: Wishes
    policies: Policies
    most: int  # bytes of one event

    def end(self, item: bytes | Raw) -> Ended:
        """What becomes of one event."""
        raw = bytes(item)
        if len(raw) > self.most:
            return Ended(
                "refused", rejection=Rejection("too_large", f"the event is over {self.most} bytes: send less in it")
            )
        if deeper_than(raw, MAX_DEPTH):
            return Ended("refused", rejection=TOO_DEEP)
        events: list[AnyRecord] = []
        for event in FORMATS[self.envelope.tracker].translate(item, self.envelope):
            if isinstance(event, Rejection):
                return Ended("refused", rejection=event)
            events.append(event)
        return self._recorded(events) if events else IGNORED

    def _recorded(self, events: list[AnyRecord]) -> Ended:
        if self.wishes.do_not_track or self.wishes.privacy_control:
            carry(events, self.wishes)
        private = is_private(events, self.wishes, self.policies)
        heard = [event for event in events if is_told(event)] if private else events
        if not heard:
            return NOT_TRACKED
        records: list[Record] = []
        withheld, allows = 0, self.key.allows
        for event in heard:
            if needed(event) not in allows:
                withheld += 1
                continue
            record = record_of(event)
            if isinstance(record, Rejection):
                return Ended("refused", rejection=record)
            link = None if private else implied_link(event, record.key)
            records += (record,) if link is None else (link, record)
        return Ended("accepted", tuple(records), withheld=withheld) if records else self._not_permitted

    @property
    def _not_permitted(self) -> Ended:
        return Ended("refused", rejection=Rejection("not_permitted", NOT_PERMITTED.format(self.key.name)))


NOT_PERMITTED = "the write key {} may say only what visitors do: profiles, outcomes and links of known people need a key of scope server"


def needed(event: AnyRecord) -> Permission:
    """The permission that an event needs."""
    if isinstance(event, Link):
        return "behaviour" if event.visitor_id is not None else "joins"
    return _NEEDED.get(type(event), "behaviour")


_NEEDED: Mapping[type, Permission] = {Profile: "profiles", SalesOutcome: "outcomes"}
