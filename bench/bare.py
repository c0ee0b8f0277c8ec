"""One bare consumer, in a process of its own: `python -m bench.bare NAME BOOTSTRAP TOPIC PARTITIONS COUNT`."""

import asyncio
import sys

import msgspec

from bench.arms import aiokafka_consumer, librdkafka_consumer


def main() -> None:
    """Print seconds, CPU seconds and events as a JSON list."""
    name, bootstrap, topic, partitions, count = sys.argv[1:]
    if name == "bare-aiokafka":
        taken = asyncio.run(aiokafka_consumer(bootstrap, topic, int(partitions), int(count)))
    else:
        taken = librdkafka_consumer(bootstrap, topic, int(partitions), int(count))
    sys.stdout.buffer.write(msgspec.json.encode(taken))


main()
