from tests.beside import BROKER, scope_of


def test_files_that_speak_to_a_broker_share_one_process_and_others_have_their_own():
    """Two brokers under load at once would take each other's time, and each process would start one of its own."""
    assert {scope_of("tests/system/test_ownership.py"), scope_of("tests/faults/test_hazards.py")} == {BROKER}
    assert scope_of("tests/lane/test_gap.py") == "tests/lane/test_gap.py"
