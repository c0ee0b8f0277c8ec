"""A new model broken on purpose: for whom it takes effect, and what is noted of it (law 7)."""

from tests.mutants.mutation import FOLDING, Mutation

CHUNK = "src/intentflow/wire/chunk.py"
RENEWING_BROKEN = (
    Mutation(
        "a model that is not the worker's takes effect",
        "law 7",
        FOLDING,
        (("if isinstance(said, ModelRecord) and said.model != core.model_hash:", "if False:"),),
    ),
    Mutation(
        "nobody notes which model took effect",
        "law 7",
        FOLDING,
        (("yield part.note_model(said), [], True", "yield [], [], True"),),
    ),
    Mutation(
        "a strange model that is read again is told again",
        "law 7",
        FOLDING,
        (("[said.model] * fresh", "[said.model]"),),
    ),
    Mutation(
        "a model takes effect again for whom it judged last",
        "law 7",
        CHUNK,
        (("if row is None or judge_of(row) == self.fold.tag:", "if row is None:"),),
    ),
    Mutation(
        "a model takes effect for aliases and stubs",
        "law 7",
        CHUNK,
        (
            (
                "            if lead.clock:\n                news: News = []\n",
                "            if True:\n                news: News = []\n",
            ),
        ),
    ),
)
