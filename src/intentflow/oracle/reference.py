"""The reference of leads that may turn out to be one person: `docs/semantics.md`, "Identity" and "Erasure", as sentences.

A lead learns of others only by messages. What it has to tell waits in `outbox`, in the order in which it was told; whoever runs the
reference gives each message to its receiver (`hear`), in whatever order between senders and receivers it likes: `deliver`.
"""

from collections import deque
from collections.abc import Callable, Sequence

from intentflow.domain.event import AnyEvent, Event, Link, key_of, visitor_key
from intentflow.domain.rules import ScoringModel
from intentflow.oracle.admission import Outcome, event_time
from intentflow.oracle.due import Search, safe_strides
from intentflow.oracle.path import Leads
from intentflow.oracle.ties import Forwarded, Heard, Letter, Linked, Message, Parted, Ties, order, smaller_of


class Reference(Leads):
    """Any number of leads under one model, told records in the order in which each lead reads them."""

    def __init__(self, model: ScoringModel, due: Search | None = safe_strides) -> None:
        super().__init__(model, due)
        self._ties: dict[bytes, Ties] = {}
        self.outbox: deque[Letter] = deque()

    def event(self, key: bytes, event: AnyEvent, received: int) -> Heard:
        """What becomes of an event with this key that was received at this time."""
        ties = self._of(key)
        if ties.alias:
            self._send(ties.alias, Forwarded(key, ties.next_number(received), received, event))
            return "forwarded"
        return self._count(key, event, received)

    def link(self, key: bytes, link: Link, received: int) -> Heard:
        """'A link's key is the greater of its two ids'; its time is 'as for an event'."""
        self._link(key, smaller_of(link), event_time(link, received))
        return "counted"

    def hear(self, key: bytes, message: Message) -> Heard:
        """What becomes of a message to this lead."""
        if not self._of(key).hear(message.sender, message.number):
            return "passed"
        if isinstance(message, Forwarded):
            return self.event(key, message.event, message.received)
        if isinstance(message, Linked):
            self._link(key, message.other, message.at)
        else:
            self._take_state(key, message)
        return "passed"

    def erase(self, key: bytes, at: int) -> None:
        """'The lead is forgotten: all pieces, stage, memory of ids, and whom it is an alias of.'"""
        if key in self._leads:
            self._leave(key, max(self._leads[key].standing.clock, at), f"erasure:{at}")
        ties = self._of(key)
        self._ties[key] = Ties(sent=ties.sent, heard=ties.heard)

    def let_go(self, key: bytes) -> None:
        """Of a lead that was erased nothing is left; nor is known who it heard, or what number it sent last."""
        super().let_go(key)
        self._ties.pop(key, None)

    def ties(self, key: bytes) -> Ties:
        """What ties the lead to others."""
        return self._of(key)

    def _of(self, key: bytes) -> Ties:
        return self._ties.setdefault(key, Ties())

    def _send(self, to: bytes, message: Message) -> None:
        self.outbox.append(Letter(to, message))

    def _count(self, key: bytes, event: AnyEvent, received: int) -> Outcome:
        """'A counted event that names a known id and a visitor implies their link.'"""
        outcome = self._take(key, event, received)
        if outcome == "counted" and names_both(event):
            ties, visitor, at = self._of(key), visitor_key(event.visitor_id), event_time(event, received)
            if ties.tell(visitor):
                self._send(visitor, Linked(key, ties.next_number(at), at, key))
        return outcome

    def _link(self, key: bytes, other: bytes, at: int) -> None:
        """'k, an alias of t or itself, and o are one person.'"""
        ties = self._of(key)
        if order(other) >= order(key) or other == ties.alias:
            return
        if not ties.alias:
            ties.alias, ties.told = other, []
            if key in self._leads:
                self._part(key, other, at)
        elif key.startswith(b"v:"):
            ties.alias = other
        else:
            low, high = sorted((ties.alias, other), key=order)
            self._send(high, Linked(key, ties.next_number(at), at, low))

    def _part(self, key: bytes, to: bytes, at: int) -> None:
        """'Time passes for it up to `at`; if its stage is not the first, it moves to the first; then its pieces leave.'"""
        self._let_pass(key, at)
        lead = self._leads[key]
        now = max(lead.standing.clock, at)
        past, number = lead.past(), self._of(key).next_number(now)
        self._leave(key, now, f"merge:{key.decode()}:{number}")
        self._send(to, Parted(key, number, now, key, past))

    def _take_state(self, key: bytes, told: Parted) -> None:
        """'Heard by an alias: goes on to its target. Else: it takes the sender's pieces, and is judged.'"""
        ties = self._of(key)
        if ties.alias:
            self._send(ties.alias, told._replace(sender=key, number=ties.next_number(told.at)))
            return
        lead = self._begun(key, told.at)
        self._let_pass(key, told.at)
        lead.standing.clock = max(lead.standing.clock, told.at)
        lead.take(told.past)
        cause = f"merge:{told.sender.decode()}:{told.number}"
        self._tell_carts(key, lead.standing.clock, lambda _: cause)
        self._judge(key, lead.standing.clock, cause)


def names_both(event: Event) -> bool:
    """Whether an event names a known id and a visitor."""
    return event.visitor_id is not None and not key_of(event).startswith(b"v:")


def deliver(reference: Reference, choose: Callable[[Sequence[Letter]], int]) -> None:
    """Give every message to its receiver, until none is on its way.

    What one lead told another keeps its order, and nothing else does: `choose` says which of the next ones comes next.
    """
    on_the_way: list[Letter] = []
    while on_the_way or reference.outbox:
        on_the_way += reference.outbox
        reference.outbox.clear()
        next_ones = {(letter.message.sender, letter.to): letter for letter in reversed(on_the_way)}
        heads = list(next_ones.values())
        letter = heads[choose(heads)]
        on_the_way.remove(letter)
        reference.hear(letter.to, letter.message)
