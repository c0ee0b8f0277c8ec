"""Which tests run beside which when there are several processes (`pytest -n 2`): those that speak to a broker are all in one.

They wait more than they work, so that the others fill the time; and two of them at once would be two brokers under load on the same cores.
The tests of a file stay together, as they share fixtures.
"""

from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).parents[1]
BROKER = "a broker"


@cache
def scope_of(file: str) -> str:
    """What a file's tests share a process with."""
    return BROKER if "pytest.mark.broker" in (ROOT / file).read_text() else file


class BesideTheBroker(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """Hands out the tests file by file, and all that speak to a broker as if they were one."""

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid.split("::", 1)[0])
