"""A quarter's reports: who has handed in what, and which clients still lack a disposal measure (PGM.9 to PGM.11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from baohou.core.period import Quarter, ended_quarter
from baohou.guarantee.models import Filing
from baohou.guarantee.queries.filing_steps import last_verb
from baohou.guarantee.queries.pages.clients import managers_on, speaking
from baohou.guarantee.queries.pages.duties import DutyRow, describe, with_names
from baohou.guarantee.queries.report_duties import report_duties
from baohou.guarantee.rules.reports import DUTY_OF_FILING
from baohou.guarantee.rules.words import FilingKind, FilingVerb
from baohou.kernel.parties.models import Party
from baohou.kernel.people.access import Person, Right
from baohou.kernel.people.models import Department, Post, Posting, Staff
from baohou.kernel.people.queries import list_holders


@dataclass(frozen=True)
class Cell:
    """One report of one department: the duty (None when none is owed) and the filing (None when not handed in).

    ``step`` is what was done with the filing last: handed in, returned, accepted; None for imported history.
    """

    kind: FilingKind
    duty: DutyRow | None
    filing: Filing | None
    step: FilingVerb | None = None

    @property
    def said(self) -> tuple[object, ...]:
        """All that a page says of it, so that the same line need not be written twice."""
        filed = (self.filing.pk, self.filing.filed_on, self.filing.by.name) if self.filing else None
        return self.kind, self.duty, filed, self.step


@dataclass(frozen=True)
class DepartmentReports:
    department: Department
    cells: list[Cell]

    @property
    def handed_in(self) -> bool:
        return all(cell.filing or not cell.duty for cell in self.cells)

    @property
    def said(self) -> tuple[object, ...]:
        """All that a line of the list says of it."""
        return self.department.pk, self.department.name, *(cell.said for cell in self.cells)


@dataclass(frozen=True)
class QuarterReports:
    quarter: Quarter
    rows: list[DepartmentReports]
    missing: int
    overdue: int
    due_on: date | None

    @property
    def handed_in(self) -> list[tuple[FilingKind, int, int]]:
        """Of each kind of report how many were handed in, and how many there are to be."""
        counted = []
        for kind in FilingKind:
            cells = [cell for row in self.rows for cell in row.cells if cell.kind is kind]
            done = sum(cell.filing is not None for cell in cells)
            counted.append((kind, done, sum(bool(cell.filing or cell.duty) for cell in cells)))
        return counted


def get_quarter_reports(
    person: Person, quarter: Quarter, *, on: date, department: Department | None = None
) -> QuarterReports:
    """The reports of every department within the person's reach that owed or filed something; or those of one."""
    only = Q() if department is None else Q(department=department)
    duties = report_duties(lasts=[quarter.last]).filter(only, opens_on__lte=on)
    owed = {(row.department_id, row.kind): row for row in describe(with_names(duties), today=on)}
    filings = Filing.objects.filter(only, quarter=quarter.last, filed_on__lte=on).annotate(verb=last_verb())
    filed = {(one.department_id, FilingKind(one.kind)): one for one in filings.select_related("by")}
    concerned = {pk for pk, _ in (*owed, *filed) if pk}
    departments = [
        d for d in Department.objects.filter(pk__in=concerned).order_by("name") if person.sees_department(d.pk)
    ]
    rows = [
        DepartmentReports(
            department,
            [
                _cell(kind, owed.get((department.pk, DUTY_OF_FILING[kind])), filed.get((department.pk, kind)))
                for kind in FilingKind
            ],
        )
        for department in departments
    ]
    missing = [cell.duty for row in rows for cell in row.cells if cell.duty and not cell.filing and cell.duty.is_owed]
    due_on = max((duty.due_on for duty in owed.values()), default=None)
    return QuarterReports(quarter, rows, len(missing), sum(duty.state == "overdue" for duty in missing), due_on)


def _cell(kind: FilingKind, duty: DutyRow | None, filing: Any) -> Cell:
    """A cell; a filing comes with ``verb``, the number of what was done with it last."""
    return Cell(kind, duty, filing, FilingVerb(filing.verb) if filing is not None and filing.verb else None)


@dataclass(frozen=True)
class Conferring:
    """Who may have conferred about a client at a quarter's end: those in question first, and the usual three."""

    department_id: int
    project_managers: list[Staff]
    department_managers: list[Staff]
    initial: dict[str, int]


def list_managers(client: Party, on: date) -> Conferring | None:
    """The people to choose from for a client's disposal measure; None when nothing was in force on that day."""
    voice = speaking(client, on=on).select_related("manager_a", "manager_b").first()
    if voice is None:
        return None
    a, b = managers_on([voice], on=on)[voice.pk]
    posted = Posting.objects.filter(department_id=voice.department_id).select_related("staff").order_by("staff__name")
    heads = {p.staff_id: p.staff for p in posted if p.post == Post.DEPARTMENT_MANAGER}
    managers = {staff.pk: staff for staff in (a, b) if staff is not None}
    managers |= {p.staff_id: p.staff for p in posted if p.post == Post.PROJECT_MANAGER}
    initial = {"manager_a": a.pk, **({"manager_b": b.pk} if b else {})}
    return Conferring(voice.department_id, list(managers.values()), list(heads.values()), initial)


def who_signs_instead(person: Person, department: Department, on: date) -> list[str] | None:
    """Who signs for a department, asked by a stand-in, who sees all of it and cannot; None for everyone else."""
    if not person.may(Right.FILE_REPORT) or person.signs_for(department.pk):
        return None
    if department.pk not in person.department_ids:
        return None
    return [one.name for one in list_holders(post=Post.DEPARTMENT_MANAGER, on=on, department=department)]


def list_quarters(on: date, *, back: int = 8) -> list[Quarter]:
    """The last full quarters before ``on`` and the one that ``on`` ends, the newest first."""
    found = [ended_quarter(on)]
    while len(found) < back:
        found.append(found[-1].previous())
    return found
