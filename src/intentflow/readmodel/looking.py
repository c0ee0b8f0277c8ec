"""Looking at Redis for its health; an answer whatever it says."""

from redis.exceptions import RedisError

from intentflow.adapters.redis_client import Client
from intentflow.readmodel.deliverers import Deliverer, deliverers
from intentflow.readmodel.generations import Generations
from intentflow.readmodel.health_told import Seen
from intentflow.readmodel.keys import Root
from intentflow.readmodel.pulse import decode_pulse


async def look(redis: Client, root: Root, generations: Generations, ours: str) -> Seen:
    """What is found; `ours` is the hash of the scoring model that is read with."""
    try:
        memory = await redis.info("memory")
        said = await deliverers(redis, root.deliverers)
        pulse = decode_pulse(await redis.get(root.pulse))
        number = await generations.serving()
        if number is None:
            return Seen(memory=_memory(memory), policy=_policy(memory), pulse=pulse, ours=ours, deliverers=_all(said))
        _, whole = await generations.plan(number)
        model = await redis.hget(root.generation(number).meta, "model")
    except (RedisError, OSError, TimeoutError) as error:
        return Seen(redis=str(error) or type(error).__name__, ours=ours)
    return Seen(
        memory=_memory(memory),
        policy=_policy(memory),
        pulse=pulse,
        generation=number,
        whole=whole,
        model="" if model is None else model.decode(),
        ours=ours,
        deliverers=_all(said),
    )


def _all(said: dict[bytes, Deliverer | None]) -> tuple[Deliverer, ...]:
    return tuple(one for one in said.values() if one is not None)


def _memory(info: dict[str, object]) -> tuple[int, int]:
    used, most = info.get("used_memory"), info.get("maxmemory")
    return (used if isinstance(used, int) else 0), (most if isinstance(most, int) else 0)


def _policy(info: dict[str, object]) -> str:
    return str(info.get("maxmemory_policy", "noeviction"))
