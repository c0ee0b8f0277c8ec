"""The judge of people with several ids: whose alias everybody is in the end, their scores, their messages."""

from collections.abc import Mapping

import pytest

from intentflow.adapters.offsets import records
from intentflow.domain.fold import Fold
from intentflow.domain.lead import Lead
from intentflow.lane.changelog import Changelog
from intentflow.wire.messages import decode_message
from intentflow.wire.rejections import Rejection
from intentflow.wire.rows import decode_row
from intentflow.wire.topic_names import TopicNames
from tests.faults.tally import Verdict
from tests.faults.ties import is_tied


def tied_leads(fold: Fold, expected: Mapping[bytes, Lead], logs: Mapping[int, Changelog], verdict: Verdict) -> None:
    """They are the same persons, with the same scores, as if everything had been heard at once; and told no number twice."""
    found = {key: decode_row(row) for log in logs.values() for key, row in log.rows.items() if is_tied(key)}
    for key in found.keys() & expected.keys():
        mine, theirs = found[key], expected[key]
        end = max(mine.clock, theirs.clock)
        same = mine.clock and theirs.clock and fold.scores.at(mine, end) == pytest.approx(fold.scores.at(theirs, end))
        if person(found, key) != person(expected, key) or not (same or not (mine.clock or theirs.clock)):
            verdict.wrong_leads += 1


def person(leads: Mapping[bytes, Lead], key: bytes) -> bytes:
    """Whose alias a lead is in the end."""
    while key in leads and (bonds := leads[key].bonds) is not None and bonds.alias:
        key = bonds.alias
    return key


async def messages(bootstrap: str, names: TopicNames, partitions: int, verdict: Verdict) -> None:
    """A number of a sender's is one message, however often it is there; the first of each number come in order."""
    seen: dict[tuple[bytes, int], bytes] = {}
    last: dict[tuple[bytes, bytes], int] = {}
    async for record in records(bootstrap, [names.identities], partitions):
        message = decode_message(record.value)
        assert not isinstance(message, Rejection), message
        name = message.sender, message.number
        if name in seen:
            verdict.messages_published_again += 1
            verdict.forked_messages += seen[name] != record.value
            continue
        seen[name] = record.value
        pair = message.sender, record.key
        verdict.messages_out_of_order += message.number <= last.get(pair, 0)
        last[pair] = message.number
    verdict.messages = len(seen)
