"""The whole API asked everything that its description allows: never a 5xx, and every answer as described."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from baohou.config.wsgi import application
from baohou.kernel.duties.models import Duty
from baohou.kernel.watch.queries import get_read_only
from baohou.upkeep.closing import open_again
from tests.api.conftest import CallAs, Caller
from tests.cast import Portfolio

pytestmark = pytest.mark.django_db

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = int(os.environ.get("BAOHOU_API_EXAMPLES", "6"))
SCHEMA = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)


@pytest.fixture
def callers(evening: Portfolio, call_as: CallAs, settings: Any) -> list[Caller]:
    """Someone of each post that the operations ask for."""
    settings.API_CALLS_PER_MINUTE = settings.WRITES_PER_MINUTE = 10**9
    cast = evening.cast
    return [call_as(who) for who in (cast.manager, cast.risk_manager, cast.admin, cast.a)]


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """A request neither begins nor ends the test's own transaction, as with the test client."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


def test_nothing_that_is_described_breaks_it(evening: Portfolio, callers: list[Caller]) -> None:
    """Every operation, by four people, with made-up values and with those of 东方钢铁 in 2026Q3."""
    real = known(evening)
    turn = itertools.cycle(callers)
    seen: dict[int, int] = {}
    faults: list[str] = []
    for found in SCHEMA.get_all_operations():
        operation = found.ok()

        @hypothesis.settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            caller = next(turn)
            for path in (dict(case.path_parameters or {}), {**(case.path_parameters or {}), **real}):
                names = dict(case.path_parameters or {})
                case.path_parameters = {name: path[name] for name in names}
                headers = {"Authorization": f"Bearer {caller.token}", "Idempotency-Key": str(uuid4())}
                answer = case.call(headers=headers)
                if get_read_only() is not None:  # the switch was tried; the others are asked with the house open
                    open_again(actor="X01", door="api")
                seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
                case.validate_response(answer, checks=CHECKS)

        try:
            ask()
        except (schemathesis.errors.SchemathesisError, AssertionError, BaseExceptionGroup) as wrong:
            faults.append(f"{operation.label}: {wrong!r} {wrong}"[:1500])
    assert not faults, "\n\n".join(faults)
    assert seen[200] > 10 * EXAMPLES
    assert seen[422] > 10 * EXAMPLES


def known(portfolio: Portfolio) -> dict[str, Any]:
    """Values of path parameters that lead to something."""
    duty = Duty.objects.filter(party=portfolio.steel).order_by("key")[0]
    department = portfolio.first.department_id
    return {
        "client": portfolio.steel.pk,
        "department": department,
        "quarter": "2026Q3",
        "key": duty.key,
        "duty": duty.key,
        "staff": portfolio.cast.a.pk,
        "month": "2026-09",
        "version": 1,
        "act": 1,
    }
