"""Archive: volumes with a number, contents, a place and a retention; volumes lent and brought back."""

from baohou.kernel.papers.archive.destroying import DESTROYED, Someone, destroy, require_destroyable
from baohou.kernel.papers.archive.kinds import VolumeKind, register
from baohou.kernel.papers.archive.lending import lend, take_back
from baohou.kernel.papers.archive.reading import (
    PLACED,
    Standing,
    VolumeFilters,
    VolumePage,
    find_loan,
    iterate_volumes,
    kept_through,
    list_items,
    list_loans,
    list_newly_overdue,
    list_overdue,
    list_volumes,
    require_there,
    rule_of,
    standing_of,
)
from baohou.kernel.papers.archive.shelving import Contents, Place, move, open_volume, set_rule

__all__ = [
    "DESTROYED",
    "PLACED",
    "Contents",
    "Place",
    "Someone",
    "Standing",
    "VolumeFilters",
    "VolumeKind",
    "VolumePage",
    "destroy",
    "find_loan",
    "iterate_volumes",
    "kept_through",
    "lend",
    "list_items",
    "list_loans",
    "list_newly_overdue",
    "list_overdue",
    "list_volumes",
    "move",
    "open_volume",
    "register",
    "require_destroyable",
    "require_there",
    "rule_of",
    "set_rule",
    "standing_of",
    "take_back",
]
