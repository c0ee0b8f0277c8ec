"""The protocol broken on purpose, one rule at a time (design 8)."""

from tests.mutants.erasing_broken import ERASING_BROKEN
from tests.mutants.mutation import Mutation
from tests.mutants.owning_broken import OWNING_BROKEN
from tests.mutants.renewing_broken import RENEWING_BROKEN
from tests.mutants.settling_broken import SETTLING_BROKEN
from tests.mutants.telling_broken import TELLING_BROKEN

MUTATIONS: tuple[Mutation, ...] = (*SETTLING_BROKEN, *OWNING_BROKEN, *ERASING_BROKEN, *TELLING_BROKEN, *RENEWING_BROKEN)
