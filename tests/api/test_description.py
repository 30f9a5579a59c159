"""The description of the API: valid OpenAPI 3.1, the same each time, and it tells of keys, rights and failures."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from openapi_spec_validator import validate

pytestmark = pytest.mark.django_db


@pytest.fixture
def told() -> dict[str, Any]:
    """The description as anyone gets it, without a token."""
    answer = Client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = json.loads(answer.content)
    return found


def test_it_is_valid_and_stable(told: dict[str, Any]) -> None:
    """OpenAPI 3.1, and asked twice it is the same."""
    assert told["openapi"].startswith("3.1")
    validate(told)
    assert json.loads(Client().get("/api/v1/openapi.json").content) == told


def test_every_write_asks_for_a_key_and_every_operation_has_its_failures(told: dict[str, Any]) -> None:
    """Idempotency-Key is required on all that is not GET; 401, 403, 404, 422 and 429 are told of everywhere."""
    names = []
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            names.append(operation["operationId"])
            asked = {one["name"]: one for one in operation.get("parameters", [])}
            assert ("Idempotency-Key" in asked) is (method != "get"), path
            assert {"401", "403", "404", "422", "429"} <= set(operation["responses"]), path
            assert operation["summary"], path
    assert len(names) == len(set(names)) > 110
