"""Messages between leads broken on purpose (design 6): what is told once is heard once, by whom it is for."""

from tests.mutants.mutation import BONDS, EVENT_CHUNK, IDENTITY, PLACES, Mutation

TELLING_BROKEN = (
    Mutation("a message is heard as often as it comes", "6", BONDS, (("if number <= last:", "if False:"),)),
    Mutation("two messages have one number", "6", BONDS, (("max(bonds.sent + 1, time)", "max(bonds.sent, time)"),)),
    Mutation(
        "messages are not published again",
        "6",
        PLACES,
        (("if change.offset >=", "if change.to is None and change.offset >="),),
    ),
    Mutation(
        "an alias counts what is for another",
        "6",
        EVENT_CHUNK,
        (("(bonds is not None and bonds.alias and offset not in refused)", "False"),),
    ),
    Mutation(
        "an alias keeps what others were",
        "6",
        IDENTITY,
        (("        if bonds.alias:\n            return [(", "        if False:\n            return [("),),
    ),
    Mutation(
        "what was decided before is sent on to be counted",
        "6",
        IDENTITY,
        (("source < len(bonds.since) and offset < bonds.since[source]", "False"),),
    ),
    Mutation(
        "what is sent on once more is counted nowhere",
        "6",
        IDENTITY,
        (("offset < bonds.since[source]", "offset < bonds.since[source] + 2"),),
    ),
)
