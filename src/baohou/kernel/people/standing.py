"""Many people at once, as they stand on a day: what find_person says of one user."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from baohou.kernel.people.access import Absent, Person, may_stand_for
from baohou.kernel.people.models import Deputy, Post, Staff
from baohou.kernel.people.queries import get_postings


def list_people(staff_ids: Collection[int], *, on: date) -> list[Person]:
    """Those of these members of staff who are in service on a day, with whom they stand in for. Three queries."""
    named: defaultdict[int, dict[int, date]] = defaultdict(dict)
    for one in Deputy.objects.filter(deputy__in=staff_ids, first_on__lte=on, last_on__gte=on).order_by("last_on"):
        named[one.deputy_id][one.staff_id] = one.last_on
    everyone = set(staff_ids) | {absent for those in named.values() for absent in those}
    held = get_postings(staff_ids=everyone, on=on)
    staff = Staff.objects.in_bulk(list(everyone))
    found = []
    for pk in sorted(set(staff_ids)):
        posting = held.get(pk)
        if posting is None or posting.post == Post.LEFT:
            continue
        post = Post(posting.post)
        absent = tuple(
            Absent(one, staff[one].name, Post(held[one].post), held[one].department_id, until)
            for one, until in named[pk].items()
            if one in held and may_stand_for(Post(held[one].post), post)
        )
        name = posting.department.name if posting.department else ""
        found.append(Person(staff[pk], post, posting.department_id, name, absent))
    return found
