"""Records on their way to Kafka: who waits for which batches."""

import asyncio

from aiokafka.producer.message_accumulator import BatchBuilder

from intentflow.errors import IntentflowError


class UnacknowledgedError(IntentflowError):
    """Kafka did not acknowledge records in time, or can't take more now. They may have been written."""

    exit_code = 69


class Delivery:
    """The records of one request on their way."""

    __slots__ = ("_left", "deadline", "done")

    def __init__(self, done: "asyncio.Future[None]", deadline: float) -> None:
        self.done, self.deadline, self._left = done, deadline, 0

    def waits(self) -> None:
        """For one batch more."""
        self._left += 1

    def landed(self) -> None:
        """A batch of it is acknowledged."""
        self._left -= 1
        if not self._left and not self.done.done():
            self.done.set_result(None)

    def failed(self, why: str) -> None:
        """It won't be acknowledged as long as one can wait."""
        if not self.done.done():
            self.done.set_exception(UnacknowledgedError(why))
            self.done.exception()  # seen: who asked may have gone away


class Batch:
    """Records of one partition that are written together."""

    __slots__ = ("builder", "bytes", "deliveries")

    def __init__(self, builder: BatchBuilder) -> None:
        self.builder, self.bytes = builder, 0
        self.deliveries: list[Delivery] = []

    def took(self, record_bytes: int, delivery: Delivery) -> None:
        """A record of this delivery is in it."""
        self.bytes += record_bytes
        if not self.deliveries or self.deliveries[-1] is not delivery:
            self.deliveries.append(delivery)
            delivery.waits()
