"""Checks that need no server."""

import importlib.metadata

from intentflow.operate.doctor import Check, packages


def test_packages_in_their_pinned_versions_are_well():
    assert [one.stands for one in packages()] == ["well"]


def test_another_version_than_the_pinned_one_is_wrong_and_the_right_one_is_named(monkeypatch):
    real = importlib.metadata.version
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "9.9" if name == "aiokafka" else real(name))
    [one] = packages()
    assert isinstance(one, Check)
    assert (one.stands, "aiokafka is 9.9" in one.says, "pip install aiokafka==" in one.remedy) == ("wrong", True, True)
