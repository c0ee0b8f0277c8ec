"""The hard cases that a run must have come upon, so that its silence means something: so many in a thousand schedules."""

from collections import Counter

LEAST: dict[str, float] = {
    # killed between any two effects
    "crash while reading": 10,
    "crash while fencing": 15,
    "crash while keeping": 0.3,
    "crash while confirming": 8,
    "crash while taken": 4,
    "crash while mending": 10,
    "crash while ready": 3,
    "crash while open": 80,
    "crash while closed": 8,
    "crash while it leaves": 4,
    "crash with a write not sent": 20,
    "crash with something on its way to changelog": 25,
    "crash with no answer yet from changelog": 40,
    "crash with changes not sent": 5,
    "crash with something on its way to changes": 4,
    "crash with no answer yet from changes": 8,
    "crash with something on its way to rejections": 3,
    "crash with no answer yet from rejections": 8,
    "crash with something on its way to offsets": 8,
    "crash with no answer yet from offsets": 8,
    "crash with something on its way to control": 0.15,
    "crash with no answer yet from control": 0.5,
    "crash between two slices of a clock record": 1,
    "crash between two pieces of a chunk": 20,
    # zombies, and who owns the log
    "zombies woken": 80,
    "zombies woken while taking": 40,
    "zombies woken before their own fence": 8,
    "zombies that found a fence": 50,
    "late landings in changelog": 40,
    "late landings in changes": 10,
    "late landings in rejections": 5,
    "late landings in control": 1,
    "void records landed": 150,
    "epochs contested": 15,
    "gaps read": 80,
    "looked behind the log": 40,
    "commits refused": 80,
    "handed over from under a process": 50,
    "chunks of an old generation dropped": 15,
    "memory kept, if the fence lands well": 15,
    "memory overtaken": 1,
    "taking interrupted while reading": 12,
    "taking interrupted while fencing": 25,
    "taking interrupted while confirming": 10,
    "taking interrupted while keeping": 0.5,
    "taking interrupted while taken": 4,
    "taking interrupted while mending": 8,
    "taking interrupted while ready": 3,
    # requests
    "answers without an offset": 30,
    "ended for: where": 25,
    "requests refused": 50,
    "requests of the dead lost": 8,
    "writes in several batches": 400,
    "ended for: a hole in": 1,
    # what a lead tells is bounded
    "chunks cut": 300,
    "partitions laden": 800,
    # what must be done again, and what must not
    "changes": 3000,
    "changes published again": 200,
    "rejections published again": 80,
    "records redelivered": 900,
    "records skipped": 700,
    # leads that turn out to be one person
    "messages": 1200,
    "messages published again": 40,
    "crash with something on its way to identities": 0.4,
    "crash with no answer yet from identities": 5,
    "late landings in identities": 4,
    # leads that are erased
    "models": 300,
    "erasures": 1000,
    "stubs": 300,
    "tombstones": 200,
    "tombstones over nothing": 20,
    "void tombstones landed": 0.2,
    # compaction, which never looks at epochs
    "compactions": 300,
    "compactions over a shadowed record": 40,
    "compactions that kept only the void record": 3,
}


def missed(seen: Counter[str], schedules: int) -> dict[str, tuple[int, float]]:
    """What was come upon too seldom: how often, and how often it should have been."""
    wanted = {name: least * schedules / 1000 for name, least in LEAST.items()}
    return {name: (seen[name], least) for name, least in wanted.items() if seen[name] < least}
