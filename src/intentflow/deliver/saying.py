"""What a process that delivers says of itself to the console, through Redis, if there is one."""

import os
import socket

from intentflow.adapters.redis_client import connect
from intentflow.deliver.deliverer import Deliverer, Waits
from intentflow.deliver.metrics import state_of
from intentflow.readmodel import deliverers
from intentflow.readmodel.keys import Root
from intentflow.settings import Settings


def saying(settings: Settings) -> deliverers.Say | None:
    """This process's place in Redis; None if the settings name no Redis. Raises ConfigError if that is no address."""
    if settings.redis_url is None:
        return None
    redis = connect(settings.redis_url.get_secret_value())
    return deliverers.Say(redis, Root(settings.app_id), f"{socket.gethostname()}-{os.getpid()}")


def said_of(deliverer: Deliverer, now: int) -> deliverers.Deliverer:
    """How it is at `now`, in epoch milliseconds."""
    waits = deliverer.waits()
    endpoints = tuple(
        deliverers.Endpoint(name, state_of(outlet, now), waits.get(name, Waits()).changes)
        for name, outlet in deliverer.outlets.items()
    )
    return deliverers.Deliverer(now, endpoints)
