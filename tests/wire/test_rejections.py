from intentflow.wire.rejections import Rejection, rejection_headers


def test_a_rejection_is_known_by_where_its_record_came_from():
    headers = dict(rejection_headers(Rejection("not_json", "why"), "events", 3, 17, 1_700_000_000_000))
    assert headers["rejection_id"] == b"events/3/17"
    assert (headers["reason"], headers["detail"]) == (b"not_json", b"why")
    assert (headers["source_topic"], headers["source_partition"], headers["source_offset"]) == (b"events", b"3", b"17")
