"""The columnar rules behind the same face as the oracle: plain facts in, duties and nets out; no database, no Django."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from baohou.core.columns import NEVER, NOBODY, day_number, day_of
from baohou.core.period import quarter_of
from baohou.core.rulebook import Clause, ExceptionTo, Parameter, RuleBook, Version
from baohou.guarantee.rules import facts as frames
from baohou.guarantee.rules import penalties, reports, visits
from baohou.guarantee.rules.words import CLAUSE_OF, DutyKind, FilingKind, Grade, Urgency, VisitKind
from tests.oracle import model

NO_CODE = 0


@dataclass(frozen=True)
class Numbers:
    """Which number stands for which name in the columns; numbers run from 1, in an order unlike that of the names."""

    clients: dict[str, int]
    projects: dict[str, int]
    departments: dict[str, int]
    staff: dict[str, int]
    products: dict[str, int]
    versions: dict[str, int]

    @property
    def codes(self) -> dict[str, dict[str, int]]:
        return {"department": self.departments, "product": self.products}


def numbered(names: set[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(sorted(names, reverse=True), start=1)}


def numbers_of(facts: model.Facts) -> Numbers:
    staff = {g.manager_a for g in facts.guarantees} | {a.manager_a for a in facts.appointments}
    departments = {g.department for g in facts.guarantees} | {f.department for f in facts.filings}
    clients = {f.client for rows in (facts.guarantees, facts.grades, facts.visits, facts.orders) for f in rows}
    projects = {g.project_no for g in facts.guarantees} | {v.project_no for v in facts.visits if v.project_no}
    return Numbers(
        clients=numbered(clients),
        projects=numbered(projects | {a.project_no for a in facts.appointments}),
        departments=numbered(departments | {p.department for p in facts.postings if p.department}),
        staff=numbered(staff | {p.staff for p in facts.postings}),
        products=numbered({g.product for g in facts.guarantees if g.product}),
        versions={v.name: n for n, v in enumerate(sorted(facts.versions, key=lambda v: v.effective_on), start=1)},
    )


def book_of(facts: model.Facts, numbers: Numbers) -> RuleBook:
    return RuleBook(
        tuple(version_of(v, numbers.versions[v.name]) for v in sorted(facts.versions, key=lambda v: v.effective_on))
    )


def version_of(v: model.Version, number: int) -> Version:
    clauses: dict[str, dict[str, Parameter]] = {}
    for (clause, name), parameter in v.parameters.items():
        exceptions = tuple(ExceptionTo(e.label, e.when, e.value, "条", e.over) for e in parameter.exceptions)
        clauses.setdefault(clause, {})[name] = Parameter(name, parameter.value, "条", exceptions)
    told = {code: Clause(code, code, code, code, parameters) for code, parameters in clauses.items()}
    return Version(number, "PGM", v.name, v.effective_on, v.ends_on, told)


def frame(schema: dict[str, Any], rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict(schema), orient="row")


def facts_of(facts: model.Facts, numbers: Numbers) -> frames.Facts:
    """The facts of visits as the rules take them."""
    n = numbers
    in_order = sorted(facts.guarantees, key=lambda g: g.project_no)
    guarantees = [
        (
            n.projects[g.project_no],
            n.clients[g.client],
            n.departments[g.department],
            n.staff[g.manager_a],
            day_number(g.issued_on),
            day_number(g.released_on),
            in_order.index(g),
            n.products.get(g.product, NO_CODE),
        )
        for g in facts.guarantees
    ]
    seen = [
        (
            n.clients[v.client],
            n.projects[v.project_no] if v.project_no else NOBODY,
            day_number(v.visited_on),
            VisitKind.read(v.kind),
        )
        for v in facts.visits
    ]
    return frames.Facts(
        guarantees=frame(frames.GUARANTEES, guarantees),
        appointments=frame(
            frames.APPOINTMENTS,
            [(n.projects[a.project_no], n.staff[a.manager_a], day_number(a.effective_on)) for a in facts.appointments],
        ),
        grades=frame(
            frames.GRADES,
            [(n.clients[g.client], Grade.read(g.grade), day_number(g.effective_on)) for g in facts.grades],
        ),
        visits=frame(frames.VISITS, seen),
        orders=frame(
            frames.ORDERS,
            [(n.clients[o.client], day_number(o.ordered_on), Urgency.read(o.urgency)) for o in facts.orders],
        ),
        codes=n.codes,
    )


def filings_of(facts: model.Facts, n: Numbers) -> pl.DataFrame:
    rows = [
        (n.departments[f.department], day_number(f.quarter), FilingKind.read(f.kind), day_number(f.filed_on))
        for f in facts.filings
    ]
    return frame(frames.FILINGS, rows)


def postings_of(facts: model.Facts, n: Numbers) -> pl.DataFrame:
    rows = [
        (
            number,
            n.staff[p.staff],
            n.departments[p.department] if p.department else NOBODY,
            int(p.post == "department_manager"),
            day_number(p.effective_on),
        )
        for number, p in enumerate(facts.postings, start=1)
    ]
    return frame(frames.POSTINGS, rows)


def derived(facts: model.Facts, on: date) -> tuple[pl.DataFrame, Numbers, RuleBook]:
    """All duties as the columnar rules derive them for a day."""
    numbers = numbers_of(facts)
    book = book_of(facts, numbers)
    sound, _ = facts_of(facts, numbers).sound()
    owed_visits = visits.visit_duties(sound, book, on=on)
    first = min((g.issued_on for g in facts.guarantees), default=None)
    owed_reports = reports.report_duties(
        reports.owing_departments(sound, reports.quarters_ended(first, on)),
        filings_of(facts, numbers),
        postings_of(facts, numbers),
        book,
        on=on,
        codes=numbers.codes,
    )
    return pl.concat([owed_visits, owed_reports.select(owed_visits.columns)]), numbers, book


def named(numbers: dict[str, int], number: int) -> str | None:
    return next((name for name, known in numbers.items() if known == number), None)


def told(row: dict[str, Any], numbers: Numbers, on: date) -> dict[str, Any]:
    """A row of the columns as the oracle tells a duty; dates still dates."""
    kind = DutyKind(row["kind"])
    opens_on, due_on = day_of(row["opens_on"]), day_of(row["due_on"])
    done_on, lapsed_on = day_of(row["done_on"]), day_of(row["lapsed_on"])
    assert opens_on is not None and due_on is not None
    regular = kind == DutyKind.REGULAR_VISIT
    if lapsed_on is not None:
        state = "lapsed"
    elif done_on is not None:
        state = "done" if done_on <= due_on else "late"
    else:
        state = "open" if on <= due_on else "overdue"
    return {
        "clause": CLAUSE_OF[kind],
        "kind": kind.code,
        "version": named(numbers.versions, row["version_id"]),
        "client_id_no": named(numbers.clients, row["client_id"]),
        "project_no": named(numbers.projects, row["subject_id"]) if kind == DutyKind.ROUTINE_VISIT else None,
        "department": named(numbers.departments, row["department_id"]),
        "quarter": str(quarter_of(opens_on)) if row["client_id"] == NOBODY else None,
        "period_first": opens_on if regular else None,
        "period_last": due_on if regular else None,
        "owner": named(numbers.staff, row["owner_id"]),
        "opens_on": opens_on,
        "due_on": due_on,
        "state": state,
        "done_on": done_on,
    }


def identity(duty: dict[str, Any]) -> Any:
    department = duty["department"] if duty["client_id_no"] is None else None
    return (duty["kind"], duty["client_id_no"], duty["project_no"], department, duty["opens_on"])


def derive(facts: model.Facts, on: date) -> list[dict[str, Any]]:
    duties, numbers, _ = derived(facts, on)
    rows = [told(row, numbers, on) for row in duties.to_dicts()]
    return sorted(rows, key=lambda d: tuple(str(part) for part in identity(d)))


def duties(facts: model.Facts, on: date) -> list[dict[str, Any]]:
    return [{k: v.isoformat() if isinstance(v, date) else v for k, v in duty.items()} for duty in derive(facts, on)]


def nets(facts: model.Facts, on: date) -> dict[tuple[Any, str], int]:
    """What is owed less what was waived, never below zero; as the ledger keeps it."""
    found, numbers, book = derived(facts, on)
    rows = {row["key"]: identity(told(row, numbers, on)) for row in found.to_dicts()}
    owed = penalties.owed(found, book, on=on, go_live=facts.go_live, codes=numbers.codes)
    result: dict[tuple[Any, str], int] = {}
    for row in owed.to_dicts():
        staff = named(numbers.staff, row["staff_id"])
        assert staff is not None
        result[rows[row["duty_key"]], staff] = row["fen"]
    for waiver in facts.waivers:
        key = (waiver.duty, waiver.staff)
        if key in result:
            result[key] = max(0, result[key] - waiver.amount_fen)
    return {key: fen for key, fen in result.items() if fen > 0}


assert day_number(date(2200, 1, 1)) < NEVER
