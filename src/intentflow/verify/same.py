"""What it takes for a lead of ours to be the same as the reference's: one model, and scores that are as close as floats allow."""

from collections.abc import Iterator
from zlib import crc32

from intentflow.domain.change import rfc3339
from intentflow.domain.fold import Fold
from intentflow.domain.lead import Lead
from intentflow.domain.rules import AXES, ScoringModel
from intentflow.errors import ConfigError
from intentflow.oracle.worth import Pieces
from intentflow.verify.published import Changes
from intentflow.verify.snapshot import Snapshot

TOLERANCE = 1e-9  # of the larger of 1 and the score


def unequal(fold: Fold, lead: Lead, pieces: Pieces, at: int) -> Iterator[str]:
    """In words, on which axes the lead is not worth at `at` (epoch ms) what these pieces are."""
    wanted = pieces.scores(at)
    for axis, found in zip(AXES, fold.scores.at(lead, at), strict=True):
        if abs(found - wanted[axis]) > TOLERANCE * max(1.0, abs(wanted[axis])):
            yield f"{axis} at {rfc3339(at)}: the reference says {wanted[axis]!r}, it is {found!r}"


def require_one_model(model: ScoringModel, key: bytes, lead: Lead, changes: Changes) -> None:
    """Raises `ConfigError` if another model judged anything of this lead: what a change of models does is not checked."""
    decoded = (change.model for change in changes.decoded)
    others = {f"{name.name} {name.version}" for name in decoded if name.hash != model.hash}
    if others or (lead.model and lead.model != crc32(model.hash.encode())):
        told = ", ".join(sorted(others)) or "another model"
        raise ConfigError(
            f"{key.decode(errors='replace')} was judged by {told}, not by {model.name} {model.version} ({model.hash[:12]}): "
            "give the model that the worker has (--model). A log in which the model changed midway cannot be verified"
        )


def require_no_other(model: ScoringModel, snapshot: Snapshot) -> None:
    """Raises `ConfigError` if the control topic says that another model took effect: what came before and after it is not told apart."""
    for offset, model_hash in snapshot.models().items():
        if model_hash != model.hash:
            raise ConfigError(
                f"{snapshot.names.control}-{snapshot.partition}, offset {offset}: the scoring model {model_hash[:12]} takes effect, not "
                f"{model.name} {model.version} ({model.hash[:12]}): give the model that the worker has (--model). A log in which the "
                "model changed midway cannot be verified"
            )
