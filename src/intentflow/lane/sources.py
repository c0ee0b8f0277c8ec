"""Which topics leads are folded from."""

from intentflow.wire.topic_names import TopicNames


def source_topics(names: TopicNames, family_topics: bool) -> tuple[str, ...]:
    """Every topic that leads are folded from. A new one comes last: in this order sources are numbered, once and for ever."""
    families = tuple(names.families.values()) if family_topics else ()
    later = (names.outcomes, names.profiles) if family_topics else ()
    return (names.events, names.control, *families, names.identities, *later)
