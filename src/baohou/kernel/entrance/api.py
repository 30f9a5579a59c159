"""How others log in, for who administers: waits, sessions, second factors, and of whom one is demanded."""

from __future__ import annotations

from typing import Any

from django.http import Http404

from baohou.kernel.api.operations import DOOR, Call, Room, person_of
from baohou.kernel.api.people import PostCode
from baohou.kernel.api.schemas import In, Out, Pk, Ref
from baohou.kernel.entrance import factors
from baohou.kernel.people import sessions, throttle
from baohou.kernel.people.access import Right
from baohou.kernel.people.directory import find_visible_staff
from baohou.kernel.people.models import Post, Posting, Staff

room = Room("登录", personal=False)
MOST = 200


class LoginOut(Out):
    """How someone logs in; ``wait_seconds`` is how long the account has to wait after failed tries."""

    staff: int
    must_change_password: bool
    has_factor: bool
    codes_left: int
    factor_demanded: bool
    factor_demanded_of_person: bool
    sessions: int
    wait_seconds: int


class DemandIn(In):
    """Whether a second factor is demanded of a person, whatever the post."""

    wanted: bool


class DemandsIn(In):
    """Of which posts a second factor is demanded; of everyone when it says so."""

    everyone: bool
    posts: list[PostCode]


class DemandsOut(Out):
    """Of which posts a second factor is demanded, and who has none yet: the first 200, and how many there are."""

    everyone: bool
    posts: list[str]
    lacking: list[Ref]
    lacking_count: int


@room.reads("/staff/{staff}/entrance", LoginOut, right=Right.ADMINISTER)
def login(request: Call, staff: Pk) -> LoginOut:
    """一个人怎样登录：第二因素、登录着几处、要等多久。"""
    return _told(*_found(request, staff))


@room.writes("/staff/{staff}/entrance/lift", LoginOut, right=Right.ADMINISTER)
def lift(request: Call, staff: Pk) -> LoginOut:
    """解除因多次试错而要等的时间。"""
    throttle.lift(staff=_found(request, staff)[0], **_by(request))
    return login(request, staff)


@room.writes("/staff/{staff}/entrance/end", LoginOut, right=Right.ADMINISTER)
def end(request: Call, staff: Pk) -> LoginOut:
    """结束其全部登录。"""
    factors.end_all(staff=_found(request, staff)[0], **_by(request))
    return login(request, staff)


@room.writes("/staff/{staff}/entrance/reset-factor", LoginOut, right=Right.ADMINISTER)
def reset_factor(request: Call, staff: Pk) -> LoginOut:
    """重置丢了的第二因素，结束其登录并通知本人；系统令牌不能办。"""
    person_of(request)
    factors.reset(staff=_found(request, staff)[0], on=request.today, **_by(request))
    return login(request, staff)


@room.writes("/staff/{staff}/entrance/factor-demand", LoginOut, right=Right.ADMINISTER, method="PUT")
def demand_of(request: Call, staff: Pk, body: DemandIn) -> LoginOut:
    """要求或不再要求一个人用第二因素；按岗位要求的不受影响。"""
    factors.demand_of(staff=_found(request, staff)[0], wanted=body.wanted, **_by(request))
    return login(request, staff)


@room.reads("/factor-demands", DemandsOut, right=Right.ADMINISTER)
def demands(request: Call) -> DemandsOut:
    """哪些岗位须用第二因素，谁还没有设置。"""
    held, lacking = factors.list_demanded_posts(), factors.list_lacking(on=request.today)
    return DemandsOut(
        everyone="" in held,
        posts=sorted(held - {""}),
        lacking=[Ref(id=one.staff_id, name=one.staff.name) for one in lacking[:MOST]],
        lacking_count=len(lacking),
    )


@room.writes("/factor-demands", DemandsOut, right=Right.ADMINISTER, method="PUT")
def demand(request: Call, body: DemandsIn) -> DemandsOut:
    """定下哪些岗位须用第二因素；没有列出的不再要求。"""
    factors.demand(posts={""} if body.everyone else {*body.posts}, **_by(request))
    return demands(request)


def _by(request: Call) -> dict[str, Any]:
    return {"actor": request.person.actor, "door": DOOR}


def _found(request: Call, pk: int) -> tuple[Staff, Posting | None]:
    """A person who has a log-in; any other is not found (404)."""
    found = find_visible_staff(request.person, pk, on=request.today)
    if found is None or found[0].user_id is None:
        raise Http404
    return found


def _told(staff: Staff, posting: Posting | None) -> LoginOut:
    standing = factors.get_standing(staff=staff, post=Post(posting.post) if posting else None)
    return LoginOut(
        staff=staff.pk,
        must_change_password=staff.must_change_password,
        has_factor=standing.has_one,
        codes_left=standing.codes_left,
        factor_demanded=standing.demanded,
        factor_demanded_of_person=standing.demanded_of_person,
        sessions=len(sessions.list_sessions(user_id=staff.user_id or 0, current=None)),
        wait_seconds=throttle.waits_of(staff),
    )
