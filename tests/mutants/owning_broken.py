"""Rules 9 to 12 broken on purpose, one at a time: whose the log is, and where the owner begins; and time."""

from tests.mutants.mutation import CHANGELOG, CLOCK, FLIGHTS, GAP, MARKS, ORDER, PLACES, PROTOCOL, SETTLING, Mutation

OWNING_BROKEN = (
    Mutation(
        "no re-publication",
        "12",
        PROTOCOL,
        (("self.flights.launch(changes=again)", "self.flights.launch()"),),
    ),
    Mutation(
        "the log position is not checked",
        "9",
        FLIGHTS,
        (("            if offset > self.expected:\n", "            if False:\n"),),
    ),
    Mutation(
        "a batch below the end of the log is taken",
        "9",
        FLIGHTS,
        (("            if offset < self.expected:\n", "            if False:\n"),),
    ),
    Mutation(
        "a foreign fence is not heeded",
        "9",
        GAP,
        (
            (
                "if theirs > epoch and decode_fence(value).token != token:",
                "if theirs > epoch and not decode_fence(value).token:",
            ),
        ),
    ),
    Mutation(
        "void keys are not written again",
        "9",
        SETTLING,
        (("if self.log.shadowed and self.phase in (Phase.OPEN, Phase.MENDING):", "if False:"),),
    ),
    Mutation(
        "a ledger is written again as it was when the log was read",
        "9",
        SETTLING,
        (("        self.log.marks[key] = row  # what is written again if a late writer shadows it\n", ""),),
    ),
    Mutation(
        "an idle owner does not look behind the log",
        "9",
        SETTLING,
        (("if self.flights or self.phase is not Phase.OPEN or end == self.flights.expected:", "if True:"),),
    ),
    Mutation(
        "no epoch rule",
        "10",
        CHANGELOG,
        (
            (
                "            elif (epoch := value[:EPOCH]) >= top:\n",
                "            elif (epoch := value[:EPOCH]) >= bytes(EPOCH):\n",
            ),
            (
                "                top = epoch\n                rows[key]",
                "                top = max(top, epoch)\n                rows[key]",
            ),
        ),
    ),
    Mutation(
        "no fence",
        "10",
        CHANGELOG,
        (("        return max(top, epoch)\n", "        return top if key.startswith(FENCE) else max(top, epoch)\n"),),
    ),
    Mutation(
        "an equal epoch before our fence is not heeded",
        "10",
        PROTOCOL,
        (("        if self.log.outranked:", "        if False:"),),
    ),
    Mutation(
        "our fence is not looked for",
        "10",
        PROTOCOL,
        (("        if self.log.last_fence != Fence(self.epoch, self.token):\n", "        if False:\n"),),
    ),
    Mutation(
        "fences of one epoch compact together",
        "10",
        MARKS,
        (("return FENCE + value, value", "return FENCE + value[:4], value"),),
    ),
    Mutation(
        "what was void when we came is not written again",
        "10",
        PROTOCOL,
        (("        items += self.shadowed()\n", ""),),
    ),
    Mutation(
        "kept memory whose fence does not land where it must",
        "11",
        PROTOCOL,
        (("        if offset != self.flights.expected:\n", "        if False:\n"),),
    ),
    Mutation(
        "kept memory with unsettled work",
        "11",
        PROTOCOL,
        (("self.mended and not owed", "self.mended"),),
    ),
    Mutation(
        "kept memory that was not mended",
        "11",
        PROTOCOL,
        (("self.phase is Phase.CLOSED and self.mended and not owed", "self.phase is Phase.CLOSED and not owed"),),
    ),
    Mutation(
        "without a commit reading begins at the end",
        "12",
        PLACES,
        (("return self.first if self.committed is None", "return self.end if self.committed is None"),),
    ),
    Mutation(
        "what is new comes before what is read again",
        "12",
        ORDER,
        (
            (
                "        if again := [source for source in topics if source.again]:\n",
                "        if again := topics[:0]:\n",
            ),
        ),
    ),
    Mutation(
        "a chunk is not cut where what is read again ends",
        "12",
        ORDER,
        (("        if chunk.start < source.again < chunk.end:\n", "        if False:\n"),),
    ),
    Mutation(
        "a chunk that is not its turn is folded",
        "12",
        PROTOCOL,
        (
            (
                "return {topic: end for topic, at, end in ends if at < end}",
                "return {topic: end for topic, _, end in ends if not end}",
            ),
        ),
    ),
    Mutation(
        "more committed than counted, and not asked whose the log is",
        "12",
        PROTOCOL,
        (
            (
                "            return self.write(self.log.again([SOURCES], self.epoch), self.flights.launch().ticket)\n",
                "            return [self.refusal]\n",
            ),
        ),
    ),
    Mutation(
        "the clock overtakes the backlog",
        "14",
        CLOCK,
        (("for reading in readings if reading.lag > 0]", "for reading in readings if reading.lag < 0]"),),
    ),
)
