"""The OpenAPI document is what the API is."""

import json

from intentflow.console.openapi import FILE, api_app, document, text
from tests.house.tree import ROOT


def test_the_document_is_as_the_api_is():
    assert (ROOT / FILE).read_text() == text(), "write it again: python -m intentflow.console.openapi"


def test_every_reference_leads_somewhere():
    said = document(api_app())
    names = set(said["components"]["schemas"])
    parts = json.dumps(said).split('"#/components/schemas/')[1:]
    assert {part.split('"')[0] for part in parts} <= names


def test_every_answer_that_may_be_has_words_and_every_problem_its_media_type():
    paths = document(api_app())["paths"]
    answers = {
        (path, status): answer
        for path, methods in paths.items()
        for operation in methods.values()
        for status, answer in operation["responses"].items()
    }
    assert all(answer["description"] for answer in answers.values())
    problems = {where: set(answer["content"]) for where, answer in answers.items() if where[1] != "200"}
    assert {where: kinds for where, kinds in problems.items() if kinds != {"application/problem+json"}} == {}
    assert {path for path, status in answers if status == "401"} == set(paths)


async def test_the_document_is_served_to_who_has_a_token(viewer):
    async with viewer.get("/api/openapi.json") as response:
        assert await response.json() == document(api_app())
