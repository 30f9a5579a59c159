"""No list ends without saying how to read on."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from baohou.day import engine
from baohou.day.models import Job, JobState, SetAside
from baohou.guarantee.models import GradeChange
from baohou.kernel.audit.models import Act, Change
from baohou.kernel.notices.services import tell
from tests.api.conftest import TODAY, CallAs, Caller
from tests.cast import Portfolio, TakeIn

pytestmark = pytest.mark.django_db


def _turned(caller: Caller, path: str, most: int = 2, **asked: Any) -> list[Any]:
    """What turning page by page gives, two rows a page unless told otherwise."""
    seen: list[Any] = []
    cursor = ""
    while True:
        answer = caller.get(path, limit=most, **({"cursor": cursor} if cursor else {}), **asked)
        assert answer.status_code == 200, answer.content
        page = answer.json()
        assert len(page["items"]) <= most
        seen += page["items"]
        cursor = page["next"]
        if not cursor:
            return seen


def test_lists_that_used_to_be_cut_are_turned_to_their_end(evening: Portfolio, call_as: CallAs) -> None:
    """Staff, runs, jobs, what is set aside, grades, an act's rows, notices, the outbox."""
    admin, act = call_as(evening.cast.admin), Act.objects.latest("pk")
    for n in range(3):
        Job.objects.create(kind="day", by="X01", active=False, state=JobState.DONE)
        SetAside.objects.create(step="plan", table="visits", row=n, code="x", message="坏行", since=TODAY)
        graded = date(2026, 3 + n, 31) if n != 1 else date(2026, 4, 30)
        GradeChange.objects.create(
            client=evening.steel, grade=2, effective_on=graded, because="x", by=evening.cast.manager, act=act
        )
        Change.objects.create(act=act, table="t", key=str(n), after={"n": n})
        tell(person=evening.cast.admin, kind="login.factor_reset", title="知会", text="", url="/", on=TODAY)
        engine.run(on=date(2026, 10, 21 + n))
    staff = _turned(admin, "/staff")
    assert {one["staff_no"] for one in staff} >= {"A01", "X01", "G01"} and len(staff) == len({o["id"] for o in staff})
    assert [one["on"] for one in _turned(admin, "/runs")] == ["2026-10-23", "2026-10-22", "2026-10-21", "2026-10-20"]
    assert len(_turned(admin, "/jobs")) == 3
    assert len([one for one in _turned(admin, "/runs/set-aside") if one["code"] == "x"]) == 3
    grades = [one["effective_on"] for one in _turned(admin, f"/clients/{evening.steel.pk}/grades")]
    assert grades == sorted(grades, reverse=True) and len(grades) >= 3
    rows = _turned(admin, f"/acts/{act.pk}/changes")
    assert [one["key"] for one in rows][-3:] == ["0", "1", "2"]
    assert len(_turned(admin, "/notices")) >= 3
    assert len(_turned(admin, "/outbox")) == sum(admin.get("/outbox/counts").json().values())
    assert _turned(admin, "/outbox", channel="nothing") == []


def test_rows_that_share_one_of_the_audit_are_turned_one_by_one(
    evening: Portfolio, call_as: CallAs, take_in: TakeIn
) -> None:
    """150 people imported: their 150 rows and 150 postings, each as it was added, forty a page."""
    admin = call_as(evening.cast.admin)
    took = [(f"N{n:03}", f"新人{n:03}", "业务一部", "project_manager") for n in range(150)]
    take_in("staff", took)
    act = Act.objects.latest("pk")
    assert Change.objects.filter(act=act, table="people.Staff").count() == 1
    rows = _turned(admin, f"/acts/{act.pk}/changes", most=40)
    people = [one for one in rows if one["table"] == "people.Staff"]
    assert [(one["key"], one["after"]["name"]) for one in people] == [(row[0], row[1]) for row in took]
    assert all(one["before"] is None for one in people)
    postings = [one["after"]["id"] for one in rows if one["table"] == "people.Posting"]
    assert len(postings) == len(set(postings)) == 150
