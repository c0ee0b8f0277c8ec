"""Rules 4 to 8 broken on purpose, one at a time: what is folded, what it waits for, what is counted."""

from tests.mutants.mutation import CUTTING, EVENT_CHUNK, FLIGHTS, FOLDING, PROTOCOL, SETTLING, Mutation

SETTLING_BROKEN = (
    Mutation(
        "acknowledged before it is durable",
        "6",
        SETTLING,
        (
            (
                "        flight = self.flights.launch(chunk.topic, chunk.end, changes, refused, chunk.timestamp, traces)\n",
                (
                    "        flight = self.flights.launch(chunk.topic, chunk.end, changes, refused, chunk.timestamp, traces)\n"
                    "        self.done[chunk.topic] = chunk.end\n"
                ),
            ),
        ),
    ),
    Mutation(
        "acknowledged before it is published",
        "6",
        SETTLING,
        (
            (
                "        flight.checked = True\n",
                "        flight.checked = True\n        if flight.topic:\n            self.done[flight.topic] = flight.end\n",
            ),
        ),
    ),
    Mutation(
        "done out of order",
        "6",
        FLIGHTS,
        (
            (
                "        while self.queue and self.queue[0].checked and self.queue[0].published:\n            yield self.queue.popleft()\n",
                (
                    "        for flight in [each for each in self.queue if each.checked and each.published]:\n"
                    "            self.queue.remove(flight)\n            yield flight\n"
                ),
            ),
        ),
    ),
    Mutation(
        "published before it is in the changelog",
        "6",
        SETTLING,
        (
            (
                "        return self.write([(key, row), *items], flight.ticket)\n",
                (
                    "        early: Effects = [Publish(flight.ticket, flight.topic, changes, refused)] if changes or refused else []\n"
                    "        return early + self.write([(key, row), *items], flight.ticket)\n"
                ),
            ),
            (
                "        if flight.changes or flight.refused:\n",
                (
                    "        if flight.topic and (flight.changes or flight.refused):\n            return []\n"
                    "        if flight.changes or flight.refused:\n"
                ),
            ),
        ),
    ),
    Mutation(
        "the ledger is not first",
        "6",
        SETTLING,
        (("[(key, row), *items], flight.ticket", "[*items, (key, row)], flight.ticket"),),
    ),
    Mutation(
        "refused offsets are not remembered",
        "6",
        SETTLING,
        (("*(record.offset for record, _ in refused)])) if refused", "])) if refused"),),
    ),
    Mutation(
        "clock records are counted again",
        "6",
        FOLDING,
        (("record.offset >= counted_to", "record.offset >= 0"),),
    ),
    Mutation(
        "what is read again is rejected again",
        "6",
        FOLDING,
        (("return offset >= ledger.position or offset in ledger.refused", "return True"),),
    ),
    Mutation(
        "no applied offsets",
        "5",
        FOLDING,
        (
            (
                "        waiting = pending.get(key)\n",
                "        waiting, lead.applied = pending.get(key), [-1] * len(lead.applied)\n",
            ),
        ),
    ),
    Mutation(
        "a duplicate of another time is told by no row",
        "5",
        EVENT_CHUNK,
        (('.to_bytes(4, "big")) else offset', '.to_bytes(4, "big")) else applied'),),
    ),
    Mutation(
        "no outbox carry-over",
        "7",
        FOLDING,
        (
            (
                "            lead.outbox = pending[key] = told if waiting is None else waiting + told\n",
                "            lead.outbox, pending[key] = told, told if waiting is None else waiting + told\n",
            ),
        ),
    ),
    Mutation(
        "the sequence of publications is not kept",
        "7",
        FLIGHTS,
        (
            (
                "            if flight.batches is None or flight.gaps:\n                return\n",
                "            if flight.batches is None or flight.gaps:\n                continue\n",
            ),
        ),
    ),
    Mutation(
        "what waits to be published is not bounded",
        "7",
        SETTLING,
        (("            self.laden = True\n", "            self.laden = False\n"),),
    ),
    Mutation(
        "what a lead tells in one write is not bounded",
        "7",
        CUTTING,
        (("        if size > bound.told and at + few < len(records):\n", "        if False:\n"),),
    ),
    Mutation(
        "leads are folded beyond the end of a chunk that was cut",
        "3",
        CUTTING,
        (("if (held := below(records, end))}", "if (held := below(records, None))}"),),
    ),
    Mutation(
        "a lead that was folded beyond the cut is not begun anew",
        "3",
        CUTTING,
        (("[key for key, one in tried.items() if one.last >= end]", "[key for key, one in tried.items() if False]"),),
    ),
    Mutation(
        "what lies behind a cut is forgotten",
        "4",
        FOLDING,
        (
            (
                "        piece, rest = split(rest, size, folded.end)\n",
                "        piece, rest = split(rest, size, folded.end)[0], None\n",
            ),
        ),
    ),
    Mutation(
        "the position is behind a cut before its records are folded",
        "4",
        FOLDING,
        (("        part.next[chunk.topic] = piece.end\n", ""),),
    ),
    Mutation(
        "a hole is accepted",
        "4",
        PROTOCOL,
        (("if chunk.start != expected:", "if chunk.start < expected:"),),
    ),
    Mutation(
        "the generation is not checked",
        "4",
        PROTOCOL,
        (
            (
                "if self.phase is not Phase.OPEN or chunk.generation != self.generation:",
                "if self.phase is not Phase.OPEN:",
            ),
        ),
    ),
    Mutation(
        "something is decided after the end",
        "8",
        SETTLING,
        (("        if part.phase is Phase.ENDED:\n", "        if False:\n"),),
    ),
)
