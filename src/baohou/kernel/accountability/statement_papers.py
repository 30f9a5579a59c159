"""The month's statement as papers to sign: the list of everyone, and one paper for each person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

from baohou.core.errors import Refused
from baohou.kernel.accountability.models import Entry
from baohou.kernel.accountability.statement import Personal, get_personal, get_statement, last_of, list_personal
from baohou.kernel.papers.printing import Paper, write_pdf, write_xlsx
from baohou.kernel.people.access import Person, Reach
from baohou.kernel.people.models import Staff
from baohou.kernel.rulebook.models import Clause

KINDS = MappingProxyType({"pdf": write_pdf, "xlsx": write_xlsx})
"""The kinds of file, by their endings."""
Key = tuple[int, str]
"""A clause by the number of its version and its code."""
MOST_PEOPLE = 60
"""Up to so many people each have a paper of their own behind the list of all."""


def list_papers(person: Person, *, month: date, on: date, printed_on: date, staff: Staff | None = None) -> list[Paper]:
    """The papers of a month as far as the person sees, or of one person (``staff``). Refused when there is nothing."""
    about: dict[str, Any] = {"month": month, "printed_on": printed_on, "scope": _scope(person)}
    if staff is not None:
        personal = get_personal(person, staff=staff, month=month, on=on)
        if not personal.bookings and not personal.line.balance_fen:
            raise Refused(
                "accountability.statement.empty",
                "%(staff)s %(month)s 没有记账，也没有余额，无表可出。",
                staff=staff,
                month=f"{month:%Y-%m}",
            )
        return [_personal(personal, _clauses(_entries([personal])), {**about, "last": last_of(month, on)})]
    statement = get_statement(person, month=month, on=on)
    if not statement.lines:
        raise Refused("accountability.statement.empty", "%(month)s 没有记账，无表可出。", month=f"{month:%Y-%m}")
    about["last"] = statement.last
    complete = statement.people <= MOST_PEOPLE
    each = list_personal(person, statement, on=on) if complete else []
    clauses = _clauses(_entries(each))
    context = {**about, "statement": statement, "clauses": _once(clauses.values()), "complete": complete}
    listed = Paper("accountability/exports/statement.html", context, f"{month:%Y-%m}")
    return [listed, *(_personal(personal, clauses, about) for personal in each)]


def _personal(personal: Personal, clauses: Mapping[Key, Clause], about: dict[str, Any]) -> Paper:
    """One person's paper with the clauses that its entries rest on."""
    rested = [clauses[key] for key in _keys(_entries([personal])) if key in clauses]
    staff = personal.line.staff
    context = {**about, "personal": personal, "line": personal.line, "clauses": _once(rested)}
    return Paper("accountability/exports/personal.html", context, f"{staff.staff_no} {staff.name}")


def _scope(person: Person) -> str:
    """How far the one who prints sees, for the head of the paper."""
    if person.reach is Reach.ALL:
        return "全公司"
    return person.department_name if person.reach is Reach.DEPARTMENT else "本人"


def _entries(each: Sequence[Personal]) -> list[Entry]:
    return [booking.entry for personal in each for booking in personal.bookings]


def _keys(entries: Iterable[Entry]) -> list[Key]:
    """The clauses of entries by version and code, each once, the first first."""
    return list(dict.fromkeys((entry.version_id, entry.clause) for entry in entries))


def _clauses(entries: Iterable[Entry]) -> dict[Key, Clause]:
    """The clauses that entries rest on, as their versions say them. One query."""
    wanted = set(_keys(entries))
    found = Clause.objects.filter(
        version_id__in={version for version, _ in wanted}, code__in={code for _, code in wanted}
    )
    by_key = {(clause.version_id, clause.code): clause for clause in found.order_by("position", "version_id")}
    return {key: clause for key, clause in by_key.items() if key in wanted}


def _once(clauses: Iterable[Clause]) -> list[Clause]:
    """Clauses without those that another version says in the same words."""
    return list({(clause.code, clause.text): clause for clause in clauses}.values())
