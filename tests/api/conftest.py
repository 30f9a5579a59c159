"""Callers of the API: tokens made by the real verb, and a way to call with them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client

from baohou.day.jobs import launching, services
from baohou.day.jobs.services import work
from baohou.kernel.api.tokens import make_own_token, scopes_of
from baohou.kernel.people.access import find_person
from baohou.kernel.people.models import Staff

TODAY = date(2026, 10, 20)


@dataclass
class Caller:
    """Someone with a token; every write has a key of its own unless one is given."""

    token: str
    staff: Staff | None = None
    program: Client = field(default_factory=Client, repr=False)

    def get(self, path: str, **asked: Any) -> Any:
        return self.program.get(f"/api/v1{path}", asked, headers=self._headers())

    def send(self, path: str, body: Any = None, *, key: str | None = None, method: str = "post", **more: Any) -> Any:
        headers = {**self._headers(), "Idempotency-Key": key or str(uuid4())}
        data = json.dumps(body) if body is not None else ""
        return getattr(self.program, method)(
            f"/api/v1{path}", data=data, content_type="application/json", headers=headers, **more
        )

    def put(self, path: str, body: Any, *, key: str | None = None) -> Any:
        return self.send(path, body, key=key, method="put")

    def upload(self, path: str, data: dict[str, Any], *, key: str | None = None) -> Any:
        headers = {**self._headers(), "Idempotency-Key": key or str(uuid4())}
        return self.program.post(f"/api/v1{path}", data, headers=headers)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}


CallAs = Callable[..., Caller]


@pytest.fixture(autouse=True)
def jobs_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an operation starts is done at once, in this process."""
    monkeypatch.setattr(launching, "launch", lambda pk: work(pk=pk))
    monkeypatch.setattr(services, "when_committed", lambda launch: launch())


@pytest.fixture
def call_as(db: None) -> CallAs:
    """A token of a member of staff, with all scopes of the post unless some are named."""

    def call_as(staff: Staff, scopes: list[str] | None = None, days: int = 30) -> Caller:
        staff.refresh_from_db()
        if staff.user is None:
            staff.user = User.objects.create(username=staff.staff_no)
            staff.save(update_fields=["user"])
        person = find_person(staff.user, on=TODAY)
        assert person is not None
        wanted = scopes_of(person.post) if scopes is None else scopes
        made = make_own_token(
            staff=staff, post=person.post, name="试用", scopes=wanted, days=days, actor=staff.staff_no, door="page"
        )
        return Caller(made.text, staff)

    return call_as
