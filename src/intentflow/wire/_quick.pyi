from collections.abc import Callable, Mapping, Sequence

Rule = tuple[bytes, int, float, int, int, float, int]  # as `domain.counting.Rule`
Group = tuple[float, int, int, int]  # cap, axis, slot, bit

class QuickWay:
    def __init__(
        self,
        tag: int,
        horizon: int,
        full: int,
        sources: int,
        room: tuple[float, ...],
        paid: int,
        rules: list[tuple[Rule, int, float]],
        kinds: list[tuple[str, str, bool]],
        rungs: tuple[list[Group], bool, tuple[float, ...]],
        humans: set[str | None],
        learn: Callable[[bytes], tuple[int, int]],
        asks: tuple[bool, bool, bool, bool],
        /,
    ) -> None: ...
    def add_plan(self, how: int, is_doubted: bool, rule: int, /) -> int: ...
    def fold(
        self,
        by_key: Mapping[bytes, Sequence[object]],
        rows: Mapping[bytes, bytes],
        pending: Mapping[bytes, object],
        source: int,
        partition: int,
        partitions: int,
        epoch: int,
        /,
    ) -> tuple[list[tuple[bytes, bytes]], int, list[tuple[bytes, bytes | None, int]]]: ...
