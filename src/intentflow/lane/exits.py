"""How a worker process ends when it must.

Fail-stop: at once, without a commit (design 8, rule 8). Nothing else is as safe: whatever was not committed is read
again, and the state knows what it has. The supervisor starts the process again.
"""

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import NoReturn

from pydantic import ValidationError

from intentflow.errors import ConfigError, IntentflowError

FAIL_STOP = 70


def fail_stop(reason: str, exit_code: int = FAIL_STOP) -> NoReturn:
    """Say why on standard error and end. Faust redirects `sys.stderr` into its log, which may not get out in time: so the real one."""
    stream = sys.__stderr__ or sys.stderr
    stream.write(f"intentflow worker ends ({exit_code}): {reason}\n")
    stream.flush()
    os._exit(exit_code)


@contextlib.contextmanager
def said_at_the_door() -> Iterator[None]:
    """What is set up wrong ends the process with its own exit code and message, and no traceback."""
    try:
        yield
    except ValidationError as error:
        fail_stop(f"settings: {error}", ConfigError.exit_code)
    except IntentflowError as error:
        fail_stop(str(error), error.exit_code)
