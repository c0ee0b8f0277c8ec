from intentflow.wire.rejections import LONGEST_HEADER, Rejection, refused_of, rejection_headers


def test_a_rejection_is_known_by_where_its_record_came_from():
    headers = dict(rejection_headers(Rejection("not_json", "why"), "events", 3, 17, 1_700_000_000_000))
    assert headers["rejection_id"] == b"events/3/17"
    assert (headers["reason"], headers["detail"]) == (b"not_json", b"why")
    assert (headers["source_topic"], headers["source_partition"], headers["source_offset"]) == (b"events", b"3", b"17")


def test_a_rejection_read_again_is_the_record_that_was_refused():
    own = [("ce_id", b"e1"), ("traceparent", b"00-1"), ("ce_time", b""), ("ce_type", b"x" * (LONGEST_HEADER + 1))]
    headers = rejection_headers(Rejection("wrong_type", "add action"), "events", 3, 17, 1_700_000_000_000, own)
    refused = refused_of(headers, b"l:42", b"{}")
    assert refused is not None
    assert (refused.id, refused.reason, refused.detail) == ("events/3/17", "wrong_type", "add action")
    assert (refused.topic, refused.partition, refused.offset) == ("events", 3, 17)
    assert (refused.timestamp, refused.key, refused.value) == (1_700_000_000_000, b"l:42", b"{}")
    assert refused.headers == (("ce_id", b"e1"),)
    assert not refused.is_cut


def test_a_record_whose_headers_are_no_rejections_is_none():
    assert refused_of([("rejection_id", b"events/3/17"), ("source_topic", b"events")], None, None) is None
    assert refused_of([], None, None) is None
    headers = rejection_headers(Rejection("not_json", "why"), "events", 3, 17, 0)
    assert refused_of([*headers, ("source_offset", b"seventeen")], None, b"") is None
