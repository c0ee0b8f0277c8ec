"""The Faust app around a lane: transport, tables and boot of our own; everything else is stock."""

import asyncio
import importlib.util
import logging
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import faust
import mode.loop
from faust.app.base import BootStrategy

from intentflow.adapters import topics
from intentflow.adapters.topic_specs import topics_of
from intentflow.errors import ConfigError
from intentflow.lane import memory
from intentflow.lane.credentials import broker_credentials
from intentflow.lane.delivery import LaneTransport
from intentflow.lane.exits import fail_stop
from intentflow.lane.folding import Core
from intentflow.lane.former import Membership, leave
from intentflow.lane.health import checks_of
from intentflow.lane.lane import Lane
from intentflow.lane.metrics import Metrics
from intentflow.lane.rebalance import LaneTables
from intentflow.lane.table import LeadTable
from intentflow.lane.timekeeping import keep_time
from intentflow.lane.watchdog import watch
from intentflow.settings import Settings
from intentflow.wire.topic_names import TopicNames

REQUEST_SECONDS = 30.0


def fast_loop() -> None:
    """uvloop, where it is to be had; before the first event loop is made."""
    if importlib.util.find_spec("uvloop") is not None:
        mode.loop.use("uvloop")


class NoWeb(BootStrategy):
    """Faust's own web server stays off whatever the command line says; by default it would bind 0.0.0.0:6066."""

    enable_web = False


class QuietWorker(faust.Worker):
    """Faust's worker without its spinner, which below the level `info` turns with every debug message: aiokafka has one for each
    partition of each fetch, and making the records took a fifth of a core."""

    def on_setup_root_logger(self, logger: logging.Logger, level: int) -> None:  # noqa: ARG002 - Faust's signature
        self.spinner = None


class LaneApp(faust.App):
    """A Faust app whose one table is the leads and whose one stream is of chunks."""

    BootStrategy = NoWeb
    lane: Lane
    leads: LeadTable
    settings_of_lane: Settings
    membership: Membership

    def _new_transport(self) -> LaneTransport:
        return LaneTransport(self.conf.broker_consumer, self)

    async def start(self) -> None:
        """As any service of Faust's. What it stumbles over at the start, a broker that restarts say, ends the process (rule 8)."""
        try:
            await super().start()
        except Exception as error:  # noqa: BLE001 - Faust would stop in order and say 1, which nobody knows
            fail_stop(f"start: {error!r}")

    def _crash(self, reason: BaseException) -> None:
        """A service of Faust's has crashed: it would stop in order and say 1."""
        if self.should_stop:
            super()._crash(reason)
        else:
            fail_stop(f"Faust: {reason!r}")

    async def on_first_start(self) -> None:
        """Before anything connects: the topics are there and as they must be."""
        settings = self.settings_of_lane
        try:
            await topics.ensure(settings.kafka, topics_of(settings))
        except ConfigError as error:
            fail_stop(str(error), error.exit_code)
        self.add_future(_or_end("the watchdog", watch, self.lane))
        await super().on_first_start()
        await self.lane.start()
        if former := self.membership.former():
            await leave(self.lane.writer.client, settings.app_id, former)
        if settings.metrics_port:
            self._serve_metrics(settings.metrics_port)

    def _serve_metrics(self, port: int) -> None:
        try:
            self.lane.metrics.serve(port, self.settings_of_lane.metrics_host, checks_of(self.lane))
        except OSError as error:
            fail_stop(
                f"metrics port {port}: {error}. Another worker has it? Set INTENTFLOW_METRICS_PORT, or 0 for none", 2
            )

    async def on_started(self) -> None:
        self.add_future(_or_end("timekeeping", keep_time, self.lane))
        await super().on_started()

    async def on_shutdown(self) -> None:
        await self.lane.stop()
        self.membership.forget()
        await super().on_shutdown()


async def _or_end(what: str, work: Callable[[Lane], Coroutine[Any, Any, None]], lane: Lane) -> None:
    try:
        await work(lane)
    except asyncio.CancelledError:
        raise
    except Exception as error:  # noqa: BLE001 - without it late writers go unseen, time stands still, a stall lasts for ever
        fail_stop(f"{what}: {error!r}")


def lane_app(settings: Settings, core: Callable[[int], Core], metrics: Metrics, **more: Any) -> LaneApp:
    """A Faust app for these settings; `core` makes the core once it is known how many sources there are."""
    memory.tune()
    names = TopicNames(settings.prefix, settings.app_id)
    name = f"{settings.app_id}-{os.environ.get('INTENTFLOW_WORKER', os.getpid())}"
    folder = Path(settings.data) / "workers" / settings.app_id  # Faust wants one; the lane keeps nothing on disk
    folder.mkdir(parents=True, exist_ok=True)
    session = settings.session_timeout
    app = LaneApp(
        settings.app_id,
        broker=f"kafka://{settings.bootstrap.replace(',', ';')}",
        broker_credentials=broker_credentials(settings.kafka),
        store="memory://",
        datadir=str(folder),
        canonical_url=f"http://127.0.0.1/{name}",
        TableManager=LaneTables,
        Worker=QuietWorker,
        topic_partitions=settings.partitions,
        topic_replication_factor=settings.replication,
        topic_disable_leader=True,
        topic_allow_declare=False,  # `topics.ensure` did it
        table_standby_replicas=0,
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=settings.fetch_bytes,
        broker_check_crcs=False,
        broker_session_timeout=session,
        broker_rebalance_timeout=max(3 * session, 30.0),
        broker_heartbeat_interval=min(1.5, session / 4),
        broker_request_timeout=max(REQUEST_SECONDS, session),
        broker_commit_interval=settings.commit_interval,
        stream_wait_empty=True,
        **more,
    )
    app.settings_of_lane = settings
    app.lane = Lane(settings, names, core, metrics)
    app.membership = Membership(folder, os.environ.get("INTENTFLOW_WORKER", ""))
    app.leads = app.tables.add(
        LeadTable(app, name="leads", partitions=settings.partitions, key_type=bytes, value_type=bytes)
    )
    return app


def chunks_of(app: LaneApp) -> Any:
    """The topic object of the one agent: every source, its messages chunks, nothing decoded or acknowledged by Faust."""
    return app.topic(
        *app.lane.topics, acks=False, key_type=None, value_type=None, key_serializer="raw", value_serializer="raw"
    )
