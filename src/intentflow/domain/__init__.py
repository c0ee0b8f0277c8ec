"""The core: events, rules, leads, and the fold of one into the other. No I/O, no clock, no Faust."""
