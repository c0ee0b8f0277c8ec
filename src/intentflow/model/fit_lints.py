"""What is allowed of signals on profiles, but probably not meant."""

from collections.abc import Iterator

from intentflow.domain.mail import DERIVED
from intentflow.domain.rules import Graded, Ideal
from intentflow.model.findings import Flaw
from intentflow.model.load import Reading
from intentflow.model.protected import protected_rules


def protected_attribute(reading: Reading) -> Iterator[Flaw]:
    """Points for what people are, even where the model says why."""
    for section, name, attributes, because in protected_rules(reading.written):
        text = (
            f'looks at {" and ".join(attributes)}, which is protected; let a lawyer read the reason given: "{because}"'
        )
        yield Flaw((section, name, "because"), text, True)


def mail_never_known(reading: Reading) -> Iterator[Flaw]:
    """What an address says is observed, never given: a signal that asks for more can never count it."""
    for signal in reading.model.signals:
        if not isinstance(signal, Graded | Ideal):
            continue
        looks = [signal.attribute] if isinstance(signal, Graded) else [name for name, _ in signal.criteria]
        for name in sorted(set(looks) & set(DERIVED)):
            if signal.given_freely or (signal.only_from and "observed" not in signal.only_from):
                text = f"{name} is read off the address (observed, not given); take given_freely and only_from out"
                yield Flaw(("signals", signal.name, "when"), text)
