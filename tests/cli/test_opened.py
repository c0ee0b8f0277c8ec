import stat

import pytest

from intentflow.cli.opened import KEY, TOKEN, delivers, opened, parts_of
from intentflow.collector.keyfile import key_ring
from intentflow.console.tokens import role_of
from intentflow.errors import ConfigError
from intentflow.settings import Settings


def settings(tmp_path, **more: object) -> Settings:
    given = {"data": tmp_path, "console_port": 0, "collector_port": 0, "deliver_endpoints": tmp_path / "deliver.yaml"}
    return Settings(**{**given, **more})


def test_the_address_has_a_token_that_opens_the_console_and_the_key_is_one_that_the_collector_takes(tmp_path):
    told, doors = opened(settings(tmp_path))
    token = doors.console.partition("?token=")[2]
    assert role_of(token, told.console_tokens) == "operator"
    assert told.collector_keys is not None
    assert key_ring(told.collector_keys).find(doors.key) is not None


def test_both_are_the_same_the_next_time_and_nobody_else_may_read_them(tmp_path):
    first, again = opened(settings(tmp_path))[1], opened(settings(tmp_path))[1]
    assert first.key == again.key
    assert first.console.partition("?")[2] == again.console.partition("?")[2]
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in (TOKEN, KEY)}
    assert modes == {0o600}


@pytest.mark.parametrize("left", [None, b"", b"\xff", b"ifk_0"])
def test_a_key_whose_text_was_lost_is_replaced_by_another_that_the_collector_takes(tmp_path, left):
    opened(settings(tmp_path))
    (tmp_path / KEY).unlink()
    if left is not None:
        (tmp_path / KEY).write_bytes(left)
    told, doors = opened(settings(tmp_path))
    assert told.collector_keys is not None
    found = key_ring(told.collector_keys).find(doors.key)
    assert found is not None
    assert found.name == "site-2"
    assert opened(settings(tmp_path))[1].key == doors.key


def test_a_port_that_is_taken_is_named_with_the_option_that_helps(tmp_path):
    told, _ = opened(settings(tmp_path))
    import socket

    with socket.socket() as other:
        other.bind(("127.0.0.1", told.console_port))
        other.listen()
        with pytest.raises(ConfigError, match="--console-port"):
            opened(settings(tmp_path, console_port=told.console_port))


def test_changes_are_delivered_where_there_is_a_list_of_endpoints(tmp_path):
    assert parts_of(settings(tmp_path)) == ("worker", "collector", "console")
    (tmp_path / "deliver.yaml").write_text("endpoints: {}\n")
    assert delivers(settings(tmp_path))
    assert parts_of(settings(tmp_path))[-1] == "deliver"
