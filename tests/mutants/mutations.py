"""The protocol broken on purpose, one rule at a time (design 8)."""

from tests.mutants.mutation import Mutation
from tests.mutants.owning_broken import OWNING_BROKEN
from tests.mutants.settling_broken import SETTLING_BROKEN

MUTATIONS: tuple[Mutation, ...] = (*SETTLING_BROKEN, *OWNING_BROKEN)
