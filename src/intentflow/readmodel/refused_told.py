"""Pages of rejections."""

from base64 import b64encode

from intentflow.adapters.redis_client import Client
from intentflow.readmodel.change_told import moment_of
from intentflow.readmodel.cursors import FeedCursor
from intentflow.readmodel.keys import Keys
from intentflow.readmodel.told import KeptRefusal, decode_refused
from intentflow.readmodel.views import ReasonCount, RejectionPage, RejectionView
from intentflow.readmodel.writes import REFUSALS


class RefusedPages:
    """The rejections of whatever generation serves."""

    def __init__(self, redis: Client) -> None:
        self._redis = redis

    async def page(self, keys: Keys, reason: str | None, after: FeedCursor | None, limit: int) -> RejectionPage:
        """The newest first; a cursor of a generation that no longer serves begins anew."""
        start = f"({after.entry}" if after is not None and after.generation == keys.number else "+"
        entries = await self._redis.xrevrange(keys.refused, start, "-", count=2 * REFUSALS if reason else limit + 1)
        found = [(entry.decode(), decode_refused(fields[b"r"])) for entry, fields in entries]
        wanted = [(entry, one) for entry, one in found if reason is None or one.reason == reason]
        views = tuple(_view(FeedCursor(keys.number, entry), one) for entry, one in wanted[:limit])
        counts = ((name.decode(), int(count)) for name, count in (await self._redis.hgetall(keys.reasons)).items())
        return RejectionPage(
            rejections=views,
            reasons=tuple(ReasonCount(reason=n, count=c) for n, c in sorted(counts, key=lambda one: (-one[1], one[0]))),
            next=views[-1].cursor if len(wanted) > limit else None,
        )


def _view(cursor: FeedCursor, one: KeptRefusal) -> RejectionView:
    return RejectionView(
        cursor=str(cursor),
        id=one.id,
        reason=one.reason,
        detail=one.detail,
        source_topic=one.topic,
        source_partition=one.partition,
        source_offset=one.offset,
        at=moment_of(one.at),
        key=one.key.decode(errors="replace"),
        text=one.value.decode(errors="replace"),
        value=b64encode(one.value).decode(),
        size=max(one.size, 0),
        kept_whole=one.size == len(one.value),
    )
