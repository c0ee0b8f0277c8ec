"""`intentflow topics plan`, `apply` and `verify`, on a real broker."""

import json
import uuid

import pytest
from typer.testing import CliRunner

from intentflow.cli.main import app

pytestmark = pytest.mark.broker
runner = CliRunner()


def test_what_is_planned_is_applied_and_then_verified_and_growth_is_refused_with_the_reason(kafka, tmp_path):
    mine = f"p{uuid.uuid4().hex[:8]}"
    env = {"INTENTFLOW_APP_ID": mine, "INTENTFLOW_PREFIX": mine, "INTENTFLOW_PARTITIONS": "2", "COLUMNS": "200"}
    env["INTENTFLOW_BOOTSTRAP"] = kafka.bootstrap

    def topics(*arguments, code, **more):
        end = runner.invoke(app, ["topics", *arguments, "--data", str(tmp_path)], env={**env, **more})
        assert end.exit_code == code, end.output
        return end

    assert "missing" in topics("plan", code=1).stdout
    told = json.loads(topics("plan", "--json", code=1).stdout)
    assert (told["topics"], {one["mended_by"] for one in told["differences"]}) == (13, {"make"})
    assert f"{mine}.events: made, 2 partitions" in topics("apply", code=0).stdout
    assert "All 13 topics" in topics("verify", code=0).stdout
    assert json.loads(topics("apply", "--json", code=0).stdout) == {"topics": 13, "differences": []}

    (tmp_path / "deliver.yaml").write_text("endpoints: {}\n")
    delivered = json.loads(
        topics("plan", "--json", code=1, INTENTFLOW_DELIVER_ENDPOINTS=str(tmp_path / "deliver.yaml")).stdout
    )
    assert (delivered["topics"], len(delivered["differences"])) == (16, 3), "where changes are delivered, three more"

    kept = topics("apply", code=0, INTENTFLOW_REJECTIONS_DAYS="2").stdout
    assert f"{mine}.rejections: retention.ms 2592000000 → 172800000" in kept
    grown = topics("apply", code=0, INTENTFLOW_PARTITIONS="3", INTENTFLOW_REJECTIONS_DAYS="2")
    assert f"{mine}.events: partitions 2 → 3" in grown.stdout
    shrunk = topics("plan", code=1, INTENTFLOW_REJECTIONS_DAYS="2")
    assert "INTENTFLOW_PARTITIONS=3" in shrunk.stdout
    assert "another one for 67% of the keys" in " ".join(shrunk.stderr.split())
