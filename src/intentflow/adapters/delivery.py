"""Records on their way to Kafka: who waits for which batches."""

from collections.abc import Callable

from aiokafka.producer.message_accumulator import BatchBuilder

from intentflow.errors import IntentflowError

Told = Callable[
    [str], None
]  # once: "" when Kafka has acknowledged everything, else why nobody waits for that any longer


class UnacknowledgedError(IntentflowError):
    """Kafka can't take records now. None of them was handed over."""

    exit_code = 69


def _nobody(why: str) -> None:
    """Somebody was told already."""


class Delivery:
    """The records of one request on their way."""

    __slots__ = ("_left", "_told", "deadline", "over")

    def __init__(self, told: Told, deadline: float) -> None:
        self._told, self.deadline, self._left, self.over = told, deadline, 0, False

    def waits(self) -> None:
        """For one batch more."""
        self._left += 1

    def landed(self) -> None:
        """A batch of it is acknowledged."""
        self._left -= 1
        if not self._left:
            self._end("")

    def failed(self, why: str) -> None:
        """It won't be acknowledged as long as one can wait. It may have been written, or be written yet."""
        self._end(why)

    def _end(self, why: str) -> None:
        if not self.over:
            told, self.over, self._told = self._told, True, _nobody  # what it holds is not kept until the sweep
            told(why)


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
