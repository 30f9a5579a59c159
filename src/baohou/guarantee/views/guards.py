"""Objects as the person at the door may see them; everything else is not found (404)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from baohou.core.period import NotAQuarter, Quarter, quarter_of
from baohou.guarantee.models import HandOver, MeasureAction, MoveSigner, Visit, WorkMove
from baohou.guarantee.queries.access import find_visible_client, had_in_hand, visible_clients
from baohou.guarantee.queries.actions import doers_of
from baohou.guarantee.queries.destructions import DestroyedList, find_destroyed
from baohou.guarantee.queries.drafts import HeldDraft, began, find_draft
from baohou.guarantee.queries.pages.duties import DutyRow, find_duty
from baohou.guarantee.queries.pages.hand_overs import HandOverList, get_list
from baohou.guarantee.queries.pages.people import visible_moves
from baohou.guarantee.queries.pages.plans import find_plan_department
from baohou.guarantee.queries.pages.volumes import visible_volumes
from baohou.kernel.papers.models import Volume
from baohou.kernel.parties.models import Party
from baohou.kernel.people.access import Right
from baohou.kernel.people.directory import find_visible_staff
from baohou.kernel.people.doors import Asked
from baohou.kernel.people.models import Department, Posting, Staff


def client_for(request: Asked, pk: int) -> Party:
    """A client within the person's reach."""
    client = find_visible_client(request.person, pk, on=request.today)
    if client is None:
        raise Http404
    return client


def visited_client_for(request: Asked, pk: int, on: date | None) -> Party:
    """A client within the person's reach, or in the person's hands on the day ``on`` of a visit that is to be recorded.

    What was written on site goes in also when the client was handed over, or the writer's post changed, before it was
    sent.
    """
    try:
        return client_for(request, pk)
    except Http404:
        if on is None or on > timezone.localdate() or not had_in_hand(request.person, pk, on=on):
            raise
    return get_object_or_404(Party, pk=pk)


def drafted_client_for(request: Asked, pk: int, on: date | None, key: UUID) -> Party:
    """As visited_client_for; who began a draft that another continues is told so by the verb."""
    try:
        return visited_client_for(request, pk, on)
    except Http404:
        if request.person.staff is None or not began(request.person.staff, key, client=pk):
            raise
    return get_object_or_404(Party, pk=pk)


def visit_for(request: Asked, pk: int) -> Visit:
    """A visit to a client within the person's reach."""
    clients = visible_clients(request.person, on=request.today)
    visits = Visit.objects.filter(client__in=clients).select_related("client", "guarantee", "by", "act")
    return get_object_or_404(visits, pk=pk)


def draft_for(request: Asked, key: UUID) -> HeldDraft:
    """A draft of a visit that is in the person's hands."""
    staff = request.person.staff
    found = find_draft(staff, key, on=request.today) if staff is not None else None
    if found is None:
        raise Http404
    return found


def duty_for(request: Asked, key: int) -> DutyRow:
    """A duty within the person's reach."""
    duty = find_duty(request.person, key, on=request.today)
    if duty is None:
        raise Http404
    return duty


def action_for(request: Asked, pk: int) -> MeasureAction:
    """An action of a measure about a client within the person's reach, or that the person has to do."""
    action = get_object_or_404(MeasureAction.objects.select_related("measure__client", "responsible"), pk=pk)
    doer = doers_of([action.pk], on=request.today).get(action.pk, action.responsible)
    if doer.pk not in request.person.staff_ids:
        client_for(request, action.measure.client_id)
    return action


def department_for(request: Asked, pk: int) -> Department:
    """A department that the person sees all of."""
    if not request.person.sees_department(pk):
        raise Http404
    return get_object_or_404(Department, pk=pk)


def plan_quarter_for(request: Asked, text: str) -> Quarter:
    """A quarter that can be planned: any up to the next."""
    chosen = quarter_named(text)
    if chosen > quarter_of(request.today).next():
        raise Http404
    return chosen


def plan_department_for(request: Asked, pk: int) -> Department:
    """A department whose visit plan the person may look at."""
    department = find_plan_department(request.person, pk, on=request.today)
    if department is None:
        raise Http404
    return department


def quarter_named(text: str) -> Quarter:
    """The quarter of an address; anything that is none is not found."""
    try:
        return Quarter.parse(text)
    except NotAQuarter as wrong:
        raise Http404 from wrong


def staff_of(request: Asked) -> Staff:
    """The person as a member of staff; the installation's superuser is none."""
    if request.person.staff is None:
        raise Http404
    return request.person.staff


def staff_for(request: Asked, pk: int) -> tuple[Staff, Posting | None]:
    found = find_visible_staff(request.person, pk, on=request.today)
    if found is None:
        raise Http404
    return found


def may_move_work(request: Asked, staff: Staff, posting: Posting | None) -> bool:
    person = request.person
    return person.may(Right.MOVE_WORK) and person.sees_department(posting.department_id if posting else None)


def move_for(request: Asked, pk: int) -> WorkMove:
    """A hand-over that the person signs, or of somebody within reach."""
    move = get_object_or_404(visible_moves(request.person), pk=pk)
    if not MoveSigner.objects.filter(move=move, staff=request.person.staff_id).exists():
        staff_for(request, move.staff_id)
    return move


def volume_for(request: Asked, pk: int) -> Volume:
    """A volume within the person's reach."""
    return get_object_or_404(visible_volumes(request.person), pk=pk)


def volumes_for(request: Asked, pks: Collection[int]) -> list[Volume]:
    """Volumes within the person's reach, the newest first; not found when one of them is not."""
    found = list(visible_volumes(request.person).filter(pk__in=pks).order_by("-opened_on", "-pk"))
    if len(found) != len(set(pks)):
        raise Http404
    return found


def destruction_for(request: Asked, pk: int) -> DestroyedList:
    """A list of volumes that were destroyed, as far as they are within the person's reach."""
    found = find_destroyed(request.person, pk)
    if found is None:
        raise Http404
    return found


def hand_over_list_for(request: Asked, quarter: str, department: int) -> HandOverList:
    """The list within the person's reach; anything else is not found."""
    of = get_object_or_404(Department, pk=department)
    found = get_list(request.person, of, quarter_named(quarter))
    if found is None:
        raise Http404
    return found


def begun(found: HandOverList) -> HandOver:
    if found.hand_over is None:
        raise Http404
    return found.hand_over
