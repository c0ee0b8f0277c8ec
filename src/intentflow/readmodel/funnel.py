"""Counts: how many leads stand where, came in on which day, and how many events are being scored."""

from intentflow.adapters.redis_client import Client
from intentflow.domain.rules import DAY, ScoringModel
from intentflow.lane.marks import decode_sources
from intentflow.readmodel.books import SECOND, totals_of
from intentflow.readmodel.change_told import moment_of
from intentflow.readmodel.keys import Keys
from intentflow.readmodel.pulse import decode_pulse
from intentflow.readmodel.shelves import Shelves
from intentflow.readmodel.sweep import day_of
from intentflow.readmodel.views import DayCount, Funnel, FunnelStage, RatePoint, Rates
from intentflow.wire.rejections import COLLECTOR

SPAN = 10  # seconds that the rate is taken over


class Counts:
    """Counts of one scoring model's leads."""

    def __init__(self, redis: Client, model: ScoringModel) -> None:
        self._redis, self._meanings = redis, {stage.name: stage.meaning for stage in model.stages}

    async def funnel(self, keys: Keys, stages: Shelves, days: int, now: int) -> Funnel:
        """The stages from low to high."""
        wanted = [day_of(now - n * DAY) for n in range(days)][::-1]
        fields = [(stage, day) for stage in stages for day in wanted]
        counts = await self._redis.hmget(keys.entered, [f"{day}:{stage}" for stage, day in fields])
        entered = {field: int(count or 0) for field, count in zip(fields, counts, strict=True)}
        leads = await self.standing(keys, stages)
        found = tuple(
            FunnelStage(
                stage=stage,
                meaning=self._meanings.get(stage, ""),
                leads=leads[stage],
                entered=tuple(DayCount(day=day, count=entered[stage, day]) for day in wanted),
            )
            for stage in stages
        )
        return Funnel(stages=found, total=sum(leads.values()), as_of=moment_of(now))

    async def leads(self, keys: Keys, stages: Shelves) -> int:
        """How many there are."""
        return sum((await self.standing(keys, stages)).values())

    async def rates(self, keys: Keys, pulse: bytes | None, seconds: int, now: int) -> Rates:
        """How many events were scored in each of the last seconds, and the totals."""
        found: dict[int, dict[str, int]] = {}
        last = now // SECOND
        for field, count in (await self._redis.hgetall(keys.rates)).items():
            second, _, kind = field.decode().partition(":")
            if int(second) > last - seconds:
                found.setdefault(int(second), {"c": 0, "d": 0, "r": 0})[kind] = int(count)
        recent = sum(sum(kinds.values()) for second, kinds in found.items() if last - SPAN <= second < last)
        sources, beat = await self._redis.hget(keys.meta, "sources"), decode_pulse(pulse)
        total = totals_of(await self._redis.hgetall(keys.ledgers), decode_sources(sources) if sources else ())
        return Rates(
            events_per_second=recent / SPAN,
            series=tuple(
                RatePoint(at=moment_of(second * SECOND), counted=k["c"], duplicate=k["d"], rejected=k["r"])
                for second, k in sorted(found.items())
            ),
            counted=total.counted,
            duplicate=total.duplicate,
            rejected=total.rejected,
            refused_by_collector=int(await self._redis.hget(keys.refused_from, COLLECTOR) or 0),
            lag=None if beat is None or beat.is_stale(now) else beat.worker_lag,
            as_of=moment_of(now),
        )

    async def standing(self, keys: Keys, stages: Shelves) -> dict[str, int]:
        """How many leads stand in each stage."""
        pipe = self._redis.pipeline(transaction=False)
        for shelves in stages.values():
            for shelf in shelves:
                pipe.zcard(keys.by("active", shelf))
        counts = iter(await pipe.execute())
        return {stage: sum(next(counts) for _ in shelves) for stage, shelves in stages.items()}
