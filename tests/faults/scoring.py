"""The scoring app as the rig runs it: with pauses between the steps of the protocol, and a changelog that may be compacted soon.

`FAULTS_LAG_MS` stands in for the ten minutes of rule 1. A void record must be found, and what it shadows be written again,
before that time is over; whoever sets it sees to it that a partition is never without an open owner for so long.
"""

import os

from intentflow.adapters import topic_specs

if lag := os.environ.get("FAULTS_LAG_MS"):
    topic_specs.COMPACTION_LAG_MS = int(lag)

from tests.system.slow_scoring import app

__all__ = ["app"]
