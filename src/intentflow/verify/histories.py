"""The histories of the leads that sent a state, before anything is judged: what they were is part of who took them in.

They lie on other partitions than those who heard of them. Only their records are kept, so memory is bounded by the leads that sent one.
"""

from collections.abc import Iterable, Mapping

from intentflow.verify.mail import Mail
from intentflow.verify.tied import TiedJudge
from intentflow.wire.murmur2 import partition_of


def by_partition(keys: Iterable[bytes], partitions: int) -> dict[int, set[bytes]]:
    """Where these leads lie."""
    found: dict[int, set[bytes]] = {}
    for key in keys:
        found.setdefault(partition_of(key, partitions), set()).add(key)
    return found


def learn(mail: Mail, judges: Mapping[int, TiedJudge], wanted: Iterable[bytes]) -> None:
    """Walk these senders of states, by `judges` of their partitions, whose `pasts` then hold what each state is made of."""
    keys = set(wanted)
    for sender in mail.senders:
        judge = judges.get(partition_of(sender, mail.partitions))
        if sender in keys and judge is not None:
            judge.learn(sender)
