"""A connector in forty lines: every qualification change once, in each lead's order. It needs aiokafka, and nothing of intentflow.

    python examples/connector.py [BOOTSTRAP [TOPIC [GROUP]]]

Put your own call in place of `told`. Changes come at least once: after a crash, ours or intentflow's, some come again with the same id.
"""

import asyncio
import json
import sys
from collections import OrderedDict
from typing import Any

from aiokafka import AIOKafkaConsumer

DEFAULTS = ("127.0.0.1:9092", "intentflow.qualification-changes", "my-connector")
REMEMBERED = 100_000  # ids; a receiver that keeps what it was told by its id needs none


async def told(change: dict[str, Any]) -> None:
    """What becomes of a change: a call of your CRM, a mail, a line."""
    print(*(change[name] for name in ("lead", "sequence", "from", "to", "treatment")), flush=True)  # noqa: T201


async def connect(bootstrap: str, topic: str, group: str) -> None:
    """Hand on every change, for ever."""
    seen: OrderedDict[str, None] = OrderedDict()
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=bootstrap, group_id=group, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    async with consumer:
        async for record in consumer:  # a lead's changes lie in one partition, in their order
            change = json.loads(record.value)
            if change["id"] not in seen:
                await told(change)
                seen[change["id"]] = None
                if len(seen) > REMEMBERED:
                    seen.popitem(last=False)
            await consumer.commit()  # only now: what was not handed on comes again


if __name__ == "__main__":
    given = sys.argv[1:]
    asyncio.run(connect(*given, *DEFAULTS[len(given) :]))
