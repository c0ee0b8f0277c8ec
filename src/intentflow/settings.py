"""Settings: one model for every part, from the environment (prefix `INTENTFLOW_`)."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What can be set from outside; each field is an environment variable `INTENTFLOW_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="INTENTFLOW_", extra="ignore", frozen=True)

    bootstrap: str = Field("127.0.0.1:9092", description="Kafka's addresses, host:port with commas between them")
    app_id: str = Field(
        "intentflow", pattern=r"^[A-Za-z0-9._-]{1,100}$", description="consumer group and prefix of the changelog"
    )
    prefix: str = Field("intentflow", pattern=r"^[A-Za-z0-9._-]{1,100}$", description="prefix of the topics")
    partitions: int = Field(8, ge=1, le=1000, description="partitions of every topic of the app")
    replication: int = Field(1, ge=1, le=9, description="replicas of every topic of the app; 3 in production")
    family_topics: bool = Field(True, description="read a topic per family beside the events topic")
    model: str = Field("retail", description="the scoring model: a shipped one's name, or a file")
    clock: Literal["wall", "records"] = Field(
        "wall", description="who says that time passes: the worker, or records alone (demo, replay)"
    )
    kept_for_ever: bool = Field(False, description="source topics keep records of any age (demo, replay)")
    data: Path = Field(Path(".intentflow"), description="folder of the embedded stack and of the workers")
    metrics_port: int = Field(9100, ge=0, le=65535, description="Prometheus port of the first worker process; 0 = off")
    chunk: int = Field(5000, ge=1, le=100_000, description="records folded at a time, at most")
    in_flight: int = Field(4, ge=1, le=64, description="chunks whose effects may be unsettled at once")
    session_timeout: float = Field(10.0, ge=1, description="seconds until a silent worker is taken for dead")
    stall_timeout: float = Field(
        60.0,
        ge=2,
        description="seconds without progress, while there is work, after which a worker ends itself (exit code 70)",
    )
    commit_interval: float = Field(0.5, gt=0, description="seconds between commits")
    fetch_bytes: int = Field(1 << 20, ge=1 << 16, description="bytes fetched per partition at a time, at most")
