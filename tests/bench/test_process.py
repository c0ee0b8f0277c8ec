"""What a process has in memory, and all that came of it."""

import os
import subprocess
import sys

from bench.process import family, proportional


def test_whoever_came_of_a_process_is_of_its_family_and_each_takes_memory():
    command = [
        sys.executable,
        "-c",
        "import subprocess, sys; print(subprocess.Popen(['sleep', '60']).pid, flush=True); sys.stdin.read()",
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        try:
            assert family(parent.pid) == [parent.pid, child]
            assert proportional(parent.pid) > proportional(child) > 0
        finally:
            os.kill(child, 9)
            parent.kill()
