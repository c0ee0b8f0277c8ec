"""The wall clock, where nobody gives another one."""

import time


def wall() -> int:
    """Now, in epoch milliseconds."""
    return time.time_ns() // 1_000_000
