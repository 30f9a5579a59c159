"""Queries whose text is written once: they find what Django's would, and refuse to be written wrongly."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from baohou.kernel.accountability.models import Entry, EntryKind
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Department, Post, Posting, Staff
from baohou.kernel.prepared import Prepared, prepared, prepared_count

pytestmark = pytest.mark.django_db


@pytest.fixture
def postings() -> list[Posting]:
    departments = [Department.objects.create(name=f"部门{n}") for n in range(2)]
    found = []
    for n in range(7):
        staff = Staff.objects.create(staff_no=f"S{n}", name=f"员工{n}")
        found.append(
            Posting.objects.create(
                staff=staff,
                department=departments[n % 2],
                post=Post.PROJECT_MANAGER,
                effective_on=date(2026, 1, 1) + timedelta(n),
            )
        )
    return found


@prepared
def _of(staff: list[int], on: date, *, named: bool = False) -> QuerySet[Posting, Any]:
    found = Posting.objects.filter(staff__in=staff, effective_on__lte=on).order_by("pk")
    return found.values_list("staff__name", "effective_on") if named else found.select_related("staff", "department")


@prepared
def _called(name: str) -> QuerySet[Staff, dict[str, Any]]:
    return Staff.objects.filter(name=name).values("pk", "name")


@prepared_count
def _until(on: date) -> QuerySet[Posting]:
    return Posting.objects.filter(effective_on__lte=on)[:5]


@pytest.fixture(params=[True, False], ids=["checked", "unchecked"], autouse=True)
def checked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Prepared, "CHECKED", request.param)


def test_rows_and_objects_are_those_of_the_queryset(postings: list[Posting]) -> None:
    for length in (1, 2, 3, 5, 7):
        for days in (0, 2, 9):
            wanted, on = [one.staff_id for one in postings[:length]], date(2026, 1, 1) + timedelta(days)
            plain = Posting.objects.filter(staff__in=wanted, effective_on__lte=on).order_by("pk")
            assert _of(wanted, on, named=True) == list(plain.values_list("staff__name", "effective_on"))
            with CaptureQueriesContext(
                connection,
            ) as asked:
                found = _of(wanted, on)
                names = [(one.staff.name, one.department.name if one.department else "") for one in found]
            assert len(asked) == 1
            assert found == list(plain)
            assert names == [(one.staff.name, one.department.name) for one in plain if one.department]


def test_an_empty_list_asks_nothing(postings: list[Posting]) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert _of([], date(2026, 1, 9)) == []
    assert len(asked) == 0


def test_texts_and_counts(postings: list[Posting]) -> None:
    assert [one["name"] for one in _called("员工3")] == ["员工3"]
    assert _called("8000-01-01' OR 1=1 --") == []
    assert [_until(date(2026, 1, day)) for day in (1, 3, 31)] == [1, 3, 5]
    with CaptureQueriesContext(connection) as asked:
        _until(date(2026, 1, 2))
    assert len(asked) == 1


def test_a_list_longer_than_any_text(postings: list[Posting]) -> None:
    many = [one.staff_id for one in postings] + list(range(10_000, 14_200))
    assert len(_of(many, date(2026, 1, 31))) == 7


def test_no_more_texts_are_kept_than_memory_has_room_for(
    postings: list[Posting], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shape may come from what somebody typed into an address: each word is a text of its own, the oldest are forgotten."""
    monkeypatch.setattr("baohou.kernel.prepared.MOST_TEXTS", 3)

    @prepared
    def said(on: date, *, word: str) -> QuerySet[Posting, int]:
        return Posting.objects.filter(effective_on__lte=on, staff__name=word).values_list("pk", flat=True)

    for word in ("员工1", "员工2", "甲", "乙", "丙", "员工1"):
        assert len(said(date(2026, 1, 31), word=word)) == word.startswith("员工")
        assert len(said._texts) <= 3


def test_what_is_no_plain_value_is_refused() -> None:
    with pytest.raises(TypeError, match="can be no value"):
        _called(3.5)  # type: ignore[arg-type]


def test_an_argument_that_is_changed_on_its_way_is_refused() -> None:
    @prepared
    def later(on: date) -> QuerySet[Posting]:
        return Posting.objects.filter(effective_on__lte=on + timedelta(1))

    @prepared
    def part(words: str) -> QuerySet[Party]:
        return Party.objects.filter(name__contains=words)

    @prepared
    def first(most: int) -> QuerySet[Party]:
        return Party.objects.all()[:most]

    for made, given in ((later, date(2026, 1, 1)), (part, "有限"), (first, 3)):
        with pytest.raises(TypeError):
            made(given)  # type: ignore[operator]


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite's columns take every number")
def test_a_number_that_has_no_stand_in_is_refused_and_never_finds_nothing() -> None:
    """A column of small numbers takes no stand-in: the text would find nothing, whatever it is asked for."""

    @prepared
    def entries(kind: int) -> QuerySet[Entry]:
        return Entry.objects.filter(kind=kind)

    @prepared
    def of_kind(kind: EntryKind) -> QuerySet[Entry]:
        return Entry.objects.filter(kind=kind.value)

    with pytest.raises(TypeError, match="enumeration"):
        entries(1)
    assert of_kind(EntryKind.PENALTY) == []


def test_a_text_that_depends_on_more_than_its_arguments_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Prepared, "CHECKED", True)
    outside = ["甲"]

    @prepared
    def wrong(pk: int) -> QuerySet[Party]:
        return Party.objects.filter(pk=pk, name=outside[0])

    wrong(1)
    outside[0] = "乙"
    with pytest.raises(AssertionError, match="no longer the query"):
        wrong(1)
