"""The ledger as seen on a day, as objects of plain values."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from baohou.core.money import format_yuan
from baohou.core.period import quarter_of
from baohou.guarantee.models import Guarantee
from baohou.guarantee.rules.words import DutyKind
from baohou.kernel.accountability.models import Entry, EntryKind
from baohou.kernel.accountability.queries import list_entries
from baohou.kernel.audit.queries import get_names_of_removed
from baohou.kernel.people.models import Staff

_AT_ONCE: Final = 20_000


def list_penalties(*, on: date, staff: Staff | None = None) -> list[dict[str, Any]]:
    """Entries dated up to a day; amounts in yuan with two decimals, negative for reversal and waiver."""
    entries = list(list_entries(on=on, staff_no=staff.staff_no if staff else None))
    projects = _projects({entry.subject_id for entry in entries if entry.subject_id})
    return [_told(entry, projects) for entry in entries]


def _projects(guarantees: set[int]) -> dict[int, str]:
    """Project numbers of guarantees, of those that were removed later, too."""
    found: dict[int, str] = {}
    numbers = sorted(guarantees)
    for start in range(0, len(numbers), _AT_ONCE):
        piece = Guarantee.objects.filter(pk__in=numbers[start : start + _AT_ONCE])
        found.update(piece.values_list("pk", "project_no"))
    missing = guarantees - found.keys()
    return {**found, **get_names_of_removed(table=Guarantee._meta.label, ids=missing)}


def _told(entry: Entry, projects: dict[int, str]) -> dict[str, Any]:
    kind = DutyKind(entry.duty_kind)
    report, regular = kind >= DutyKind.CLASSIFICATION_REPORT, kind is DutyKind.REGULAR_VISIT
    return {
        "clause": entry.clause,
        "kind": EntryKind(entry.kind).name.lower(),
        "staff_no": entry.staff.staff_no,
        "amount": format_yuan(entry.amount_fen),
        "dated": entry.dated.isoformat(),
        "client_id_no": entry.party.id_no if entry.party else None,
        "project_no": projects.get(entry.subject_id or 0),
        "department": entry.department.name if entry.department else None,
        "quarter": str(quarter_of(entry.opens_on)) if report else None,
        "due_on": entry.due_on.isoformat(),
        "duty_kind": kind.code,
        "period_first": entry.opens_on.isoformat() if regular else None,
        "because": entry.because,
    }
