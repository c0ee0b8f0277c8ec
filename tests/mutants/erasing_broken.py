"""Rule 15 broken on purpose: how a lead is forgotten, and when nothing is left of it."""

from tests.mutants.mutation import CHANGELOG, ERASING, FOLDING, STUBS, Mutation

ERASING_BROKEN = (
    Mutation(
        "tombstone before committed",
        "15",
        STUBS,
        (("offset < committed.get(source, 0) for", "offset >= 0 for"),),
    ),
    Mutation(
        "tombstone for who has begun anew",
        "15",
        STUBS,
        (("if row is None or not is_stub(row):", "if row is None:"),),
    ),
    Mutation(
        "tombstone over a live row accepted",
        "15",
        CHANGELOG,
        (("(current and is_stub(row))", "current"),),
    ),
    Mutation(
        "tombstone of an owner that was fenced off accepted",
        "15",
        CHANGELOG,
        (("(current and is_stub(row))", "is_stub(row)"),),
    ),
    Mutation(
        "late records of who is gone are left in the log",
        "15",
        CHANGELOG,
        (("for key, row in found if row or key[0]]", "for key, row in found if row]"),),
    ),
    Mutation(
        "a stub says only what was counted",
        "15",
        ERASING,
        (("max(last, read.get(number, 0) - 1)", "last"),),
    ),
    Mutation(
        "a stub is written with the position",
        "15",
        FOLDING,
        (("    if erased:\n", "    if False:\n"),),
    ),
    Mutation(
        "an erasure is done again that the log counts",
        "15",
        FOLDING,
        (("            if fresh:\n", "            if True:\n"),),
    ),
)
