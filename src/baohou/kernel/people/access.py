"""Who a person is on a day, and what the policy lets that person see and do: a post gives it, nothing else does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from baohou.kernel.people.models import Deputy, FactorDemand, Post, Posting, Staff
from baohou.kernel.people.policy import REACH, READS_ONLY, RIGHTS, Reach, Right
from baohou.kernel.prepared import prepared

__all__ = ["REACH", "RIGHTS", "Absent", "Person", "Reach", "Right", "find_person", "may_stand_for"]


@dataclass(frozen=True)
class Absent:
    """Someone for whom a deputy stands in: until ``last_on``, by the post and department held on the business day."""

    staff_id: int
    name: str
    post: Post
    department_id: int | None
    last_on: date


@dataclass(frozen=True)
class Person:
    """Someone who asks for a page: who, and by which post on the business day.

    ``staff`` is None only for the installation's superuser, who counts as an administrator without a staff number.
    ``stands_for`` are those whose clients and duties the person sees as well, as their deputy. Who comes by a token has
    ``scopes``, the rights that the token carries at most; ``system`` is the code of a program that has a token itself.
    ``owner`` and ``holder`` are the staff numbers of who registered it and of who made the token. ``owes_factor``: a
    second factor is demanded of the person, and there is none yet. ``account`` is that of who types
    a command: nobody on the staff.
    """

    staff: Staff | None
    post: Post
    department_id: int | None
    department_name: str
    stands_for: tuple[Absent, ...] = ()
    scopes: frozenset[Right] | None = None
    system: str = ""
    owner: str = ""
    holder: str = ""
    account: str = ""
    owes_factor: bool = False

    @property
    def staff_id(self) -> int:
        """The person's staff row; 0, which no row has, when there is none."""
        return self.staff.pk if self.staff else 0

    @property
    def staff_ids(self) -> list[int]:
        """The person and those for whom the person stands in."""
        return [self.staff_id, *(absent.staff_id for absent in self.stands_for)]

    @property
    def absent_ids(self) -> frozenset[int]:
        return frozenset(absent.staff_id for absent in self.stands_for)

    @property
    def department_ids(self) -> list[int]:
        """The departments of which the person sees everything by a department manager's reach."""
        heads = [(self.post, self.department_id), *((one.post, one.department_id) for one in self.stands_for)]
        return [pk for post, pk in heads if pk is not None and REACH[post] is Reach.DEPARTMENT]

    @property
    def name(self) -> str:
        return self.staff.name if self.staff else self.system or Post.ADMIN.label

    @property
    def actor(self) -> str:
        """What the audit writes down as the one who acted."""
        if self.system:
            return f"system:{self.system}"
        if self.account:
            return f"command:{self.account}"
        return self.staff.staff_no if self.staff else Post.ADMIN.value

    @property
    def reach(self) -> Reach:
        return REACH[self.post]

    @property
    def reads_only(self) -> bool:
        """Whether the person may open every page and change nothing."""
        return self.post in READS_ONLY

    def may(self, right: Right) -> bool:
        return right in RIGHTS[self.post] and (self.scopes is None or right in self.scopes)

    @property
    def signs_department_id(self) -> int | None:
        """The department for which the person files and signs what it owes: one's own, never as a deputy."""
        return self.department_id if self.may(Right.FILE_REPORT) else None

    def signs_for(self, department_id: int | None) -> bool:
        """Whether the person files and signs what a department owes: its own manager, and no deputy."""
        return department_id is not None and self.signs_department_id == department_id

    def sees_department(self, department_id: int | None) -> bool:
        """Whether the person sees everything of a department."""
        if self.reach is Reach.ALL:
            return True
        return department_id is not None and department_id in self.department_ids

    def sees_staff(self, staff_id: int | None, department_id: int | None) -> bool:
        """Whether the person sees what belongs to a member of staff within a department."""
        return (staff_id is not None and staff_id == self.staff_id) or self.sees_department(department_id)


def may_stand_for(absent: Post, deputy: Post) -> bool:
    """Whether a post has every right of another, so that a deputy gains reach and never a right."""
    return deputy in RIGHTS and absent in RIGHTS and RIGHTS[absent] <= RIGHTS[deputy]


def find_person(user: AbstractBaseUser | AnonymousUser, *, on: date) -> Person | None:
    """Who a user is by the latest posting with effective_on ≤ ``on``; None without a post on that day.

    Nobody either who has left by the calendar, also while the business day is still behind it.
    """
    if not user.is_authenticated:
        return None
    held = _postings(user.pk, max(on, timezone.localdate()))
    if held and held[0].post == Post.LEFT:
        return None
    posting = next((one for one in held if one.effective_on <= on and one.post != Post.LEFT), None)
    if posting is not None:
        post, department = Post(posting.post), posting.department
        stands_for = _stands_for(posting.staff_id, post, on)
        return Person(
            posting.staff,
            post,
            posting.department_id,
            department.name if department else "",
            stands_for,
            owes_factor=posting.owes_factor,
        )
    if isinstance(user, User) and user.is_superuser:
        return Person(None, Post.ADMIN, None, "")
    return None


@prepared
def _postings(user: int, until: date) -> QuerySet[Posting, Any]:
    """The user's postings, the latest first, with ``owes_factor``."""
    postings = Posting.objects.filter(staff__user_id=user, effective_on__lte=until)
    owing = postings.select_related("staff", "department").annotate(owes_factor=_owes_factor())
    return owing.order_by("-effective_on")


def _owes_factor() -> Q:
    """Of a posting: whether a second factor is demanded of its person, and the log-in has none."""
    mine = Q(staff=OuterRef("staff")) | Q(staff=None, post="") | Q(staff=None, post=OuterRef("post"))
    has_one = Authenticator.objects.filter(user=OuterRef("staff__user"), type=Authenticator.Type.TOTP)
    return Q(Exists(FactorDemand.objects.filter(mine))) & ~Q(Exists(has_one))


def _stands_for(staff_id: int, post: Post, on: date) -> tuple[Absent, ...]:
    """Those whose deputy someone is on a day, while the own post has every right of theirs."""
    until = dict(_absences(staff_id, on))
    if not until:
        return ()
    postings: dict[int, Posting] = {}
    for posting in (
        Posting.objects.filter(staff__in=list(until), effective_on__lte=on)
        .select_related("staff")
        .order_by("effective_on")
    ):
        postings[posting.staff_id] = posting
    return tuple(
        Absent(staff, posting.staff.name, Post(posting.post), posting.department_id, until[staff])
        for staff, posting in postings.items()
        if may_stand_for(Post(posting.post), post)
    )


@prepared
def _absences(deputy: int, on: date) -> QuerySet[Deputy, tuple[int, date]]:
    absences = Deputy.objects.filter(deputy=deputy, first_on__lte=on, last_on__gte=on)
    return absences.order_by("last_on").values_list("staff_id", "last_on")
