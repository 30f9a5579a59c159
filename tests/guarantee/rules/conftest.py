"""Every worked example of this folder is put twice: to the slow, plain oracle and to the columnar rules."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.guarantee.rules import columns
from tests.oracle import cast, oracle


@pytest.fixture(params=["slowly", "columns"])
def rules(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Who answers ``cast.duties`` and ``cast.nets`` in this test."""
    answering = {"slowly": oracle, "columns": columns}[request.param]
    monkeypatch.setattr(cast, "duties", answering.duties)
    monkeypatch.setattr(cast, "nets", answering.nets)
    yield request.param
