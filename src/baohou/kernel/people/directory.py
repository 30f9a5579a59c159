"""Everyone by department with the post held on a day, and one person's postings and deputies, as pages show them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from baohou.kernel.people.access import Person, Reach
from baohou.kernel.people.models import IN_SERVICE, Department, Deputy, Post, Posting, Staff

MOST = 500
"""So many people reach a page; a search finds the others."""


@dataclass(frozen=True)
class Row:
    """A person with the posting that holds, and the next one when it is known already."""

    staff: Staff
    posting: Posting
    begun: bool
    following: Posting | None
    away_until: date | None

    @property
    def has_login(self) -> bool:
        return self.staff.user_id is not None


@dataclass(frozen=True)
class Group:
    """A department's people; ``department`` is None for those without one."""

    department: Department | None
    rows: list[Row]


@dataclass(frozen=True)
class Directory:
    groups: list[Group]
    count: int
    departments: int
    without_login: int


def standing_postings(*, on: date) -> QuerySet[Posting]:
    """The posting of each person that holds on a day."""
    later = Posting.objects.filter(
        staff=OuterRef("staff"), effective_on__lte=on, effective_on__gt=OuterRef("effective_on")
    )
    return Posting.objects.filter(~Exists(later), effective_on__lte=on)


def list_directory(person: Person, *, on: date, words: str = "", left: bool = False) -> Directory:
    """Those in service within the person's reach (or, with ``left``, those who have left), by department.

    Those who have not begun yet stand with their first posting.
    """
    wanted = Q(post=Post.LEFT) if left else Q(post__in=IN_SERVICE)
    postings = standing_postings(on=on).filter(wanted)
    firsts = Posting.objects.none() if left else _first_postings(on)
    rows = [_narrowed(each, person, words) for each in (postings, firsts)]
    found = [posting for each in rows for posting in each.select_related("staff", "department")[:MOST]]
    following: dict[int, Posting] = {}
    for posting in Posting.objects.filter(effective_on__gt=on).select_related("department").order_by("-effective_on"):
        following[posting.staff_id] = posting
    away = dict(
        Deputy.objects.filter(first_on__lte=on, last_on__gte=on).order_by("last_on").values_list("staff_id", "last_on")
    )
    groups: dict[Department | None, list[Row]] = defaultdict(list)
    for posting in found:
        begun = posting.effective_on <= on
        after = following.get(posting.staff_id) if begun else None
        row = Row(posting.staff, posting, begun, after, away.get(posting.staff_id))
        groups[posting.department].append(row)
    if not words and not left and person.reach is Reach.ALL:
        for department in Department.objects.all():
            groups.setdefault(department, [])
    ordered = sorted(groups.items(), key=lambda item: (item[0] is None, item[0].name if item[0] else ""))
    told = [Group(department, sorted(rows, key=_rank)) for department, rows in ordered]
    return Directory(
        told,
        len(found),
        sum(group.department is not None for group in told),
        sum(not row.has_login for group in told for row in group.rows),
    )


def list_staff(
    person: Person, *, on: date, words: str = "", left: bool = False, after: int = 0, most: int
) -> tuple[list[Posting], int]:
    """The directory by rows of staff behind one, for programs; and behind which row the next page begins (0: none)."""
    wanted = Q(post=Post.LEFT) if left else Q(post__in=IN_SERVICE)
    firsts = Posting.objects.none() if left else _first_postings(on)
    found: list[Posting] = []
    for each in (standing_postings(on=on).filter(wanted), firsts):
        rest = _narrowed(each, person, words).filter(staff_id__gt=after).order_by("staff_id")
        found += rest.select_related("staff", "department")[: most + 1]
    page = sorted(found, key=lambda posting: posting.staff_id)
    return page[:most], page[most - 1].staff_id if len(page) > most else 0


def _first_postings(on: date) -> QuerySet[Posting]:
    """The first posting of those who have none by the day."""
    earlier = Posting.objects.filter(staff=OuterRef("staff"), effective_on__lt=OuterRef("effective_on"))
    return Posting.objects.filter(~Exists(earlier), effective_on__gt=on)


def _narrowed(postings: QuerySet[Posting], person: Person, words: str) -> QuerySet[Posting]:
    if person.reach is not Reach.ALL:
        postings = postings.filter(Q(department_id__in=person.department_ids) | Q(staff_id=person.staff_id))
    if words:
        postings = postings.filter(
            Q(staff__name__icontains=words)
            | Q(staff__staff_no__istartswith=words)
            | Q(department__name__icontains=words)
        )
    return postings.order_by("staff__staff_no")


_ORDER = list(Post)


def _rank(row: Row) -> tuple[bool, int, str]:
    """Heads of departments first, then by staff number."""
    return row.posting.post != Post.DEPARTMENT_MANAGER, _ORDER.index(Post(row.posting.post)), row.staff.staff_no


def find_visible_staff(person: Person, pk: int, *, on: date) -> tuple[Staff, Posting | None] | None:
    """A person and the posting on a day, within reach: everyone's by reach, the department's, oneself."""
    staff = Staff.objects.select_related("user").filter(pk=pk).first()
    if staff is None:
        return None
    posting = staff.postings.filter(effective_on__lte=on).select_related("department").order_by("-effective_on").first()
    nearest = posting or staff.postings.select_related("department").order_by("effective_on").first()
    seen = person.sees_staff(staff.pk, nearest.department_id if nearest else None)
    return (staff, posting) if seen else None


def list_postings(staff: Staff) -> list[Posting]:
    """A person's postings, the latest first."""
    return list(staff.postings.select_related("department").order_by("-effective_on"))


def list_deputies(staff: Staff) -> tuple[list[Deputy], list[Deputy]]:
    """Who stands in for a person, and for whom the person stands in; the latest first, at most 50 each."""
    named = Deputy.objects.select_related("staff", "deputy").order_by("-last_on", "-pk")
    return list(named.filter(staff=staff)[:50]), list(named.filter(deputy=staff)[:50])


def list_in_service(*, on: date, posts: frozenset[Post] = IN_SERVICE) -> list[Posting]:
    """The postings of those in service on a day in one of some posts, by department and staff number."""
    held = standing_postings(on=on).filter(post__in=posts).select_related("staff", "department")
    return list(held.order_by("department__name", "staff__staff_no"))
