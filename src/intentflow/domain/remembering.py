"""The memory for ids, by which an event is counted once."""

from intentflow.domain.lead import Lead


def remember(lead: Lead, at: int, digest: bytes, remembered: int) -> None:
    """Keep (at, id hash of 4 bytes) among the latest; what has to go raises the floor."""
    time = at.to_bytes(6, "big")
    hashes, times = lead.seen_hashes, lead.seen_times
    if at > lead.newest or time + digest >= times[-6:] + hashes[-4:]:
        hashes, times = hashes + digest, times + time
    else:
        held = sorted([*zip(_cut(times, 6), _cut(hashes, 4), strict=True), (time, digest)])
        times, hashes = b"".join(t for t, _ in held), b"".join(h for _, h in held)
    if len(hashes) > 4 * remembered:
        lead.floor = max(lead.floor, int.from_bytes(times[:6], "big"))
        hashes, times = hashes[4:], times[6:]
    lead.seen_hashes, lead.seen_times = hashes, times


def remembered_at(lead: Lead, at: int, digest: bytes) -> bool:
    """Whether this hash is remembered of exactly this time."""
    return (at.to_bytes(6, "big"), digest) in zip(_cut(lead.seen_times, 6), _cut(lead.seen_hashes, 4), strict=True)


def _cut(text: bytes, size: int) -> list[bytes]:
    return [text[i : i + size] for i in range(0, len(text), size)]
