"""`intentflow config show`."""

import json

from typer.testing import CliRunner

from intentflow.cli.main import app
from intentflow.settings import Settings

runner = CliRunner()


def show(*arguments, env=None):
    end = runner.invoke(app, ["config", "show", *arguments], env={"COLUMNS": "200", **(env or {})})
    assert end.exit_code == 0, end.output
    return end.stdout


def test_every_setting_is_shown_with_its_source_and_secrets_are_hidden(tmp_path):
    path = tmp_path / "ours.toml"
    path.write_text("partitions = 12\n")
    env = {"INTENTFLOW_CONFIG": str(path), "INTENTFLOW_REDIS_URL": "rediss://:geheim@redis/0"}
    told = json.loads(show("--json", env=env))
    assert list(told) == list(Settings.model_fields)
    assert told["partitions"] == {"value": 12, "source": f"{path}:1"}
    assert told["redis_url"] == {"value": "••••••", "source": "environment INTENTFLOW_REDIS_URL"}
    assert told["replication"] == {"value": 1, "source": "default"}
    assert set(json.loads(show("--json", "--said", env=env))) == {"partitions", "redis_url"}
    text = show(env=env)
    assert "geheim" not in text
    assert f"{path}:1" in text
