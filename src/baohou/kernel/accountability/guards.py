"""Stories, appeals and people as the person at the door may see them; everything else is not found (404)."""

from __future__ import annotations

from datetime import date

from django.http import Http404
from django.shortcuts import get_object_or_404

from baohou.kernel.accountability.ledger import Story, find_story, visible_entries
from baohou.kernel.accountability.models import Appeal
from baohou.kernel.accountability.statement import NotAMonth, read_month
from baohou.kernel.people.access import Reach
from baohou.kernel.people.doors import Asked
from baohou.kernel.people.models import Staff


def story_for(request: Asked, key: int, staff: int) -> Story:
    """What was booked about one duty and one person within reach."""
    story = find_story(request.person, duty_key=key, staff_id=staff, on=request.today)
    if story is None:
        raise Http404
    return story


def appeal_for(request: Asked, pk: int) -> tuple[Appeal, Story]:
    """An appeal against a penalty within reach, and the penalty's story."""
    appeal = get_object_or_404(Appeal.objects.select_related("staff"), pk=pk)
    return appeal, story_for(request, appeal.duty_key, appeal.staff_id)


def staff_for(request: Asked, pk: int) -> Staff:
    """Oneself, or someone with an entry within reach; for those who see everyone, anyone."""
    staff = get_object_or_404(Staff, pk=pk)
    if staff.pk == request.person.staff_id or request.person.reach is Reach.ALL:
        return staff
    if not visible_entries(request.person, on=request.today).filter(staff=staff).exists():
        raise Http404
    return staff


def staff_of(request: Asked) -> Staff:
    """The person as a member of staff; the installation's superuser is none."""
    if request.person.staff is None:
        raise Http404
    return request.person.staff


def month_named(text: str) -> date:
    """The month of an address; anything that is none is not found."""
    try:
        return read_month(text)
    except NotAMonth as wrong:
        raise Http404 from wrong
