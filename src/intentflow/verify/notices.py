"""A lead's notices of carts as they are on their topic, against those of the reference.

They follow from the order of the lead's records and the clocks, which only a whole changelog tells; elsewhere nothing is said of them.
"""

from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Struct

from intentflow.domain.change import rfc3339
from intentflow.domain.lead import NOTICE, Unpublished
from intentflow.domain.notices import CartNotice
from intentflow.oracle import Notice, Reference
from intentflow.verify.findings import Checked, Difference
from intentflow.verify.published import Find, find_on, without_repeats
from intentflow.verify.snapshot import Published, Snapshot
from intentflow.wire.changes import decode_notice


class Notices(Struct):
    """A lead's notices by id, repeats dropped."""

    told: dict[str, tuple[int, CartNotice]]  # id -> offset of its first record, and what it says
    wrong: list[Difference]


def notices_differ(
    snapshot: Snapshot, key: bytes, reference: Reference, outbox: Sequence[Unpublished], strict: bool, checked: Checked
) -> Iterator[Difference]:
    """What was told of a lead's carts, where the order of its records and the clocks is known."""
    if not snapshot.log.whole:
        return
    find = find_on(snapshot.names.cart_notices, snapshot.partition, key.decode(errors="replace"))
    found = notices_of(snapshot.notices.get(key, ()), find, checked)
    yield from found.wrong
    yield from notices_unlike(found, reference.notices(key), outbox, strict, find)


def notices_of(records: Sequence[Published], find: Find, checked: Checked) -> Notices:
    """Decode and drop repeats."""
    found = Notices({}, [])
    once = without_repeats(records, "notice_unlike", find, found.wrong)
    checked.repeats += len(records) - len(once)
    for record in once:
        try:
            notice = decode_notice(record.value)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            found.wrong.append(find("notice_unlike", record.offset, f"not a notice: {error}"))
            continue
        found.told[record.id] = record.offset, notice
    checked.notices += len(found.told)
    return found


def notices_unlike(
    found: Notices, wanted: Sequence[Notice], outbox: Sequence[Unpublished], strict: bool, find: Find
) -> Iterator[Difference]:
    """What differs. Those in the outbox may be missing; unless `strict`, more may have been told since the lead's row was read."""
    waiting = {decode_notice(one.payload).id for one in outbox if one.to == NOTICE}
    left = dict(found.told)
    for notice in wanted:
        offset, told = left.pop(notice.id, (None, None))
        if told is None:
            if notice.id not in waiting:
                detail = (
                    f"{notice.kind} {notice.cart or 'cart'} at {rfc3339(notice.at)} ({notice.id}) was told to nobody"
                )
                yield find("notice_missing", None, detail)
            continue
        says, should = _said(told), _should(notice)
        if says != should:
            yield find("notice_unlike", offset, f"notice {notice.id} says {says}, the reference {should}")
    for name, (offset, told) in left.items():
        if strict:
            detail = f"{told.kind} {told.cart_id or 'cart'} at {told.at} ({name}): the reference tells no such thing"
            yield find("notice_extra", offset, detail)


def _said(told: CartNotice) -> tuple[object, ...]:
    amount, currency = ("", "") if told.value is None else (told.value.amount, told.value.currency)
    lines = -1 if told.lines is None else told.lines
    return told.kind, told.cart_id or "", told.at, told.last_used, amount, currency, lines


def _should(notice: Notice) -> tuple[object, ...]:
    times = rfc3339(notice.at), rfc3339(notice.last_used)
    return notice.kind, notice.cart, *times, notice.amount, notice.currency, notice.lines
