"""A stand-in for HubSpot's contacts, built from its public API documentation: what it enforces is what a client can stumble over.

A token; at most a hundred inputs, none twice; known properties and stages; a lifecycle stage that goes up, or anywhere once it was cleared,
and that keeps its value without a word otherwise; errors for the whole batch, or (207) for each record; 429 without Retry-After.
"""

from typing import Any, Self

from aiohttp import web

ORDER = ["subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer"]
KNOWN = {"email", "shop_id", "lifecyclestage", "intentflow_stage", "intentflow_intent", "intentflow_treatment"}
TOKEN = "pat-test-1"  # noqa: S105 - made up for the tests


class HubSpot:
    """A context manager; `url` is where it listens."""

    def __init__(self, *, partial: bool = True) -> None:
        self.partial = partial  # whether it tells of each record, or refuses the batch for one of them
        self.contacts: dict[str, dict[str, str]] = {}
        self.history: dict[str, list[str]] = {}  # of each contact, every value that its stage took
        self.calls: list[tuple[str, int, int]] = []  # path, inputs, status
        self.statuses: list[int] = []  # to answer with instead, one request after the other
        self.url = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/crm/v3/objects/contacts/batch/{what:upsert|read}", self._handle)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.Response:
        what, said = request.match_info["what"], await request.json()
        status, body = self._answer(request, what, said)
        self.calls.append((what, len(said["inputs"]), status))
        return web.json_response(body, status=status)

    def _answer(self, request: web.Request, what: str, said: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, _error("INVALID_AUTHENTICATION")
        if self.statuses and (status := self.statuses.pop(0)) != 200:
            return status, _error("RATE_LIMITS", policyName="TEN_SECONDLY_ROLLING")
        inputs = said["inputs"]
        if not 1 <= len(inputs) <= 100 or len({one["id"] for one in inputs}) < len(inputs):
            return 400, _error("VALIDATION_ERROR")
        return self._read(said) if what == "read" else self._upsert(inputs)

    def _read(self, said: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        assert said["idProperty"] in said["properties"]
        found = [one["id"] for one in said["inputs"] if one["id"] in self.contacts]
        results = [
            {"id": str(n), "properties": {name: self.contacts[key].get(name) for name in said["properties"]}}
            for n, key in enumerate(found)
        ]
        missing = len(said["inputs"]) - len(found)
        errors = [_error("OBJECT_NOT_FOUND")] if missing else []
        return (207 if missing else 200), {"status": "COMPLETE", "results": results, "errors": errors}

    def _upsert(self, inputs: list[dict[str, Any]]) -> tuple[int, dict[str, Any]]:
        bad = [one for one in inputs if not _is_sound(one)]
        if bad and not self.partial:
            return 400, _error("VALIDATION_ERROR")
        good = [one for one in inputs if one not in bad]
        for one in good:
            self._write(one["id"], one["idProperty"], one["properties"])
        results = [{"id": "1", "properties": {}, "objectWriteTraceId": one["objectWriteTraceId"]} for one in good]
        errors = [
            _error("VALIDATION_ERROR", context={"objectWriteTraceId": [one["objectWriteTraceId"]]}) for one in bad
        ]
        return (207 if bad else 200), {
            "status": "COMPLETE",
            "results": results,
            "numErrors": len(bad),
            "errors": errors,
        }

    def _write(self, key: str, by: str, properties: dict[str, str]) -> None:
        contact = self.contacts.setdefault(key, {by: key})
        new, old = properties.get("lifecyclestage"), contact.get("lifecyclestage", "")
        contact.update({name: value for name, value in properties.items() if name != "lifecyclestage"})
        if new is not None and (not new or not old or ORDER.index(new) >= ORDER.index(old)):
            contact["lifecyclestage"] = new
            self.history.setdefault(key, []).append(new)


def _is_sound(one: dict[str, Any]) -> bool:
    stage = one["properties"].get("lifecyclestage", "")
    is_known = one["idProperty"] != "email" or one["id"].count("@") == 1
    return is_known and set(one["properties"]) <= KNOWN and (not stage or stage in ORDER)


def _error(category: str, **more: Any) -> dict[str, Any]:
    return {"status": "error", "message": f"{category} in words", "category": category, "correlationId": "c-1", **more}
