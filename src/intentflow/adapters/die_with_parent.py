"""Runs a program that is told to end (SIGTERM) when its parent dies, however it dies: `die_with_parent.py PARENT_PID COMMAND...`

Linux alone can do this (`prctl`). It is a program of its own, and not a `preexec_fn`, since Python code between fork and exec may hang
a process that has threads. The kernel means the parent's *thread*: `ServerProcess` uses this from the main thread only.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Becomes the command; never returns."""
    parent, command = int(sys.argv[1]), sys.argv[2:]
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        raise SystemExit(1)  # it died before we could ask
    os.execv(command[0], command)  # noqa: S606  the command comes from server_process.py, a list and no shell


if __name__ == "__main__":
    main()
