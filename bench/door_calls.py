"""What is sent to the doors: analytics-next's calls, as whole HTTP requests. Made from a seed."""

import base64
import json
import random
from typing import Any

AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"


def call(dice: random.Random, number: int) -> dict[str, Any]:
    """One call of analytics-next, about a kilobyte: pages, products looked at, products put into the cart."""
    who = dice.randrange(5_000)
    event: dict[str, Any] = {
        "timestamp": "2026-11-24T10:00:00.000Z",
        "integrations": {"Segment.io": True},
        "messageId": f"ajs-next-{number:013}-{dice.getrandbits(64):016x}",
        "anonymousId": f"2bb1f9a0-5c2e-4d8a-9b1e-{who:012}",
        "context": {
            "page": {
                "path": f"/product/{who % 97}",
                "referrer": "https://www.google.com/",
                "search": "",
                "title": "Monopoly: 3rd Edition | Shop",
                "url": f"https://shop.example/product/{who % 97}",
            },
            "userAgent": AGENT,
            "locale": "en-US",
            "timezone": "Europe/Berlin",
            "library": {"name": "analytics.js", "version": "npm:next-1.84.3"},
        },
    }
    if who % 10 == 0:
        event["userId"] = f"u-{who}"
    product = {
        "product_id": f"p-{who % 97}",
        "sku": "G-32",
        "name": "Monopoly",
        "price": 18.99,
        "quantity": 1,
        "currency": "USD",
    }
    if number % 2:
        return event | {"type": "page", "properties": event["context"]["page"] | {"category": "Games"}}
    return event | {
        "type": "track",
        "event": "Product Added" if number % 4 else "Product Viewed",
        "properties": product,
    }


def requests(key: str, batch: int, count: int) -> list[bytes]:
    """So many requests, of one event or of a batch."""
    dice = random.Random(7)
    made = []
    for number in range(count):
        calls = [call(dice, number * batch + one) for one in range(batch)]
        body = json.dumps(calls[0] if batch == 1 else {"batch": calls, "sentAt": "2026-11-24T10:00:00.100Z"}).encode()
        made.append(_post("/v1/t" if batch == 1 else "/v1/b", key, body))
    return made


def _post(path: str, key: str, body: bytes) -> bytes:
    basic = base64.b64encode(f"{key}:".encode()).decode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Basic {basic}\r\nContent-Type: text/plain\r\n"
        f"Origin: https://shop.example\r\nUser-Agent: {AGENT}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
