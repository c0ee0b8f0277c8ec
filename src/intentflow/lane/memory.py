"""Memory of a process that holds a million leads: what lives for ever is left alone, what was borrowed goes back."""

import ctypes
import gc
import sys

YOUNG = 1_000_000  # allocations between looks of the youngest collector: a chunk makes tens of thousands of short-lived objects


def tune() -> None:
    """Let the collector look less often."""
    gc.set_threshold(YOUNG, 20, 100)


def sweep() -> None:
    """Free what refers to itself: the client's and Faust's tasks do, and hold fetched batches, few objects of many megabytes, so that
    counting allocations alone would let a backlog of large records stay in memory. Milliseconds, as what lives for ever is frozen.
    """
    gc.collect()


def settle() -> None:
    """After the partitions were taken: the collector need not walk the table, and the buffers of the reading go back to the system."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc alone has it
        if trim is not None:
            trim(0)
