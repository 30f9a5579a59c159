"""What the risk department watches: who has handed in what and how it stands, and what was returned (PGM.9, GPM.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import F

from baohou.core.period import Quarter, quarter_of
from baohou.guarantee.models import FilingStep, HandOverItem
from baohou.guarantee.queries.filing_steps import last_steps
from baohou.guarantee.queries.hand_overs import reports_back
from baohou.guarantee.queries.pages.reports import get_quarter_reports
from baohou.guarantee.rules.words import FilingKind, FilingVerb
from baohou.kernel.people.access import Person
from baohou.kernel.people.models import Department

RETURNED_SHOWN = 100


@dataclass(frozen=True)
class Standing:
    """How one report of a department stands: none, missing, overdue, handed_in (waits), returned, accepted, or history.

    ``history`` is a filing imported without steps: it waits for nobody.
    """

    kind: FilingKind
    code: str
    on: date | None
    by: str


@dataclass(frozen=True)
class DepartmentStanding:
    department: Department
    cells: list[Standing]

    @property
    def said(self) -> tuple[object, ...]:
        """All that a line of the page says of it."""
        return self.department.pk, self.department.name, *self.cells

    def has(self, code: str) -> bool:
        """Whether a report of the department stands so."""
        return any(cell.code == code for cell in self.cells)


@dataclass(frozen=True)
class HandedIn:
    """The reports of a quarter, by department."""

    quarter: Quarter
    due_on: date | None
    rows: list[DepartmentStanding]

    def count(self, *codes: str) -> int:
        """Reports that stand so."""
        return sum(cell.code in codes for row in self.rows for cell in row.cells)


@dataclass(frozen=True)
class Returned:
    """A report that was sent back and has not come again."""

    department: Department
    quarter: Quarter
    kind: FilingKind
    on: date
    by: str
    because: str


def get_handed_in(person: Person, quarter: Quarter, *, on: date) -> HandedIn:
    """How every department's reports of a quarter stand on a day. Seven queries at most."""
    found = get_quarter_reports(person, quarter, on=on)
    steps = last_steps().filter(filing__quarter=quarter.last, filing__filed_on__lte=on)
    latest = {step.filing_id: step for step in steps}
    rows = []
    for row in found.rows:
        cells = []
        for cell in row.cells:
            if cell.filing is not None:
                step = latest.get(cell.filing.pk)
                code = FilingVerb(step.verb).code if step else "history"
                by = step.by if step else cell.filing.by
                cells.append(Standing(cell.kind, code, step.on if step else cell.filing.filed_on, by.name))
            elif cell.duty is not None and cell.duty.is_owed:
                code = "overdue" if cell.duty.state == "overdue" else "missing"
                cells.append(Standing(cell.kind, code, cell.duty.due_on, ""))
            else:
                cells.append(Standing(cell.kind, "none", None, ""))
        rows.append(DepartmentStanding(row.department, cells))
    return HandedIn(quarter, found.due_on, rows)


def list_returned(*, on: date) -> list[Returned]:
    """Reports of any quarter whose last step is a return, the latest first. One query."""
    return list_returned_page(on=on, before=None, most=RETURNED_SHOWN)[0]


@dataclass(frozen=True)
class SentBack:
    """A visit report that was sent back by itself and has not been given again; its list is of ``quarter``."""

    item: HandOverItem
    quarter: Quarter


def list_sent_back() -> list[SentBack]:
    """Visit reports sent back one by one and not given again, the latest first. One query."""
    items = reports_back().order_by(F("sent_back_on").desc(nulls_last=True), "-pk")[:RETURNED_SHOWN]
    return [SentBack(item, quarter_of(item.hand_over.quarter)) for item in items]


def list_returned_page(*, on: date, before: int | None, most: int) -> tuple[list[Returned], int | None]:
    """A page of them, those whose step comes before one's number; and the number of the last when more follow."""
    steps = last_steps().filter(verb=FilingVerb.RETURNED, filing__filed_on__lte=on)
    steps = steps if before is None else steps.filter(pk__lt=before)
    page = list(steps.select_related("filing__department").order_by("-pk")[: most + 1])
    return [_returned(step) for step in page[:most]], page[most - 1].pk if len(page) > most else None


def _returned(step: FilingStep) -> Returned:
    return Returned(
        department=step.filing.department,
        quarter=quarter_of(step.filing.quarter),
        kind=FilingKind(step.filing.kind),
        on=step.on,
        by=step.by.name,
        because=step.because,
    )
