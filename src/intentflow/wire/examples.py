"""An example or two of each contract, as they stand in the JSON Schemas and the docs."""

EXAMPLES: dict[str, list[dict[str, object]]] = {
    "link": [
        {
            "family": "link",
            "event_id": "0197f1a2-link-1",
            "occurred_at": "2026-05-01T09:42:00Z",
            "visitor_id": "b7f3c1d2e4a59687",
            "email": "anna@example.com",
        },
        {
            "family": "link",
            "event_id": "0197f1a2-link-2",
            "occurred_at": "2026-05-01T10:12:00Z",
            "lead_id": "u-81234",
            "email": "anna@example.com",
        },
    ],
    "website_visit": [
        {
            "family": "website_visit",
            "event_id": "0197f1a2-visit-1",
            "occurred_at": "2026-05-01T09:30:00.250Z",
            "visitor_id": "b7f3c1d2e4a59687",
            "action": "view",
            "page": {"url": "https://shop.example/products/espresso-machine", "referrer": "https://www.google.com/"},
            "user_agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/138.0",
        },
        {
            "family": "website_visit",
            "event_id": "0197f1a2-visit-2",
            "occurred_at": "2026-05-01T11:31:12+02:00",
            "lead_id": "u-81234",
            "action": "search",
            "page": {"url": "/search?q=grinder"},
            "attributes": {"results": 12, "signed_in": True},
        },
    ],
    "newsletter_signup": [
        {
            "family": "newsletter_signup",
            "event_id": "0197f1a2-news-1",
            "occurred_at": "2026-05-01T09:41:00Z",
            "email": "anna@example.com",
            "visitor_id": "b7f3c1d2e4a59687",
            "action": "signup",
            "page": {"url": "https://shop.example/newsletter"},
        },
        {
            "family": "newsletter_signup",
            "event_id": "0197f1a2-news-2",
            "occurred_at": "2026-05-01T10:02:30Z",
            "email": "anna@example.com",
            "action": "confirm",
        },
    ],
    "cart": [
        {
            "family": "cart",
            "event_id": "0197f1a2-cart-1",
            "occurred_at": "2026-05-02T18:05:00Z",
            "lead_id": "u-81234",
            "action": "add",
            "cart_id": "c-5521",
            "lines": [
                {
                    "sku": "ESP-200",
                    "name": "Espresso machine",
                    "quantity": 1,
                    "price": {"amount": "249.00", "currency": "EUR"},
                }
            ],
            "value": {"amount": "249.00", "currency": "EUR"},
        },
        {
            "family": "cart",
            "event_id": "0197f1a2-cart-2",
            "occurred_at": "2026-05-02T18:07:30Z",
            "lead_id": "u-81234",
            "action": "shipping_quote",
            "cart_id": "c-5521",
        },
    ],
    "landing_page": [
        {
            "family": "landing_page",
            "event_id": "0197f1a2-land-1",
            "occurred_at": "2026-05-03T07:20:00Z",
            "visitor_id": "b7f3c1d2e4a59687",
            "action": "land",
            "page": {
                "url": "https://shop.example/lp/spring?utm_source=newsletter&utm_medium=email&utm_campaign=spring-sale"
            },
            "campaign": {"name": "spring-sale", "source": "newsletter", "medium": "email"},
        },
        {
            "family": "landing_page",
            "event_id": "0197f1a2-land-2",
            "occurred_at": "2026-05-03T07:24:10Z",
            "email": "anna@example.com",
            "visitor_id": "b7f3c1d2e4a59687",
            "action": "submit",
            "page": {"url": "https://shop.example/sample"},
            "attributes": {"form": "sample"},
        },
    ],
    "outcome": [
        {
            "family": "outcome",
            "event_id": "0197f1a2-sales-1",
            "occurred_at": "2026-05-04T09:00:00Z",
            "lead_id": "u-81234",
            "action": "rejected",
            "reason": "buys for a competitor",
        },
        {
            "family": "outcome",
            "event_id": "0197f1a2-sales-2",
            "occurred_at": "2026-05-11T15:30:00Z",
            "email": "anna@example.com",
            "action": "won",
            "value": {"amount": "1249.00", "currency": "EUR"},
        },
    ],
    "profile": [
        {
            "family": "profile",
            "event_id": "0197f1a2-profile-1",
            "occurred_at": "2026-05-03T07:24:10Z",
            "email": "anna@roastery.example",
            "profile": {"role": "owner", "employees": 12, "newsletter_consent": True},
            "provenance": "form",
            "given_freely": True,
        },
        {
            "family": "profile",
            "event_id": "0197f1a2-profile-2",
            "occurred_at": "2026-05-05T00:00:00Z",
            "lead_id": "u-81234",
            "profile": {"industry": "hospitality", "fax": None},
            "provenance": "enriched",
        },
    ],
    "qualification_change": [
        {
            "id": "5b0e7d4c9a1f4e0b8c2d3e4f5a6b7c8d",
            "lead": "l:anna@example.com",
            "sequence": 2,
            "from": "prospect",
            "to": "mql",
            "at": "2026-05-01T10:02:30.000Z",
            "cause": {"kind": "event", "event_id": "0197f1a2-news-2"},
            "scores": {"engagement": 33.5, "fit": 0.0, "intent": 4.0},
            "receipts": [
                {"signal": "newsletter_signup", "axis": "engagement", "points": 30.0},
                {"signal": "product_page", "axis": "engagement", "points": 3.5},
                {"signal": "pricing_page", "axis": "intent", "points": 4.0},
            ],
            "answers": {
                "eligible": True,
                "meets_criteria": False,
                "criteria_met": 1,
                "criteria": 4,
                "likelihood": None,
            },
            "facts": [
                {"fact": "source", "until": "2026-10-28T10:02:30.000Z"},
                {"fact": "product_in_hand", "by": ["referral"], "until": "2026-07-29T09:40:00.000Z"},
            ],
            "topics": [{"topic": "prices", "points": 4.0}],
            "missing": [{"stage": "sql", "axis": "intent", "points": 36.0}, {"stage": "sql", "fact": "need"}],
            "treatment": "nurture",
            "follow_up_by": None,
            "model": {"name": "retail", "version": 1, "hash": "9f2c51d07be84a36"},
        }
    ],
    "cart_notice": [
        {
            "id": "0f4c2b7a9d3e4c1f8a6b5d2e7c9f1a3b",
            "kind": "abandoned",
            "lead": "l:anna@example.com",
            "cart_id": "k9",
            "at": "2026-05-01T11:12:30.000Z",
            "last_used": "2026-05-01T10:12:30.000Z",
            "value": {"amount": "39.90", "currency": "EUR"},
            "lines": 2,
            "model": {"name": "retail", "version": 1, "hash": "9f2c51d07be84a36"},
        }
    ],
}
