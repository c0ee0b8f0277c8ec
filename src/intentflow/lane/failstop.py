"""Fail-stop: the process ends at once, without a commit (design 8, rule 8).

Nothing else is as safe: whatever was not committed is read again, and the state knows what it has. The supervisor starts the process again.
"""

import os
import sys
from typing import NoReturn

FAIL_STOP = 70


def fail_stop(reason: str, exit_code: int = FAIL_STOP) -> NoReturn:
    """Say why on standard error and end. Faust redirects `sys.stderr` into its log, which may not get out in time: so the real one."""
    stream = sys.__stderr__ or sys.stderr
    stream.write(f"intentflow worker ends ({exit_code}): {reason}\n")
    stream.flush()
    os._exit(exit_code)
