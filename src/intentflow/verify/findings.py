"""What a verification ends with: the differences, and how much was looked at in which way."""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct, field

What = Literal[
    "lead_missing",  # a lead of which a record counted has no row
    "lead_extra",  # a row of a lead of which no record counted
    "record_lost",  # a record that counts was read, but is not in its lead
    "score",
    "standing",  # stage, since when, or clock
    "sequence",  # how many changes a lead has had, on the way or in the end
    "watermark",  # what was applied of a source went back
    "change_missing",
    "change_extra",
    "change_unlike",  # it is there, but says something else
    "change_twice",  # two records with one id and different bytes
    "notice_missing",  # a cart was abandoned, or bought after all, and nobody was told
    "notice_extra",
    "notice_unlike",  # it is there, but says something else, or is there twice with different bytes
    "change_order",  # a lead's changes do not follow each other as 1, 2, 3, ...
    "books",  # in = counted + duplicate + rejected does not hold, or not with these numbers
    "message_missing",  # a lead told another something that is not on the identities topic
    "message_unlike",  # it is there, but says something else, or is there twice with different bytes, or must not be there
    "alias",  # a row says another lead that it is an alias of
    "rejection_missing",
    "rejection_extra",
    "rejection_unlike",
    "committed",  # beyond what the books say
    "misplaced",  # a key on another partition than murmur2 gives it
    "void",  # the last record of a key is a void one
    "not_settled",  # asked for with --settled
]


class Difference(Struct, frozen=True):
    """Something that is not as it must be. The place is that of the record to look at first."""

    what: What
    topic: str
    partition: int
    offset: int | None
    lead: str | None
    detail: str

    @property
    def place(self) -> str:
        """Topic, partition and offset, as Kafka's own tools write them."""
        return f"{self.topic}-{self.partition}" + ("" if self.offset is None else f" @ {self.offset}")


class Checked(Struct):
    """How much was looked at. Counts of leads unless said otherwise."""

    partitions: int = 0
    settled: int = 0  # partitions in which nothing was under way
    records: int = 0  # of the sources
    leads: int = 0
    paths_by_log: int = 0  # the way through the stages, in the very order that the changelog still tells
    paths_by_search: int = 0  # likewise, in an order that was searched for: it gives exactly what was published
    paths_by_rule: int = (
        0  # only that the changes follow from each other; the order of the records is not known any more
    )
    paths_not_walked: int = 0  # likewise, because they are not in the sample
    scores_not_known: int = 0  # they depend on the order between topics, which is not known any more
    changes: int = 0  # different ones
    notices: int = 0  # of carts, different ones
    messages: int = 0  # between leads, different ones
    rejections: int = 0  # different ones, of the sources
    repeats: int = 0  # changes, messages and rejections that were published again, byte for byte
    erased: int = 0  # their rejections are gone with them, so nothing is said of them
    in_motion: int = 0  # records, changes, messages and rejections behind the committed offsets: not judged

    def add(self, more: "Checked") -> None:
        """Add another one's counts."""
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(more, name))


class Report(Struct):
    """One verification. `shown` are the first differences; all are counted."""

    model: str
    sampled: float = 1.0  # share of leads whose path is walked
    seed: int = 0
    seconds: float = 0.0
    checked: Checked = field(default_factory=Checked)
    differences: int = 0
    by_kind: dict[str, int] = {}
    shown: list[Difference] = []

    @property
    def same(self) -> bool:
        """Whether all that was judged is as it must be."""
        return self.differences == 0

    def found(self, differences: Iterable[Difference], show: int) -> None:
        """Count these; keep the first `show` of all."""
        for difference in differences:
            self.differences += 1
            self.by_kind[difference.what] = self.by_kind.get(difference.what, 0) + 1
            if len(self.shown) < show:
                self.shown.append(difference)
