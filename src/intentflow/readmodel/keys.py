"""The names of all keys in Redis, each with its writer: they are said here once.

The projector writes all of them but `deliverers`, and those of a generation that `intentflow rebuild` is building, which that writes; and
`current`, which belongs to whoever has just built one. Braces make all keys of an app one slot, so that a cluster keeps them together.

| key | kind | holds |
|---|---|---|
| `...:current` | string | number of the generation that serves |
| `...:generations` | set | numbers of all that are there: the one that serves, and those being built or deleted |
| `...:lease` | string | token of the projector at work, with an expiry |
| `...:rebuild` | string | token of the `intentflow rebuild` at work, with an expiry |
| `...:pulse` | string | how the projector is, every second |
| `...:deliverers` | hash | who delivers webhooks → how it is, every second; written by `intentflow deliver`, each its own field |
| `...:erased` | hash | hash of an erased lead's key → which changes and rejections were of it |
| `...:<n>:meta` | hash | what the generation was built from, and whether it is whole |
| `...:<n>:positions` | hash | topic/partition → offset of the next record to come; and the highest epoch of each changelog |
| `...:<n>:rows` | hash | lead's key → the changelog's own bytes |
| `...:<n>:by:<sort>:<shelf>` | sorted set | leads of one stage and kind by a number (`shelves.py`) |
| `...:<n>:names` `...:<n>:companies` | sorted set | lower-case name, NUL, lead's key: to search by a beginning |
| `...:<n>:shelves` | set | shelves that leads have stood on |
| `...:<n>:told` | hash | lead's key → its latest changes |
| `...:<n>:feed` | stream | the latest changes of all |
| `...:<n>:entered` | hash | day and stage → how many came in |
| `...:<n>:refused` | stream | the latest rejections |
| `...:<n>:refusals` | sorted set | ids of the latest rejections, to drop repeats |
| `...:<n>:reasons` | hash | reason → how many rejections |
| `...:<n>:refused_from` | hash | the topic that they were on, or `collector` → how many rejections |
| `...:<n>:ledgers` | hash | partition/source → the worker's books |
| `...:<n>:rates` | hash | second → how many events were counted, duplicate and rejected |
"""

from typing import Literal, get_args

Index = Literal["since", "active", "engagement", "fit", "intent"]
INDEXES: tuple[Index, ...] = get_args(Index)


class Keys:
    """The keys of one generation."""

    def __init__(self, prefix: str, number: int) -> None:
        self.number, self.prefix = number, f"{prefix}:{number}"
        self.meta = f"{self.prefix}:meta"
        self.positions = f"{self.prefix}:positions"
        self.rows = f"{self.prefix}:rows"
        self.names = f"{self.prefix}:names"
        self.companies = f"{self.prefix}:companies"
        self.shelves = f"{self.prefix}:shelves"
        self.told = f"{self.prefix}:told"
        self.feed = f"{self.prefix}:feed"
        self.entered = f"{self.prefix}:entered"
        self.refused = f"{self.prefix}:refused"
        self.refusals = f"{self.prefix}:refusals"
        self.reasons = f"{self.prefix}:reasons"
        self.refused_from = f"{self.prefix}:refused_from"
        self.ledgers = f"{self.prefix}:ledgers"
        self.rates = f"{self.prefix}:rates"

    def by(self, index: Index, shelf: int) -> str:
        """Leads of one stage and kind by a number."""
        return f"{self.prefix}:by:{index}:{shelf}"


class Root:
    """The keys of an app that outlive a generation."""

    def __init__(self, app_id: str) -> None:
        self.prefix = f"intentflow:{{{app_id}}}"
        self.current = f"{self.prefix}:current"
        self.generations = f"{self.prefix}:generations"
        self.lease = f"{self.prefix}:lease"
        self.rebuild = f"{self.prefix}:rebuild"
        self.pulse = f"{self.prefix}:pulse"
        self.deliverers = f"{self.prefix}:deliverers"
        self.erased = f"{self.prefix}:erased"

    def generation(self, number: int) -> Keys:
        """The keys of one generation."""
        return Keys(self.prefix, number)
