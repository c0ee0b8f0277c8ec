"""The file of write keys."""

from pathlib import Path

import pytest

from intentflow.collector.keyfile import add_key, key_ring, read_keys
from intentflow.collector.keys import EVERYTHING
from intentflow.errors import ConfigError

HASH = "5f" * 32
ONE = f"keys: [{{name: shop, scope: browser, sha256: {HASH}}}]"


def test_a_key_that_was_added_is_found_and_its_text_is_not_in_the_file(tmp_path: Path):
    path = tmp_path / "deep" / "keys.yaml"
    browser = add_key(path, "shop", "browser", origins=("https://Shop.example",), also=("joins",))
    server = add_key(path, "crm", "server")
    found = [key_ring(path).find(secret) for secret in (browser, server)]
    shop, crm = [key for key in found if key is not None]
    assert (shop.name, crm.name) == ("shop", "crm")
    assert shop.allows == {"behaviour", "joins"}
    assert crm.allows == EVERYTHING
    assert [*shop.origins, *crm.origins] == ["https://shop.example"]
    assert browser not in path.read_text()


def test_what_people_wrote_beside_it_stays(tmp_path: Path):
    path = tmp_path / "keys.yaml"
    path.write_text(f"# ours\n{ONE}\n")
    add_key(path, "crm", "server")
    assert path.read_text().startswith("# ours\n")
    assert [key.name for key in read_keys(path).keys] == ["shop", "crm"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("# ifk_1\nkeys: [", "is not YAML, from line 2"),
        ("keys: \0", "is not YAML, from line 1"),
        ("keys: [{name: 2026-99-99}]", "is not YAML, from line 1: month must be"),
        ("keys: " + "[" * 50_000, "nested too deeply"),
        ("{}", "keys: Field required"),
        ("keys: 3", "keys: "),
        (ONE.replace("browser", "page"), "keys.0.scope: "),
        (ONE.replace(HASH, "ifk_" + "0" * 40), "keys.0.sha256: "),
        (ONE.replace("shop", "a b"), "keys.0.name: "),
        (ONE.replace("}", ", origins: [shop]}"), "keys.0.origins.0: "),
        (ONE.replace("}", ", colour: red}"), "keys.0.colour: "),
        (f"keys: [{{name: a, scope: browser, sha256: {HASH}}}, {{name: b, scope: server, sha256: {HASH}}}]", "two keys have the sha256"),
        (f"keys: [{{name: a, scope: server, sha256: {HASH}}}, {{name: a, scope: server, sha256: {'a' * 64}}}]", "two keys have the name a"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_good_is_told_with_its_place_and_without_its_values(tmp_path: Path, text, says):
    path = tmp_path / "keys.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as told:
        read_keys(path)
    assert str(told.value).startswith(f"{path}: ")
    assert says in str(told.value)
    assert "ifk_" not in str(told.value)


def test_a_file_that_is_not_there_is_told_with_the_command_that_makes_it(tmp_path: Path):
    with pytest.raises(ConfigError, match="intentflow collector add-key"):
        read_keys(tmp_path / "keys.yaml")


def test_a_key_that_cannot_be_added_changes_nothing(tmp_path: Path):
    path = tmp_path / "keys.yaml"
    path.write_text(ONE)
    for name, also in (("shop", ()), ("A B", ()), ("crm", ("everything",))):
        with pytest.raises(ConfigError):
            add_key(path, name, "server", also=also)
    assert path.read_text() == ONE
