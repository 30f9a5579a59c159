"""A fixed cast for worked examples: one firm, two departments, a few people; short names for facts."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.oracle.model import Appointment, Facts, Filing, GradeChange, Guarantee, Order, Posting, Visit, version
from tests.oracle.oracle import duties, nets

FIRM = "X:C1"
SECOND = "X:C2"
ONE, TWO = "业务一部", "业务二部"
LI, WANG, ZHAO, QIAN, SUN = "S01", "S02", "S03", "M01", "M02"
"""Li, Wang and Zhao are project managers; Qian and Sun are department managers."""


def day(text: str) -> date:
    return date.fromisoformat(text)


def issued(
    on: str,
    *,
    released: str | None = None,
    no: str = "P-1",
    client: str = FIRM,
    by: str = LI,
    of: str = ONE,
    **more: Any,
) -> Guarantee:
    return Guarantee(no, client, of, by, day(on), day(released) if released else None, **more)


def graded(grade: str, on: str, client: str = FIRM) -> GradeChange:
    return GradeChange(client, grade, day(on))


def visited(on: str, kind: str = "regular", no: str | None = None, client: str = FIRM) -> Visit:
    return Visit(client, day(on), kind, no)


def ordered(on: str, urgency: str, client: str = FIRM) -> Order:
    return Order(client, day(on), urgency)


def appointed(manager: str, on: str, no: str = "P-1") -> Appointment:
    return Appointment(no, manager, day(on))


def filed(kind: str, quarter: str, on: str, department: str = ONE) -> Filing:
    return Filing(department, day(quarter), kind, day(on))


def posted(
    staff: str, on: str = "1900-01-01", department: str | None = ONE, post: str = "department_manager"
) -> Posting:
    return Posting(staff, department, post, day(on))


_PLURALS = {
    Guarantee: "guarantees",
    Appointment: "appointments",
    GradeChange: "grades",
    Visit: "visits",
    Order: "orders",
    Filing: "filings",
    Posting: "postings",
}


def facts(*records: Any, versions: Any = None, **more: Any) -> Facts:
    """Facts from records in any order; the shipped version unless others are given."""
    lists: dict[str, tuple[Any, ...]] = dict.fromkeys(_PLURALS.values(), ())
    for record in records:
        name = _PLURALS[type(record)]
        lists[name] = (*lists[name], record)
    return Facts(**lists, versions=tuple(versions) if versions is not None else (version(),), **more)


def seen(of: Facts, on: str, kind: str) -> list[tuple[str, ...]]:
    """Duties of a kind on a day as (opens_on, due_on, state, done_on or "")."""
    rows = [d for d in duties(of, day(on)) if d["kind"] == kind]
    rows.sort(key=lambda d: (d["opens_on"], d["project_no"] or "", d["department"] or ""))
    return [(d["opens_on"], d["due_on"], d["state"], d["done_on"] or "") for d in rows]


def only(of: Facts, on: str, kind: str) -> dict[str, Any]:
    """The one duty of a kind on a day."""
    [duty] = [d for d in duties(of, day(on)) if d["kind"] == kind]
    return duty


def booked(of: Facts, on: str, kind: str | None = None) -> list[tuple[str, str, int]]:
    """Net penalties on a day as (first day of the duty, staff, fen)."""
    found = nets(of, day(on)).items()
    return sorted((key[4].isoformat(), staff, fen) for (key, staff), fen in found if kind in (None, key[0]))
