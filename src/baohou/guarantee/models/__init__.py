"""The room's tables, one module per noun."""

from baohou.guarantee.models.drafts import MovedDraft, VisitDraft
from baohou.guarantee.models.filings import Filing, FilingStep
from baohou.guarantee.models.grades import GradeChange, Measure
from baohou.guarantee.models.grading import MeasureAction, Proposal
from baohou.guarantee.models.guarantees import Guarantee, ManagerAppointment
from baohou.guarantee.models.hand_overs import HandOver, HandOverItem, HandOverReceipt
from baohou.guarantee.models.marks import Recheck, Touched
from baohou.guarantee.models.moves import MovedAction, MovedDuty, MovedGuarantee, MoveSigner, WorkMove
from baohou.guarantee.models.plans import AcceptedVisit, PlannedDate
from baohou.guarantee.models.submissions import VisitSubmission, VisitUpload
from baohou.guarantee.models.summaries import (
    AmountSlice,
    HeavyClient,
    KeptSlice,
    OverdueSlice,
    PortfolioSlice,
    ReportSlice,
    Summary,
)
from baohou.guarantee.models.uploads import ImportUpload, MarkedCopy
from baohou.guarantee.models.visits import SpecialOrder, Visit

__all__ = [
    "AcceptedVisit",
    "AmountSlice",
    "Filing",
    "FilingStep",
    "GradeChange",
    "Guarantee",
    "HandOver",
    "HandOverItem",
    "HandOverReceipt",
    "HeavyClient",
    "ImportUpload",
    "KeptSlice",
    "ManagerAppointment",
    "MarkedCopy",
    "Measure",
    "MeasureAction",
    "MoveSigner",
    "MovedAction",
    "MovedDraft",
    "MovedDuty",
    "MovedGuarantee",
    "OverdueSlice",
    "PlannedDate",
    "PortfolioSlice",
    "Proposal",
    "Recheck",
    "ReportSlice",
    "SpecialOrder",
    "Summary",
    "Touched",
    "Visit",
    "VisitDraft",
    "VisitSubmission",
    "VisitUpload",
    "WorkMove",
]
