"""A tracker that comes by with events again and again, and writes down what it was told: what was answered well, and what was not."""

import http.client
import json
import threading
import time
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

LEADS, PACE_SECONDS = 10, 0.02
STORY = (  # what each person does, and how many hours after the first: a rise, a fall, a rise
    ("Newsletter Signed Up", 0),
    ("Newsletter Confirmed", 1),
    ("Product Viewed", 2),
    ("Newsletter Unsubscribed", 30),
    ("Newsletter Signed Up", 60),
    ("Newsletter Confirmed", 61),
)


def calls() -> Iterator[dict[str, Any]]:
    """Segment's calls, without end: ten people at a time live through the story, then others come."""
    began, town = datetime.now(UTC) - timedelta(days=4), 0
    while True:
        for step, (event, hours) in enumerate(STORY):
            for who in range(LEADS):
                yield {
                    "type": "track", "event": event, "messageId": f"{town}-{who}-{step}", "userId": f"u{town}-{who}",
                    "timestamp": (began + timedelta(hours=hours)).isoformat(), "properties": {},
                }  # fmt: skip
        town += 1


class Tracker:
    """It sends one event after the other; what was not answered well it sends again later, under the same id, as trackers do."""

    def __init__(self, port: int, key: str) -> None:
        self._port, self._key = port, key
        self.acknowledged: set[str] = set()
        self.refused = 0  # answers other than 200, and none at all
        self._again: deque[dict[str, Any]] = deque()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def start(self) -> None:
        """People come by."""
        self._thread.start()

    def stop(self) -> None:
        """No more people come by, and all that they did is acknowledged."""
        self._over.set()
        self._thread.join(60)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        new, well = calls(), True
        while not self._over.is_set() or self._again:
            waits = bool(self._again) and (well or len(self._again) >= LEADS or self._over.is_set())
            call = self._again.popleft() if waits else next(new)
            well = self._sent(call)
            if well:
                self.acknowledged.add(call["messageId"])
            else:
                self.refused += 1
                self._again.append(call)
            time.sleep(PACE_SECONDS)

    def _sent(self, call: dict[str, Any]) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        body = json.dumps({**call, "sentAt": datetime.now(UTC).isoformat()})
        try:
            connection.request("POST", "/v1/track", body, {"Authorization": f"Bearer {self._key}"})
            answer = connection.getresponse()
            answer.read()
            assert answer.status in (200, 503)
        except OSError:
            return False
        else:
            return answer.status == 200
        finally:
            connection.close()
