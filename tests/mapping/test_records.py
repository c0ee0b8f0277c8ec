"""What a row gives: events of every family, several from a row, links, ids."""

from tests.mapping.made import events, faults, written

ROW = "who,at,x\nv,2026-05-01,"


def test_fields_go_where_the_contract_has_them():
    text = """
mapping: orders
format: csv
records:
  order:
    family: cart
    action: {column: state, map: {paid: purchase, open: checkout}}
    event_id: "order-{id}"
    email: {column: mail, as: lower}
    occurred_at: "{at}"
    page: {url: "/cart/{id}", title: "{title}"}
    campaign: {source: "{src}", name: spring}
    user_agent: "{ua}"
    cart_id: "{id}"
    value: {amount: {column: sum, decimal: ","}, currency: EUR}
    lines:
      - {sku: "{sku1}", quantity: "{n1}", price: {amount: "{p1}", currency: EUR}}
      - {sku: "{sku2}"}
    attributes: {coupon: "{coupon}"}
"""
    (event,) = events(
        text,
        "id,state,mail,at,title,src,ua,sum,sku1,n1,p1,sku2,coupon\n"
        '7,paid,A@B.DE,2026-05-01,,google,Mozilla,"1.234,50",a-1,2,9.99,,\n',
    )
    assert event == {
        "family": "cart",
        "action": "purchase",
        "event_id": "order-7",
        "email": "a@b.de",
        "occurred_at": "2026-05-01T00:00:00.000Z",
        "page": {"url": "/cart/7"},
        "campaign": {"source": "google", "name": "spring"},
        "user_agent": "Mozilla",
        "cart_id": "7",
        "value": {"amount": "1234.50", "currency": "EUR"},
        "lines": [{"sku": "a-1", "quantity": 2, "price": {"amount": "9.99", "currency": "EUR"}}],
    }


def test_without_an_id_the_rows_bytes_make_one_and_a_second_import_gives_the_same():
    once, twice = events(written(), ROW + "1\n" + "v,2026-05-01,2\n"), events(written(), ROW + "1\nv,2026-05-01,2\n")
    assert [event["event_id"] for event in once] == [event["event_id"] for event in twice]
    assert len({event["event_id"] for event in once}) == 2


def test_records_of_one_row_have_ids_of_their_own_whatever_their_order():
    other = '  other:\n    family: landing_page\n    visitor_id: "{who}"\n    occurred_at: "{at}"\n'
    first = written() + other
    swapped = written().replace("  seen:\n", other + "  seen:\n")
    ids = [{e["family"]: e["event_id"] for e in events(text, ROW + "1\n")} for text in (first, swapped)]
    assert ids[0] == ids[1]
    assert len(set(ids[0].values())) == 2


def test_a_row_may_give_a_record_as_often_as_a_column_says():
    text = written('repeat: {column: x, at_most: 3}\nattributes: {number: "{$n}"}')
    assert [e["attributes"]["number"] for e in events(text, ROW + "2\n")] == [1, 2]
    assert len({e["event_id"] for e in events(text, ROW + "9\n")}) == 3
    assert events(text, ROW + "0\n") == events(text, ROW + "\n") == []


def test_a_count_that_is_none_or_too_large_is_told():
    assert faults(written('repeat: "{x}"'), ROW + "some\n") == [
        '2: wrong_type: column 3 (x): "some" is not a whole number'
    ]
    assert faults(written('repeat: "{x}"'), ROW + "1001\n") == [
        "2: malformed_row: column 3 (x): 1001 records from a row; give at_most, 1000 or less"
    ]


def test_a_list_in_a_column_gives_a_record_for_each_part():
    text = written('each: {column: x, separator: "|"}\nattributes: {tag: "{$each}"}')
    assert [e["attributes"]["tag"] for e in events(text, ROW + "a| b||c\n")] == ["a", "b", "c"]
    assert events(text, ROW + "\n") == []


def test_a_list_of_json_gives_a_record_for_each_part():
    text = written('each: {column: x}\nattributes: {tag: "{$each}"}', format="jsonl")
    found = events(text, '{"who": "v", "at": "2026-05-01", "x": ["a", 5]}')
    assert [e["attributes"]["tag"] for e in found] == ["a", 5]


def test_a_link_names_two_ids_of_one_person():
    text = """
mapping: contacts
format: csv
records:
  email: {kind: link, lead_id: "{id}", email: "{mail}", occurred_at: "{at}"}
"""
    (link,) = events(text, "id,mail,at\n7,a@b.de,2026-05-01\n")
    assert (link["family"], link["lead_id"], link["email"]) == ("link", "7", "a@b.de")
    assert faults(text, "id,mail,at\n7,,2026-05-01\n") == [
        "2: no_identity: columns 1 (id), 2 (mail): a link names exactly two of lead_id, email, same_as and visitor_id"
    ]


PROFILES = """
mapping: people
format: csv
records:
  person:
    kind: profile
    lead_id: "{id}"
    occurred_at: "{at}"
    provenance: {column: src, map: {web: form, crm: enriched}}
    given_freely: {column: src, map: {web: true, crm: false}}
    profile: {role: "{role}", seats: {column: seats, as: number}, phone: {column: phone, withdraw: WITHDRAW}}
"""


def known(withdraw: str, *people: str) -> list[object]:
    """What is known of people, by rows of role, seats and phone."""
    table = "id,at,src,role,seats,phone\n" + "".join(f"7,2026-05-01,web,{person}\n" for person in people)
    return [event["profile"] for event in events(PROFILES.replace("WITHDRAW", withdraw), table)]


def test_a_profile_says_what_is_known_where_it_is_from_and_whether_it_was_told_freely():
    (told,) = events(PROFILES.replace("WITHDRAW", "false"), "id,at,src,role,seats,phone\n7,2026-05-01,web,owner,12,\n")
    assert (told["family"], told["provenance"], told["given_freely"]) == ("profile", "form", True)
    assert told["profile"] == {"role": "owner", "seats": 12}


def test_what_is_empty_in_a_profile_says_nothing_unless_it_withdraws():
    assert known("false", "owner,,555", "owner,,", ",,") == [{"role": "owner", "phone": "555"}, {"role": "owner"}]
    assert known("true", "owner,,555", "owner,,", ",,") == [
        {"role": "owner", "phone": "555"},
        {"role": "owner", "phone": None},
        {"phone": None},
    ]


def test_an_outcome_without_an_action_and_a_value_without_an_amount_are_left_out():
    text = """
mapping: deals
format: csv
records:
  deal:
    kind: outcome
    lead_id: "{id}"
    occurred_at: "{at}"
    action: {column: state, map: {closed: won}, otherwise: null}
    value: {amount: "{sum}", currency: EUR}
    reason: "{why}"
"""
    found = events(
        text, "id,at,state,sum,why\n1,2026-05-01,closed,,good\n2,2026-05-01,closed,9,\n3,2026-05-01,open,9,\n"
    )
    assert [(event["action"], event.get("value"), event.get("reason")) for event in found] == [
        ("won", None, "good"),
        ("won", {"amount": "9", "currency": "EUR"}, None),
    ]


def test_a_text_is_cut_to_what_the_contract_takes_and_an_id_is_not():
    text = written('page: {url: "/{x}"}\nuser_agent: "{x}"')
    (event,) = events(text, ROW + "u" * 5000 + "\n")
    assert (len(event["page"]["url"]), len(event["user_agent"])) == (4096, 1024)
    (said,) = faults(written().replace('"{who}"', '"{x}"'), ROW + "u" * 129 + "\n")
    assert said.startswith("2: bad_id: column 3 (x): visitor_id")
