"""What a classification table says that was handed in: the paper that is signed and, once accepted, sealed."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from baohou.core.period import quarter_of
from baohou.guarantee.models import FilingStep, Measure, Proposal
from baohou.guarantee.rules.words import Grade

PAPER: Final = "classification"
"""The kind of paper that a handed-in table is; its number is that of the step by which it was handed in."""


def tell(step_id: int) -> dict[str, Any] | None:
    """The table handed in by a step, row by row, with the measures; None when there is no such step. Four queries.

    What the rows state was written down when the table was handed in: facts corrected later do not change it.
    """
    step = FilingStep.objects.select_related("filing__department", "by").filter(pk=step_id).first()
    if step is None:
        return None
    filing = step.filing
    proposals = Proposal.objects.filter(department=filing.department, quarter=filing.quarter).exclude(stated={})
    measures = _measures(filing.department_id, filing.quarter)
    return {
        "department": filing.department.name,
        "quarter": str(quarter_of(filing.quarter)),
        "handed_in_on": step.on.isoformat(),
        "handed_in_by": step.by.staff_no,
        "rows": [
            {
                **one.stated,
                "id_no": one.client.id_no,
                "proposed": Grade(one.grade).code,
                "reason": one.because,
                "proposed_by": one.by.staff_no,
                "measure": measures.get(one.client_id),
            }
            for one in proposals.select_related("client", "by").order_by("client__id_no")
        ],
    }


def _measures(department: int, quarter: date) -> dict[int, dict[str, Any]]:
    clients = Proposal.objects.filter(department=department, quarter=quarter).values("client")
    filed = Measure.objects.filter(quarter=quarter, client__in=clients)
    filed = filed.select_related("department_manager", "manager_a", "manager_b")
    return {
        measure.client_id: {
            "text": measure.text,
            "department_manager": measure.department_manager.staff_no,
            "manager_a": measure.manager_a.staff_no,
            "manager_b": measure.manager_b.staff_no if measure.manager_b else "",
            "filed_on": measure.filed_on.isoformat(),
            "actions": [
                {"text": each.text, "responsible": each.responsible.staff_no, "due_on": each.due_on.isoformat()}
                for each in measure.actions.all()
            ],
        }
        for measure in filed.prefetch_related("actions__responsible")
    }
