"""Keeping a visit plan as it was accepted, so that whatever changes later shows (PGM.9)."""

from __future__ import annotations

from baohou.core.period import quarter_of
from baohou.guarantee.models import AcceptedVisit, Filing
from baohou.guarantee.queries.forms.visit_plan import get_visit_plan
from baohou.guarantee.queries.plans import PAPER
from baohou.guarantee.rules.words import DutyKind
from baohou.kernel.audit.capture import add_rows
from baohou.kernel.audit.models import Act
from baohou.kernel.papers.records import seal


def freeze(*, filing: Filing, act: Act) -> None:
    """Write down the lines of the plan that a filing hands in, and seal them; in the transaction of the acceptance."""
    plan = get_visit_plan(department=filing.department, quarter=quarter_of(filing.quarter).next())
    add_rows(
        AcceptedVisit,
        [
            AcceptedVisit(
                filing=filing,
                duty_key=visit.key,
                client_id=visit.client_id,
                project_no=visit.project_no if visit.guarantee_id else "",
                kind=DutyKind[f"{visit.kind.name}_VISIT"],
                opens_on=visit.opens_on,
                due_on=visit.due_on,
                planned_on=visit.planned_on,
                done_on=visit.done_on,
                manager_a_id=visit.managers.a_id,
            )
            for visit in plan.rows
        ],
        batch_size=1000,
    )
    seal(kind=PAPER, subject_id=filing.pk, act=act)
