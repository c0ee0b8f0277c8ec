"""The dashboards, written as what each panel asks: python deploy/grafana/make.py writes dashboards/*.json, which Grafana provisions.

A panel is a title, a unit and its queries; where it lies follows from the order. tests/deploy holds that the files are what this
writes, that no query asks for a metric that nobody tells, and that each panel has data while a demo runs.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).parent / "dashboards"
SOURCE = {"type": "prometheus", "uid": "${source}"}
RATE = "$__rate_interval"
WIDTH, HEIGHT = 24, 8
CHANGES = "intentflow_qualification_changes_total"
READ = (
    "sum by (instance) (intentflow_recovery_records_read) / sum by (instance) (intentflow_recovery_records > 0) "
    "or sum by (instance) (1 - intentflow_recovering)"
)

# What the control topic says is no event, and is counted too: a clock record for each second in which something is due.
COUNTED = 'intentflow_events_counted_total{topic!~".+[.]control"}'


class Panel(NamedTuple):
    """`queries`: legend → expression. `kind`: timeseries or stat."""

    title: str
    unit: str
    queries: dict[str, str]
    meaning: str = ""
    kind: str = "timeseries"
    width: int = 12
    stacked: bool = False


def rate(metric: str, by: str = "") -> str:
    """Per second, summed over instances."""
    return f"sum{f' by ({by})' if by else ''} (rate({metric}[{RATE}]))"


def quantile(q: float, histogram: str, by: str = "") -> str:
    """Of a histogram, over all instances."""
    return f"histogram_quantile({q}, sum by ({', '.join(filter(None, ['le', by]))}) (rate({histogram}_bucket[{RATE}])))"


def entered(stage: str) -> str:
    """How many leads came to a stage in a day."""
    return f'sum(increase({CHANGES}{{to_stage="{stage}"}}[1d]))'


def stat(title: str, unit: str, query: str, meaning: str = "") -> Panel:
    """One number."""
    return Panel(title, unit, {"": query}, meaning, "stat", 4)


OVERVIEW = (
    stat("Events per second", "reqps", rate(COUNTED)),
    stat("Changes per minute", "short", f"60 * {rate('intentflow_qualification_changes_total')}"),
    stat("Leads", "short", "sum(intentflow_leads)"),
    stat("Behind", "s", "max(intentflow_lag_seconds)", "Age of the last record folded, where there are newer ones"),
    stat("Workers", "short", 'count(intentflow_build{model_hash!=""})'),
    stat("Receipts that don't add up", "short", "sum(intentflow_receipts_mismatch_total)", "Must stay 0"),
    Panel(
        "What becomes of events",
        "reqps",
        {
            "counted": rate(COUNTED),
            "duplicate": rate("intentflow_events_duplicate_total"),
            "rejected": rate("intentflow_events_rejected_total"),
            "forwarded": rate("intentflow_events_forwarded_total"),
        },
        "in = counted + duplicate + rejected; forwarded ones end so at another lead",
        stacked=True,
    ),
    Panel(
        "Qualification changes, by the stage that leads come to",
        "reqps",
        {"{{to_stage}}": rate("intentflow_qualification_changes_total", "to_stage")},
        stacked=True,
    ),
    Panel(
        "From event to change",
        "s",
        {f"p{name}": quantile(q, "intentflow_event_to_change_seconds") for name, q in (("50", 0.5), ("99", 0.99))},
        "From the receipt of the oldest record of a chunk until its changes are acknowledged",
    ),
    Panel("Records that wait", "short", {"{{topic}}": "sum by (topic) (intentflow_lag_records)"}, stacked=True),
)

WORKER = (
    Panel("Events counted", "reqps", {"{{instance}}": rate(COUNTED, "instance")}),
    Panel(
        "Time to fold a chunk",
        "s",
        {f"p{name}": quantile(q, "intentflow_chunk_seconds") for name, q in (("50", 0.5), ("99", 0.99))},
    ),
    Panel("Behind", "s", {"{{topic}}": "max by (topic) (intentflow_lag_seconds)"}),
    Panel(
        "Records folded and not committed", "short", {"{{topic}}": "sum by (topic) (intentflow_uncommitted_records)"}
    ),
    Panel(
        "Chunks whose effects are under way",
        "short",
        {"{{instance}}": "sum by (instance) (intentflow_chunks_unsettled)"},
    ),
    Panel(
        "How late the event loop comes back",
        "s",
        {"p99 {{instance}}": quantile(0.99, "intentflow_event_loop_delay_seconds", "instance")},
    ),
    Panel("Partitions", "short", {"{{instance}}": "sum by (instance) (intentflow_partitions)"}, stacked=True),
    Panel("Leads", "short", {"{{instance}}": "sum by (instance) (intentflow_leads)"}, stacked=True),
    Panel(
        "Rebalances and fences",
        "short",
        {
            "rebalances {{instance}}": f"sum by (instance) (increase(intentflow_rebalances_total[{RATE}]))",
            "fences {{instance}}": f"sum by (instance) (increase(intentflow_partitions_fenced_total[{RATE}]))",
        },
    ),
    Panel(
        "Recovery",
        "percentunit",
        {"{{instance}}": READ},
        "How much of its changelog a worker has read",
    ),
    Panel("Memory", "bytes", {"{{instance}}": "sum by (instance) (process_resident_memory_bytes)"}),
    Panel("CPU", "percentunit", {"{{instance}}": f"sum by (instance) (rate(process_cpu_seconds_total[{RATE}]))"}),
    Panel(
        "What should not be",
        "short",
        {
            "broker errors": f"sum(increase(intentflow_broker_errors_total[{RATE}]))",
            "void records": f"sum(increase(intentflow_changelog_void_records_total[{RATE}]))",
            "events from the future": f"sum(increase(intentflow_events_from_the_future_total[{RATE}]))",
        },
        width=24,
    ),
)

BUSINESS = (
    Panel(
        "Rises and falls between stages",
        "short",
        {
            "{{from_stage}} → {{to_stage}}": "sum by (from_stage, to_stage) (increase(intentflow_qualification_changes_total[1h]))"
        },
        "In an hour",
        width=24,
    ),
    Panel(
        "Leads in each stage",
        "short",
        {"{{stage}}": "max by (stage) (intentflow_projector_stage_leads)"},
        "Visitors among them; told by the projector",
    ),
    Panel(
        "Why leads move",
        "short",
        {"{{cause}}": "sum by (cause) (increase(intentflow_qualification_changes_total[1h]))"},
        "In an hour; decay: time alone",
        stacked=True,
    ),
    Panel(
        "Of those that come to a stage, the share that goes on to sql or customer",
        "percentunit",
        {
            "to sql": f"{entered('sql')} / ({entered('mql')} > 0)",
            "to customer": f"{entered('customer')} / ({entered('sql')} > 0)",
        },
        "Entries of a day divided by entries of a day: a rate, not a cohort",
    ),
    Panel(
        "Carts",
        "short",
        {"{{kind}}": "sum by (kind) (increase(intentflow_cart_notices_total[1h]))"},
        "Notices in an hour",
    ),
    Panel(
        "Refused, by reason",
        "short",
        {"{{reason}}": "sum by (reason) (increase(intentflow_events_rejected_total[1h]))"},
        "In an hour",
        stacked=True,
    ),
    stat(
        "Scoring model",
        "short",
        'max by (model, model_version) (intentflow_build{model_hash!=""})',
        "1 for each model that runs; one is right",
    ),
    stat(
        "Days since it took effect",
        "d",
        "(time() - max(intentflow_model_since_seconds > 0)) / 86400",
        "Of the file as it is: any edit is another model",
    ),
    stat("Days until its review", "d", "(max(intentflow_model_review_seconds) - time()) / 86400"),
)

COLLECTOR = (
    Panel("Requests", "reqps", {"{{tracker}}": rate("intentflow_collector_requests_total", "tracker")}, stacked=True),
    Panel("Answers", "reqps", {"{{status}}": rate("intentflow_collector_requests_total", "status")}, stacked=True),
    Panel(
        "Time to answer",
        "s",
        {f"p{name}": quantile(q, "intentflow_collector_request_seconds") for name, q in (("50", 0.5), ("99", 0.99))},
        "With Kafka's acknowledgement in it",
    ),
    Panel(
        "Events, by what became of them",
        "reqps",
        {"{{end}}": rate("intentflow_collector_events_total", "end")},
        stacked=True,
    ),
    Panel(
        "Bytes that wait for Kafka", "bytes", {"{{instance}}": "sum by (instance) (intentflow_collector_waiting_bytes)"}
    ),
    Panel("Connections", "short", {"{{instance}}": "sum by (instance) (intentflow_collector_connections)"}),
    Panel(
        "Kafka acknowledges",
        "short",
        {"{{instance}}": "min by (instance) (intentflow_collector_kafka_up)"},
        "1: yes, 0: no",
    ),
    Panel("Bytes received", "Bps", {"{{tracker}}": rate("intentflow_collector_bytes_total", "tracker")}),
)

DASHBOARDS = {
    "overview": ("intentflow: overview", OVERVIEW),
    "worker": ("intentflow: workers", WORKER),
    "collector": ("intentflow: collector", COLLECTOR),
    "business": ("intentflow: business", BUSINESS),
}


def dashboard(uid: str, title: str, panels: tuple[Panel, ...]) -> dict[str, Any]:
    """One dashboard as Grafana reads it."""
    made, x, y, row = [], 0, 0, 0
    for number, panel in enumerate(panels, 1):
        height = 4 if panel.kind == "stat" else HEIGHT
        if x + panel.width > WIDTH:
            x, y, row = 0, y + row, 0
        made.append(_panel(number, panel, {"x": x, "y": y, "w": panel.width, "h": height}))
        x, row = x + panel.width, max(row, height)
    variable = {
        "name": "source",
        "label": "Prometheus",
        "type": "datasource",
        "query": "prometheus",
        "current": {},
        "hide": 0,
    }
    return {
        "uid": f"intentflow-{uid}", "title": title, "tags": ["intentflow"], "schemaVersion": 39, "version": 1, "editable": True,
        "refresh": "10s", "time": {"from": "now-1h", "to": "now"}, "timezone": "browser",
        "templating": {"list": [variable]}, "panels": made,
    }  # fmt: skip


def _panel(number: int, panel: Panel, place: dict[str, int]) -> dict[str, Any]:
    curve = panel.kind == "timeseries"
    stacking = {"mode": "normal" if panel.stacked else "none"}
    drawn = {"custom": {"fillOpacity": 15, "lineWidth": 1, "showPoints": "never", "stacking": stacking}}
    legend = {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}}
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.meaning,
        "gridPos": place,
        "datasource": SOURCE,
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0, **(drawn if curve else {})}, "overrides": []},
        "options": legend if curve else {"reduceOptions": {"calcs": ["lastNotNull"]}},
        "targets": [
            {"refId": chr(ord("A") + i), "expr": query, "legendFormat": name, "datasource": SOURCE}
            for i, (name, query) in enumerate(panel.queries.items())
        ],
    }


def files() -> dict[str, str]:
    """File name → content."""
    return {
        f"{name}.json": json.dumps(dashboard(name, title, panels), indent=1, ensure_ascii=False) + "\n"
        for name, (title, panels) in DASHBOARDS.items()
    }


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, content in files().items():
        (FOLDER / name).write_text(content)
