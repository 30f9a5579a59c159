"""What the three annexed forms show (PGM.15), read in a bounded number of queries."""

from baohou.guarantee.queries.forms.classification import Classification, get_classification
from baohou.guarantee.queries.forms.departments import get_department
from baohou.guarantee.queries.forms.visit_plan import VisitPlan, get_visit_plan
from baohou.guarantee.queries.forms.visit_reports import VisitReport, get_visit_report, list_visit_reports

__all__ = [
    "Classification",
    "VisitPlan",
    "VisitReport",
    "get_classification",
    "get_department",
    "get_visit_plan",
    "get_visit_report",
    "list_visit_reports",
]
