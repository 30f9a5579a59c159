"""The room's tables, one module per noun."""

from baohou.guarantee.models.filings import Filing, FilingStep
from baohou.guarantee.models.grades import GradeChange, Measure
from baohou.guarantee.models.guarantees import Guarantee, ManagerAppointment
from baohou.guarantee.models.marks import Recheck, Touched
from baohou.guarantee.models.submissions import VisitSubmission, VisitUpload
from baohou.guarantee.models.visits import SpecialOrder, Visit

__all__ = [
    "Filing",
    "FilingStep",
    "GradeChange",
    "Guarantee",
    "ManagerAppointment",
    "Measure",
    "Recheck",
    "SpecialOrder",
    "Touched",
    "Visit",
    "VisitSubmission",
    "VisitUpload",
]
