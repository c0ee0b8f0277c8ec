"""The rules that ship, in a hurry: each window and each `for` is shorter, and nothing else is changed: a rule is still that rule.

One number of a rule is a time to wait as well: how long a change has waited for its endpoint. It is shortened with the rest. Ages that the
rules ask for (60 s, 900 s of lag) are left: a record can be made as old as one likes.
"""

import re

WINDOWS = {
    "5m": "8s",
    "10m": "10s",
    "15m": "30s",
    "30m": "10s",
    "1h": "12s",
    "6h": "14s",
}  # 15m: six rebalances take their time
HOLDS = {"2m": "2s", "5m": "3s", "10m": "4s", "15m": "5s", "1h": "6s"}
FAILED = (
    "intentflow_broker_errors_total[10m]",
    "intentflow_broker_errors_total[60s]",
)  # four failures, each after ten seconds of silence
WAITED = ("intentflow_deliver_oldest_waiting_seconds) > 900", "intentflow_deliver_oldest_waiting_seconds) > 9")


def in_a_hurry(rules: str) -> str:
    """The text of a file of rules, with its times shortened. A time that has no shorter one here is a KeyError."""
    quick = re.sub(r"\[(\d+[mh])\]", lambda found: f"[{WINDOWS[found[1]]}]", rules.replace(*FAILED))
    quick = re.sub(r"(?m)^( +for: )(\w+)$", lambda found: found[1] + HOLDS[found[2]], quick)
    quick = re.sub(r"(?m)^( +interval: )\w+$", r"\g<1>1s", quick)
    return quick.replace(*WAITED)


def without_times(rules: str) -> str:
    """The same text with every time masked: what a rule is apart from its hurry."""
    masked = re.sub(r"\[\w+\]|(?<=for: )\w+|(?<=interval: )\w+", "…", rules)
    return masked.replace(WAITED[0], "…").replace(WAITED[1], "…")
