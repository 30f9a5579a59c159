"""One person's page: posts over time, what is managed and owed today, deputies, hand-overs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from baohou.guarantee.models import Guarantee, MoveSigner, WorkMove
from baohou.guarantee.queries.access import managed_guarantees
from baohou.guarantee.queries.handed import handed_keys
from baohou.guarantee.queries.pages.clients import in_force, managers_on
from baohou.guarantee.queries.pages.duties import MANY, DutyRow, describe, with_names
from baohou.kernel.duties.models import Duty
from baohou.kernel.people.access import Person
from baohou.kernel.people.directory import list_deputies, list_postings
from baohou.kernel.people.models import Deputy, Posting, Staff

LATEST = 50


@dataclass(frozen=True)
class Managed:
    """A guarantee in force with its managers on the day."""

    guarantee: Guarantee
    a: Staff
    b: Staff | None


@dataclass(frozen=True)
class PersonPage:
    """Lists are cut at LATEST; the counts are whole, up to MANY."""

    staff: Staff
    posting: Posting | None
    postings: list[Posting]
    managed: list[Managed]
    managed_count: int
    as_a_count: int
    duties: list[DutyRow]
    duty_count: int
    deputies: list[Deputy]
    stands_for: list[Deputy]
    moves: list[WorkMove]


def get_person_page(staff: Staff, posting: Posting | None, *, on: date) -> PersonPage:
    """Everything of one person as of a day, in a fixed number of queries."""
    standing = managed_guarantees(staff.pk, on=on).filter(in_force(on))
    rows = list(
        standing.select_related("client", "department", "manager_a", "manager_b").order_by("client__initials", "pk")[
            :LATEST
        ]
    )
    managers = managers_on(rows, on=on)
    received, given = handed_keys([staff.pk], on=on)
    owed = Duty.objects.filter(
        (Q(owner=staff) & ~Q(key__in=given)) | Q(key__in=received),
        opens_on__lte=on,
        done_on__isnull=True,
        lapsed_on__isnull=True,
    )
    deputies, stands_for = list_deputies(staff)
    return PersonPage(
        staff=staff,
        posting=posting,
        postings=list_postings(staff),
        managed=[Managed(one, *managers[one.pk]) for one in rows],
        managed_count=standing.order_by()[:MANY].count(),
        as_a_count=managed_guarantees(staff.pk, on=on, as_a_only=True).filter(in_force(on)).order_by()[:MANY].count(),
        duties=describe(with_names(owed).order_by("due_on", "key")[:LATEST], today=on),
        duty_count=owed.order_by()[:MANY].count(),
        deputies=deputies,
        stands_for=stands_for,
        moves=list(
            WorkMove.objects.filter(staff=staff).select_related("act").order_by("-effective_on", "-pk")[:LATEST]
        ),
    )


def visible_moves(person: Person) -> QuerySet[WorkMove]:
    """Hand-overs that a person signs or may see by reach: those of the department's people, or everyone's."""
    moves = WorkMove.objects.select_related("staff", "supervisor", "act")
    if person.department_ids or person.reach.value == "all":
        return moves
    return moves.filter(pk__in=MoveSigner.objects.filter(staff=person.staff_id).values("move"))


def is_signer(person: Person, move: WorkMove) -> bool:
    """Whether a person has to sign the list of a hand-over."""
    return MoveSigner.objects.filter(move=move, staff=person.staff_id).exists()
