"""Which clients, guarantees and duties a person may see: every page fetches through these."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from baohou.guarantee.models import Guarantee, ManagerAppointment
from baohou.kernel.duties.models import Duty
from baohou.kernel.parties.models import Party
from baohou.kernel.people.access import Person, Reach
from baohou.kernel.people.models import Deputy
from baohou.kernel.prepared import prepared


def managed_guarantees(
    *staff_ids: int, on: date, as_a_only: bool = False, as_b_only: bool = False
) -> QuerySet[Guarantee]:
    """Guarantees whose A or B manager, as appointed last on or before ``on``, is one of these members of staff."""
    is_a, is_b = Q(manager_a__in=staff_ids), Q(manager_b__in=staff_ids)
    is_manager = is_a if as_a_only else is_b if as_b_only else is_a | is_b
    so_far = ManagerAppointment.objects.filter(guarantee=OuterRef("pk"), effective_on__lte=on)
    later = ManagerAppointment.objects.filter(
        guarantee=OuterRef("guarantee"), effective_on__lte=on, effective_on__gt=OuterRef("effective_on")
    )
    standing = ManagerAppointment.objects.filter(is_manager, ~Exists(later), effective_on__lte=on)
    first = Guarantee.objects.filter(is_manager, ~Exists(so_far)).values("pk")
    return Guarantee.objects.filter(pk__in=first.union(standing.values("guarantee_id")))


@dataclass(frozen=True)
class Sight:
    """How far somebody sees: what of a person decides on it."""

    reach: Reach
    staff_ids: list[int]
    department_ids: list[int]
    stands_for: bool


def sight_of(person: Person) -> Sight:
    """How far a person sees, with nobody named who does not matter to it."""
    staff = [] if person.reach is Reach.ALL else person.staff_ids
    departments = person.department_ids if person.reach is Reach.DEPARTMENT else []
    return Sight(person.reach, staff, departments, bool(person.stands_for))


def find_visible_client(person: Person, pk: int, *, on: date) -> Party | None:
    """The client of visible_clients with a number; None when there is none such."""
    if pk.bit_length() >= 64:  # as an address may say, and no number of a client is
        return None
    sight = sight_of(person)
    by_managers = sight.reach is Reach.OWN or (sight.reach is Reach.DEPARTMENT and sight.stands_for)
    staff, day = (sight.staff_ids, on) if by_managers else ([], None)
    found = _visible_client(pk, staff, sight.department_ids, day, reach=sight.reach, stands=sight.stands_for)
    return found[0] if found else None


@prepared
def _visible_client(
    pk: int, staff: list[int], departments: list[int], on: date | None, *, reach: Reach, stands: bool
) -> QuerySet[Party]:
    return visible_clients(Sight(reach, staff, departments, stands), on=on or date.max).filter(pk=pk)


def visible_clients(person: Person | Sight, *, on: date) -> QuerySet[Party]:
    """Clients with a guarantee within the person's reach on ``on``."""
    if person.reach is Reach.ALL:
        return Party.objects.filter(Exists(Guarantee.objects.filter(client=OuterRef("pk"))))
    within = Q(pk__in=managed_guarantees(*person.staff_ids, on=on).values("client_id"))
    if person.reach is Reach.DEPARTMENT:
        ours = Exists(Guarantee.objects.filter(client=OuterRef("pk"), department_id__in=person.department_ids))
        within = Q(ours) | within if person.stands_for else Q(ours)
    return Party.objects.filter(within)


def had_in_hand(person: Person, client: int, *, on: date) -> bool:
    """Whether a person was A or B manager of a client on a day, or that day's deputy of one who was."""
    absent = Deputy.objects.filter(deputy=person.staff_id, first_on__lte=on, last_on__gte=on)
    staff = [person.staff_id, *absent.values_list("staff_id", flat=True)]
    return managed_guarantees(*staff, on=on).filter(client=client).exists()


def visible_duties(person: Person | Sight, *, on: date) -> QuerySet[Duty]:
    """Duties that are the person's own, the department's, of a client within reach, or of someone one stands in for.

    Not those that open later.
    """
    opened = Duty.objects.filter(opens_on__lte=on)
    if person.reach is Reach.ALL:
        return opened
    return opened.filter(Q(*ways_to_duties(person, on=on), _connector=Q.OR))


def ways_to_duties(person: Person | Sight, *, on: date) -> list[Q]:
    """The conditions of which one at least holds for each of visible_duties, for who does not see all of them.

    Each goes by an index of its own, which all of them together do not.
    """
    ways = [Q(owner_id__in=person.staff_ids)]
    if person.reach is Reach.DEPARTMENT:
        ways.append(Q(department_id__in=person.department_ids))
    return [*ways, _of_visible_clients(person, on)]


def _of_visible_clients(person: Person | Sight, on: date) -> Q:
    """Duties of the clients of visible_clients, by the guarantees' own columns: the clients are not looked up."""
    managed = Q(party_id__in=managed_guarantees(*person.staff_ids, on=on).values("client_id"))
    if person.reach is not Reach.DEPARTMENT:
        return managed
    ours = Q(party_id__in=Guarantee.objects.filter(department_id__in=person.department_ids).values("client_id"))
    return ours | managed if person.stands_for else ours
