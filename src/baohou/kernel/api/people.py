"""People: the directory, posts, the end of service, log-ins, deputies."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from django.http import Http404
from django.shortcuts import get_object_or_404
from ninja import Query, Status
from pydantic import Field

from baohou.kernel.api.approvals import PendingOut, ProposalOut, accepted, waiting
from baohou.kernel.api.cursors import opened, sealed
from baohou.kernel.api.operations import DOOR, Call, Room, person_of, require
from baohou.kernel.api.schemas import USUAL, Cursor, Day, In, Limit, Number, Out, Page, Pk, Ref, Text, Word, ref
from baohou.kernel.approvals.of_posts import ask_person, ask_post, ask_take_back, pending_posts
from baohou.kernel.approvals.queries import Pending
from baohou.kernel.people import deputies, postings
from baohou.kernel.people.access import Right
from baohou.kernel.people.directory import (
    find_visible_staff,
    list_deputies,
    list_in_service,
    list_postings,
    list_staff,
)
from baohou.kernel.people.logins import give_login
from baohou.kernel.people.models import Department, Deputy, Post, Posting, Staff
from baohou.kernel.people.queries import list_departments

room = Room("人员")

PostCode = Literal[
    "project_manager",
    "department_manager",
    "risk_supervisor",
    "risk_manager",
    "general_manager",
    "admin",
    "auditor",
    "clerk",
]


class MeOut(Out):
    """Who calls: the post held on the business day, the rights that the token carries."""

    name: str
    staff: int | None
    post: str
    department: int | None
    scopes: list[str]


class StaffOut(Out):
    """Someone on the staff with the posting that holds."""

    id: int
    staff_no: str
    name: str
    post: str | None
    department: Ref | None
    since: date | None
    pending: list[PendingOut] = Field(description="等待复核的任职变动")


class PostingOut(Out):
    """A post and department from a day on."""

    id: int
    post: str
    department: Ref | None
    effective_on: date


class DeputyOut(Out):
    """Who stands in for whom, from when to when."""

    id: int
    staff: Ref | None
    deputy: Ref | None
    first_on: date
    last_on: date
    because: str


class OneStaffOut(StaffOut):
    """A person with postings and deputies."""

    postings: list[PostingOut]
    deputies: list[DeputyOut]
    stands_for: list[DeputyOut]


class StaffIn(In):
    """Someone new."""

    staff_no: Annotated[Word, Field(max_length=32)]
    name: Annotated[Word, Field(max_length=64)]
    post: PostCode
    department: Number | None = None
    effective_on: Day


class PostingIn(In):
    """Another post or department from a day on."""

    post: PostCode
    department: Number | None = None
    effective_on: Day
    because: Text


class LeaveIn(In):
    """The end of service."""

    effective_on: Day
    because: Text


class DeputyIn(In):
    """Who stands in, and why."""

    deputy: Number
    first_on: Day
    last_on: Day
    because: Text


class DepartmentIn(In):
    """A new department."""

    name: Annotated[Word, Field(max_length=64)]


class PasswordOut(Out):
    """A password that is told once; it must be changed at the first log-in."""

    staff_no: str
    password: str


class DirectoryQuery(In):
    """Words, and whether those who have left are wanted."""

    q: Word = ""
    left: bool = False


@room.reads("/me", MeOut, personal=False)
def me(request: Call) -> MeOut:
    """这个令牌是谁的、能做什么。"""
    person = request.person
    return MeOut(
        name=person.name,
        staff=person.staff_id or None,
        post=person.post.value,
        department=person.department_id,
        scopes=sorted(request.caller.scopes),
    )


@room.reads("/departments", list[Ref], personal=False)
def departments(request: Call) -> list[Ref]:
    """可见的部门。"""
    return [Ref(id=one.pk, name=one.name) for one in list_departments() if request.person.sees_department(one.pk)]


@room.writes("/departments", Ref, right=Right.ADMINISTER, status=201)
def add_department(request: Call, body: DepartmentIn) -> Status[Ref]:
    """设立部门。"""
    made = postings.add_department(name=body.name, actor=request.person.actor, door=DOOR)
    return Status(201, Ref(id=made.pk, name=made.name))


@room.reads("/staff", Page[StaffOut], right=Right.SEE_PEOPLE)
def directory(
    request: Call, asked: Annotated[DirectoryQuery, Query()], limit: Limit = USUAL, cursor: Cursor = ""
) -> Page[StaffOut]:
    """人员。"""
    told: dict[str, Any] = {"on": request.today, "words": asked.q.strip(), "left": asked.left}
    rows, after = list_staff(request.person, **told, after=int(opened(request, cursor) or 0), most=limit)
    pending = pending_posts([row.staff_id for row in rows])
    items = [_listed(row.staff, row, pending.get(row.staff_id, ())) for row in rows]
    return Page[StaffOut](items=items, next=sealed(request, after))


@room.reads("/staff/{staff}", OneStaffOut)
def one(request: Call, staff: Pk) -> OneStaffOut:
    """一个人：任职、代办。"""
    return _one(request, staff)


@room.writes("/staff", OneStaffOut, right=Right.ADMINISTER, status=201, waits=ProposalOut)
def add_person(request: Call, body: StaffIn) -> Status[Any]:
    """登记一个人；有复核或管理权的岗位答 202 和提请的事，批准后才登记。"""
    asked = ask_person(
        staff_no=body.staff_no,
        name=body.name,
        department=_department(body.department),
        post=Post(body.post),
        effective_on=body.effective_on,
        **_asking(request),
    )
    return accepted(request, asked) or Status(201, _one(request, asked.result.pk))


@room.writes("/staff/{staff}/postings", OneStaffOut, right=Right.ADMINISTER, status=201, waits=ProposalOut)
def change_post(request: Call, staff: Pk, body: PostingIn) -> Status[Any]:
    """自某日起换岗位或部门；须复核的答 202 和提请的事，批准后才换。"""
    asked = ask_post(
        staff=_staff(request, staff)[0],
        department=_department(body.department),
        post=Post(body.post),
        effective_on=body.effective_on,
        because=body.because,
        **_asking(request),
    )
    return accepted(request, asked) or Status(201, _one(request, staff))


@room.writes(
    "/staff/{staff}/postings/{posting}", OneStaffOut, right=Right.ADMINISTER, method="DELETE", waits=ProposalOut
)
def take_back(request: Call, staff: Pk, posting: Pk) -> Status[Any]:
    """撤回还没有生效的任职变更；须复核的答 202 和提请的事。"""
    planned = get_object_or_404(Posting.objects.select_related("staff", "department"), pk=posting, staff=staff)
    asked = ask_take_back(posting=planned, **_asking(request))
    return accepted(request, asked) or Status(200, _one(request, staff))


@room.writes("/staff/{staff}/leave", OneStaffOut, right=Right.ADMINISTER, waits=ProposalOut)
def leave(request: Call, staff: Pk, body: LeaveIn) -> Status[Any]:
    """自某日起离职；还有业务没移交的拒绝；须复核的答 202 和提请的事。"""
    asked = ask_post(
        staff=_staff(request, staff)[0],
        department=None,
        post=Post.LEFT,
        effective_on=body.effective_on,
        because=body.because,
        **_asking(request),
    )
    return accepted(request, asked) or Status(200, _one(request, staff))


@room.writes("/staff/{staff}/login", PasswordOut, right=Right.ADMINISTER, secret=True)
def login(request: Call, staff: Pk) -> PasswordOut:
    """开通登录或重设密码；密码只在这次回答里给出，系统令牌不能办。"""
    person_of(request)
    of, _posting = _staff(request, staff)
    password = give_login(staff=of, on=request.today, actor=request.person.actor, door=DOOR)
    return PasswordOut(staff_no=of.staff_no, password=password)


@room.writes("/staff/{staff}/deputies", OneStaffOut, status=201)
def name_deputy(request: Call, staff: Pk, body: DeputyIn) -> Status[OneStaffOut]:
    """为自己或所管的人安排代办。"""
    of = _may_name(request, staff)
    held = {one.staff_id: one.staff for one in list_in_service(on=request.today)}
    if body.deputy not in held:
        raise Http404
    deputies.name_deputy(
        staff=of,
        deputy=held[body.deputy],
        first_on=body.first_on,
        last_on=body.last_on,
        because=body.because,
        actor=request.person.actor,
        door=DOOR,
    )
    return Status(201, _one(request, staff))


@room.writes("/staff/{staff}/deputies/{deputy}", OneStaffOut, method="DELETE")
def end_deputy(request: Call, staff: Pk, deputy: Pk) -> OneStaffOut:
    """结束代办。"""
    _may_name(request, staff)
    named = get_object_or_404(Deputy.objects.select_related("staff", "deputy"), pk=deputy, staff=staff)
    deputies.end_deputy(deputy=named, on=request.today, actor=request.person.actor, door=DOOR)
    return _one(request, staff)


def _asking(request: Call) -> dict[str, Any]:
    return {"by": request.person, "on": request.today, "door": DOOR}


def _staff(request: Call, pk: int) -> tuple[Staff, Posting | None]:
    found = find_visible_staff(request.person, pk, on=request.today)
    if found is None:
        raise Http404
    return found


def _may_name(request: Call, pk: int) -> Staff:
    staff, posting = _staff(request, pk)
    require(deputies.may_name_deputy(request.person, staff, posting.department_id if posting else None))
    return staff


def _department(number: int | None) -> Department | None:
    return get_object_or_404(Department, pk=number) if number is not None else None


def _listed(staff: Staff, posting: Posting | None, pending: tuple[Pending, ...]) -> StaffOut:
    return StaffOut(
        id=staff.pk,
        staff_no=staff.staff_no,
        name=staff.name,
        post=posting.post if posting else None,
        department=ref(posting.department) if posting else None,
        since=posting.effective_on if posting else None,
        pending=waiting(pending),
    )


def _deputy(one: Deputy) -> DeputyOut:
    return DeputyOut(
        id=one.pk,
        staff=ref(one.staff),
        deputy=ref(one.deputy),
        first_on=one.first_on,
        last_on=one.last_on,
        because=one.because,
    )


def _one(request: Call, pk: int) -> OneStaffOut:
    staff, posting = _staff(request, pk)
    named, stands_for = list_deputies(staff)
    return OneStaffOut(
        **vars(_listed(staff, posting, pending_posts([pk]).get(pk, ()))),
        postings=[
            PostingOut(id=each.pk, post=each.post, department=ref(each.department), effective_on=each.effective_on)
            for each in list_postings(staff)
        ],
        deputies=[_deputy(each) for each in named],
        stands_for=[_deputy(each) for each in stands_for],
    )
