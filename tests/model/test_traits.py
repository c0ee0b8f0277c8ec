"""Names of attributes, as they may be written."""

import pytest

from intentflow.model.traits import attribute


@pytest.mark.parametrize("name", ["job_title", "Job Title", "größe", "a" * 128])
def test_a_name_is_any_printable_text_of_at_most_128_bytes(name):
    assert attribute(name) == name


@pytest.mark.parametrize("name", ["", " ", "a" * 129, "ß" * 65, "a\nb", 3, None])
def test_what_no_record_could_have_is_no_name(name):
    with pytest.raises(ValueError, match="must be the name of an attribute"):
        attribute(name)
