"""What a person manages and owes from a day on: what has to pass to somebody else before the person can go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import BigIntegerField, Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from baohou.core.sayings import listed, say
from baohou.day.queries import get_business_day
from baohou.guarantee.models import Guarantee, ManagerAppointment
from baohou.guarantee.queries.actions import list_open_actions
from baohou.guarantee.queries.handed import handed_keys
from baohou.guarantee.queries.pages.clients import managers_on
from baohou.guarantee.rules.words import DutyKind
from baohou.kernel.duties.models import Duty
from baohou.kernel.people.bonds import Change
from baohou.kernel.people.directory import list_in_service
from baohou.kernel.people.models import Department, Post, Posting, Staff
from baohou.kernel.people.queries import get_posting, list_holders

MANAGING: Final = frozenset({Post.PROJECT_MANAGER, Post.DEPARTMENT_MANAGER})
"""The posts that may manage guarantees."""
_NAMED: Final = 10


@dataclass(frozen=True)
class Holding:
    """A guarantee of which someone is a manager on ``start`` (the day asked for, or its issue if later) or after."""

    guarantee: Guarantee
    start: date
    a: Staff
    b: Staff | None
    as_a: bool
    as_b: bool
    later: list[ManagerAppointment]


def list_holdings(staff: Staff, *, on: date, owing: Iterable[int] = ()) -> list[Holding]:
    """The guarantees not released by ``on`` that name a person as manager on that day or later, by client and number.

    Those released before as well, when their clients (``owing``) still owe something.
    """
    named = ManagerAppointment.objects.filter(Q(manager_a=staff) | Q(manager_b=staff), guarantee=OuterRef("pk"))
    guarantees = (
        Guarantee.objects.filter(Q(manager_a=staff) | Q(manager_b=staff) | Exists(named))
        .filter(Q(released_on__isnull=True) | Q(released_on__gt=on) | Q(client__in=list(owing)))
        .select_related("client", "department", "manager_a", "manager_b")
        .order_by("client__initials", "client_id", "project_no")
    )
    appointed: dict[int, list[ManagerAppointment]] = defaultdict(list)
    rows = ManagerAppointment.objects.filter(guarantee__in=guarantees.order_by())
    for one in rows.select_related("manager_a", "manager_b").order_by("effective_on"):
        appointed[one.guarantee_id].append(one)
    found = (_holding(each, appointed[each.pk], staff.pk, on) for each in guarantees)
    return [holding for holding in found if holding.as_a or holding.as_b]


def _holding(guarantee: Guarantee, appointed: list[ManagerAppointment], staff: int, on: date) -> Holding:
    start = max(on, guarantee.issued_on)
    a, b = guarantee.manager_a, guarantee.manager_b
    for one in appointed:
        if guarantee.issued_on <= one.effective_on <= start:
            a, b = one.manager_a, one.manager_b
    later = [one for one in appointed if one.effective_on > start and staff in (one.manager_a_id, one.manager_b_id)]
    return Holding(
        guarantee=guarantee,
        start=start,
        a=a,
        b=b,
        as_a=a.pk == staff or any(one.manager_a_id == staff for one in later),
        as_b=(b is not None and b.pk == staff) or any(one.manager_b_id == staff for one in later),
        later=later,
    )


def list_open_duties(staff: Staff, *, on: date) -> list[Duty]:
    """Duties owed by a person, or handed to the person by somebody gone, as seen on the business day, by due day."""
    theirs, given = handed_keys([staff.pk], on=on)
    owed = Duty.objects.filter(done_on__isnull=True, lapsed_on__isnull=True, opens_on__lte=on)
    mine = (Q(owner=staff) & ~Q(key__in=given)) | Q(key__in=theirs)
    return list(owed.filter(mine).select_related("party", "department", "owner").order_by("due_on", "key"))


def managers_of_clients(clients: Iterable[int], *, on: date) -> tuple[dict[int, Staff], dict[int, Staff]]:
    """The A managers on a day of some clients' guarantees, and of the clients: of what speaks, or spoke last."""
    held = Guarantee.objects.filter(client__in=list(clients), issued_on__lte=on)
    guarantees = list(held.select_related("manager_a", "manager_b").order_by("issued_on", "project_no"))
    managers = managers_on(guarantees, on=on)
    in_force = [one.released_on is None or one.released_on > on for one in guarantees]
    ordered = sorted(zip(in_force, guarantees, strict=True), key=lambda pair: pair[0])
    return (
        {one.pk: managers[one.pk][0] for one in guarantees},
        {one.client_id: managers[one.pk][0] for _, one in ordered},
    )


def list_receivers(*, on: date, leaver: Staff) -> list[Posting]:
    """Those who may take over from a day on: in a managing post on it, and not known to leave later."""
    going = set(Posting.objects.filter(post=Post.LEFT, effective_on__gt=on).values_list("staff_id", flat=True))
    held = list_in_service(on=on, posts=MANAGING)
    return [one for one in held if one.staff_id != leaver.pk and one.staff_id not in going]


def count_loads(*, on: date) -> dict[int, int]:
    """How many guarantees in force on a day each A manager has. One query."""
    last = ManagerAppointment.objects.filter(guarantee=OuterRef("pk"), effective_on__lte=on).order_by("-effective_on")
    in_force = Guarantee.objects.filter(Q(released_on__isnull=True) | Q(released_on__gt=on), issued_on__lte=on)
    now = in_force.annotate(
        now_a=Coalesce(Subquery(last.values("manager_a_id")[:1]), F("manager_a_id"), output_field=BigIntegerField())
    )
    return dict(now.order_by().values("now_a").annotate(n=Count("pk")).values_list("now_a", "n"))


Choice = tuple[int | None, int | None]
"""Who takes over as A and as B; None where nothing passes, or where nobody is to be B."""


def propose(
    holdings: Iterable[Holding], receivers: Iterable[Posting], loads: Mapping[int, int], *, all_to: int | None = None
) -> dict[int, Choice]:
    """Who could take over each guarantee: all to one, or to the least loaded of the guarantee's department.

    A client's guarantees stay together. B stays B while somebody else can be A: two people go on knowing the client.
    """
    people = list(receivers)
    load = {one.staff_id: loads.get(one.staff_id, 0) for one in people}
    as_b = dict.fromkeys(load, 0)
    of_client: dict[int, int] = {}
    proposed: dict[int, Choice] = {}
    for holding in holdings:
        others = {staff.pk for staff in (holding.a, holding.b) if staff is not None}
        ours = [one for one in people if one.department_id == holding.guarantee.department_id] or people
        managers = [one for one in ours if one.post == Post.PROJECT_MANAGER] or ours
        ranked = sorted(managers, key=lambda one: (one.staff_id in others, load[one.staff_id], one.staff.staff_no))
        best = ranked[0].staff_id if ranked else None
        to_a = to_b = None
        if holding.as_a:
            to_a = all_to or of_client.get(holding.guarantee.client_id) or best
            if to_a is not None:
                of_client[holding.guarantee.client_id] = to_a
                load[to_a] = load.get(to_a, 0) + 1
        elif holding.as_b:
            free = sorted((one.staff_id for one in ranked if one.staff_id not in others), key=as_b.__getitem__)
            to_b = all_to if all_to and all_to not in others else (free[0] if free else None)
            if to_b is not None:
                as_b[to_b] += 1
        proposed[holding.guarantee.pk] = (to_a, to_b)
    return proposed


def managers_or_departments_left(change: Change) -> list[str]:
    """What keeps a person from another post: guarantees that would have no manager in service, a department no head.

    Who goes on managing, but in another department, first hands over what was held in the one that is left.
    """
    held = get_posting(staff=change.staff, on=change.on)
    old = held.department if held is not None and held.department != change.department else None
    if change.post not in MANAGING:
        said = _work_left(change, None, duties=change.post is Post.LEFT)
    elif old is not None:
        said = _work_left(change, old, duties=True)
    else:
        said = []
    return said + _department_left(change, held)


def _work_left(change: Change, department: Department | None, *, duties: bool) -> list[str]:
    """What of a person's work has not passed to others: all of it, or what is a department's."""
    on = change.on if department is None else max(change.on, get_business_day() or change.on)
    later = Posting.objects.filter(staff=change.staff, effective_on__gt=change.on, effective_on__lte=on)
    if department is not None and later.exists():  # history: where the person is now is said by a later posting
        return []
    holdings = list_holdings(change.staff, on=on)
    if department is not None:
        holdings = [one for one in holdings if one.guarantee.department_id == department.pk]
    if holdings:
        return [_held(change, department, [holding.guarantee.project_no for holding in holdings])]
    to_do = list_open_actions(change.staff, on=on)
    owed = [duty for duty in list_open_duties(change.staff, on=on) if duty.kind not in DEPARTMENTAL] if duties else []
    if department is not None:
        clients = {one.measure.client_id for one in to_do} | {duty.party_id for duty in owed if duty.party_id}
        theirs = Guarantee.objects.filter(department=department, client__in=clients)
        ours = set(theirs.values_list("client", flat=True))
        to_do = [one for one in to_do if one.measure.client_id in ours]
        owed = [duty for duty in owed if duty.party_id in ours]
    name = change.staff.name
    if to_do:
        n = len(to_do)
        return [say("%(staff)s名下还有 %(many)s 件处置措施没有办结，请先移交给接手的人。", staff=name, many=n)]
    if owed:
        return [say("%(staff)s名下还有 %(many)s 件未办事项，请先移交给接手的人。", staff=name, many=len(owed))]
    return []


def _held(change: Change, department: Department | None, numbers: list[str]) -> str:
    named = listed(numbers[:_NAMED])
    if len(numbers) > _NAMED:
        named = say("%(shown)s 等", shown=named)
    if department is None:
        return say(
            "%(staff)s自 %(on)s 起仍是 %(many)s 笔在保项目的 A 角或 B 角（%(named)s），请先移交给接手的人。",
            staff=change.staff.name,
            on=change.on,
            many=len(numbers),
            named=named,
        )
    return say(
        "%(staff)s自 %(on)s 起离开%(department)s，仍是该部门 %(many)s 笔在保项目的 A 角或 B 角（%(named)s），"
        "请先移交给接手的人。",
        staff=change.staff.name,
        on=change.on,
        department=department.name,
        many=len(numbers),
        named=named,
    )


def _department_left(change: Change, held: Posting | None) -> list[str]:
    """Whether the department that a person was the manager of would have none, while it serves clients."""
    if held is None or held.department is None or held.post != Post.DEPARTMENT_MANAGER:
        return []
    stays = change.post is Post.DEPARTMENT_MANAGER and change.department == held.department
    others = list_holders(post=Post.DEPARTMENT_MANAGER, on=change.on, department=held.department)
    serving = Guarantee.objects.filter(
        Q(released_on__isnull=True) | Q(released_on__gt=change.on), department=held.department
    )
    if stays or any(other.pk != change.staff.pk for other in others) or not serving.exists():
        return []
    return [
        say(
            "%(department)s自 %(on)s 起将没有部门经理，请先任命接任的部门经理。",
            department=held.department.name,
            on=change.on,
        )
    ]


DEPARTMENTAL: Final = frozenset({DutyKind.CLASSIFICATION_REPORT, DutyKind.VISIT_PLAN, DutyKind.HAND_OVER})
"""Duties that a department's manager owes by the post, not by guarantees."""
