"""What an HTTP status means for a change."""

import pytest

from intentflow.deliver.answers import Answer, answer_of

NOW = 1_777_000_000_000


@pytest.mark.parametrize(
    ("status", "word"),
    [
        *((status, "ok") for status in (200, 201, 202, 204, 299)),
        *((status, "redirect") for status in (300, 301, 302, 304, 307, 308)),
        *((status, "refused") for status in (400, 409, 413, 422, 423)),
        *((status, "denied") for status in (401, 403, 404, 405, 418, 429)),
        *((status, "error") for status in (500, 502, 503, 504, 599, 600, 100)),
        (410, "gone"),
    ],
)
def test_success_is_2xx_alone_and_410_is_the_end(status, word):
    assert answer_of(status, None, NOW).word == word


@pytest.mark.parametrize("status", [429, 477, 503])
def test_a_receiver_may_say_when_to_come_again(status):
    assert answer_of(status, "30", NOW) == Answer("throttled", f"HTTP {status}", NOW + 30_000)


def test_retry_after_beside_another_status_changes_nothing():
    assert answer_of(500, "30", NOW) == Answer("error", "HTTP 500")
