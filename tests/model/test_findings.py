from intentflow.model.findings import Finding, Flaw, ModelError, sentence


def test_the_last_key_is_the_subject_of_what_must_be():
    assert (
        sentence(Flaw(("signals", "a", "when", 0, "url", 1), "must be text"))
        == 'signal "a": when: entry 1: url: entry 2 must be text'
    )
    assert sentence(Flaw(("version",), "is missing")) == "version is missing"


def test_a_text_that_names_its_key_stands_alone():
    assert sentence(Flaw(("stages", "mql", "x"), 'unknown key "x"', named=True)) == 'stage "mql": unknown key "x"'


def test_the_message_names_the_first_50_and_counts_the_rest():
    error = ModelError("m.yaml", [Finding(line, "syntax", "wrong") for line in range(1, 53)])
    assert str(error).splitlines()[-2:] == ["m.yaml:50: wrong", "m.yaml: and 2 more"]
    assert len(error.findings) == 52
