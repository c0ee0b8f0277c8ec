"""Who a worker was before: the note that it leaves, and who may act on it."""

import os
import subprocess
import sys

from intentflow.lane.former import Membership


def ended() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_worker_that_is_gone_is_known_by_its_note(tmp_path):
    mine = Membership(tmp_path, "0")
    mine.note("faust-1")
    (tmp_path / "0.member").write_text(f"{ended()} faust-1\n")
    assert Membership(tmp_path, "0").former() == "faust-1"
    assert Membership(tmp_path, "1").former() == ""


def test_a_worker_that_still_runs_is_nobodys_former_self(tmp_path):
    (tmp_path / "0.member").write_text(f"{os.getppid()} faust-1\n")
    assert Membership(tmp_path, "0").former() == ""


def test_a_note_with_our_own_process_id_is_of_a_process_before_us(tmp_path):
    Membership(tmp_path, "0").note("faust-1")
    assert Membership(tmp_path, "0").former() == "faust-1"


def test_a_worker_that_has_stopped_leaves_no_note(tmp_path):
    mine = Membership(tmp_path, "0")
    mine.note("faust-1")
    mine.forget()
    assert mine.former() == ""
    assert not (tmp_path / "0.member").exists()


def test_a_note_that_cannot_be_read_is_no_note(tmp_path):
    (tmp_path / "0.member").write_bytes(b"noise \xff")
    assert Membership(tmp_path, "0").former() == ""


def test_a_worker_without_a_number_leaves_no_note(tmp_path):
    mine = Membership(tmp_path, "")
    mine.note("faust-1")
    assert mine.former() == ""
    assert list(tmp_path.iterdir()) == []
