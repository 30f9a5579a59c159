"""Which clients, guarantees and duties a person may see: every page fetches through these."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from baohou.guarantee.models import Guarantee, ManagerAppointment
from baohou.kernel.duties.models import Duty
from baohou.kernel.parties.models import Party
from baohou.kernel.people.access import Person, Reach


def managed_guarantees(staff_id: int, *, on: date, as_a_only: bool = False) -> QuerySet[Guarantee]:
    """Guarantees whose A or B manager, as appointed last on or before ``on``, is this member of staff."""
    is_manager = Q(manager_a=staff_id) if as_a_only else Q(manager_a=staff_id) | Q(manager_b=staff_id)
    so_far = ManagerAppointment.objects.filter(guarantee=OuterRef("pk"), effective_on__lte=on)
    later = ManagerAppointment.objects.filter(
        guarantee=OuterRef("guarantee"), effective_on__lte=on, effective_on__gt=OuterRef("effective_on")
    )
    standing = ManagerAppointment.objects.filter(is_manager, ~Exists(later), effective_on__lte=on)
    first = Guarantee.objects.filter(is_manager, ~Exists(so_far)).values("pk")
    return Guarantee.objects.filter(pk__in=first.union(standing.values("guarantee_id")))


def visible_clients(person: Person, *, on: date) -> QuerySet[Party]:
    """Clients with a guarantee within the person's reach on ``on``."""
    if person.reach is Reach.ALL:
        return Party.objects.filter(Exists(Guarantee.objects.filter(client=OuterRef("pk"))))
    if person.reach is Reach.DEPARTMENT:
        within = Guarantee.objects.filter(client=OuterRef("pk"), department_id=person.department_id or 0)
        return Party.objects.filter(Exists(within))
    return Party.objects.filter(pk__in=managed_guarantees(person.staff_id, on=on).values("client_id"))


def visible_duties(person: Person, *, on: date) -> QuerySet[Duty]:
    """Duties that are the person's own, the department's, or of a client within reach; not those that open later."""
    opened = Duty.objects.filter(opens_on__lte=on)
    if person.reach is Reach.ALL:
        return opened
    within = Q(owner_id=person.staff_id)
    if person.reach is Reach.DEPARTMENT:
        within |= Q(department_id=person.department_id)
    return opened.filter(within | Q(party_id__in=visible_clients(person, on=on).values("pk")))
