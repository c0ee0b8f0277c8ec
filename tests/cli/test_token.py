"""`intentflow token create`: a token once, and its hash for the settings."""

import json
import re

import pytest
from typer.testing import CliRunner

from intentflow.cli.token import app
from intentflow.console.tokens import role_of


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_a_token_opens_what_its_hash_is_kept_for(role):
    made = json.loads(CliRunner().invoke(app, ["create", "--role", role, "--json"]).stdout)
    assert role_of(made["token"], [made["kept"]]) == role


def test_what_is_printed_can_be_put_into_the_settings_as_it_stands():
    said = CliRunner().invoke(app, ["create"]).stdout
    (token,) = re.findall(r"ift_\S+", said)
    (listed,) = re.findall(r"INTENTFLOW_CONSOLE_TOKENS='(.*)'", said)
    assert role_of(token, json.loads(listed)) == "viewer"


def test_a_role_that_there_is_not_is_refused():
    assert CliRunner().invoke(app, ["create", "--role", "king"]).exit_code == 2
