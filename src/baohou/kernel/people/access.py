"""The one place that says what a person may see and do: a post gives a reach and rights, nothing else does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User

from baohou.kernel.people.models import Post, Posting, Staff


class Reach(Enum):
    """How far a person sees: own clients, the department's, or everyone's."""

    OWN = "own"
    DEPARTMENT = "department"
    ALL = "all"


class Right(Enum):
    """Acts that not everyone may do."""

    RECORD_VISIT = "record_visit"
    CHANGE_GRADE = "change_grade"
    ORDER_SPECIAL = "order_special"
    FILE_REPORT = "file_report"
    FILE_MEASURE = "file_measure"
    REVIEW_REPORT = "review_report"
    KEEP_ARCHIVE = "keep_archive"
    WAIVE = "waive"
    SEE_UNOWNED = "see_unowned"
    ADMINISTER = "administer"


REACH = {
    Post.PROJECT_MANAGER: Reach.OWN,
    Post.DEPARTMENT_MANAGER: Reach.DEPARTMENT,
    Post.RISK_SUPERVISOR: Reach.ALL,
    Post.RISK_MANAGER: Reach.ALL,
    Post.GENERAL_MANAGER: Reach.ALL,
    Post.ADMIN: Reach.ALL,
}

RIGHTS: dict[Post, frozenset[Right]] = {
    Post.PROJECT_MANAGER: frozenset({Right.RECORD_VISIT, Right.FILE_MEASURE}),
    Post.DEPARTMENT_MANAGER: frozenset(
        {Right.RECORD_VISIT, Right.CHANGE_GRADE, Right.ORDER_SPECIAL, Right.FILE_REPORT, Right.FILE_MEASURE}
    ),
    Post.RISK_SUPERVISOR: frozenset(
        {Right.RECORD_VISIT, Right.ORDER_SPECIAL, Right.REVIEW_REPORT, Right.KEEP_ARCHIVE, Right.SEE_UNOWNED}
    ),
    Post.RISK_MANAGER: frozenset(
        {
            Right.RECORD_VISIT,
            Right.CHANGE_GRADE,
            Right.ORDER_SPECIAL,
            Right.REVIEW_REPORT,
            Right.KEEP_ARCHIVE,
            Right.WAIVE,
            Right.SEE_UNOWNED,
        }
    ),
    Post.GENERAL_MANAGER: frozenset({Right.ORDER_SPECIAL, Right.WAIVE, Right.SEE_UNOWNED}),
    Post.ADMIN: frozenset({Right.ADMINISTER, Right.SEE_UNOWNED}),
}


@dataclass(frozen=True)
class Person:
    """Someone who asks for a page: who, and by which post on the business day.

    ``staff`` is None only for the installation's superuser, who counts as an administrator without a staff number.
    """

    staff: Staff | None
    post: Post
    department_id: int | None
    department_name: str

    @property
    def staff_id(self) -> int:
        """The person's staff row; 0, which no row has, when there is none."""
        return self.staff.pk if self.staff else 0

    @property
    def name(self) -> str:
        return self.staff.name if self.staff else Post.ADMIN.label

    @property
    def actor(self) -> str:
        """What the audit writes down as the one who acted."""
        return self.staff.staff_no if self.staff else Post.ADMIN.value

    @property
    def reach(self) -> Reach:
        return REACH[self.post]

    def may(self, right: Right) -> bool:
        return right in RIGHTS[self.post]

    def sees_department(self, department_id: int | None) -> bool:
        """Whether the person sees everything of a department."""
        if self.reach is Reach.ALL:
            return True
        return self.reach is Reach.DEPARTMENT and department_id is not None and department_id == self.department_id

    def sees_staff(self, staff_id: int | None, department_id: int | None) -> bool:
        """Whether the person sees what belongs to a member of staff within a department."""
        return (staff_id is not None and staff_id == self.staff_id) or self.sees_department(department_id)


def find_person(user: AbstractBaseUser | AnonymousUser, *, on: date) -> Person | None:
    """Who a user is by the latest posting with effective_on ≤ ``on``; None without a post on that day."""
    if not user.is_authenticated:
        return None
    posting = (
        Posting.objects.filter(staff__user_id=user.pk, effective_on__lte=on)
        .select_related("staff", "department")
        .order_by("-effective_on")
        .first()
    )
    if posting is not None:
        department = posting.department
        return Person(posting.staff, Post(posting.post), posting.department_id, department.name if department else "")
    if isinstance(user, User) and user.is_superuser:
        return Person(None, Post.ADMIN, None, "")
    return None
