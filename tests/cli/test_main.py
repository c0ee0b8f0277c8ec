"""The command line as a whole: what it says of itself, and how it ends."""

import subprocess
import sys
from pathlib import Path

import pytest


def run(*arguments: str, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "intentflow", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=cwd)


def test_help_names_every_command():
    said = run("--help").stdout
    assert all(
        name in said for name in ("up", "down", "demo", "worker", "simulate", "topics", "replay", "explain", "model")
    )


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("replay", "no-such-file.jsonl"), 1, "no-such-file.jsonl: no such file"),
        (("replay", "x.jsonl", "--model", "nothing"), 2, "there is no such model"),
        (("replay", "x.jsonl", "--run", "a"), 2, "--through kafka"),
        (("replay", "x.jsonl", "--until", "tomorrow"), 2, "not a time"),
        (("topics", "verify", "--bootstrap", "127.0.0.1:1"), 69, "no Kafka answers at 127.0.0.1:1"),
        (("explain", "42", "--data", "nowhere"), 69, "intentflow up"),
    ],
)
def test_what_is_wrong_is_said_in_words_with_its_exit_code(arguments, code, words, tmp_path):
    ended = run(*arguments, cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert words in " ".join(ended.stderr.split())
    assert "Traceback" not in ended.stderr
