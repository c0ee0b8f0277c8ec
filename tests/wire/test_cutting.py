"""A chunk that is cut does what it would have done whole; and no lead tells more in one piece than it may."""

from bisect import bisect_left
from collections.abc import Sequence
from operator import attrgetter
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from intentflow.domain.event import Link, NewsletterSignup
from intentflow.domain.lead import Unpublished
from intentflow.domain.rules import ScoringModel, SignedUp, Stage
from intentflow.wire.chunk import Scorer
from intentflow.wire.cutting import Bound, size_of
from intentflow.wire.events import encode
from intentflow.wire.records import Folded, Ledger, SourceRecord
from intentflow.wire.rows import encode_row
from tests.domain.strategies import models
from tests.domain.test_fold_in_chunks import records
from tests.lane.scenes import Record
from tests.oracle.made import T0, moment

BOOKED = ("counted", "duplicate", "refused", "forwarded", "passed")
COUNTS = (*BOOKED, "skipped", "marked")
HOUR = 3_600_000
FLIPS = ScoringModel(
    name="flips",
    version=1,
    hash="flips",
    signals=(SignedUp(name="newsletter", axis="engagement", points=30.0, until_confirmed=30.0),),
    stages=(Stage(name="suspect"), Stage(name="mql", enter=(("engagement", 20.0),), leave=(("engagement", 10.0),))),
)


class Told(Struct):
    """Everything that came of some records."""

    rows: dict[bytes, bytes]
    changes: dict[bytes, list[Unpublished]]
    rejected: list[tuple[int, str]]
    counts: dict[str, int]
    pieces: int = 0


def fold(
    scorer: Scorer,
    rows: dict[bytes, bytes],
    told: Sequence[SourceRecord],
    ledger: Ledger | None,
    whole: bool,
    messages: bool = False,
) -> Told:
    """Fold these records, piece by piece as the lane does."""
    all_of_it = Told(dict(rows), {}, [], dict.fromkeys(COUNTS, 0))
    while told:
        out = Folded([], [], [])
        for key, lead, news in scorer.fold_each(
            all_of_it.rows, told, 0, 0, 1, {0: ledger} if ledger else {}, out, messages, whole=whole
        ):
            assert key not in {each[0] for each in out.leads}, "each lead is touched once"
            out.leads.append((key, lead, news))
            all_of_it.rows[key] = encode_row(1, lead)
            all_of_it.changes.setdefault(key, []).extend(news)
        all_of_it.rejected += [(record.offset, why.reason) for record, why in out.rejected]
        all_of_it.counts = {name: count + getattr(out, name) for name, count in all_of_it.counts.items()}
        all_of_it.pieces += 1
        end = len(told) if out.end is None else bisect_left(told, out.end, key=attrgetter("offset"))
        assert end > 0
        fresh = sum(ledger is None or record.offset >= ledger.position for record in told[:end])
        assert sum(getattr(out, name) for name in BOOKED) == fresh, "the books of each piece add up"
        told = told[end:]
    all_of_it.changes = {key: news for key, news in all_of_it.changes.items() if news}
    return all_of_it


bounds = st.builds(Bound, few=st.integers(1, 3), told=st.sampled_from((0, 0, 0, 1000)))
many_changes = st.one_of(st.just(FLIPS), models())


@settings(max_examples=1_000)
@given(many_changes, records(), bounds)
def test_a_chunk_that_is_cut_does_what_it_would_have_done_whole(model, told, bound):
    scorer = Scorer(model, 2, bound)
    whole, cut = fold(scorer, {}, told, None, True), fold(scorer, {}, told, None, False)
    cut.pieces = whole.pieces
    assert cut == whole


@settings(max_examples=1_000)
@given(many_changes, records(), bounds, st.data())
def test_what_is_read_again_may_be_cut_anywhere_else(model, told, bound, data):
    """A worker died: its ledger is in the log, the leads of only a part of its last batch are."""
    scorer = Scorer(model, 2, bound)
    first = data.draw(st.integers(0, len(told)))
    before = fold(scorer, {}, told[:first], None, True)
    landed = data.draw(st.sets(st.sampled_from(sorted(before.rows)))) if before.rows else set()
    rows = {key: row for key, row in before.rows.items() if key in landed}
    ledger = Ledger(first, refused=[offset for offset, _ in before.rejected])
    whole, cut = fold(scorer, rows, told, ledger, True), fold(scorer, rows, told, ledger, False)
    cut.pieces = whole.pieces
    assert cut == whole


def flips(count: int, lead: str = "a", first: int = 0, step: int = 1) -> list[SourceRecord]:
    """Sign-ups and unsubscriptions of one lead in turn, each of which changes its stage."""
    made: list[SourceRecord] = []
    for n in range(count):
        action: Literal["signup", "unsubscribe"] = "unsubscribe" if n % 2 else "signup"
        at = T0 + n * HOUR
        event = NewsletterSignup(event_id=f"{lead}-{n}", occurred_at=moment(n * HOUR), lead_id=lead, action=action)
        made.append(Record(first + n * step, b"l:" + lead.encode(), encode(event), at))
    return made


def pieces(scorer: Scorer, told: list[SourceRecord]) -> list[tuple[int | None, dict[bytes, int]]]:
    """Where each piece ends, and how many bytes each lead told in it."""
    rows: dict[bytes, bytes] = {}
    found = []
    while told:
        out = Folded([], [], [])
        bytes_told = {}
        for key, lead, news in scorer.fold_each(rows, told, 0, 0, 1, {}, out):
            rows[key], bytes_told[key] = encode_row(1, lead), size_of(news)
        found.append((out.end, bytes_told))
        told = [] if out.end is None else [record for record in told if record.offset >= out.end]
    return found


def test_a_lead_that_changes_with_every_record_tells_no_more_than_it_may_in_one_piece():
    bound = Bound(few=8, told=4000)
    largest = max(
        size for _, told in pieces(Scorer(FLIPS, 1, Bound(few=1, told=0)), flips(300)) for size in told.values()
    )
    found = pieces(Scorer(FLIPS, 1, bound), flips(300))
    assert len(found) > 10
    assert all(told[b"l:a"] <= bound.told + bound.few * largest for _, told in found)


def test_few_records_are_never_cut_whatever_they_tell():
    assert [end for end, _ in pieces(Scorer(FLIPS, 1, Bound(few=8, told=0)), flips(8))] == [None]


def test_a_chunk_is_not_cut_behind_the_last_record_of_the_lead_that_has_told_enough():
    assert [end for end, _ in pieces(Scorer(FLIPS, 1, Bound(few=4, told=0)), flips(8))] == [4, None]


def test_a_chunk_is_cut_where_the_first_of_its_leads_has_told_enough_and_the_others_go_no_further():
    many = sorted(flips(40, "a", 0, 2) + flips(40, "b", 1, 2), key=attrgetter("offset"))
    later = sorted(flips(40, "c", 100, 2) + many, key=attrgetter("offset"))
    bound = Bound(few=4, told=0)
    assert pieces(Scorer(FLIPS, 1, bound), later)[0][0] == 8
    assert set(pieces(Scorer(FLIPS, 1, bound), later)[0][1]) == {b"l:a", b"l:b"}
    quick = sorted(flips(40, "a", 0, 20) + flips(40, "b", 1, 2), key=attrgetter("offset"))
    [(end, told), *_] = pieces(Scorer(FLIPS, 1, bound), quick)
    assert (end, set(told)) == (9, {b"l:a", b"l:b"}), "`a` was folded first, and further, and is begun anew"


def test_an_alias_that_sends_on_what_comes_for_it_is_cut_and_its_receiver_too():
    """All that an alias forwards goes into its outbox; the target hears it as messages, each of which may have something told."""
    link = Link(event_id="link", occurred_at=moment(0), lead_id="b", same_as="a")
    told = [Record(0, b"l:b", encode(link), T0), *flips(40, "b", 1)]
    scorer = Scorer(FLIPS, 1, Bound(few=4, told=0))
    whole, cut = fold(scorer, {}, told, None, True), fold(scorer, {}, told, None, False)
    assert (whole.pieces, cut.pieces, cut.counts["forwarded"]) == (1, 11, 40)
    cut.pieces = 1
    assert cut == whole
    sent = [Record(n, one.to, one.payload, T0) for n, one in enumerate(cut.changes[b"l:b"])]
    heard, at_once = fold(scorer, {}, sent, None, False, True), fold(scorer, {}, sent, None, True, True)
    assert (heard.pieces, heard.counts["counted"]) == (10, 40)
    heard.pieces = 1
    assert heard == at_once
