"""Memory of a process that holds a million leads: what lives for ever is left alone, what was borrowed goes back."""

import ctypes
import gc
import sys

YOUNG = 100_000  # allocations between looks of the youngest collector: a chunk makes tens of thousands of short-lived objects


def tune() -> None:
    """Let the collector look less often."""
    gc.set_threshold(YOUNG, 20, 100)


def settle() -> None:
    """After the partitions were taken: the collector need not walk the table, and the buffers of the reading go back to the system."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc alone has it
        if trim is not None:
            trim(0)
