"""业务一部 at the end of 2026Q3, and the verbs of its table in few words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from baohou.guarantee.models import Filing, FilingStep, Measure, Proposal
from baohou.guarantee.queries.grading import GradingTable, get_table
from baohou.guarantee.rules.words import FilingKind, Grade
from baohou.guarantee.services import measures, proposals, reports
from baohou.guarantee.services.tables import Signing
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Department, Staff
from tests.cast import Portfolio

LAST, EIGHTH = date(2026, 9, 30), date(2026, 10, 8)


@dataclass(frozen=True)
class Room:
    """业务一部, whose only client on 2026-09-30 is 东方钢铁, and what its people do."""

    of: Portfolio
    department: Department

    def table(self) -> GradingTable:
        return get_table(department=self.department, quarter=LAST)

    def propose(self, grade: Grade, because: str = "", *, by: Staff | None = None, seen: int | None = None) -> Proposal:
        by = by or self.of.cast.b
        return proposals.propose(
            department=self.department,
            quarter=LAST,
            client=self.of.steel.pk,
            grade=grade,
            because=because,
            seen=self.table().lines[0].seen if seen is None else seen,
            by=by,
            actor=by.staff_no,
            door="page",
        )

    def measure(self, client: Party | None = None, text: str = "压降敞口") -> Measure:
        """Whoever writes it has seen what stands there."""
        cast = self.of.cast
        there = Measure.objects.filter(client=client or self.of.steel, quarter=LAST).first()
        seen = there.act_id or 0 if there else 0
        return measures.file(
            client=client or self.of.steel,
            quarter=LAST,
            text=text,
            department_manager=cast.manager,
            manager_a=cast.b,
            manager_b=cast.a,
            filed_on=EIGHTH,
            actions=[measures.Action("每周核对回款", cast.b, date(2026, 11, 30))],
            seen=seen,
            actor="M01",
            door="page",
        )

    def hand_in(self, *, by: Staff | None = None, digest: str | None = None, signed: bool = True) -> Filing:
        by = by or self.of.cast.manager
        return reports.file(
            department=self.department,
            quarter=LAST,
            kind=FilingKind.CLASSIFICATION_REPORT,
            filed_on=EIGHTH,
            by=by,
            actor=by.staff_no,
            door="page",
            signing=Signing(digest or self.table().digest) if signed else None,
        )

    def hand_in_again(self, filing: Filing) -> FilingStep:
        by = self.of.cast.manager
        signing = Signing(self.table().digest)
        return reports.hand_in_again(filing=filing, on=EIGHTH, by=by, actor="M01", door="page", signing=signing)

    def accept(self, filing: Filing) -> FilingStep:
        return reports.accept(filing=filing, on=EIGHTH, by=self.of.cast.supervisor, actor="S01", door="page")

    def return_(self, filing: Filing) -> FilingStep:
        risk = self.of.cast.supervisor
        return reports.return_(filing=filing, because="理由不足", on=EIGHTH, by=risk, actor="S01", door="page")


@pytest.fixture
def room(portfolio: Portfolio) -> Room:
    """Nothing is graded yet."""
    return Room(portfolio, portfolio.first.department)
