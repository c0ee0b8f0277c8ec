"""That every mutant can still be made. Whether a test notices each is asked by `make mutants`."""

import ast

import pytest

from tests.mutants.mutation import Mutation
from tests.mutants.mutations import MUTATIONS
from tests.mutants.tree import ROOT, UnmatchedError, mutated


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_each_mutation_fits_the_source_and_leaves_python(mutation: Mutation):
    text = (ROOT / mutation.file).read_text()
    assert ast.dump(ast.parse(mutated(mutation, text))) != ast.dump(ast.parse(text))


def test_no_two_mutants_have_one_name():
    names = [mutation.name for mutation in MUTATIONS]
    assert len(set(names)) == len(names)


def test_a_mutation_that_no_longer_fits_is_named_with_its_file():
    stale = Mutation("stale", "1", "src/intentflow/lane/clock.py", (("what is not there", ""),))
    with pytest.raises(UnmatchedError, match=r"'stale'.*clock\.py"):
        mutated(stale, "something else")
