"""All scenes, in the order in which they are played."""

from ruamel.yaml import YAML

from tests.alarms import of_doors, of_meaning, of_workers
from tests.alarms.scenes import Scene
from tests.alarms.watching import ALWAYS, FOLDER

SCENES: tuple[Scene, ...] = (
    of_workers.all_workers_end,
    of_workers.one_worker_ends,
    of_workers.a_worker_freezes,
    of_workers.a_backlog,
    of_workers.kafka_freezes_under_a_backlog,
    of_workers.kafka_freezes_under_a_recovery,
    of_workers.workers_come_and_go,
    of_workers.a_late_record_of_a_former_owner,
    of_workers.a_cpu_limit,
    of_workers.kafka_ends,
    of_meaning.poison,
    of_meaning.events_that_mean_nothing,
    of_doors.the_collector_ends,
    of_doors.kafka_is_frozen,
    of_doors.kafka_is_slow,
    of_doors.console_and_deliverer_end,
    of_doors.redis_ends,
    of_doors.a_dead_receiver,
)
STRANGE: tuple[Scene, ...] = (  # after these the topics no longer say what the reference would
    of_meaning.a_review_that_was_forgotten,
    of_meaning.a_rollout_that_hangs,
    of_meaning.a_wrong_build,
)


def unstaged() -> list[str]:
    """The alerts that no scene makes fire."""
    groups = YAML(typ="safe").load(FOLDER / "rules.yml")["groups"]
    alerts = {rule["alert"] for group in groups for rule in group["rules"] if "alert" in rule}
    return sorted(alerts - {ALWAYS}.union(*(one.alerts for one in (*SCENES, *STRANGE))))
