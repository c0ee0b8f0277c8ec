"""What leads tell each other: messages, each to one receiver, under numbers of their sender's that only rise."""

from msgspec import Struct

from intentflow.domain.lead import Lead


class Event(Struct, array_like=True, frozen=True, gc=False):
    """An event's record, as it came."""

    received: int  # when, in epoch milliseconds
    value: bytes
    headers: list[tuple[str, bytes]]
    booked: bool  # its sender's ledger had it before the sender was an alias: what becomes of it now is counted nowhere


class Forwarded(Struct, array_like=True, tag="event", frozen=True, gc=False):
    """An event that came for an alias."""

    sender: bytes
    number: int
    event: Event


class Linked(Struct, array_like=True, tag="link", frozen=True, gc=False):
    """The receiver and `other` are one person."""

    sender: bytes
    number: int
    at: int
    other: bytes  # a key


class Parted(Struct, array_like=True, tag="state", frozen=True, gc=False):
    """All that a lead was when it became an alias."""

    sender: bytes
    number: int
    at: int
    whose: bytes  # the lead that it was; the sender may be an alias that sends it on
    lead: Lead


Message = Forwarded | Linked | Parted
Letters = list[tuple[bytes, Message]]  # receiver's key, in order
