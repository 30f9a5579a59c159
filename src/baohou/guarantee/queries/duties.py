"""What is owed as seen on a day: derived from the facts, so that any day can be asked for, not only the last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import polars as pl

from baohou.core.columns import NEVER, day_number, day_of
from baohou.core.period import quarter_of
from baohou.core.rulebook import RuleBook
from baohou.guarantee.models import Guarantee
from baohou.guarantee.queries import facts as reading
from baohou.guarantee.rules.reports import owing_departments, quarters_ended, report_duties
from baohou.guarantee.rules.visits import visit_duties
from baohou.guarantee.rules.words import CLAUSE_OF, DutyKind
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Department, Staff
from baohou.kernel.rulebook.queries import get_rule_book

STATES: Final = ("open", "overdue", "done", "late", "lapsed")


def derive_duties(*, on: date, clients: Sequence[int] | None = None) -> pl.DataFrame:
    """All duties (rules.visits.DUTIES) as seen on a day, or the visit duties of some clients. Sorted by key."""
    book = get_rule_book()
    sound, _ = reading.get_facts(book, clients=clients).sound()
    visits = visit_duties(sound, book, on=on)
    duties = visits if clients is not None else pl.concat([visits, derive_reports(sound, book, on=on)])
    return duties.sort("key")


def derive_reports(sound: Any, book: RuleBook, *, on: date) -> pl.DataFrame:
    """The departments' duties as seen on a day, from all facts."""
    return report_duties(
        owing_departments(sound.known(on), quarters_ended(reading.get_first_fact(), on)),
        reading.frame(reading.FILING_TABLE),
        reading.frame(reading.POSTING_TABLE),
        book,
        on=on,
        codes=reading.get_codes(book),
    )


def list_duties(
    *, on: date, client: Party | None = None, owner: Staff | None = None, state: str | None = None
) -> list[dict[str, Any]]:
    """Duties as seen on a day, as objects of plain values; facts dated after it do not exist for it.

    Ordered by the day they open, then kind, department, client and project.
    """
    duties = derive_duties(on=on, clients=None if client is None else [client.pk])
    duties = duties.with_columns(state=_state(day_number(on)))
    if owner is not None:
        duties = duties.filter(pl.col("owner_id") == owner.pk)
    if state is not None:
        duties = duties.filter(pl.col("state") == state)
    rows = _Words(client).told(duties)
    return sorted(rows, key=lambda row: tuple(str(row[name] or "") for name in _ORDER))


_ORDER: Final = ("opens_on", "kind", "department", "client_id_no", "project_no")


def _state(day: int) -> pl.Expr:
    done, due = pl.col("done_on"), pl.col("due_on")
    return (
        pl.when(pl.col("lapsed_on") < NEVER)
        .then(pl.lit("lapsed"))
        .when(done <= due)
        .then(pl.lit("done"))
        .when(done < NEVER)
        .then(pl.lit("late"))
        .when(due < day)
        .then(pl.lit("overdue"))
        .otherwise(pl.lit("open"))
    )


class _Words:
    """The names behind the numbers of duties, each table read once."""

    def __init__(self, client: Party | None) -> None:
        guarantees = Guarantee.objects.filter(client=client) if client else Guarantee.objects.all()
        parties = {client.pk: client.id_no} if client else dict(Party.objects.values_list("pk", "id_no"))
        self.parties = parties
        self.projects = dict(guarantees.values_list("pk", "project_no"))
        self.departments = dict(Department.objects.values_list("pk", "name"))
        self.staff = dict(Staff.objects.values_list("pk", "staff_no"))
        self.versions = {version.number: version.name for version in get_rule_book().versions}

    def told(self, duties: pl.DataFrame) -> list[dict[str, Any]]:
        return [self._one(**row) for row in duties.iter_rows(named=True)]

    def _one(self, **duty: Any) -> dict[str, Any]:
        kind = DutyKind(duty["kind"])
        opens_on, due_on, done_on = (day_of(duty[name]) for name in ("opens_on", "due_on", "done_on"))
        assert opens_on is not None and due_on is not None, "every duty opens and is due"
        regular, report = kind is DutyKind.REGULAR_VISIT, kind >= DutyKind.CLASSIFICATION_REPORT
        return {
            "clause": CLAUSE_OF[kind],
            "kind": kind.code,
            "version": self.versions[duty["version_id"]],
            "client_id_no": self.parties.get(duty["client_id"]),
            "project_no": self.projects.get(duty["subject_id"]),
            "department": self.departments.get(duty["department_id"]),
            "quarter": str(quarter_of(opens_on)) if report else None,
            "period_first": opens_on.isoformat() if regular else None,
            "period_last": due_on.isoformat() if regular else None,
            "owner": self.staff.get(duty["owner_id"]),
            "opens_on": opens_on.isoformat(),
            "due_on": due_on.isoformat(),
            "state": duty["state"],
            "done_on": done_on.isoformat() if done_on else None,
        }
