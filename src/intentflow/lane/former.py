"""A worker that was killed leaves its group when its successor starts, not a session timeout later.

Only the dead worker's member id is needed, so a worker notes it in a file, with its process id. Its successor, with the same folder and
number, looks that the process is gone and tells the group. If that fails the session timeout does the same, later. Nothing depends on
its being right: who is told to leave and still lives joins again, and its records are void behind the new fence.
"""

import logging
import os
from pathlib import Path

from aiokafka.client import AIOKafkaClient, ConnectionGroup, CoordinationType
from aiokafka.errors import KafkaError, UnknownMemberIdError, for_code
from aiokafka.protocol.group import LeaveGroupRequest

from intentflow.adapters.server_process import is_alive

log = logging.getLogger(__name__)


class Membership:
    """The file in which a worker notes who it is in its group. A worker without a number has no successor, and no file."""

    def __init__(self, folder: Path, worker: str) -> None:
        self.path = folder / f"{worker}.member" if worker else None

    def note(self, member: str) -> None:
        """This process is that member."""
        if self.path is None:
            return
        new = self.path.with_suffix(".new")
        new.write_text(f"{os.getpid()} {member}\n")
        new.replace(self.path)

    def former(self) -> str:
        """The member whose process is gone; empty if there is none."""
        if self.path is None or not self.path.exists():
            return ""
        try:
            pid, _, member = self.path.read_text().strip().partition(" ")
        except (OSError, UnicodeDecodeError):
            return ""
        gone = pid.isdigit() and (
            int(pid) == os.getpid() or not is_alive(int(pid))
        )  # in a container, all may be process 1
        return member if gone else ""

    def forget(self) -> None:
        """There is none any more."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)


async def leave(client: AIOKafkaClient, group: str, member: str) -> bool:
    """Tell the group that this member has left; False if it cannot be told, or has been out already."""
    try:
        node = await client.coordinator_lookup(CoordinationType.GROUP, group)
        response = await client.send(node, LeaveGroupRequest(group, member), group=ConnectionGroup.COORDINATION)
    except KafkaError as error:
        log.info("the worker before us stays in its group until its session is over: %s", type(error).__name__)
        return False
    refused = for_code(response.error_code)
    if response.error_code and refused is not UnknownMemberIdError:
        log.info("the worker before us stays in its group until its session is over: %s", refused.__name__)
    return not response.error_code
