"""What happens when partitions are handed out: Faust's recovery, replaced (design 8, rule 12). Its private seams, each with its reason.

Stock recovery hangs without a word when a step times out, swallows errors of the changelog, resumes its queues after
seeking (which clears them), and trusts what it remembers of its own last assignment, so that a zombie believes it kept
partitions that others wrote to.
"""

import asyncio
import contextlib
import logging
from typing import Any

from aiokafka.errors import IllegalStateError
from faust.tables.manager import TableManager
from faust.tables.recovery import Recovery
from mode import Service

from intentflow.errors import ConfigError
from intentflow.lane import memory
from intentflow.lane.exits import fail_stop

log = logging.getLogger(__name__)


class LaneRecovery(Recovery):
    """Hands the assigned partitions to the lane and, when they are ready, lets the flow begin."""

    _job: "asyncio.Task[None] | None" = None
    _wanted: tuple[int, set[Any]] = (0, set())

    async def on_rebalance(self, assigned: Any, revoked: Any, newly_assigned: Any, generation_id: int = 0) -> None:  # noqa: ARG002 - Faust's signature
        """Partitions were assigned. What was assigned before means nothing."""
        self._wanted = (generation_id, set(self.app.assignor.assigned_actives()))
        self.signal_recovery_start.set()

    def on_partitions_revoked(self, revoked: Any) -> None:
        """Nothing of Faust's is buffered."""

    async def on_stop(self) -> None:
        await self.abandon()

    async def abandon(self) -> None:
        """Stop taking partitions: they are about to be handed out anew."""
        if self._job is not None and not self._job.done():
            self._job.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._job

    @Service.task
    async def _slurp_changelogs(self) -> None:
        await self.wait_until_stopped()

    @Service.task
    async def _publish_stats(self) -> None:
        await self.wait_until_stopped()

    @Service.task
    async def _restart_recovery(self) -> None:
        signal = self.signal_recovery_start
        while not await self.wait_for_stopped(signal):
            signal.clear()
            await self.abandon()
            self._job = asyncio.create_task(self._begin(*self._wanted))

    async def _begin(self, generation: int, assigned: set[Any]) -> None:
        try:
            await self._take(generation, assigned)
        except asyncio.CancelledError:
            log.info("taking partitions was interrupted: they are handed out anew")
            raise
        except IllegalStateError as error:  # a partition was taken away meanwhile
            if not (self.app.rebalancing or self.should_stop):
                fail_stop(f"recovery: {error!r}, and no rebalance to start it again")
        except ConfigError as error:  # starting again would not mend it
            fail_stop(f"recovery: {error}", error.exit_code)
        except Exception as error:  # a recovery that cannot finish must not look like one that goes on
            log.exception("lane")
            fail_stop(f"recovery: {str(error) or repr(error)}")

    async def _take(self, generation: int, assigned: set[Any]) -> None:
        app, lane = self.app, self.app.lane
        numbers = sorted(tp.partition for tp in assigned if tp.topic == lane.names.changelog)
        sources = {(tp.topic, tp.partition) for tp in assigned if tp.topic in lane.topics}
        wanted = {(topic, n) for topic in lane.topics for n in numbers}
        if sources != wanted:  # a topic is gone, or a member stopped while it started
            apart = ", ".join(sorted({topic for topic, _ in sources ^ wanted}))
            fail_stop(
                f"partitions of {apart} were not assigned together with those of {lane.names.changelog} ({numbers}); "
                "if a topic was deleted, or given another number of partitions, the next start says so"
            )
        lane.metrics.rebalances.inc()
        lane.metrics.recovering.set(1)
        log.info("generation %d: partitions %s", generation, numbers)
        await app.on_rebalance_complete.send()
        app.in_recovery = True
        await lane.take(numbers, app.consumer._thread.seek_sources)
        if app.consumer_generation_id != generation:
            return  # the next rebalance is on its way and starts over
        app.in_recovery = False
        app.flow_control.resume()  # clears the stream queues: before the lane opens, never after
        app.consumer.resume_flow()
        memory.settle()
        lane.open(generation)
        app.membership.note(app.consumer._thread.member)
        await app._fetcher.maybe_start()
        self._tell_faust()

    def _tell_faust(self) -> None:
        self.app.lane.metrics.recovering.set(0)
        self.completed.set()
        self.tables.on_actives_ready()
        self.tables.on_standbys_ready()
        self.app.on_rebalance_end()


class LaneTables(TableManager):
    """Faust's table manager, with the lane's recovery."""

    _recovery: LaneRecovery | None = None

    @property
    def recovery(self) -> LaneRecovery:
        """Made on first use, as Faust does."""
        if self._recovery is None:
            self._recovery = LaneRecovery(self.app, self, beacon=self.beacon, loop=self.loop)
        return self._recovery
