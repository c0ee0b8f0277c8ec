"""A lead's row taken apart: what the changelog holds of it, piece by piece, and how much room each takes."""

import msgspec

from intentflow.domain.carts import CartState
from intentflow.domain.change import rfc3339
from intentflow.domain.counting import CLOSED, ENTRY, PERIOD
from intentflow.domain.fold import Fold
from intentflow.domain.lead import NOTICE, Lead, Unpublished
from intentflow.domain.profile import Telling
from intentflow.domain.rules import ScoringModel
from intentflow.domain.worth import code
from intentflow.lane.changelog import EPOCH, Changelog
from intentflow.wire.rows import HEAD, decode_row, format_of, is_stub

Document = dict[str, object]
_encode = msgspec.msgpack.Encoder().encode


class Names:
    """What a model calls what leads know by numbers alone; what it no longer has keeps its number, in hexadecimal digits."""

    def __init__(self, model: ScoringModel) -> None:
        self.fold = Fold(model)
        of_model = (model.signals, model.facts, model.stages, model.evidence)
        named = [one.name for many in of_model for one in many]
        self._names = {code(name): name for name in named}

    def of(self, number: int) -> str:
        """The name of a signal, a fact, a stage or a rule of evidence."""
        return self._names.get(number, f"{number:08x}")


def inspected(key: bytes, row: bytes, log: Changelog, partition: int, names: Names) -> Document:
    """All that a row says. `log` is the partition that it is from."""
    lead = decode_row(row)
    sources = [topic.name for topic in log.sources()]
    return {
        "lead": key.decode(errors="replace"),
        "partition": partition,
        "kind": "stub" if is_stub(row) else "alias" if lead.bonds is not None and lead.bonds.alias else "lead",
        "row": {
            "bytes": len(row),
            "format": format_of(row),
            "epoch": int.from_bytes(row[:EPOCH], "big"),
            "epoch_of_partition": log.epoch,
            "void_record_behind_it": key in log.shadowed,
        },
        "path": {
            "stage": names.fold.judge.stage(lead).name if lead.clock else None,
            "since": _when(lead.since),
            "sequence": lead.sequence,
            "clock": _when(lead.clock),
            "newest_event": _when(lead.newest),
            "too_late_at_or_before": _when(lead.floor),
            "due": _when(lead.due),
            "judged_by_this_model": lead.model == names.fold.tag,
        },
        "applied": {_name(sources, number): offset for number, offset in enumerate(lead.applied) if offset >= 0},
        "outbox": [_waiting(one, sources) for one in lead.outbox],
        "bonds": _bonds(lead),
        "pieces": _pieces(lead, names),
        "bytes": sizes(lead),
    }


def sizes(lead: Lead) -> dict[str, int]:
    """How many bytes of the row each piece takes, the largest first; pieces that are at rest are left out."""
    blank = Lead([], [])
    found = {f: len(_encode(getattr(lead, f))) for f in Lead.__struct_fields__ if getattr(lead, f) != getattr(blank, f)}
    rest = len(_encode(lead)) - sum(found.values())
    told = sorted(found.items(), key=lambda one: -one[1])
    return {**dict(told), "all else": rest + HEAD.size}


def _when(time: int) -> str | None:
    return rfc3339(time) if time > 0 else None


def _name(sources: list[str], number: int) -> str:
    return sources[number] if number < len(sources) else f"source {number}"


def _waiting(one: Unpublished, sources: list[str]) -> Document:
    kind = "change" if one.to is None else "cart notice" if one.to == NOTICE else "message"
    told: Document = {
        "kind": kind,
        "bytes": len(one.payload),
        "caused_by": f"{_name(sources, one.source)}@{one.offset}",
    }
    return told | ({"to": one.to.decode(errors="replace")} if one.to else {})


def _bonds(lead: Lead) -> Document | None:
    bonds = lead.bonds
    if bonds is None:
        return None
    return {
        "alias_of": bonds.alias.decode(errors="replace") or None,
        "last_message_sent": bonds.sent,
        "senders_heard": len(bonds.heard) // 16,
        "visitors_told": len(bonds.told) // 4,
        "merged": [{"lead": one.whose.decode(errors="replace"), "at": rfc3339(one.at)} for one in bonds.merged],
    }


def _pieces(lead: Lead, names: Names) -> Document:
    told: Document = {
        "event_ids_remembered": len(lead.seen_times) // 6,
        "counts": _counts(lead, names),
        "once": {names.of(number): _when(at) for number, at in (lead.firsts or {}).items()},
        "facts": {names.of(number): _when(at) for number, at in (lead.lasts or {}).items()},
        "windows": {names.of(number): len(events) // 10 for number, events in (lead.windows or {}).items()},
        "newsletter": None if lead.newsletter is None else dict(zip(SIGN_UP, map(_when, lead.newsletter), strict=True)),
        "carts": [_cart(cart) for cart in (lead.carts or {}).values()],
        "left": {names.of(number): _when(at) for number, at in (lead.left or {}).items()},
        "entered": {names.of(number): [_when(at) for at in times] for number, times in (lead.entered or {}).items()},
        "profile": {name: _attribute(told) for name, told in (lead.profile or {}).items()},
        "evidence": {names.of(number): [_when(at) for at in hours] for number, hours in (lead.evidence or {}).items()},
    }
    return {name: piece for name, piece in told.items() if piece}


CONTENTS = ("amount", "currency", "lines")
SIGN_UP = ("first_signup", "last_signup", "confirm", "unsubscribe", "bounce")


def _counts(lead: Lead, names: Names) -> list[Document]:
    codes = [lead.signals[at : at + 4] for at in range(0, len(lead.signals), 4)]
    open_, closed = (
        [one[0] for one in PERIOD.iter_unpack(lead.older)],
        {one[0]: one for one in CLOSED.iter_unpack(lead.closed)},
    )
    return [
        {
            "signal": names.of(int.from_bytes(code_, "little")),
            "count": round(count, 6),
            "latest": _when(latest),
            "in_latest_period": events or None,
            "open_periods": open_.count(code_) + bool(events),
            "in_closed_periods": round(closed[code_][1], 6) if code_ in closed else 0,
        }
        for code_, (count, latest, events) in zip(codes, ENTRY.iter_unpack(bytes(lead.counts)), strict=True)
    ]


def _attribute(told: Telling) -> Document:
    return {"at": _when(told.at), "value": told.value, "from": told.provenance, "freely": told.freely}


def _cart(cart: CartState) -> Document:
    times = {name: _when(getattr(cart, name)) for name in ("added", "activity", "purchase", "emptied")}
    contents = None if cart.contents is None else {name: getattr(cart.contents, name) for name in CONTENTS}
    return {"cart_id": cart.name or None, **times, "contents": contents}
