"""Settings: one model for every part. Each is an environment variable `INTENTFLOW_<NAME>`, or a key of the configuration file.

Where they come from, and what of it counts: `settings_sources.py`. The page docs/configuration.md is made from this file: the comments
are its headings, the descriptions its words, each with its unit.
"""

import contextlib
import json
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ModelWrapValidatorHandler, SecretStr, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from intentflow.servers import KafkaAccess
from intentflow.settings_sources import PREFIX, Said, in_words, said_outside


class Settings(BaseSettings):
    """What can be set from outside. Making one raises ConfigError, which names every value that is not right and where it was said."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, hide_input_in_errors=True)

    # Kafka
    bootstrap: str = Field("127.0.0.1:9092", description="Kafka's addresses, host:port with commas between them")
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="how Kafka is spoken to: SSL encrypts, SASL logs in; SASL_SSL in production"
    )
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        "SCRAM-SHA-512", description="how one logs in, where the protocol is a SASL one"
    )
    sasl_username: str | None = Field(None, description="who logs in to Kafka")
    sasl_password: SecretStr | None = Field(None, description="the password that goes with the user name")
    tls_ca: Path | None = Field(
        None, description="PEM file of the authorities that Kafka's certificate may come from; none: the system's"
    )
    tls_cert: Path | None = Field(None, description="PEM file of our own certificate, where Kafka asks for one")
    tls_key: Path | None = Field(None, description="PEM file of its private key; none: in the certificate's file")
    tls_key_password: SecretStr | None = Field(None, description="what the private key is locked with")

    # Topics
    app_id: str = Field(
        "intentflow", pattern=r"^[A-Za-z0-9._-]{1,100}$", description="consumer group and prefix of the changelog"
    )
    prefix: str = Field("intentflow", pattern=r"^[A-Za-z0-9._-]{1,100}$", description="prefix of the topics")
    partitions: int = Field(8, ge=1, le=1000, description="partitions of every topic of the app")
    replication: int = Field(1, ge=1, le=9, description="replicas of every topic of the app; 3 in production")
    family_topics: bool = Field(True, description="read a topic per family beside the events topic")
    kept_for_ever: bool = Field(False, description="source topics keep records of any age (demo, replay)")

    # Retention
    retention_days: float = Field(
        30.0, gt=0, description="days that source topics keep records; longer than the longest outage of the workers"
    )
    changes_days: float = Field(30.0, gt=0, description="days that changes and notices of carts stay for consumers")
    rejections_days: float = Field(
        30.0, gt=0, description="days that refused records stay, to be looked at and sent again"
    )
    compaction_days: float = Field(
        7.0, ge=0.01, description="days until an old or erased row is out of a changelog partition that is written to"
    )
    tombstone_days: float = Field(
        7.0, ge=0.01, description="days that the key of an erased lead stays after that, for readers that were away"
    )

    # Scoring
    model: str = Field("retail", description="the scoring model: a shipped one's name, or a file")
    clock: Literal["wall", "records"] = Field(
        "wall", description="who says that time passes: the worker, or records alone (demo, replay)"
    )

    # Worker
    data: Path = Field(Path(".intentflow"), description="folder of the embedded stack and of the workers")
    metrics_port: int = Field(9100, ge=0, le=65535, description="Prometheus port of the first worker process; 0 = off")
    metrics_host: str = Field(
        "127.0.0.1", description="address that the metrics port listens on; 0.0.0.0 in a container"
    )
    chunk: int = Field(5000, ge=1, le=100_000, description="records folded at a time, at most")
    in_flight: int = Field(
        4,
        ge=1,
        le=64,
        description="full chunks whose effects may be unsettled at once; of small ones four times as many",
    )
    session_timeout: float = Field(10.0, ge=1, description="seconds until a silent worker is taken for dead")
    stall_timeout: float = Field(
        60.0,
        ge=2,
        description="seconds without progress, while there is work, after which a worker ends itself (exit code 70)",
    )
    commit_interval: float = Field(0.5, gt=0, description="seconds between commits")
    fetch_bytes: int = Field(1 << 20, ge=1 << 16, description="bytes fetched per partition at a time, at most")

    # Redis
    redis_url: SecretStr | None = Field(
        None,
        description="where the read model lies: redis://, or rediss:// for TLS, with user and password in it (and "
        "?ssl_ca_certs=FILE for an authority of one's own); none: the embedded stack's",
    )

    read_model_refresh: float = Field(
        300.0, ge=1, description="seconds within which every score that lists are sorted by is brought up to now"
    )
    projector_metrics_port: int = Field(9120, ge=0, le=65535, description="Prometheus port of the projector; 0 = off")

    # Console
    console_host: str = Field("127.0.0.1", description="address that the console listens on; 0.0.0.0 is every one")
    console_port: int = Field(8081, ge=0, le=65535, description="port of the console; 0 is a free one")
    console_hosts: tuple[str, ...] = Field(
        (), description="names that the console is called by besides this machine's, such as console.example.com"
    )
    console_tokens: tuple[Annotated[str, Field(pattern=r"^(viewer|operator):[0-9a-f]{64}$")], ...] = Field(
        (),
        description="who may look and who may do: roles with hashes of tokens, as `intentflow token create` prints them",
    )

    # Collector
    collector_host: str = Field("127.0.0.1", description="address that the collector listens on; 0.0.0.0 is every one")
    collector_port: int = Field(8080, ge=0, le=65535, description="port of the collector; 0 is a free one")
    collector_metrics_port: int = Field(9110, ge=0, le=65535, description="Prometheus port of the collector; 0 = off")
    collector_keys: Path | None = Field(
        None, description="file of the write keys; default: collector-keys.yaml in the data folder"
    )
    collector_do_not_track: Literal["drop", "carry"] = Field(
        "drop", description="what becomes of what is only known by watching somebody who said `do not track`"
    )
    collector_tracking_consents: tuple[str, ...] = Field(
        ("analytics", "analytics_storage", "statistics", "performance", "C0002"),
        description="categories of the site's consent dialogue; who refuses one of them has said `do not track`",
    )
    collector_privacy_control: Literal["drop", "carry"] = Field(
        "carry", description="the same, of somebody whose browser sends Global Privacy Control"
    )
    collector_body_bytes: int = Field(1 << 20, ge=1024, le=64 << 20, description="bytes of a request's body, at most")
    collector_unpacked_bytes: int = Field(
        4 << 20, ge=1024, le=256 << 20, description="bytes of a body once decompressed, at most"
    )
    collector_event_bytes: int = Field(65_536, ge=1024, le=900_000, description="bytes of one event, at most")
    collector_batch_events: int = Field(2_500, ge=1, le=100_000, description="events of one request, at most")
    collector_held_bytes: int = Field(
        64 << 20, ge=1 << 20, description="bytes of all bodies that are being worked on, at most; more is answered 503"
    )
    collector_waiting_bytes: int = Field(
        64 << 20, ge=1 << 20, description="bytes that may wait for Kafka, at most; more is answered 503"
    )
    collector_ack_seconds: float = Field(
        5.0, ge=0.1, description="seconds until a request is answered 503 that Kafka doesn't acknowledge"
    )
    collector_connections: int = Field(20_000, ge=10, description="open connections, at most")
    collector_head_seconds: float = Field(10.0, ge=0.1, description="seconds that the head of a request may take")
    collector_body_seconds: float = Field(15.0, ge=0.1, description="seconds that the body of a request may take")
    collector_idle_seconds: float = Field(75.0, ge=0.1, description="seconds that a connection may be idle")

    # Trackers
    event_names: dict[str, str] = Field(
        {}, description='what the site\'s own names of events mean, such as {"Course Clicked": "website_visit.view"}'
    )
    landing_pages: tuple[str, ...] = Field(
        (),
        description='patterns of the addresses that are landing pages by whatever link one comes, such as ["*/lp/*"]',
    )
    currency: str | None = Field(
        None, pattern=r"^[A-Z]{3}$", description="ISO 4217 code that is meant where an amount comes without one"
    )
    cart_ids: bool = Field(False, description="whether every event of a cart, orders too, says which cart it is")

    # Deliver
    deliver_endpoints: Path = Field(Path("deliver.yaml"), description="file of the endpoints that changes go to")
    deliver_metrics_port: int = Field(9130, ge=0, le=65535, description="Prometheus port of the deliverer; 0 = off")
    deliver_waiting_bytes: int = Field(
        256 << 20, ge=1 << 20, description="bytes of changes that may wait in memory; then no more are read"
    )

    # Nothing below this line is a setting

    @property
    def kafka(self) -> KafkaAccess:
        """How every client of ours gets into Kafka."""
        return KafkaAccess(
            self.bootstrap,
            self.security_protocol,
            self.sasl_mechanism,
            self.sasl_username,
            self.sasl_password,
            self.tls_ca,
            self.tls_cert,
            self.tls_key,
            self.tls_key_password,
        )

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments in code first; then what is said outside."""
        return init_settings, _Outside(settings_cls)

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        if self.security_protocol.startswith("SASL") and not (self.sasl_username and self.sasl_password):
            raise ValueError(f"security_protocol {self.security_protocol} needs sasl_username and sasl_password")
        if self.tls_key and not self.tls_cert:
            raise ValueError("tls_key needs tls_cert")
        return self

    @model_validator(mode="wrap")
    @classmethod
    def _in_words(cls, given: Any, made: ModelWrapValidatorHandler[Self]) -> Self:
        # the last of the validators: it hears what those above it say
        try:
            return made(given)
        except ValidationError as error:
            said = {name: one for name, one in said_outside(cls.model_fields).items() if given.get(name) == one.value}
            raise in_words(error, said, secrets()) from None  # the cause has the values, secret ones too


class _Outside(PydanticBaseSettingsSource):
    """The environment, the secret files and the configuration file, in that order."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        raise NotImplementedError  # only pydantic's own sources ask field by field

    def __call__(self) -> dict[str, Any]:
        fields = self.settings_cls.model_fields
        return {name: self._value(fields[name], one.value) for name, one in said_outside(fields).items()}

    def _value(self, field: FieldInfo, said: Any) -> Any:
        """Lists and tables are written as JSON where there is only text; what is no JSON is for pydantic to refuse."""
        if isinstance(said, str) and self.field_is_complex(field):
            with contextlib.suppress(ValueError, RecursionError):
                return json.loads(said)
        return said


def secrets() -> list[str]:
    """The names of those settings that nobody may see."""
    return [name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)]


def sources() -> dict[str, Said]:
    """What was said outside of code, and where; all else has its default."""
    return said_outside(Settings.model_fields)
